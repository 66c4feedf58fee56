"""A made-up journal: a year of the invented city, written as the keeper leaves it after merging, for ``history.py``.

To live a whole year would take an hour, so the simulator lives two weeks, and they are told again and again with later
times and new ids of everything invented, each time as if the simulator had begun anew. Units' positions are told only
in the last hours: over a year they would be thousands of times as many as all else, and retention thins them anyway.

Beside the journal lies what a reader must find in it, worked out while it was made and without any reader.
"""

from __future__ import annotations

import contextlib
import gc
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from benchmarks.history_reading import digest
from benchmarks.made_city import City, Life, invented_city
from benchmarks.made_journal import DAY_MS, Standing, Writing
from rtcc.journal.columns import holds_of
from rtcc.model.event import iso
from rtcc.model.version import instant_at
from rtcc.picture.changes import Change

#: When the history ends: a Tuesday evening of the city.
_END = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
#: The simulator is away for so long before it begins anew.
_PAUSE = timedelta(minutes=1)
_LOOKS, _INCIDENTS = 50, 100


@dataclass(frozen=True, slots=True)
class Size:
    """How long the city lives (days), how often that is told, and for how long (hours) it then tells positions too."""

    days: float = 14
    told: int = 25
    hours: float = 6


QUICK = Size(1, 2, 1)


@dataclass(slots=True)
class Made:
    """What was made, and what a reader must find: how many changes each of some incidents has, the picture at moments.

    ``pictures`` holds, by moment (ms since 1970), the count of entities and their digest (see ``history_reading.py``);
    ``responses`` is how many incidents, found by nobody in passing, tell when they were entered and reached.
    """

    size: dict[str, float]
    first_ms: int = 0
    last_ms: int = 0
    changes: int = 0
    incidents: int = 0
    responses: int = 0
    timelines: dict[str, int] = field(default_factory=dict)
    pictures: dict[str, tuple[int, str]] = field(default_factory=dict)


def history(folder: Path, size: Size) -> Made:
    """Return the history in this folder; where there is none of this size, it is made. The journal is ``journal``."""
    file = folder / "made.json"
    with contextlib.suppress(FileNotFoundError):
        made = Made(**orjson.loads(file.read_bytes()))
        if made.size == asdict(size):
            return made
        raise FileExistsError(f"{folder} holds a history of another size; name another folder.")
    if (folder / "journal").exists():
        raise FileExistsError(f"{folder} holds a history that was never finished; remove it.")
    made = make(folder, size, invented_city())
    file.write_bytes(orjson.dumps(made))
    return made


def make(folder: Path, size: Size, city: City) -> Made:
    """Make the history of a city."""
    last = _END - timedelta(hours=size.hours)
    begin = last - timedelta(days=size.days)
    weeks = city.live(begin, timedelta(days=size.days) - _PAUSE, seed=1, fixes=False, leave=True)
    hours = city.live(last, timedelta(hours=size.hours), seed=2, fixes=True, leave=False)
    lives = [(weeks, timedelta(days=-size.days * again)) for again in reversed(range(size.told))] + [
        (hours, timedelta())
    ]
    # Millions of objects that stay: to look through them again and again would cost more than all else.
    gc.collect()
    gc.freeze()
    made = Made(asdict(size))
    dice = random.Random(1)
    _count(made, lives, dice)
    looks = sorted(dice.sample(range(made.first_ms, made.last_ms), _LOOKS))
    writing, standing = Writing(folder, made.last_ms), Standing()
    pictures = _picture_moments(made.first_ms, made.last_ms)
    due, look = next(pictures), looks.pop(0)
    for life, shift in lives:
        for change in _told_again(life, shift):
            ms = change.position >> 20
            while ms > look:
                stood = standing.fields()
                made.pictures[str(look)] = len(stood), digest(stood)
                look = looks.pop(0) if looks else made.last_ms
            while ms > due:
                writing.write_picture(standing)
                due = next(pictures)
            standing.take(change)
            writing.take(change)
    writing.write()
    gc.unfreeze()
    return made


def _picture_moments(first_ms: int, last_ms: int) -> Iterator[int]:
    """Yield when a picture was taken that is still kept: daily, hourly for a month, every ten minutes for two days."""
    ms = first_ms
    while ms < last_ms:
        age = last_ms - ms
        step = DAY_MS if age > 30 * DAY_MS else DAY_MS // 24 if age > 2 * DAY_MS else DAY_MS // 144
        ms = (ms // step + 1) * step
        yield ms
    yield last_ms


# ---------------------------------------------------------------- what is told


def _count(made: Made, lives: list[tuple[Life, timedelta]], dice: random.Random) -> None:
    """Note down how much there is, without telling it."""
    first, last = lives[0], lives[-1]
    made.first_ms = (first[0].said[0].at_us + microseconds_of(first[1])) // 1000
    made.last_ms = last[0].said[-1].at_us // 1000
    counts = {life.prefix: _incidents(life) for life, _ in lives}
    found = []
    for life, shift in lives:
        incidents = counts[life.prefix]
        made.changes += len(life.said)
        made.incidents += len(incidents)
        made.responses += sum(reached for _, reached in incidents.values())
        renamed = life.prefix, _prefix(life, shift)
        chosen = dice.sample(sorted(incidents), min(_INCIDENTS, len(incidents)))
        found += [(id_.replace(*renamed), incidents[id_][0]) for id_ in chosen]
    made.timelines = dict(dice.sample(found, min(_INCIDENTS, len(found))))


def _incidents(life: Life) -> dict[str, tuple[int, bool]]:
    """Return by id how often an incident changes, and whether its response can be told."""
    counts: dict[str, int] = {}
    told: dict[str, dict[str, Any]] = {}
    for one in life.said:
        if one.kind == "incident":
            counts[one.id] = counts.get(one.id, 0) + 1
            told.setdefault(one.id, {}).update(one.fields or {})
    return {
        id_: (count, bool(told[id_].get("entered_at") and told[id_].get("on_scene_at") and not told[id_]["onview"]))
        for id_, count in counts.items()
    }


def microseconds_of(shift: timedelta) -> int:
    """Return a stretch of time in whole microseconds."""
    return shift // timedelta(microseconds=1)


def _prefix(life: Life, shift: timedelta) -> str:
    return f"{datetime.strptime(life.prefix, '%y%j-%H%M%S') + shift:%y%j-%H%M%S}"  # noqa: DTZ007 - a name, no time


def _told_again(life: Life, shift: timedelta) -> Iterator[Change]:
    """Yield the changes of a life as if it had been lived later, or earlier."""
    shift_us, old, new = microseconds_of(shift), life.prefix, _prefix(life, shift)
    instants: dict[str, frozenset[str]] = {}
    received_us, received = 0, ""
    for one in life.said:
        if one.received_us != received_us:
            received_us, received = one.received_us, iso(instant_at(one.received_us + shift_us))
        fields = one.fields
        if fields is not None:
            moving = instants.get(one.kind)
            if moving is None:
                held = holds_of(one.kind)
                moving = instants[one.kind] = frozenset(n for n in held if held[n] == "instant") | {"incident_id"}
            if not moving.isdisjoint(fields):
                fields = {n: _moved(n, v, shift, old, new) if n in moving else v for n, v in fields.items()}
        yield Change(
            ((one.at_us + shift_us) // 1000 << 20) + one.seq,
            one.kind,
            one.id.replace(old, new),
            one.agency,
            one.source,
            fields,
            iso(instant_at(one.occurred_us + shift_us)),
            received,
            one.sequence,
            one.place,
        )


def _moved(name: str, value: str | None, shift: timedelta, old: str, new: str) -> str | None:
    if value is None:
        return None
    return value.replace(old, new) if name == "incident_id" else iso(datetime.fromisoformat(value) + shift)
