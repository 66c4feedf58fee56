"""Durability: what it costs that an acknowledged event survives a loss of power, as a ratio to the default.

Two installations run side by side and take turns, so that whatever else this machine does falls on both alike.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks import fleet
from benchmarks.ingest import flood
from benchmarks.installation import Installation
from benchmarks.posting import Poster
from benchmarks.report import Row, row, show, spread

MODES = ("process", "power")


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    turns, posts, bodies = (1, 20, 8) if quick else (4, 100, 60)
    single: dict[str, list[float]] = {mode: [] for mode in MODES}
    floods: dict[str, list[dict[str, Any]]] = {mode: [] for mode in MODES}
    with Installation(durability="process") as process, Installation(durability="power") as power:
        installed = dict(zip(MODES, (process, power), strict=True))
        for rtcc in installed.values():
            _post_singly(rtcc, 20)
            flood(rtcc, 4, 999)
        for turn in range(turns):
            for mode in MODES if turn % 2 == 0 else MODES[::-1]:
                single[mode] += _post_singly(installed[mode], posts)
                floods[mode].append(flood(installed[mode], bodies, turn))
    ms = {mode: spread(times) for mode, times in single.items()}
    rate = {mode: statistics.median(one["events_per_s"] for one in done) for mode, done in floods.items()}
    rows: list[Row] = []
    for mode in MODES:
        rows += [
            row(f"{mode}: POST of one event p50", ms[mode]["p50"], "ms", note=f"{ms[mode]['count']} one after another"),
            row(f"{mode}: POST of one event p95", ms[mode]["p95"], "ms", note=f"max {ms[mode]['max']}"),
            row(f"{mode}: into the picture", rate[mode], "events/s", note="median, NDJSON bodies of 500"),
        ]
    rows += [
        row("power ÷ process: POST of one event p50", ms["power"]["p50"] / ms["process"]["p50"], "×"),
        row("power ÷ process: POST of one event p95", ms["power"]["p95"] / ms["process"]["p95"], "×"),
        row("power ÷ process: into the picture", rate["power"] / rate["process"], "×"),
    ]
    show("Durability: RTCC_DURABILITY=power (sync before every answer) beside the default", rows)
    return {"title": "Durability", "rows": rows, "single_ms": ms, "floods": floods}


def _post_singly(rtcc: Installation, count: int) -> list[float]:
    poster, times = Poster(rtcc.port, rtcc.key), []
    for i in range(count):
        event = fleet.unit_event(f"S{i}", fleet.instant(time.time()), *fleet.MIDDLE)
        body = fleet.body([event])
        began = time.perf_counter()
        status, _, _ = poster.post(body)
        times.append((time.perf_counter() - began) * 1000)
        if status != 202:
            raise RuntimeError(f"A single event was answered with {status}.")
    poster.close()
    return times
