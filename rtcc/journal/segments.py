"""A segment: one Parquet file of changes of one kind and agency, and what the manifest says of it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rtcc.journal.place import Folder, Place
from rtcc.picture.changes import cursor_of, instant_of, position_of

#: What a segment holds: effective changes, the whole picture at one position, or bytes as they were received.
CHANGES, PICTURE, RAW = "changes", "picture", "raw"
#: A segment holds at most so many rows: as many as can be sorted and written in little memory.
MOST_ROWS = 250_000
#: Small enough that one entity's history needs few of them, large enough to compress.
ROW_GROUP = 8_192
#: Everyone writes about the same few of these all day: that one stands in a segment says nothing.
_ALWAYS_THERE = frozenset({"unit", "camera", "alarm_load", "raw"})
_HASH = 4
#: Where nothing stands in it every row tells of a departure.
_KEPT = frozenset({"_says"})


@dataclass(frozen=True, slots=True)
class Segment:
    """What the manifest says of a segment. ``first`` and ``last`` are ids of the stream.

    Of a picture it holds what was so at ``last``, and was read from the store since ``first``. ``low`` and ``high``
    bound the entities' ids; ``ids`` are hashes of all of them (base64), "" where nearly all are always there.
    """

    path: str
    sha256: str
    bytes: int
    rows: int
    role: str
    kind: str
    agency: str
    first: str
    last: str
    low: str = ""
    high: str = ""
    ids: str = ""

    @property
    def begins(self) -> int:
        """``first`` as a position."""
        return position_of(self.first) or 0

    @property
    def ends(self) -> int:
        """``last`` as a position."""
        return position_of(self.last) or 0

    @property
    def span(self) -> tuple[int, int]:
        """Both."""
        return self.begins, self.ends

    def to_json(self) -> dict[str, Any]:
        """Return it as the manifest writes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Segment:
        """Read it back; what a later version may have added is left out."""
        return cls(**{name: value[name] for name in _NAMES if name in value})

    def may_hold(self, id_: str) -> bool:
        """Say whether the entity may stand in it; nearly always right where there are hashes."""
        if not self.low <= id_ <= self.high:
            return False
        if not self.ids:
            return True
        known = np.frombuffer(base64.b64decode(self.ids), dtype=">u4")
        wanted = int.from_bytes(_hash(id_))
        at = int(np.searchsorted(known, wanted))
        return at < len(known) and int(known[at]) == wanted


_NAMES = tuple(field.name for field in fields(Segment))


def _hash(id_: str) -> bytes:
    return hashlib.blake2b(id_.encode(), digest_size=_HASH).digest()


def folder_of(agency: str) -> str:
    """Return an agency's name as one part of a path, whatever is in it."""
    return quote(agency, safe="").replace(".", "%2E")


def hour_of(position: int) -> str:
    """Return the hour (UTC) in which the entry at a position was written: ``2026-11-22/02``."""
    return instant_of(position)[:13].replace("T", "/")


def to_parquet(table: pa.Table, level: int = 3) -> bytes:
    """Return a table as a Parquet file; columns in which nothing stands are left out, but for ``_says``."""
    table = table.select([f.name for f in table.schema if f.name in _KEPT or table[f.name].null_count < len(table)])
    texts = [f.name for f in table.schema if pa.types.is_string(f.type)]
    split = [f.name for f in table.schema if pa.types.is_primitive(f.type) and not pa.types.is_boolean(f.type)]
    out = io.BytesIO()
    pq.write_table(
        table,
        out,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=level,
        use_dictionary=texts,
        # Numbers that are near each other share their first bytes: split by byte those compress to nearly nothing.
        column_encoding=dict.fromkeys(split, "BYTE_STREAM_SPLIT"),
        write_statistics=[name for name in ("_id", "_ms") if name in table.column_names],
        store_schema=False,
    )
    return out.getvalue()


def describe(table: pa.Table, data: bytes, path: str, role: str, first: int, last: int) -> Segment:
    """Return what the manifest says of a table of changes that is written to ``path`` as ``data``."""
    ids = pc.unique(table["_id"]).to_pylist()
    kind = table["_kind"][0].as_py()
    return Segment(
        path,
        hashlib.sha256(data).hexdigest(),
        len(data),
        len(table),
        role,
        kind,
        table["_agency"][0].as_py(),
        cursor_of(first),
        cursor_of(last),
        min(ids),
        max(ids),
        "" if kind in _ALWAYS_THERE else base64.b64encode(b"".join(sorted(map(_hash, ids)))).decode(),
    )


@contextlib.contextmanager
def open_parquet(place: Place, segment: Segment, texts: Sequence[str] = ()) -> Iterator[pq.ParquetFile]:
    """Open a segment for a block; ``texts`` are columns that are read as dictionaries.

    Raises FileNotFoundError, PlaceError; pa.ArrowException where it is damaged.
    """
    with contextlib.ExitStack() as stack:
        # Arrow reads a local file by itself, several columns at once.
        if isinstance(place, Folder):
            source: Path | BinaryIO = place.root / segment.path
        else:
            source = stack.enter_context(place.open(segment.path))
        about = pq.read_metadata(source)
        present = [name for name in texts if name in about.schema.names]
        yield stack.enter_context(pq.ParquetFile(source, metadata=about, read_dictionary=present))


def read_table(place: Place, segment: Segment, columns: Sequence[str] | None = None) -> pa.Table:
    """Return a whole segment."""
    with open_parquet(place, segment) as file:
        present = None if columns is None else [name for name in columns if name in file.schema_arrow.names]
        return file.read(present)


def together(tables: Iterable[pa.Table]) -> pa.Table:
    """Return tables of one kind as one; what one of them lacks is null there."""
    return pa.concat_tables(list(tables), promote_options="default")
