"""The invented city's life as changes of the picture: what the simulator tells, by the rule that the picture keeps.

The rule is that of ``apply.lua`` for events that come in their order, so that months are told in minutes and without a
store: what is said again is not told, and of an entity's new layer only what is news.
"""

from __future__ import annotations

import heapq
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from rtcc.city.build.report import Report
from rtcc.city.invent.city import write_invented
from rtcc.city.locate import Locator
from rtcc.city.pack import load_pack
from rtcc.cli.world import world_of
from rtcc.feeds.transports.simulator import Simulator, World
from rtcc.model import lifecycle
from rtcc.model.event import Event
from rtcc.model.sources import RETENTION
from rtcc.model.version import microseconds
from rtcc.settings import Settings
from rtcc.tasks import BATCH
from workers.enrich import add_place

#: So often the simulator is asked, and what has ended leaves the picture.
_STEP = timedelta(minutes=1)
#: What occurs within so much reaches the store as one batch, at its end and a little later.
_GATHERED_US, _LATER_US = 100_000, 30_000


class Said(NamedTuple):
    """One change, with instants as microseconds since 1970; ``at_us``, ``seq`` and ``place`` are its identity."""

    at_us: int
    seq: int
    place: int
    kind: str
    id: str
    agency: str
    source: str
    fields: dict[str, Any] | None
    occurred_us: int
    received_us: int
    sequence: int | None


class Life(NamedTuple):
    """What was told of a stretch of time, and the text by which its invented ids differ from those of any other."""

    said: list[Said]
    prefix: str


class City:
    """A city that can be lived in."""

    def __init__(self, world: World, place: Callable[[list[Event]], None]) -> None:
        """``place`` gives events the district and beat in which they lie."""
        self._world, self._place = world, place

    def live(self, begin: datetime, length: timedelta, *, seed: int, fixes: bool, leave: bool) -> Life:
        """Return what is told from ``begin`` on; with ``leave`` everything is out of the picture at the end."""
        telling, dice = _Telling(Settings().leaves_after_s()), random.Random(seed)
        said: list[Said] = []
        for now, events in self.told(begin, length, seed=seed, fixes=fixes, leave=leave):
            said += _in_batches(events, telling, dice)
            said += telling.retire(now)
        return Life(said, f"{begin.astimezone(UTC):%y%j-%H%M%S}")

    def told(
        self, begin: datetime, length: timedelta, *, seed: int, fixes: bool, leave: bool
    ) -> Iterator[tuple[datetime, list[Event]]]:
        """Yield what the simulator tells, minute after minute, each with its end."""
        city = Simulator(self._world, start=begin, begin=begin.replace(tzinfo=None), seed=seed, fixes=fixes)
        now, end = begin, begin + length
        while now < end:
            now = min(now + _STEP, end)
            events = city.leave(now) if leave and now == end else city.step(now)
            # At times the simulator tells two fixes of a unit at one moment; the second is left out.
            events = list({(e.kind, e.id, e.occurred_at, e.sequence): e for e in reversed(events)}.values())[::-1]
            self._place(events)
            yield now, events


def invented_city() -> City:
    """Return the invented city of seed 1; its files are gone when it has been read."""
    with tempfile.TemporaryDirectory(prefix="rtcc-bench-") as folder:
        write_invented(Path(folder) / "city", 1, Report())
        pack = load_pack(Path(folder) / "city")
        locator = Locator.from_pack(pack)
        return City(world_of(pack), lambda events: add_place(events, locator))


def _in_batches(events: list[Event], telling: _Telling, dice: random.Random) -> Iterator[Said]:
    """Yield what the picture tells of events, as batches that the store wrote one after another."""
    batch_us = told = received_us = 0
    for event in events:
        news = telling.take(event)
        if news is not None and not news:
            continue
        occurred_us = microseconds(event.occurred_at)
        until_us = -(-occurred_us // _GATHERED_US) * _GATHERED_US
        if until_us != batch_us:
            batch_us, told, received_us = until_us, 0, until_us + dice.randrange(_LATER_US // 2)
        seq, place = divmod(told, BATCH)
        told += 1
        kind, id_, agency, source, *_ = event
        at_us, sequence = until_us + _LATER_US, event.sequence
        yield Said(at_us, seq, place, kind, id_, agency, source, news, occurred_us, received_us, sequence)


@dataclass(slots=True)
class _Known:
    agency: str
    fields: dict[str, Any] = field(default_factory=dict)
    #: Who wrote a field with which event; fields of one version are one layer.
    written: dict[str, tuple[datetime, int, str]] = field(default_factory=dict)
    layers: set[tuple[str, ...]] = field(default_factory=set)
    #: When its newest word occurred, and the number of that.
    top: tuple[datetime, int] = datetime.min.replace(tzinfo=UTC), -1
    leaves: int = 0


class _Telling:
    """The picture of one stretch of time, as far as it decides what its stream is told."""

    def __init__(self, leaves_after_s: dict[str, int]) -> None:
        self._leaves_after_s = leaves_after_s
        self._known: dict[tuple[str, str], _Known] = {}
        self._leaving: list[tuple[int, str, str]] = []

    def take(self, event: Event) -> dict[str, Any] | None:
        """Take an event in; return the fields that the stream is told, none where it is told nothing, None: it left."""
        identity, data = (event.kind, event.id), event.data
        known = self._known.get(identity)
        if data is None:
            return {} if self._known.pop(identity, None) is None else None
        version = event.occurred_at, -1 if event.sequence is None else event.sequence, event.source
        names = tuple(sorted(data))
        if known is None:
            known = self._known[identity] = _Known(event.agency)
            told = {name: value for name, value in data.items() if value is not None}
        elif names in known.layers and version[:2] > known.top:
            told = data if any(known.fields[name] != value for name, value in data.items()) else {}
        else:
            told = {name: value for name, value in data.items() if known.fields.get(name) != value}
        known.fields |= data
        known.written |= dict.fromkeys(names, version)
        known.top = max(known.top, version[:2])
        if names not in known.layers:
            known.layers = _layers(known)
        self._plan_leaving(event, known)
        return told

    def _plan_leaving(self, event: Event, known: _Known) -> None:
        name = lifecycle.LIFECYCLES.get(event.kind, ("", ()))[0]
        ended = (event.data or {}).get(name) in lifecycle.ENDED.get(event.kind, ())
        if ended or event.kind in lifecycle.LEAVE_BY_AGE:
            known.leaves = int(event.occurred_at.timestamp()) + self._leaves_after_s[event.kind]
            heapq.heappush(self._leaving, (known.leaves, event.kind, event.id))

    def retire(self, now: datetime) -> Iterator[Said]:
        """Yield the leaving of all that is due."""
        # After the last batch of what occurred until now, and before the next one.
        at_us, told = microseconds(now) + 50_000, 0
        while self._leaving and self._leaving[0][0] <= now.timestamp():
            at, kind, id_ = heapq.heappop(self._leaving)
            known = self._known.get((kind, id_))
            if known is not None and known.leaves == at:
                del self._known[kind, id_]
                seq, place = divmod(told, BATCH)
                told += 1
                yield Said(at_us, seq, place, kind, id_, known.agency, RETENTION, None, at_us, at_us, None)


def _layers(known: _Known) -> set[tuple[str, ...]]:
    by_version: dict[tuple[datetime, int, str], list[str]] = {}
    for name, version in known.written.items():
        by_version.setdefault(version, []).append(name)
    return {tuple(sorted(names)) for names in by_version.values()}
