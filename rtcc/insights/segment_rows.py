"""Rows of the journal's segments, the small ones kept in memory: the last hour lies in hundreds of them, unmerged.

To open one takes a millisecond, to look into one that is at hand next to nothing; and it is the last hour that is asked
about again and again.
"""

from __future__ import annotations

import bisect
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from rtcc.journal.place import Place
from rtcc.journal.reading import opened, positions, rows_between, rows_of, taken
from rtcc.journal.segments import Segment

#: A segment of more rows is read anew each time, and of it only the parts that are needed.
_SMALL = 20_000
MOST_BYTES = 96 * 2**20


class SegmentRows:
    """Reads rows of segments; every question may raise VanishedError, DamagedError, PlaceError."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Keep so much of the small segments."""
        self._most_bytes, self._bytes = most_bytes, 0
        self._kept: OrderedDict[str, pa.Table] = OrderedDict()

    @staticmethod
    def keeps(segment: Segment) -> bool:
        """Say whether a segment is so small that it is kept."""
        return segment.rows <= _SMALL

    def of(self, place: Place, segment: Segment, id_: str) -> Iterator[pa.Table]:
        """Yield all rows of one entity, in the order of the stream, in parts."""
        if not self.keeps(segment):
            yield from rows_of(place, segment, id_)
            return
        table = self._table(place, segment)
        ids = table["_id"]
        first = bisect.bisect_left(ids, id_, key=_text)
        last = bisect.bisect_right(ids, id_, lo=first, key=_text)
        if last > first:
            yield table.slice(first, last - first)

    def between(
        self, place: Place, segment: Segment, after: int, upto: int, columns: Sequence[str] | None = None
    ) -> pa.Table | None:
        """Return the rows after a position up to another in the segment's order, None where there are none."""
        if not self.keeps(segment):
            return rows_between(place, segment, after, upto, columns)
        table = self._table(place, segment)
        first, last = segment.span
        if first <= after or last > upto:
            at = positions(table)
            table = taken(table, np.flatnonzero((at > after) & (at <= upto)))
        if columns is not None:
            table = table.select([name for name in columns if name in table.column_names])
        return table if len(table) else None

    def let_go(self, there: Iterable[str]) -> None:
        """Forget what is not there any more; ``there`` are the paths of all segments."""
        for path in self._kept.keys() - set(there):
            self._bytes -= self._kept.pop(path).nbytes

    def _table(self, place: Place, segment: Segment) -> pa.Table:
        table = self._kept.get(segment.path)
        if table is None:
            with opened(place, segment) as file:
                table = self._kept[segment.path] = file.read(use_threads=False).combine_chunks()
            self._bytes += table.nbytes
            while self._bytes > self._most_bytes and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= oldest.nbytes
        else:
            self._kept.move_to_end(segment.path)
        return table


def _text(scalar: pa.Scalar) -> str:
    return str(scalar.as_py())
