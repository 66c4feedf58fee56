"""A companion of journal.py: feeds the picture with what a simulated city says, at a steady rate of changes."""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rtcc.city.build.report import Report
from rtcc.city.invent.city import write_invented
from rtcc.city.locate import Locator
from rtcc.city.pack import load_pack
from rtcc.cli.world import world_of
from rtcc.feeds.transports.simulator import Simulator
from rtcc.model.event import Event, iso
from rtcc.model.fields import KINDS
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store.connection import connect
from rtcc.tasks import BATCH
from workers.enrich import add_place

_START = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
_INSTANTS = {kind: {n for n, check in fields.items() if check.holds == "instant"} for kind, fields in KINDS.items()}


def invent(events: int, rate: float) -> tuple[list[Event], float]:
    """Return what an invented city says from one moment on, located, and how many seconds that takes it."""
    with tempfile.TemporaryDirectory(prefix="rtcc-bench-") as folder:
        write_invented(Path(folder) / "city", 1, Report())
        pack = load_pack(Path(folder) / "city")
        locator = Locator.from_pack(pack)
        city = Simulator(world_of(pack), start=_START, begin=_START.replace(tzinfo=None), rate=rate)
        told: list[Event] = []
        now = _START
        while len(told) < events:
            now += timedelta(milliseconds=100)
            some = city.step(now)
            add_place(some, locator)
            told += some
    return told, (now - _START).total_seconds()


def again(told: list[Event], lasts_s: float) -> Iterator[Event]:
    """Yield the same over and over, each round moved on to where the one before it ended, beginning now."""
    shift = datetime.now(UTC) - _START
    while True:
        for event in told:
            data = event.data
            if data:
                moved = {n: _moved(data[n], shift) for n in _INSTANTS[event.kind] & data.keys() if data[n]}
                data = data | moved
            at = event.occurred_at + shift
            yield event._replace(occurred_at=at, received_at=at + timedelta(microseconds=4321), data=data)
        shift += timedelta(seconds=lasts_s)


def _moved(instant: str, shift: timedelta) -> str:
    return iso(datetime.fromisoformat(instant) + shift)


class Feed(threading.Thread):
    """Applies batches so that so many changes a second happen."""

    def __init__(self, settings: Settings, rate: float, events: Iterator[Event]) -> None:
        super().__init__(daemon=True)
        self._writer = PictureWriter(connect(settings), settings)
        self._rate, self._events = rate, events
        self.over = threading.Event()
        self.changes = 0
        self.behind_s = 0.0

    def run(self) -> None:
        """Go on until told that it is over."""
        began = time.monotonic()
        while not self.over.is_set():
            ahead = self.changes / self._rate - (time.monotonic() - began)
            self.behind_s = max(self.behind_s, -ahead)
            if ahead > 0 and self.over.wait(ahead):
                return
            batch = [next(self._events) for _ in range(BATCH)]
            self.changes += self._writer.apply(batch).effective


def main() -> None:
    """Read the configuration, then: "go" begins, "stop" ends and tells how many changes there were."""
    config: dict[str, Any] = json.loads(sys.stdin.readline())
    told, lasts_s = invent(config["events"], config["city_rate"])
    feed = Feed(Settings(data_dir=Path(config["data_dir"])), config["rate"], again(told, lasts_s))
    print(json.dumps({"ready": True}), flush=True)
    assert sys.stdin.readline().strip() == "go"
    feed.start()
    assert sys.stdin.readline().strip() == "stop"
    feed.over.set()
    feed.join()
    print(json.dumps({"changes": feed.changes, "behind_s": feed.behind_s}), flush=True)


if __name__ == "__main__":
    main()
