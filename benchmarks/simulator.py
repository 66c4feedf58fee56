"""Simulator: how many events one process invents a second, in the invented city, without sending any."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.report import Row, row, show
from rtcc.city.build.report import Report
from rtcc.city.invent.city import write_invented
from rtcc.city.pack import load_pack
from rtcc.cli.world import world_of
from rtcc.feeds.transports.simulator import Simulator, World

_START = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
#: What is asked of one process.
_ASKED = 5_000


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    minutes, hours = (0.5, 0.5) if quick else (5, 24)
    with tempfile.TemporaryDirectory(prefix="rtcc-bench-") as folder:
        write_invented(Path(folder) / "city", 1, Report())
        world = world_of(load_pack(Path(folder) / "city"))
    rows: list[Row] = []
    for name, chosen in (("rate 20", {"rate": 20.0}), ("5,000 units", {"units": 5_000})):
        rows += _measure(world, name, minutes, chosen)
    began = time.perf_counter()
    city = Simulator(world, start=_START, begin=_START.replace(tzinfo=None), fixes=False)
    city.step(_START + timedelta(hours=hours))
    rows.append(row(f"{hours:g} hours at rate 1, without fixes", time.perf_counter() - began, "s"))
    show("Simulator: one process, events as they would be sent", rows)
    return {"title": "Simulator", "rows": rows}


def _measure(world: World, name: str, minutes: float, chosen: dict[str, Any]) -> list[Row]:
    began = time.perf_counter()
    city = Simulator(world, start=_START, begin=_START.replace(tzinfo=None), **chosen)
    city.step(_START)
    warm_up_s = time.perf_counter() - began
    fixes, events, began = 0, 0, time.perf_counter()
    for second in range(1, round(minutes * 60) + 1):
        told = city.step(_START + timedelta(seconds=second))
        events += len(told)
        fixes += sum(event.source == "sim-avl" for event in told)
    took = time.perf_counter() - began
    return [
        row(f"{name}: unit updates", fixes / took, "/s", at_least=_ASKED),
        row(f"{name}: all events", events / took, "/s"),
        row(f"{name}: share of a core in real time", took / (minutes * 60) * 100, "%"),
        row(f"{name}: until the first event", warm_up_s, "s", note="40 minutes are lived before it"),
    ]
