"""Statistics of all incidents: how long the responses took, by district and by hour of the day.

Of each field the last word counts, wherever in the journal it stands. Read with Arrow and counted with NumPy, a
segment at a time: over eleven million changes that took three quarters of the time that the same question took in
DuckDB 2.0, and less memory; for the other questions of the reader there was no difference worth a second engine.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa

from rtcc.journal.identities import numbered, runs
from rtcc.journal.place import Place
from rtcc.journal.reader import At, Journal, position_at
from rtcc.journal.reading import Flags, Whole, codes, numbers, opened, true, valid
from rtcc.journal.segments import CHANGES, Segment
from rtcc.model.event import MAX_AHEAD
from rtcc.picture.changes import SHIFT

PERCENTILES = (50.0, 90.0)
_FIELDS = ("entered_at", "on_scene_at", "onview", "district")
#: Their few values are read as numbers into a list of them.
_TEXTS = ("_id", "_says", "district")
_DAY_S = 86_400
#: Reading waits for the disk and unpacks, counting computes: two at a time keep both going.
_AT_ONCE = 2
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Responses:
    """The responses in a district, None where none was said, to what was entered in one hour of the day (0 to 23).

    ``seconds`` holds, by percentile, how long it took from entered to on scene.
    """

    district: str | None
    hour: int
    count: int
    seconds: dict[float, float]


def responses(
    journal: Journal,
    since: At = 0,
    until: At = 2**63 - 1,
    zone: tzinfo = UTC,
    percentiles: Sequence[float] = PERCENTILES,
    agency: str | None = None,
) -> list[Responses]:
    """Return the responses to incidents that were entered after ``since`` up to ``until``; hours are the zone's.

    Not counted is what a unit came upon itself, and what was reached before it was entered. That an incident left the
    picture, by its age or because its source withdrew it, says nothing of what was.

    Raises DamagedError, PlaceError.
    """
    after, upto = position_at(since), position_at(until)
    # What is said of an incident may come at any time later, but hardly before it was entered.
    begin = after - (int(MAX_AHEAD.total_seconds() * 1000) << SHIFT)

    def words() -> list[_Words]:
        segments = [
            each
            for each in journal.state.of(CHANGES)
            if each.kind == "incident" and agency in {None, each.agency} and each.ends > begin
        ]
        # An id may stand in two segments that follow each other, and in those of one stretch that were cut by id.
        segments.sort(key=lambda each: (each.begins, each.low, each.high))
        return _side_by_side(lambda each: _words(journal.place, each), segments)

    entered, reached, district, names = _last_of_all(journal.ask(words))
    # Positions count milliseconds and so many changes in each.
    counted = (entered > (after >> SHIFT) * 1000) & (entered <= (upto >> SHIFT) * 1000 + 999) & (reached >= entered)
    entered, district = entered[counted], district[counted]
    return list(_grouped(district, _hours(entered, zone), reached[counted] - entered, names, percentiles))


class _Words(NamedTuple):
    """The last words in one segment: for each entity, by field, whether anything was said, and what (-1: cleared).

    Instants are microseconds, flags 0 or 1, districts numbers into ``districts``.
    """

    agency: str
    ids: pa.Array
    said: list[Flags]
    values: list[Whole]
    districts: list[str]


def _side_by_side(do: Callable[[Segment], _T], segments: Sequence[Segment]) -> list[_T]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(do, segments))


def _words(place: Place, segment: Segment) -> _Words:
    with opened(place, segment, texts=_TEXTS) as file:
        present = [name for name in (*_TEXTS, *_FIELDS) if name in file.schema_arrow.names]
        table = file.read(list(dict.fromkeys(present)), use_threads=False)
    starts, ids = runs(table["_id"])
    entity = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(table)))
    says, shapes = codes(table["_says"])
    said, values, districts = [], [], list[str]()
    for field in _FIELDS:
        if field not in present:
            spoken, value = np.zeros(len(table), np.bool_), np.zeros(len(table), np.int64)
        elif field == "district":
            value, districts = codes(table[field])
            spoken = value >= 0
        else:
            spoken = valid(table[field])
            value = true(table[field]).astype(np.int64) if field == "onview" else numbers(table[field])
        clearing = [f"{field}-" in shape.split(",") for shape in shapes]
        # The last of these is for rows that say nothing, where entities left.
        cleared = np.array([*clearing, False])[says] if any(clearing) else None
        row = _last_rows(spoken if cleared is None else spoken | cleared, entity, len(starts))
        silent = row < 0 if cleared is None else (row < 0) | cleared[row]
        said.append(row >= 0)
        values.append(np.where(silent, -1, value[row]))
    return _Words(segment.agency, ids, said, values, districts)


def _last_rows(spoken: Flags, entity: Whole, count: int) -> Whole:
    """Return for each entity the last of its rows that speaks, -1 where none does."""
    rows = np.flatnonzero(spoken)
    last = np.full(count, -1, np.int64)
    # Of several rows for one entity the last one assigned stays.
    last[entity[rows]] = rows
    return last


def _last_of_all(parts: Sequence[_Words]) -> tuple[Whole, Whole, Whole, list[str]]:
    """Return when each incident was entered and reached, and its district; only of those that are responses."""
    names = sorted({name for part in parts for name in part.districts})
    number = {name: at for at, name in enumerate(names)}
    found = [np.empty((len(_FIELDS), 0), np.int64)]
    for agency in {part.agency for part in parts}:
        ours = [part for part in parts if part.agency == agency]
        rows = numbered([part.ids for part in ours])
        last = np.full((len(_FIELDS), sum(map(len, rows))), -1, np.int64)
        for part, row in zip(ours, rows, strict=True):
            districts = np.array([*(number[name] for name in part.districts), -1], np.int64)
            for at, field in enumerate(_FIELDS):
                said, value = part.said[at], part.values[at]
                last[at][row[said]] = districts[value[said]] if field == "district" else value[said]
        found.append(last)
    entered, reached, onview, district = np.concatenate(found, axis=1)
    counted = (entered > 0) & (reached > 0) & (onview < 1)
    return entered[counted], reached[counted], district[counted], names


def _hours(at_us: Whole, zone: tzinfo) -> Whole:
    """Return the hour of the day in a zone."""
    if not len(at_us):
        return at_us
    at_s = at_us // 1_000_000
    days = at_s // _DAY_S
    offset = np.zeros(int(days.max()) + 2, np.int64)
    there = np.flatnonzero(np.bincount(days))
    for day in np.union1d(there, there + 1).tolist():
        offset[day] = _offset_s(day * _DAY_S, zone)
    shift = offset[days]
    # Only on a day that ends with another offset than it begins with every moment has to be asked for.
    changing = np.flatnonzero(shift != offset[days + 1])
    shift[changing] = [_offset_s(moment, zone) for moment in at_s[changing].tolist()]
    return (at_s + shift) // 3600 % 24


def _offset_s(at_s: int, zone: tzinfo) -> int:
    offset = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at_s)).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _grouped(
    district: Whole, hour: Whole, took_us: Whole, names: Sequence[str], percentiles: Sequence[float]
) -> Iterator[Responses]:
    key = district * 24 + hour + 24
    order = np.argsort(took_us)
    # Of small numbers the sort is by their digits, many times as fast.
    order = order[np.argsort(key[order].astype(np.min_scalar_type(24 * len(names) + 24)), kind="stable")]
    key, took_us = key[order], took_us[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    for begin, end in itertools.pairwise([*starts.tolist(), len(key)]):
        name, at = divmod(int(key[begin]) - 24, 24)
        seconds = {percent: _between(took_us[begin:end], percent) / 1e6 for percent in percentiles}
        yield Responses(names[name] if name >= 0 else None, at, end - begin, seconds)


def _between(ordered: Whole, percent: float) -> float:
    """Return a percentile of numbers in order, on the line between the two nearest."""
    at = percent / 100 * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (at - low) * (ordered[high] - ordered[low]))
