"""Feed poll: what one poll of a large list of active rows costs when little of it has changed.

The whole way of a poll but the network: the memory is loaded from the store, the payload read, what changed is put into
the inbox with the bytes it came in, and memory and ledger are written.
"""

from __future__ import annotations

import csv
import io
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import redis

from benchmarks.report import Row, row, show
from rtcc.feeds.declared import Feed, load_feeds
from rtcc.feeds.intake import Intake
from rtcc.feeds.ledger import Ledger
from rtcc.feeds.payload import Payload
from rtcc.model.event import Event
from rtcc.picture.inbox import open_inbox
from rtcc.picture.received import Received
from rtcc.settings import Settings
from rtcc.store.connection import connect, store_url
from rtcc.store.embedded import EmbeddedStore

_ROWS = 50_000
_CHANGED = 0.01
_BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
_FEEDS = """
[feeds.active]
agency = "PD"
interval_s = 60
format = "rows"
[feeds.active.map]
kind = "incident"
timezone = "America/Chicago"
id = "incident_number"
snapshot = true
[[feeds.active.map.moments]]
column = "received"
field = "entered_at"
status = "pending"
[[feeds.active.map.moments]]
column = "dispatched"
field = "dispatched_at"
status = "dispatched"
[feeds.active.map.fields]
type_code = "code"
type = { column = "nature", as = "title" }
priority = { column = "priority", as = "choice", values = { 1 = 1, 2 = 2, 3 = 3 } }
address = { column = "address", as = "title" }
position = { lat = "lat", lon = "lon" }
district = "district"
beat = "beat"
units = { column = "units", separator = ";" }
narrative = "remarks"
[feeds.active.poll]
url = "http://127.0.0.1:9/"
"""


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    count, polls = (2_000, 2) if quick else (_ROWS, 7)
    with tempfile.TemporaryDirectory(prefix="rtcc-bench-") as folder:
        settings = Settings(data_dir=Path(folder))
        settings.feeds_path().write_text(_FEEDS)
        (feed,) = load_feeds(settings.feeds_path())
        embedded = EmbeddedStore(settings, lambda command: subprocess.Popen(command, stdout=subprocess.DEVNULL))
        process = embedded.start()
        try:
            found = {as_: _polls(settings, feed, count, polls, as_) for as_ in ("JSON", "CSV")}
        finally:
            embedded.close()
            process.wait(10)
    rows: list[Row] = []
    for as_, (size, told) in found.items():
        first, *later = told
        middle = {name: statistics.median(one[name] for one in later) for name in first}
        rows += [
            row(f"{as_}: a poll, CPU of its process", middle["cpu_s"], "s", at_most=5, note=f"median of {len(later)}"),
            row(f"{as_}: the worst of them", max(one["cpu_s"] for one in later), "s", at_most=5),
            row(f"{as_}: CPU of the store", middle["store_s"], "s"),
            row(f"{as_}: time on the clock", middle["clock_s"], "s", note=f"{size / 2**20:.1f} MiB a poll"),
            row(f"{as_}: events told", middle["events"], "", note=f"of {count * _CHANGED:,.0f} rows that changed"),
            row(f"{as_}: the first poll, all rows new", first["cpu_s"], "s", note=f"{first['events']:,.0f} events"),
        ]
    show(f"Feed poll: {count:,} active rows, {_CHANGED:.0%} changed, memory loaded anew each time", rows)
    return {"title": "Feed poll", "rows": rows, "polls": {as_: told for as_, (_, told) in found.items()}}


def _polls(settings: Settings, feed: Feed, count: int, polls: int, as_: str) -> tuple[int, list[dict[str, float]]]:
    """Poll a list that changes a little each time; the first poll finds every row new."""
    plain = redis.Redis.from_url(store_url(settings))
    plain.flushall()
    dice, table, told = random.Random(7), _made(count), []
    body = b""
    for poll in range(polls):
        now = _BEGAN + timedelta(minutes=poll)
        if poll:
            for at in dice.sample(range(count), int(count * _CHANGED)):
                table[at] |= {
                    "dispatched": f"{now - timedelta(hours=6):%Y-%m-%dT%H:%M:%S}",
                    "units": f"U{poll};U{at % 900}",
                }
        body = orjson.dumps(table) if as_ == "JSON" else _csv(table)
        told.append(_poll(settings, plain, feed, Payload(now, feed.name, "", body)))
    return len(body), told


def _poll(settings: Settings, plain: redis.Redis, feed: Feed, payload: Payload) -> dict[str, float]:
    inbox = open_inbox(settings)

    def put(events: Sequence[Event], payloads: Sequence[Payload]) -> None:
        inbox.put(list(events), [Received(*each) for each in payloads])

    store_before, began, cpu_before = _store_cpu(plain), time.perf_counter(), time.process_time()
    # An intake of its own, as in a worker that has just started: it holds nothing in memory yet.
    intake = Intake(feed, Ledger(connect(settings), feed), put, lambda *_: None, lambda: payload.received_at)
    taken = intake.take([payload], together=True)
    cpu_s, clock_s = time.process_time() - cpu_before, time.perf_counter() - began
    assert not taken.held + taken.unreadable, "nothing was taken in"
    assert not taken.told.refused, taken.told.refused[0].reason
    return {
        "cpu_s": round(cpu_s, 3),
        "store_s": round(_store_cpu(plain) - store_before, 3),
        "clock_s": round(clock_s, 3),
        "events": len(taken.told.events),
    }


def _store_cpu(store: redis.Redis) -> float:
    used: dict[str, float] = store.info("cpu")  # type: ignore[assignment]
    return used["used_cpu_user"] + used["used_cpu_sys"]


def _made(count: int) -> list[dict[str, Any]]:
    """Return rows as wide as a CAD's own."""
    dice = random.Random(1)
    made = []
    for number in range(count):
        received = _BEGAN - timedelta(hours=6, seconds=dice.randrange(86_400))
        made.append(
            {
                "incident_number": f"26{number:07d}",
                "received": f"{received:%Y-%m-%dT%H:%M:%S}",
                "dispatched": "",
                "code": f"{dice.randrange(100, 999)}",
                "nature": dice.choice(("DISTURBANCE", "TRAFFIC STOP", "ALARM / BURGLARY", "WELFARE CHECK")),
                "priority": str(dice.randrange(1, 4)),
                "address": f"{dice.randrange(1, 99)}00 BLOCK OF {dice.choice(('MAIN', 'OAK', 'THIRD'))} ST",
                "city": "SPRINGFIELD",
                "lat": f"{39.7 + dice.random() / 5:.6f}",
                "lon": f"{-89.7 + dice.random() / 5:.6f}",
                "district": f"D{dice.randrange(6)}",
                "beat": f"B{dice.randrange(40)}",
                "units": f"U{dice.randrange(900)}",
                "remarks": "CALLER STATES TWO MEN ARE ARGUING IN FRONT OF THE STORE",
                "source_system": "CAD",
                "case_number": "",
                "zip": f"{dice.randrange(62701, 62799)}",
                "neighborhood": f"Neighborhood {dice.randrange(80)}",
            }
        )
    return made


def _csv(table: list[dict[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(table[0]))
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue().encode()
