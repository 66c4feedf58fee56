"""All that is on record now: the journal as far as it reaches, and from there on what the stream of changes holds.

A change is in the journal some seconds after it was made; whoever asks about it at once must not be told less.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

import pyarrow as pa

from rtcc.insights.segment_rows import SegmentRows
from rtcc.insights.some_fields import columns_of, decode_some
from rtcc.journal.columns import decode
from rtcc.journal.reader import At, Journal, by_stream, position_at
from rtcc.journal.segments import CHANGES, together
from rtcc.journal.window import Window
from rtcc.picture.changes import SHIFT, Change, cursor_of, instant_of, read_changes
from rtcc.picture.snapshot import StoredEntity
from rtcc.store import keys
from rtcc.store.commands import Store

LAST = 2**63 - 1
_ENTRIES_AT_ONCE = 256
#: More than this waits only where the journal has stood still for long, and would not fit the memory.
MOST_FRESH = 100_000


def changes_from(store: Store, position: int) -> list[Change]:
    """Return what the stream holds after a position, in its order, at most the first MOST_FRESH or a few more.

    Raises a StoreAway error.
    """
    fresh: list[Change] = []
    after = cursor_of(position)
    while len(fresh) < MOST_FRESH:
        entries = store.xrange(keys.CHANGES, f"({after}", count=_ENTRIES_AT_ONCE)
        fresh += read_changes(entries)
        if len(entries) < _ENTRIES_AT_ONCE:
            break
        after = entries[-1][0].decode()
    return fresh


class Record:
    """One look at everything that is on record; every question may raise DamagedError and PlaceError."""

    def __init__(self, journal: Journal, fresh: Sequence[Change] = (), rows: SegmentRows | None = None) -> None:
        """``journal`` was refreshed; ``fresh`` is what the stream held after it; ``rows`` are kept between looks."""
        self.journal = journal
        self.rows = rows or SegmentRows()
        self.rows.let_go(journal.state.segments)
        self.upto = journal.reaches_to
        self.fresh = [change for change in fresh if change.position > self.upto]

    @property
    def end(self) -> int:
        """The position up to which it reaches."""
        return self.fresh[-1].position if self.fresh else self.upto

    def timeline(self, kind: str, id_: str, since: At = 0, until: At = LAST) -> list[Change]:
        """Return the changes of one entity after ``since`` up to ``until``, in the order of the stream."""
        after, last = position_at(since), position_at(until)
        window = Window(after, min(last, self.upto), {kind})

        def parts() -> list[pa.Table]:
            segments = filter(window.may_be_in, self.journal.state.of(CHANGES))
            holding = [each for each in segments if each.may_hold(id_)]
            return [table for each in holding for table in self.rows.of(self.journal.place, each, id_)]

        told = self._decoded(self.journal.ask(parts), window)
        return told + [c for c in self.fresh if c.kind == kind and c.id == id_ and after < c.position <= last]

    def changes(
        self, since: At, until: At, kinds: Collection[str], fields: Collection[str] | None = None
    ) -> list[Change]:
        """Return the changes of some kinds after ``since`` up to ``until``, in the order of the stream.

        All at once: ask for kinds that change seldom, or for hours, not years; and of the journal's for no more
        ``fields`` than are needed.
        """
        after, last = position_at(since), position_at(until)
        window = Window(after, min(last, self.upto), kinds)

        def parts() -> list[pa.Table]:
            segments = filter(window.may_be_in, self.journal.state.of(CHANGES))
            columns = None if fields is None else columns_of(fields)
            found = [self.rows.between(self.journal.place, each, after, window.upto, columns) for each in segments]
            return [table for table in found if table is not None]

        told = self._decoded(self.journal.ask(parts), window, fields)
        return told + [change for change in self.fresh if change.kind in kinds and after < change.position <= last]

    @staticmethod
    def _decoded(parts: Iterable[pa.Table], window: Window, fields: Collection[str] | None = None) -> list[Change]:
        of_kind: dict[str, list[pa.Table]] = {}
        for table in parts:
            if len(table):
                of_kind.setdefault(table["_kind"][0].as_py(), []).append(table)
        # To decode many small tables costs more than to put them together first.
        tables = map(together, of_kind.values())
        changes = [c for table in tables for c in (decode(table) if fields is None else decode_some(table, fields))]
        changes = [change for change in changes if window.after < change.position <= window.upto]
        return sorted(changes, key=by_stream)

    def picture_at(self, at: datetime, kinds: Collection[str]) -> Iterator[StoredEntity]:
        """Return the picture of some kinds as it was at a moment, as far as the journal reaches."""
        return self.journal.picture_at(min(position_at(at), self.upto), kinds)

    def is_whole_since(self, at: datetime) -> bool:
        """Say whether nothing was lost of what was there at a moment and came after it."""
        position = position_at(at)
        lost = (last for _, last in self.journal.state.gaps)
        if self.journal.gap_at(min(position, self.upto)) is not None:
            return False
        begins = position >> SHIFT
        return all(int(last.partition("-")[0]) < begins for last in lost)

    def as_told(self) -> dict[str, str]:
        """Return up to when it reaches, as an answer says it."""
        return {"as_of": instant_of(self.end)}
