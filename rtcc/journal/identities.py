"""Who is who across segments: entities as numbers, found without comparing more ids than may stand in two of them."""

from __future__ import annotations

import bisect
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from rtcc.journal.reading import Whole, encoded, take


def runs(column: pa.ChunkedArray) -> tuple[Whole, pa.Array]:
    """Return where the rows of each entity begin in a segment's ids, read as dictionaries, and the ids themselves."""
    starts, ids, begin, before = [np.empty(0, np.int64)], [pa.nulls(0, pa.string())], 0, None
    for chunk in column.chunks:
        code, texts = encoded(pa.chunked_array([chunk]))
        start = np.flatnonzero(np.diff(code, prepend=-1))
        found = take(texts, code[start])
        if len(found) and found[0].as_py() == before:
            start, found = start[1:], found[1:]
        before = texts[code[-1]].as_py() if len(code) else before
        starts.append(start + begin)
        ids.append(found)
        begin += len(chunk)
    return np.concatenate(starts), pa.concat_arrays(ids)


def numbered(parts: Sequence[pa.Array]) -> list[Whole]:
    """Return a number for each id in each segment, below the count of all; the same id is the same number in all.

    A segment's ids are in order, each once. Those of incidents mostly rise with time, so only few may stand in two.
    """
    begins = np.cumsum([0, *map(len, parts)])
    numbers = [np.arange(begin, begin + len(part)) for begin, part in zip(begins.tolist(), parts, strict=False)]
    order = sorted((at for at, part in enumerate(parts) if len(part)), key=lambda at: parts[at][0].as_py())
    shared: list[Whole] = []
    highest = ""
    for place, at in enumerate(order):
        part = parts[at]
        end = bisect.bisect_right(part, highest, key=_text)
        following = parts[order[place + 1]][0].as_py() if place + 1 < len(order) else None
        begin = len(part) if following is None else bisect.bisect_left(part, following, key=_text)
        highest = max(highest, part[-1].as_py())
        rows = np.arange(len(part))
        shared.append(rows[(rows < end) | (rows >= begin)])
    if shared:
        ids = pa.chunked_array([take(parts[at], rows) for at, rows in zip(order, shared, strict=True)])
        code, known = encoded(ids)
        first = np.full(len(known), -1)
        begin = 0
        for at, rows in zip(order, shared, strict=True):
            ours = code[begin : begin + len(rows)]
            begin += len(rows)
            first[ours] = np.where(first[ours] < 0, numbers[at][rows], first[ours])
            numbers[at][rows] = first[ours]
    return numbers


def _text(scalar: pa.Scalar) -> str:
    return str(scalar.as_py())
