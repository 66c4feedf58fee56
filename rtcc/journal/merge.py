"""Merges the journal's small segments into fewer as time goes by: those of an hour, of a day, of a month.

``merge_due(writer, now) -> bool`` does one step of at most about two seconds and says whether there was one to do; the
process that keeps the journal calls it again until there is none. A step writes what several segments of one agency and
kind hold into one, sorted anew, of at most MOST_ROWS rows, and one entry "merge" that puts it in their place: the rows
stay the same one by one. Pictures are not merged but thinned (entry "thin"): after two days one an hour is left, after
thirty one a day. Where segments stand tells what they were merged to: ``changes/SFPD/2026-11-22/02/…`` an hour's,
``…/2026-11-22/…`` a day's, ``…/2026-11/…`` a month's.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from rtcc.journal.folders import Folders, folders_of
from rtcc.journal.manifest import State
from rtcc.journal.raw import MOST_BYTES as MOST_RAW_BYTES
from rtcc.journal.raw import merge_raw
from rtcc.journal.segments import CHANGES, MOST_ROWS, PICTURE, RAW, Segment, together
from rtcc.journal.swap import Draft, SegmentDamagedError, checked_tables, let_go, swap
from rtcc.journal.writer import JournalWriter
from rtcc.picture.changes import instant_of, position_of

log = logging.getLogger(__name__)

#: An hour is merged when it has been over for so long: the writer may be a little behind.
_LATE = timedelta(minutes=5)
#: Compressed, so that what they hold fits into little memory; raw bytes may be compressed far.
_MOST_BYTES = {CHANGES: 16 * 2**20, RAW: MOST_RAW_BYTES // 8}
#: Pictures older than the first keep one an hour, older than the second one a day.
_HOURLY_AFTER, _DAILY_AFTER = timedelta(days=2), timedelta(days=30)
_ORDER = [(name, "ascending") for name in ("_id", "_ms", "_seq", "_n")]
#: The hour in which all was found to be done: until it is over nothing more can be due.
_nothing_due: WeakKeyDictionary[JournalWriter, str] = WeakKeyDictionary()


def merge_due(writer: JournalWriter, now: float) -> bool:
    """Do the next step that is due at ``now`` (Unix s), if any; return whether there was one.

    A segment that is not what the manifest says is never merged: it is left alone, noted in ``writer.damaged`` and
    logged. Raises PlaceError, OvertakenError.
    """
    if let_go(writer, now):
        return True
    at = datetime.fromtimestamp(now, UTC)
    hour = f"{at - _LATE:%Y-%m-%d/%H}"
    if _nothing_due.get(writer) == hour:
        return False
    run = next(_due(writer, at), None)
    if run is None:
        if _thin(writer, at):
            return True
        _nothing_due[writer] = hour
        return False
    segments, within = run
    try:
        tables = list(checked_tables(writer, segments))
    except SegmentDamagedError as error:
        log.warning("%s It is left as it is; `rtcc journal verify` says more.", error)
        return True
    role = segments[0].role
    table = merge_raw(tables) if role == RAW else together(tables).sort_by(_ORDER)
    first = min(segment.begins for segment in segments)
    last = max(segment.ends for segment in segments)
    swap(writer, "merge", segments, [Draft(role, table, first, last, within)], now)
    return True


def _due(writer: JournalWriter, at: datetime) -> Iterator[tuple[list[Segment], str]]:
    """Yield runs of segments to be merged, and the folder they go to; what is smaller comes first."""
    over = at - _LATE
    standing = [
        (folders_of(segment), segment)
        for segment in writer.state.segments.values()
        if segment.role != PICTURE and segment.path not in writer.damaged
    ]
    for length, now in ((13, f"{over:%Y-%m-%d/%H}"), (10, f"{over:%Y-%m-%d}"), (7, f"{over:%Y-%m}")):
        groups: dict[tuple[str, str, str, Folders], list[Segment]] = {}
        for folders, segment in standing:
            # What holds rows for the sake of a legal hold is looked at again when that ends.
            is_raw_of_a_month = segment.role == RAW and length == 7
            if len(folders.period) < length or folders.period[:length] >= now or folders.is_for_holds:
                continue
            if not is_raw_of_a_month:
                group = segment.role, segment.agency, segment.kind, folders.wider(length)
                groups.setdefault(group, []).append(segment)
        for group, segments in sorted(groups.items()):
            for run in _runs(segments):
                yield run, group[3].within


def _runs(segments: list[Segment]) -> Iterator[list[Segment]]:
    """Yield what follows each other and fits into one."""
    run: list[Segment] = []
    rows = size = 0
    for segment in sorted(segments, key=lambda segment: (segment.begins, segment.path)):
        rows, size = rows + segment.rows, size + segment.bytes
        if rows > MOST_ROWS or size > _MOST_BYTES[segment.role]:
            if len(run) > 1:
                yield run
            run, rows, size = [], segment.rows, segment.bytes
        run.append(segment)
    if len(run) > 1:
        yield run


def _thin(writer: JournalWriter, at: datetime) -> bool:
    """Take away the pictures between those that are kept."""
    removed = _superfluous(writer.state, at)
    if removed:
        swap(writer, "thin", removed, [], at.timestamp())
    return bool(removed)


def _superfluous(state: State, at: datetime) -> list[Segment]:
    pictures: dict[int, list[Segment]] = {}
    for segment in state.segments.values():
        if segment.role == PICTURE:
            pictures.setdefault(segment.ends, []).append(segment)
    # After a gap only a picture of its own tells how things stood.
    gaps = sorted(position_of(to) or 0 for _, to in state.gaps)
    seen: set[tuple[int, str]] = set()
    removed: list[Segment] = []
    hourly, daily = (f"{at - after:%Y-%m-%dT%H}" for after in (_HOURLY_AFTER, _DAILY_AFTER))
    for position, segments in sorted(pictures.items()):
        hour = instant_of(position)[:13]
        if hour >= hourly:
            break
        kept = bisect_right(gaps, position), hour[:10] if hour < daily else hour
        if kept in seen:
            removed += segments
        seen.add(kept)
    return removed
