"""Writes the journal: changes gathered from the stream become segments, named by one entry of the manifest at a time.

Segments are written first and then named, so whatever dies in between leaves waste and no damage; the entry says up to
where in the stream the journal has everything, so whoever goes on from there writes nothing twice.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from rtcc.journal.columns import encode, in_order
from rtcc.journal.manifest import Manifest, State
from rtcc.journal.place import Place, PlaceError, TakenError
from rtcc.journal.segments import CHANGES, MOST_ROWS, PICTURE, RAW, Segment, describe, folder_of, hour_of, to_parquet
from rtcc.journal.signing import Signer
from rtcc.picture.changes import Change, cursor_of

_INTENDED = re.compile(r"-(\d{12})-[0-9a-f]{8}\.parquet")
_TRIES = 20
#: Segments that an entry adds, and the paths of those that it takes away.
Put = tuple[list[Segment], list[str]]


class OvertakenError(RuntimeError):
    """Another writer has written on where this one was about to; it must begin anew from what is there."""


class Group(NamedTuple):
    """What shares a segment."""

    agency: str
    hour: str
    kind: str


class Gathered:
    """Changes on their way into segments, as tables already: those take a tenth of the memory."""

    def __init__(self) -> None:
        self.rows = 0
        self.last = 0
        self._tables: dict[Group, list[pa.Table]] = {}
        self._spans: dict[Group, tuple[int, int]] = {}

    def take(self, changes: Sequence[Change]) -> None:
        """Take in the next changes of the stream, whole entries in their order."""
        if not changes:
            return
        parted: dict[Group, list[Change]] = {}
        hours: dict[int, str] = {}
        for change in changes:
            hour = hours.get(change.position)
            if hour is None:
                hour = hours[change.position] = hour_of(change.position)
            parted.setdefault(Group(change.agency, hour, change.kind), []).append(change)
        for group, some in parted.items():
            self._tables.setdefault(group, []).append(encode(group.kind, some))
            first, _ = self._spans.get(group, (some[0].position, 0))
            self._spans[group] = first, some[-1].position
        self.rows += len(changes)
        self.last = changes[-1].position

    def parts(self) -> Iterable[tuple[Group, pa.Table, int, int]]:
        """Yield each segment's group, sorted table, first and last position."""
        for group, tables in self._tables.items():
            yield group, in_order(pa.concat_tables(tables)), *self._spans[group]


class JournalWriter:
    """Writes one journal. Every method raises PlaceError where the place fails; then nothing was added."""

    def __init__(self, place: Place, signer: Signer) -> None:
        """Write to this place, and sign with this key."""
        self._place = place
        self.manifest = Manifest(place, signer)
        self._written: list[str] = []
        self._has_begun = True
        #: Files that an entry took away → since when (Unix s); readers may still have them open.
        self.leaving: dict[str, float] = {}
        #: Segments found to be other than the manifest says: left as they are, for whoever looks into it.
        self.damaged: set[str] = set()

    @property
    def place(self) -> Place:
        """Where it writes."""
        return self._place

    @property
    def state(self) -> State:
        """What the journal is made of now, as far as this writer knows."""
        return self.manifest.state

    def begin(self) -> State:
        """Read what is there, and clear away what a writer that was killed has left. Raises DamagedError."""
        self.manifest.refresh()
        if self.state.number < 0:
            self.commit("begin", lambda _: ([], []))
        self.sweep()
        self._place.clear()
        self._has_begun = False
        return self.state

    def write(self, gathered: Gathered) -> State:
        """Add gathered changes. Raises OvertakenError where another writer has added to the journal meanwhile."""
        parts = list(gathered.parts())
        upto = cursor_of(gathered.last)
        return self.commit("write", lambda number: (self._put_parts(parts, number), []), upto=upto)

    def note_gap(self, to: int) -> State:
        """Say that changes up to a position were lost, or made before there was a journal, and all began anew then."""
        since, upto = min(self.state.position, to), max(self.state.position, to)
        note = {"from": cursor_of(since), "to": cursor_of(to)}
        return self.commit("gap", lambda _: ([], []), upto=cursor_of(upto), note=note)

    def write_picture(self, tables: Sequence[pa.Table], since: int, at: int) -> State:
        """Add the whole picture, read from the store after ``since``, as it was at ``at``; one table a kind, agency."""

        def put(number: int) -> Put:
            return [self.put(PICTURE, in_order(table), since, at, number) for table in tables], []

        return self.commit("picture", put)

    def write_raw(self, table: pa.Table, first: int, last: int) -> State:
        """Add bytes as they were received; see raw.py for the table."""

        def put(number: int) -> Put:
            return [self.put(RAW, table, first, last, number)], []

        return self.commit("raw", put, raw_upto=cursor_of(last))

    def put(
        self, role: str, table: pa.Table, first: int, last: int, number: int, *, within: str = "", level: int = 3
    ) -> Segment:
        """Write one segment for entry ``number``; ``within`` is its folder below the agency's, else the hour's."""
        data = to_parquet(table, level)
        kind, agency = table["_kind"][0].as_py(), table["_agency"][0].as_py()
        folder = within or hour_of(last if role == PICTURE else first)
        path = f"{role}/{folder_of(agency)}/{folder}/{kind}-{number:012d}-{uuid.uuid4().hex[:8]}.parquet"
        segment = describe(table, data, path, role, first, last)
        self._written.append(path)
        self._place.put(path, data)
        return segment

    def sweep(self) -> int:
        """Remove what no entry names and none can name any more; return how many files."""
        waste = unnamed(self._place, self.state)
        for path in waste:
            self._place.remove(path)
        return len(waste)

    def _clear_after_the_last_one(self) -> None:
        """Remove what a writer before us had written for the entry that has just become ours."""
        if not self._has_begun:
            self._has_begun = True
            self.sweep()

    def _put_all(self, put: Callable[[int], Put], number: int) -> Put:
        self._written.clear()
        try:
            return put(number)
        except BaseException:
            # A full disk must not be filled further by every try. Once an entry may name them they stay.
            with contextlib.suppress(PlaceError):
                for path in self._written:
                    self._place.remove(path)
            raise

    def _put_parts(self, parts: Sequence[tuple[Group, pa.Table, int, int]], number: int) -> list[Segment]:
        return [
            self.put(CHANGES, table.slice(start, MOST_ROWS), first, last, number)
            for _, table, first, last in parts
            for start in range(0, len(table), MOST_ROWS)
        ]

    def commit(self, what: str, put: Callable[[int], Put], **says: Any) -> State:
        """Write the next entry.

        ``put`` writes the segments for an entry's number, and returns them and the paths that go; it is called again
        where the entry went to somebody else. Raises OvertakenError where that was another writer of changes.
        """
        for _ in range(_TRIES):
            upto, raw_upto, number = self.state.upto, self.state.raw_upto, self.state.number + 1
            added, removed = self._put_all(put, number)
            try:
                state = self.manifest.commit(what, added=added, removed=removed, **says)
            except TakenError:
                for segment in added:
                    self._place.remove(segment.path)
                self.manifest.refresh()
            else:
                self._clear_after_the_last_one()
                return state
            if (self.state.upto, self.state.raw_upto) != (upto, raw_upto):
                break
        raise OvertakenError("Another process writes to this journal.")


def unnamed(place: Place, state: State) -> list[str]:
    """Return the segments' files that no entry names, although the entry that they were written for is there."""
    found = []
    for role in (CHANGES, PICTURE, RAW):
        for path, _ in place.files(role):
            intended = _INTENDED.search(path)
            is_past = path in state.gone or intended is None or int(intended[1]) <= state.number
            if is_past and path not in state.segments:
                found.append(path)
    return found
