"""Where all incidents on record were: read once from each segment of the journal, a few numbers for each incident.

Half a million incidents take some tens of megabytes; whoever then asks about an address compares numbers and reads only
the rows of those that were there.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rtcc.insights.address_words import normal
from rtcc.insights.nearness import within
from rtcc.insights.record import Record
from rtcc.journal.identities import runs
from rtcc.journal.place import Place
from rtcc.journal.reading import Flags, Whole, codes, numbers, opened, valid
from rtcc.journal.segments import CHANGES, Segment

Degrees = npt.NDArray[np.float64]
_TEXTS = ("_id", "address")
_COLUMNS = (*_TEXTS, "lat", "lon")
#: Reading waits for the disk and unpacks, counting computes: two at a time keep both going.
_AT_ONCE = 2


class Found(NamedTuple):
    """An incident that was at the place by the word of one segment, and the rows that it has there."""

    segment: Segment
    id: str
    begin: int
    end: int


@dataclass(slots=True)
class _Places:
    """By incident of one segment, in the order of the ids: its first row, its last words on where it was.

    ``address`` are numbers into all addresses, -1 where none was said; ``lat`` and ``lon`` are NaN then.
    """

    segment: Segment
    ids: pa.Array
    starts: Whole
    rows: int
    address: Whole
    lat: Degrees
    lon: Degrees


class IncidentPlaces:
    """The places of all incidents; what is new in the journal is read at the next question."""

    def __init__(self) -> None:
        self._read: dict[str, _Places] = {}
        self._numbers: dict[str, int] = {}
        self._known: dict[str, int] = {}

    def at(
        self, record: Record, address: str | None, place: tuple[float, float] | None, radius_m: float
    ) -> list[Found]:
        """Return who was at an address or near a place, the latest segment first. Raises DamagedError, PlaceError."""
        record.journal.ask(lambda: self._bring_up_to_date(record))
        number = self._number(address) if address else -1
        found: list[Found] = []
        latest_first = sorted(self._read.values(), key=lambda one: one.segment.begins, reverse=True)
        for one in latest_first:
            there: Flags = np.zeros(len(one.ids), np.bool_)
            if number >= 0:
                there |= one.address == number
            if place is not None:
                there |= within(one.lat, one.lon, place, radius_m)
            found += [self._found(one, at) for at in np.flatnonzero(there).tolist()]
        return found

    def elsewhere(self, segment: Segment, ids: Collection[str]) -> list[Found]:
        """Return where other segments tell of these incidents, too: a life may go on beyond a segment's end."""
        found = []
        for one in self._read.values():
            if one.segment.path != segment.path:
                for id_ in ids:
                    if one.segment.low <= id_ <= one.segment.high:
                        at = bisect.bisect_left(one.ids, id_, key=lambda text: text.as_py())
                        if at < len(one.ids) and one.ids[at].as_py() == id_:
                            found.append(self._found(one, at))
        return found

    @staticmethod
    def _found(one: _Places, at: int) -> Found:
        end = int(one.starts[at + 1]) if at + 1 < len(one.starts) else one.rows
        return Found(one.segment, one.ids[at].as_py(), int(one.starts[at]), end)

    def _bring_up_to_date(self, record: Record) -> None:
        segments = [each for each in record.journal.state.of(CHANGES) if each.kind == "incident"]
        for path in self._read.keys() - {each.path for each in segments}:
            del self._read[path]
        new = [each for each in segments if each.path not in self._read]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for places in pool.map(lambda each: self._places(record.journal.place, each), new):
                self._read[places.segment.path] = places

    def _places(self, place: Place, segment: Segment) -> _Places:
        with opened(place, segment, texts=_TEXTS) as file:
            present = [name for name in _COLUMNS if name in file.schema_arrow.names]
            table = file.read(present, use_threads=False)
        starts, ids = runs(table["_id"])
        entity = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(table)))
        lat, lon = (_last_degrees(table, name, entity, len(starts)) for name in ("lat", "lon"))
        address = np.full(len(starts), -1, np.int64)
        if "address" in present:
            said, texts = codes(table["address"])
            rows = np.flatnonzero(said >= 0)
            number = np.array([self._number(text) for text in texts], np.int64)
            # Of several rows of one entity the last one assigned stays.
            address[entity[rows]] = number[said[rows]]
        return _Places(segment, ids, starts, len(table), address, lat, lon)

    def _number(self, address: str) -> int:
        number = self._known.get(address)
        if number is None:
            plain = normal(address)
            number = self._known[address] = self._numbers.setdefault(plain, len(self._numbers)) if plain else -1
        return number


def _last_degrees(table: pa.Table, name: str, entity: Whole, count: int) -> Degrees:
    last = np.full(count, np.nan)
    if name in table.column_names:
        column = table[name]
        rows = np.flatnonzero(valid(column))
        # The same eight bytes, read as what they are.
        last[entity[rows]] = numbers(column).view(np.float64)[rows]
    return last
