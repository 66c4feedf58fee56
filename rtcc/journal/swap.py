"""Swaps segments of the journal for others by one entry, and lets go of the old ones when nobody reads them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from rtcc.journal.manifest import DamagedError
from rtcc.journal.place import TakenError, read_many
from rtcc.journal.segments import Segment
from rtcc.journal.writer import JournalWriter, OvertakenError

log = logging.getLogger(__name__)

#: New segments carry the number of an entry so far ahead: until it is there nobody takes them for waste, whatever
#: others write meanwhile. What takes minutes looks far ahead.
AHEAD, FAR_AHEAD = 64, 4_096
#: A reader that read the manifest before the swap has so long to open the old files.
LINGER_S = 60.0
#: Removing a file costs a request in an object store.
_REMOVED_AT_ONCE = 64
#: Written once and kept for years.
_LEVEL = 6


class Draft(NamedTuple):
    """A segment to be written: its sorted table, the positions it spans, and its folder below the agency's."""

    role: str
    table: pa.Table
    first: int
    last: int
    within: str


class SegmentDamagedError(DamagedError):
    """A segment is not what the manifest says."""

    def __init__(self, segment: Segment, *, is_missing: bool) -> None:
        super().__init__(f"The segment {segment.path} {'is missing' if is_missing else 'has been changed'}.")
        self.is_missing = is_missing


def checked_tables(writer: JournalWriter, segments: Sequence[Segment]) -> Iterator[pa.Table]:
    """Yield whole segments, each compared with what the manifest says of it: damage is never written on.

    Raises SegmentDamagedError, PlaceError. What was found damaged is noted down in ``writer.damaged``.
    """
    paths = [segment.path for segment in segments]
    read = read_many(writer.place, paths)
    for segment in segments:
        try:
            data = next(read)
        except FileNotFoundError:
            writer.damaged.add(segment.path)
            raise SegmentDamagedError(segment, is_missing=True) from None
        if hashlib.sha256(data).hexdigest() != segment.sha256:
            writer.damaged.add(segment.path)
            raise SegmentDamagedError(segment, is_missing=False)
        yield pq.read_table(pa.BufferReader(data))


def write_drafts(writer: JournalWriter, drafts: Sequence[Draft], number: int) -> list[Segment]:
    """Write segments that an entry up to ``number`` may name. Raises PlaceError; then none of them is left."""
    written: list[Segment] = []
    try:
        for role, table, first, last, within in drafts:
            segment = writer.put(role, table, first, last, number, within=within, level=_LEVEL)
            written.append(segment)
    except BaseException:
        discard(writer, written)
        raise
    return written


def discard(writer: JournalWriter, segments: Sequence[Segment]) -> None:
    """Remove what no entry will name."""
    for segment in segments:
        writer.place.remove(segment.path)


def swap(
    writer: JournalWriter, what: str, old: Sequence[Segment], drafts: Sequence[Draft], now: float, **says: Any
) -> bool:
    """Write the drafts and an entry that puts them in the place of ``old``; say whether it came to that.

    It does not where another process swapped one of the old segments meanwhile, or held or released something. For
    the process that writes the changes: raises OvertakenError where another one wrote some meanwhile; PlaceError.
    """
    number = writer.state.number + AHEAD
    new = write_drafts(writer, drafts, number)
    upto, holds = (writer.state.upto, writer.state.raw_upto), dict(writer.state.holds)
    while writer.state.holds == holds and all(segment.path in writer.state.segments for segment in old):
        try:
            writer.manifest.commit(what, added=new, removed=[segment.path for segment in old], **says)
        except TakenError:
            writer.manifest.refresh()
        else:
            writer.leaving |= {segment.path: now for segment in old}
            return True
        if (writer.state.upto, writer.state.raw_upto) != upto:
            discard(writer, new)
            raise OvertakenError("Another process writes to this journal.")
    discard(writer, new)
    return False


def let_go(writer: JournalWriter, now: float) -> bool:
    """Remove files that entries took away a while ago; say whether there were any."""
    due = [path for path, since in writer.leaving.items() if now - since >= LINGER_S][:_REMOVED_AT_ONCE]
    for path in due:
        writer.place.remove(path)
        del writer.leaving[path]
    return bool(due)
