"""Rows of segments as Arrow tables, the reader's one way to the files: of one entity, or of a stretch of the stream.

Nothing here makes Arrow arrays of Python values or asks Arrow for NumPy arrays: the first time a process does either,
Arrow loads pandas, and that takes four times as long as reading an incident's timeline.
"""

from __future__ import annotations

import bisect
import contextlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from rtcc.journal.manifest import DamagedError
from rtcc.journal.place import Place, readable
from rtcc.journal.segments import Segment, open_parquet, together
from rtcc.picture.changes import SHIFT

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class VanishedError(RuntimeError):
    """A segment is not there (any more): it was merged or rewritten since the manifest was read, or it is missing."""

    def __init__(self, path: str) -> None:
        """Keep the segment's path."""
        super().__init__(f"{path} is not there.")
        self.path = path


@contextlib.contextmanager
def opened(place: Place, segment: Segment, texts: Sequence[str] = ()) -> Iterator[pq.ParquetFile]:
    """Open a segment for a block; ``texts`` are columns to read as dictionaries.

    Raises VanishedError, DamagedError, PlaceError.
    """
    try:
        with readable(), _sound(segment), open_parquet(place, segment, texts) as file:
            yield file
    except FileNotFoundError:
        raise VanishedError(segment.path) from None


@contextlib.contextmanager
def _sound(segment: Segment) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:
        # What Arrow cannot make sense of is an OSError too, without a number.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise DamagedError(
            f"The segment {segment.path} cannot be read; `rtcc journal verify` says what is wrong with the journal."
        ) from error


def rows_of(place: Place, segment: Segment, id_: str) -> Iterator[pa.Table]:
    """Yield all rows of one entity, in the order of the stream, in parts."""
    with opened(place, segment) as file:
        for group in _groups(file, "_id", id_, id_):
            table = file.read_row_group(group, use_threads=False)
            ids = table["_id"].to_pylist()
            first = bisect.bisect_left(ids, id_)
            yield table.slice(first, bisect.bisect_right(ids, id_, lo=first) - first)


def rows_between(
    place: Place, segment: Segment, after: int, upto: int, columns: Sequence[str] | None = None
) -> pa.Table | None:
    """Return the rows after a position up to another in the segment's order, None where there are none.

    ``columns`` that the segment does not have are left out.
    """
    first, last = segment.span
    with opened(place, segment) as file:
        wanted = None if columns is None else [name for name in columns if name in file.schema_arrow.names]
        if first > after and last <= upto:
            return file.read(wanted)
        parts = []
        for group in _groups(file, "_ms", after >> SHIFT, upto >> SHIFT):
            at = positions(file.read_row_group(group, ["_ms", "_seq"], use_threads=False))
            rows = np.flatnonzero((at > after) & (at <= upto))
            if len(rows):
                parts.append(taken(file.read_row_group(group, wanted), rows))
    return together(parts) if parts else None


def _groups(file: pq.ParquetFile, column: str, low: str | int, high: str | int) -> Iterator[int]:
    """Yield the row groups that may hold values from ``low`` to ``high``."""
    about = file.metadata
    at = file.schema_arrow.names.index(column)
    for group in range(about.num_row_groups):
        known = about.row_group(group).column(at).statistics
        if known is None or not known.has_min_max or (known.min <= high and known.max >= low):
            yield group


def positions(table: pa.Table) -> Whole:
    """Return each row's position in the stream."""
    return (numbers(table["_ms"]) << SHIFT) + numbers(table["_seq"])


def numbers(column: pa.ChunkedArray) -> Whole:
    """Return a column of whole numbers or instants (microseconds); what stands for a null is any number."""
    return np.concatenate([np.empty(0, np.int64), *map(_numbers, column.chunks)])


def valid(column: pa.ChunkedArray) -> Flags:
    """Return which rows of a column hold a value."""
    return np.concatenate([np.empty(0, np.bool_), *(_bits(chunk, chunk.buffers()[0]) for chunk in column.chunks)])


def true(column: pa.ChunkedArray) -> Flags:
    """Return which rows of a column of booleans hold true."""
    bits = np.concatenate([np.empty(0, np.bool_), *(_bits(chunk, chunk.buffers()[1]) for chunk in column.chunks)])
    return bits & valid(column)


def codes(column: pa.ChunkedArray) -> tuple[Whole, list[str]]:
    """Return a column of texts as numbers into a list of all of them; -1 for null."""
    found, texts = encoded(column)
    return found, texts.to_pylist()


def encoded(column: pa.ChunkedArray) -> tuple[Whole, pa.Array]:
    """Return the same, the list as Arrow's."""
    # What is encoded here has one dictionary; what is read has one in each row group.
    column = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if not column.num_chunks:
        return np.empty(0, np.int64), pa.nulls(0, pa.string())
    indices = pa.chunked_array([chunk.indices for chunk in column.chunks])
    found = numbers(indices)
    if column.null_count:
        found[~valid(indices)] = -1
    return found, column.chunk(0).dictionary


def taken(table: pa.Table, rows: npt.NDArray[np.intp]) -> pa.Table:
    """Return some rows of a table, by their numbers."""
    if len(rows) == len(table) and bool((np.diff(rows) == 1).all()):
        return table
    return take(table, rows)


def take(values: pa.Table | pa.Array, rows: npt.NDArray[np.intp]) -> pa.Table | pa.Array:
    """Return some rows of a table or values of an array, by their numbers."""
    chosen = np.ascontiguousarray(rows, np.int64)
    return values.take(pa.Array.from_buffers(pa.int64(), len(chosen), [None, pa.py_buffer(chosen)]))


def _numbers(chunk: pa.Array) -> npt.NDArray[np.int32] | Whole:
    if not len(chunk):
        return np.empty(0, np.int64)
    dtype = np.dtype(np.int32 if chunk.type.bit_width == 32 else np.int64)
    return np.frombuffer(chunk.buffers()[1], dtype, len(chunk), chunk.offset * dtype.itemsize)


def _bits(chunk: pa.Array, bitmap: pa.Buffer | None) -> Flags:
    if bitmap is None:
        return np.ones(len(chunk), np.bool_)
    bits = np.unpackbits(np.frombuffer(bitmap, np.uint8), bitorder="little")
    return bits[chunk.offset : chunk.offset + len(chunk)].astype(np.bool_)
