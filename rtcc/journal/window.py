"""A stretch of the journal as tables in the order of the stream, a slice at a time so that any fits in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rtcc.journal.place import Place
from rtcc.journal.reading import codes, numbers, positions, rows_between, taken
from rtcc.journal.segments import Segment, together

#: So many rows are held at once, as far as the spans of segments tell; ten thousand take a megabyte or two.
ROWS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Window:
    """Changes after a position up to another, of some kinds, of one agency, from some sources; None: of all."""

    after: int
    upto: int
    kinds: Collection[str] | None = None
    agency: str | None = None
    sources: Collection[str] | None = None

    def may_be_in(self, segment: Segment) -> bool:
        """Say whether a segment may hold changes of it."""
        first, last = segment.span
        return (
            first <= self.upto
            and last > self.after
            and (self.kinds is None or segment.kind in self.kinds)
            and self.agency in {None, segment.agency}
        )


def slices(place: Place, segments: Sequence[Segment], window: Window) -> Iterator[tuple[int, list[pa.Table]]]:
    """Yield slice after slice of a window: where it ends, and a table for each kind in it, in the stream's order."""
    chosen = [(segment, *segment.span) for segment in segments if window.may_be_in(segment)]
    for after, upto in _cut(chosen, window.after, window.upto):
        found: dict[str, list[pa.Table]] = {}
        for segment, first, last in chosen:
            if first <= upto and last > after:
                table = rows_between(place, segment, after, upto)
                if table is not None:
                    found.setdefault(segment.kind, []).append(table)
        in_order = [_in_order(together(parts), window.sources) for parts in found.values()]
        yield upto, [table for table in in_order if len(table)]


def _cut(segments: Sequence[tuple[Segment, int, int]], after: int, upto: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch where the segments have many rows, from its beginning to its end."""
    touched = [(segment, first, last) for segment, first, last in segments if first <= upto and last > after]
    if not touched:
        return
    # Between its first and its last change a segment's rows lie about evenly.
    rows = sum(
        segment.rows * (min(upto, last) - max(after + 1, first) + 1) / (last - first + 1)
        for segment, first, last in touched
    )
    low = max(after, min(first for _, first, _ in touched) - 1)
    high = min(upto, max(last for *_, last in touched))
    if rows <= ROWS_AT_ONCE or high - low <= 1:
        yield after, upto
        return
    middle = (low + high) // 2
    yield from _cut(touched, after, middle)
    yield from _cut(touched, middle, upto)


def _in_order(table: pa.Table, sources: Collection[str] | None) -> pa.Table:
    order = np.lexsort((numbers(table["_n"]), positions(table)))
    if sources is not None:
        source, names = codes(table["_source"])
        wanted = np.array([name in sources for name in names], np.bool_)
        order = order[wanted[source[order]]]
    return taken(table, order)
