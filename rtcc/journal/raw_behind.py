"""The way back: from a change, or from an event that could not be taken, to the bytes in which it was received.

Every event carries the moment at which its request was received, to the microsecond; so do the request's bytes. Where
two requests share a moment, those that spell the entity's id are meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from rtcc.journal.column_values import INSTANT
from rtcc.journal.place import Place
from rtcc.journal.raw import GatheredRaw
from rtcc.journal.reader import Journal
from rtcc.journal.reading import opened
from rtcc.journal.segments import RAW, Segment
from rtcc.model.checks import parse_instant
from rtcc.model.event import iso
from rtcc.picture.changes import Change, seconds_of
from rtcc.picture.deadletters import DeadLetter
from rtcc.store import keys
from rtcc.store.commands import Store

#: Bytes come into the store within a request, after they were received; the rest allows for clocks that disagree.
_BEFORE, _AFTER = timedelta(minutes=5), timedelta(minutes=15)
_ABOUT = ("_id", "received_at", "key", "content_type", "size", "expunged")
_ENTRIES_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class RawBytes:
    """A body as it was received. ``body`` is None where it was expunged; ``key`` names the sender's key."""

    received_at: datetime
    key: str
    content_type: str
    size: int
    sha256: str
    body: bytes | None


class _Wanted(NamedTuple):
    """The bytes received at a moment, those first in which one of these is found."""

    received_at: datetime
    words: tuple[re.Pattern[bytes], ...]


def spellings(id_: str, agency: str = "") -> tuple[bytes, ...]:
    """Return how the bytes of a request may spell an entity's id; one that was renamed ("agency/id") by its own."""
    plain = id_.removeprefix(f"{agency}/") if agency else id_
    return tuple({plain.encode(), orjson.dumps(plain)[1:-1], json.dumps(plain)[1:-1].encode()})


def as_word(spelling: bytes) -> re.Pattern[bytes]:
    """Return what finds a spelling where it is not part of a longer one.

    A line break or tab that JSON writes as a letter is no part of it, either.
    """
    return re.compile(rb"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf]))%b(?![A-Za-z0-9])" % re.escape(spelling))


def raw_behind(journal: Journal, *about: Change | DeadLetter) -> list[RawBytes]:
    """Return the bytes behind changes or dead letters, each body once, in the order in which they were received.

    What was not received in a request, or is older than the raw bytes are kept, has none. Raises DamagedError,
    PlaceError.
    """
    wanted = list(_wanted(about))

    def found() -> list[RawBytes]:
        bodies: list[RawBytes] = []
        for segment in journal.state.of(RAW):
            moments = {one.received_at for one in wanted if _may_hold(segment, one.received_at)}
            if moments:
                bodies += _read(journal.place, segment, moments)
        return bodies

    return _meant(journal.ask(found), wanted)


def raw_waiting(store: Store, *about: Change | DeadLetter) -> list[RawBytes]:
    """Return the same of what the journal has not got yet. Raises a StoreAway error."""
    wanted = list(_wanted(about))
    moments = {one.received_at for one in wanted}
    found: list[RawBytes] = []
    after = "-"
    while entries := store.xrange(keys.RAW, after, count=_ENTRIES_AT_ONCE):
        gathered = GatheredRaw()
        gathered.take(entries)
        found += _rows(gathered.table(), moments)
        after = f"({entries[-1][0].decode()}"
    return _meant(found, wanted)


def _wanted(about: Iterable[Change | DeadLetter]) -> Iterator[_Wanted]:
    for one in about:
        received_at = parse_instant(one.received_at)
        if received_at is not None:
            if isinstance(one, DeadLetter):
                words: tuple[re.Pattern[bytes], ...] = (re.compile(re.escape(one.raw)),)
            else:
                words = tuple(map(as_word, spellings(one.id, one.agency)))
            yield _Wanted(received_at.astimezone(UTC), words)


def _may_hold(segment: Segment, received_at: datetime) -> bool:
    first, last = map(seconds_of, segment.span)
    return first <= (received_at + _AFTER).timestamp() and last >= (received_at - _BEFORE).timestamp()


def _read(place: Place, segment: Segment, moments: set[datetime]) -> list[RawBytes]:
    """Read of a segment only those parts that hold what was received at these moments."""
    with opened(place, segment) as file:
        about = file.read([name for name in _ABOUT if name in file.schema_arrow.names])
        chosen = _chosen(about, moments)
        if not chosen:
            return []
        # Of the rows of one content the first holds it, and they stand together.
        ids = sorted({about["_id"][row].as_py() for row in chosen})
        holders = [pc.index(about["_id"], id_).as_py() for id_ in ids]
        bodies: dict[str, bytes | None] = {}
        ends = np.cumsum([file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)])
        if "body" in file.schema_arrow.names:
            for group in sorted({int(np.searchsorted(ends, row, side="right")) for row in holders}):
                part = file.read_row_group(group, ["_id", "body"])
                held = part.filter(pc.is_in(part["_id"], pa.array(ids)))
                bodies |= {row["_id"]: row["body"] for row in held.to_pylist() if row["body"] is not None}
    return [_raw_bytes(row, bodies) for row in about.take(chosen).to_pylist()]


def _rows(table: pa.Table, moments: set[datetime]) -> list[RawBytes]:
    rows = table.to_pylist()
    bodies = {row["_id"]: row["body"] for row in rows if row["body"] is not None}
    return [_raw_bytes(rows[number], bodies) for number in _chosen(table, moments)]


def _chosen(about: pa.Table, moments: set[datetime]) -> list[int]:
    is_meant = pc.is_in(about["received_at"], pa.array(sorted(moments), INSTANT))
    rows: list[int] = pc.indices_nonzero(is_meant).to_pylist()
    return rows


def _raw_bytes(row: dict[str, Any], bodies: dict[str, bytes | None]) -> RawBytes:
    body = None if row["expunged"] else bodies.get(row["_id"])
    return RawBytes(row["received_at"], row["key"], row["content_type"], row["size"], row["_id"], body)


def _meant(found: Sequence[RawBytes], wanted: Sequence[_Wanted]) -> list[RawBytes]:
    by_moment: dict[str, list[RawBytes]] = {}
    for one in found:
        by_moment.setdefault(iso(one.received_at), []).append(one)
    meant: dict[tuple[datetime, str], RawBytes] = {}
    for received_at, words in wanted:
        there = by_moment.get(iso(received_at), [])
        holding = [one for one in there if one.body and any(word.search(one.body) for word in words)]
        # A format may say an id in other words; then all that was received at that moment may be it.
        for one in holding or there:
            meant[one.received_at, one.sha256] = one
    return [meant[key] for key in sorted(meant)]
