"""Terms: units' positions thin out after some days, each kind's past and received bytes go after theirs.

``retire_due(writer, settings, now) -> bool`` does one step of at most some seconds, like ``merge_due``, and writes an
entry "retire". A term ends at midnight (UTC), so that a segment is rewritten at most once a day. What legal holds keep
(``held.py``) stays, in segments of its own that are looked at again when a hold ends.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from rtcc.journal.folders import PAST_TERM, THINNED, THINNED_BUT, Folders, folders_of
from rtcc.journal.held import Held, Mask, read_held
from rtcc.journal.manifest import DamagedError, State
from rtcc.journal.reading import positions
from rtcc.journal.segments import CHANGES, PICTURE, RAW, Segment
from rtcc.journal.swap import Draft, checked_tables, swap
from rtcc.journal.thinning import superfluous_positions
from rtcc.journal.writer import JournalWriter
from rtcc.picture.changes import SHIFT, instant_of
from rtcc.settings import JournalKept, Settings

log = logging.getLogger(__name__)

_DAY_MS = 86_400_000
#: What the holds keep, looked for once a day and whenever they change: a new note may be about a held incident.
_held: WeakKeyDictionary[JournalWriter, tuple[tuple[int, dict[str, str]], Held]] = WeakKeyDictionary()


def retire_due(writer: JournalWriter, settings: Settings, now: float) -> bool:
    """Do the next step that is due at ``now`` (Unix s), if any; return whether there was one.

    Nothing goes as long as a segment cannot be read that may say what a hold keeps; that is logged. Raises PlaceError,
    OvertakenError.
    """
    today_ms = int(now * 1000) // _DAY_MS * _DAY_MS
    terms = _Terms(settings.journal_kept, today_ms, writer.state)
    due = [segment for segment in terms.due() if segment.path not in writer.damaged]
    if not due:
        return False
    try:
        held = _held_now(writer, today_ms)
        past = [segment for segment in due if terms.is_past(segment) and not held.may_be_in(segment.kind)]
        if past:
            swap(writer, "retire", past, [], now, note={"before": terms.said()})
            return True
        (table,) = checked_tables(writer, due[:1])
    except (DamagedError, FileNotFoundError) as error:
        log.warning("Nothing leaves the journal by its term now: %s", error)
        return False
    drafts = list(_without_what_is_due(due[0], table, terms, held, writer.state.number))
    swap(writer, "retire", due[:1], drafts, now, note={"before": terms.said()})
    return True


def _held_now(writer: JournalWriter, today_ms: int) -> Held:
    as_of = today_ms, dict(writer.state.holds)
    known = _held.get(writer)
    if known is None or known[0] != as_of:
        known = _held[writer] = as_of, read_held(writer.place, writer.state)
    return known[1]


class _Terms:
    """When what is past its term was written, at the latest (ms)."""

    def __init__(self, kept: JournalKept, today_ms: int, state: State) -> None:
        self._kept, self._today_ms, self._state = kept, today_ms, state
        self.thinned_ms = self._before(kept.positions_days)
        #: A picture stays until the next one is past its term, too: what came after it is told from there.
        self._pictures = sorted({segment.ends for segment in state.of(PICTURE)})

    def _before(self, days: int) -> int:
        return self._today_ms - days * _DAY_MS if days else -1

    def said(self) -> dict[str, str]:
        """Return the terms for the entry: by kind, and for positions and raw bytes, the end of what may go."""
        days = {**self._kept.days, "positions": self._kept.positions_days, RAW: self._kept.raw_days}
        return {name: instant_of(self._before(each) << SHIFT) for name, each in sorted(days.items()) if each}

    def past_ms(self, segment: Segment) -> int:
        """Return before when all rows of a segment's kind go; -1 for never."""
        if segment.role == RAW:
            return self._before(self._kept.raw_days)
        past_ms = self._before(self._kept.days.get(segment.kind, 0))
        if segment.role == PICTURE:
            older = [position for position in self._pictures if position >> SHIFT < past_ms]
            return older[-1] >> SHIFT if older else -1
        return past_ms

    def is_past(self, segment: Segment) -> bool:
        """Say whether all of a segment is past its term."""
        return segment.ends >> SHIFT < self.past_ms(segment)

    def due(self) -> Iterator[Segment]:
        """Yield the segments that hold what is due, those that go whole first."""
        partly: list[Segment] = []
        for segment in self._state.segments.values():
            folders = folders_of(segment)
            # What stayed for the sake of a hold is looked at again when one has ended.
            is_settled = folders.is_for_holds and folders.as_of >= self._state.released
            if self.is_past(segment) and not (is_settled and folders.mark == PAST_TERM):
                yield segment
            elif segment.role == CHANGES:
                first_ms = segment.begins >> SHIFT
                is_partly_past = first_ms < self.past_ms(segment) and not (is_settled and folders.mark == PAST_TERM)
                is_thin = folders.mark in {THINNED, PAST_TERM} or is_settled
                if is_partly_past or (segment.kind == "unit" and first_ms < self.thinned_ms and not is_thin):
                    partly.append(segment)
        yield from partly


def _without_what_is_due(segment: Segment, table: pa.Table, terms: _Terms, held: Held, number: int) -> Iterator[Draft]:
    """Yield what stays of a segment: what is not due yet, what was thinned, and what is held, each apart."""
    at_ms = segment.ends >> SHIFT if segment.role == PICTURE else None
    ms = table["_ms"].to_numpy() if at_ms is None else np.full(len(table), at_ms)
    is_held = held.rows(table, at_ms) if held.may_be_in(segment.kind) else np.zeros(len(table), np.bool_)
    folders = folders_of(segment)
    is_past = ms < terms.past_ms(segment) if segment.role != RAW else np.full(len(table), terms.is_past(segment))
    yield from _draft(segment, table, is_past & is_held, Folders(folders.period, PAST_TERM, number))
    if segment.kind != "unit" or segment.role != CHANGES or folders.mark == THINNED:
        yield from _draft(segment, table, ~is_past, folders)
        return
    is_old = ~is_past & (ms < terms.thinned_ms)
    goes = np.zeros(len(table), np.bool_)
    goes[is_old] = superfluous_positions(table.filter(pa.array(is_old)))
    mark = Folders(folders.period, THINNED_BUT, number) if (goes & is_held).any() else Folders(folders.period, THINNED)
    yield from _draft(segment, table, is_old & ~(goes & ~is_held), mark)
    yield from _draft(segment, table, ~is_past & ~is_old, Folders(folders.period))


def _draft(segment: Segment, table: pa.Table, rows: Mask, folders: Folders) -> Iterator[Draft]:
    if not rows.any():
        return
    part = table.filter(pa.array(rows))
    if segment.role == CHANGES:
        at = positions(part)
        first, last = int(at.min()), int(at.max())
    else:
        first, last = segment.span
    yield Draft(segment.role, part, first, last, folders.within)
