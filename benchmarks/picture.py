"""Picture: what applying events costs, without web and queue: the writer and the store alone.

The short way is taken by position reports, each newer than the one before it; the long way by events that come late and
must be settled field by field. The floor writes as much to the same store without any rule.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import redis

from benchmarks import fleet
from benchmarks.report import Row, row, show
from rtcc.model.event import Event, parse_event
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store.connection import connect, store_url
from rtcc.store.embedded import EmbeddedStore

_UNITS = 5_000
_BATCH = 500


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    batches, rounds = (4, 1) if quick else (40, 5)
    with tempfile.TemporaryDirectory(prefix="rtcc-bench-") as folder:
        settings = Settings(data_dir=Path(folder))
        embedded = EmbeddedStore(settings, lambda command: subprocess.Popen(command, stdout=subprocess.DEVNULL))
        process = embedded.start()
        try:
            plain = redis.Redis.from_url(store_url(settings))
            writer = PictureWriter(connect(settings), settings)
            ways = {
                "short way": [_measure(plain, writer.apply, _in_order(batches)) for _ in range(rounds)],
                "long way": [_measure(plain, writer.apply, _late(batches, i)) for i in range(rounds)],
                "nothing but writing": [
                    _measure(plain, _Plain(plain).write, _in_order(batches)) for _ in range(rounds)
                ],
            }
        finally:
            embedded.close()
            process.wait(10)
    middle = {
        way: {name: statistics.median(one[name] for one in done) for name in done[0]} for way, done in ways.items()
    }
    rows: list[Row] = []
    for way, found in middle.items():
        rows += [
            row(
                f"{way}: applied", found["events_per_s"], "events/s", note=f"median of {rounds} × {batches * _BATCH:,}"
            ),
            row(f"{way}: CPU of the store", found["store_us"], "µs/event"),
            row(f"{way}: CPU of the writer", found["writer_us"], "µs/event"),
        ]
    floor = middle["nothing but writing"]["store_us"]
    rows += [
        row(f"{way} ÷ nothing but writing", middle[way]["store_us"] / floor, "×", note="of the store's CPU")
        for way in ("short way", "long way")
    ]
    show(f"Picture: batches of {_BATCH} applied to an embedded store, {_UNITS:,} units", rows)
    return {"title": "Picture", "rows": rows, "ways": ways}


def _measure(
    store: redis.Redis, apply: Callable[[list[Event]], object], batches: list[list[Event]]
) -> dict[str, float]:
    events = sum(map(len, batches))
    store_before, writer_before, began = _store_cpu(store), time.process_time(), time.perf_counter()
    for batch in batches:
        apply(batch)
    took = time.perf_counter() - began
    return {
        "events_per_s": round(events / took),
        "store_us": round((_store_cpu(store) - store_before) / events * 1e6, 2),
        "writer_us": round((time.process_time() - writer_before) / events * 1e6, 2),
    }


def _store_cpu(store: redis.Redis) -> float:
    used: dict[str, float] = store.info("cpu")  # type: ignore[assignment]
    return used["used_cpu_user"] + used["used_cpu_sys"]


def _in_order(batches: int) -> list[list[Event]]:
    """Return position reports, each unit's newer than its last one."""
    began, units = datetime.now(UTC), fleet.Fleet(_UNITS + fleet.TAGGED)
    return [
        [
            parse_event(orjson.loads(line), began)
            for line in units.reports(_BATCH, (began + timedelta(milliseconds=b)).timestamp(), 5).split(b"\n")
        ]
        for b in range(batches)
    ]


def _late(batches: int, seed: int) -> list[list[Event]]:
    """Return events of the same units in no order at all, which write now these fields and now those."""
    dice, began = random.Random(seed), datetime.now(UTC)
    found = []
    for _ in range(batches):
        batch = []
        for _ in range(_BATCH):
            now = fleet.instant((began - timedelta(seconds=dice.uniform(0, 3600))).timestamp())
            event = fleet.unit_event(
                f"L{dice.randrange(_UNITS)}", now, *fleet.MIDDLE, status=dice.choice(fleet.STATUSES)
            )
            if dice.random() < 0.5:
                event["data"] = {"status": dice.choice(fleet.STATUSES), "callsign": "3A1"}
            batch.append(parse_event(event, began))
        found.append(batch)
    return found


class _Plain:
    """Writes each event's fields to a hash and the event to a stream: as much, without the rule."""

    def __init__(self, store: redis.Redis) -> None:
        self._store = store

    def write(self, batch: list[Event]) -> None:
        pipe = self._store.pipeline(transaction=False)
        for event in batch:
            fields = orjson.dumps(event.data)
            pipe.hset(f"plain:{event.id}", mapping={"fields": fields, "top": "0" * 37, "changed": "1700000000000-0"})
            pipe.xadd("plain", {"c": fields + b" " * 150}, maxlen=200_000, approximate=True)
        pipe.execute()
