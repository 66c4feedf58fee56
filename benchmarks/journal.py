"""Journal: what writing the past costs, how small it is, and how fast it catches up after it stood still."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.processes import Companion, Meter, environment, rss_mb
from benchmarks.report import Row, row, show
from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Folder
from rtcc.journal.segments import CHANGES
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.store.connection import connect
from rtcc.store.embedded import EmbeddedStore

#: What is asked: so many changes a second for so long, with less than a core; caught up at so many times that rate.
RATE, SECONDS, CORES, CATCH_UP = 15_000, 600, 1.0, 2.0
UNIT_BYTES, INCIDENT_BYTES = 30, 120


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    rate, seconds, stopped_s, events = (1_000, 4, 3, 5_000) if quick else (RATE, SECONDS, 40, 300_000)
    with tempfile.TemporaryDirectory(prefix="rtcc-bench-") as folder, _store(Path(folder)) as (settings, store_pid):
        store = connect(settings)
        feeding = {"data_dir": folder, "rate": rate, "events": events, "city_rate": 20.0}
        with Companion("benchmarks.journal_feed", feeding) as feed, _journal(settings) as journal:
            feed.tell("go")
            steady = _steady(store, seconds, {"journal": [journal.pid], "store": [store_pid], "feed": [feed.pid]})
            caught_up = _catch_up(store, journal.pid, stopped_s)
            fed = feed.end()
            _wait(lambda: _behind(store) == 0)
            memory = rss_mb(journal.pid)
        sizes = _sizes(Path(settings.journal_place()))
        changes = int(store.hget(keys.COUNTERS, "changes") or 0)
        store.close()
    written = sum(rows for rows, _ in sizes.values())
    rows: list[Row] = [
        row("changes, all written in the end", steady["per_s"], "/s", at_least=rate * 0.99, note=f"for {seconds} s"),
        row(
            "CPU of the journal", steady["cost"]["cpu_s"]["journal"] / steady["cost"]["wall_s"], "cores", at_most=CORES
        ),
        row("longest behind", steady["behind"] / rate, "s of changes", note="a segment is written every 10 s"),
        row("caught up at", caught_up["per_s"], "changes/s", at_least=CATCH_UP * rate, note=caught_up["note"]),
        row("caught up at ÷ arrival", caught_up["per_s"] / rate, "×", at_least=CATCH_UP),
        row("lost", changes - written, "changes", at_most=0, note=f"of {changes:,}"),
        row("a change of a unit", _bytes(sizes, "unit"), "bytes", at_most=UNIT_BYTES, note=_count(sizes, "unit")),
        row(
            "a change of an incident",
            _bytes(sizes, "incident"),
            "bytes",
            at_most=INCIDENT_BYTES,
            note=_count(sizes, "incident"),
        ),
        row("memory of the journal", memory, "MB"),
        row("source late by at most", fed["behind_s"], "s", note="it shares the machine"),
    ]
    show("Journal: every change of a simulated city, through the picture's own script", rows)
    return {"title": "Journal", "rows": rows, "steady": steady, "caught_up": caught_up, "sizes": sizes}


def _steady(store: Store, seconds: float, groups: dict[str, list[int]]) -> dict[str, Any]:
    before, behind = _total(store), 0
    with Meter(lambda: groups) as meter:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.5)
            behind = max(behind, _behind(store))
    return {"per_s": (_total(store) - before + _behind(store)) / meter.wall_s, "behind": behind, "cost": meter.told()}


def _catch_up(store: Store, pid: int, stopped_s: float) -> dict[str, Any]:
    """Let the journal stand still while changes go on, and return how fast it then is until it is up again."""
    os.kill(pid, signal.SIGSTOP)
    time.sleep(stopped_s)
    os.kill(pid, signal.SIGCONT)
    began, before, behind = time.monotonic(), _total(store), _behind(store)
    # Up again is within what it lets gather anyway; the last segment on the way is a short one.
    _wait(lambda: _behind(store) < behind / 10)
    took = time.monotonic() - began
    return {"per_s": (_total(store) - before) / took, "note": f"{behind:,} behind, changes going on", "took_s": took}


def _total(store: Store) -> int:
    return int(store.hget(keys.JOURNAL, "total") or 0)


def _behind(store: Store) -> int:
    return int(store.hget(keys.COUNTERS, "changes") or 0) - _total(store)


def _sizes(root: Path) -> dict[str, tuple[int, int]]:
    """Return rows and bytes of each kind's changes."""
    sizes: dict[str, tuple[int, int]] = {}
    for segment in Manifest(Folder(root)).refresh().of(CHANGES):
        rows, size = sizes.get(segment.kind, (0, 0))
        sizes[segment.kind] = rows + segment.rows, size + segment.bytes
    return sizes


def _bytes(sizes: dict[str, tuple[int, int]], kind: str) -> float:
    rows, size = sizes.get(kind, (0, 0))
    return size / max(1, rows)


def _count(sizes: dict[str, tuple[int, int]], kind: str) -> str:
    return f"{sizes.get(kind, (0, 0))[0]:,} changes, as first written"


def _wait(true: Any, within_s: float = 300) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Not within {within_s:g} s.")
        time.sleep(0.1)


@contextmanager
def _store(folder: Path) -> Iterator[tuple[Settings, int]]:
    settings = Settings(data_dir=folder)
    embedded = EmbeddedStore(settings, lambda command: subprocess.Popen(command, stdout=subprocess.DEVNULL))
    process = embedded.start()
    try:
        yield settings, process.pid
    finally:
        embedded.close()
        process.wait(10)


@contextmanager
def _journal(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    own = environment(RTCC_DATA_DIR=str(settings.data_dir), OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    process = subprocess.Popen([sys.executable, "-m", "workers.journal"], env=own)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)
