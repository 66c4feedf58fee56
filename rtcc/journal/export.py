"""Writes changes of the journal into a file for others: Parquet, CSV or GeoJSON; whole or not at all.

A row is a change. ``changed_at`` is when it entered the picture and ``position`` where in the stream, ``left`` that its
entity left the picture, ``cleared`` names the fields that were cleared. The other columns are the fields as they were
said: what a change did not speak of is empty.
"""

from __future__ import annotations

import contextlib
import csv
import itertools
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from rtcc.journal.area import Where
from rtcc.journal.column_values import ENCODE, INSTANT, TYPES, Odd
from rtcc.journal.columns import holds_of
from rtcc.model.checks import Holds
from rtcc.model.fields import KINDS
from rtcc.picture.changes import Change, cursor_of, instant_of

FORMATS = ("parquet", "csv", "geojson")
#: No field of any kind has one of these names.
ENVELOPE: dict[str, pa.DataType] = {
    "changed_at": INSTANT,
    "position": pa.string(),
    "kind": pa.string(),
    "agency": pa.string(),
    "id": pa.string(),
    "source": pa.string(),
    "event_occurred_at": INSTANT,
    "event_received_at": INSTANT,
    "left": pa.bool_(),
    "cleared": pa.list_(pa.string()),
}
_AT_ONCE = 10_000
#: A spreadsheet takes text that begins with one of these for a formula; callers' words come from anywhere.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ExportError(ValueError):
    """The file cannot be written; the message says why."""


def export(placed: Iterable[tuple[Change, Where]], file: Path, form: str, kinds: Collection[str]) -> int:
    """Write changes, in their order, and return how many; their kinds are among ``kinds``.

    GeoJSON places each where its entity was after it. Raises ExportError; then there is no file.
    """
    if file.exists():
        raise ExportError(f"{file} is there already.")
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        # What is exported may hold callers' names and numbers.
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        written = _WRITE[form](placed, partial, kinds)
        partial.rename(file)
    except OSError as error:
        raise ExportError(f"{file} cannot be written: {error.strerror or type(error).__name__}.") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return written


def columns_of(kinds: Collection[str]) -> dict[str, Holds]:
    """Return the fields of all these kinds and what each holds; a field means the same in every kind."""
    return {name: holds for kind in KINDS if kind in kinds for name, holds in holds_of(kind).items()}


def _envelope(change: Change) -> dict[str, Any]:
    cleared = sorted(name for name, value in (change.fields or {}).items() if value is None)
    return {
        "changed_at": instant_of(change.position),
        "position": f"{cursor_of(change.position)}/{change.place}",
        "kind": change.kind,
        "agency": change.agency,
        "id": change.id,
        "source": change.source,
        "event_occurred_at": change.occurred_at,
        "event_received_at": change.received_at,
        "left": change.fields is None,
        "cleared": cleared,
    }


# ---------------------------------------------------------------- Parquet


def _write_parquet(placed: _Placed, file: Path, kinds: Collection[str]) -> int:
    holds = columns_of(kinds)
    fields = {name: TYPES[held] for name, held in holds.items()}
    # What no column can hold, such as a number that is too large for it, stands in "other" as JSON.
    schema = pa.schema(ENVELOPE | fields | {"other": pa.string()})
    written = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for some in _batches(placed):
            writer.write_table(_table([change for change, _ in some], holds, schema))
            written += len(some)
    return written


def _table(changes: list[Change], holds: dict[str, Holds], schema: pa.Schema) -> pa.Table:
    odd = Odd()
    fields = [change.fields or {} for change in changes]
    columns = {name: ENCODE[held](name, [each.get(name) for each in fields], odd) for name, held in holds.items()}
    for row, each in enumerate(fields):
        for name in each.keys() - holds.keys():
            odd.keep(row, name, each[name])
    envelopes = [_envelope(change) for change in changes]
    for name, type_ in ENVELOPE.items():
        values = [envelope[name] for envelope in envelopes]
        columns[name] = pa.array(values, pa.string()).cast(INSTANT) if type_ == INSTANT else values
    columns["other"] = [
        orjson.dumps(odd.exact[row]).decode() if row in odd.exact else None for row in range(len(fields))
    ]
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


# ---------------------------------------------------------------- CSV


def _write_csv(placed: _Placed, file: Path, kinds: Collection[str]) -> int:
    names = list(columns_of(kinds))
    written = 0
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*ENVELOPE, *names])
        for change, _ in placed:
            envelope = _envelope(change)
            envelope["cleared"] = " ".join(envelope["cleared"])
            fields = change.fields or {}
            writer.writerow([_cell(value) for value in (*envelope.values(), *(fields.get(name) for name in names))])
            written += 1
    return written


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value


# ---------------------------------------------------------------- GeoJSON


def _write_geojson(placed: _Placed, file: Path, _kinds: Collection[str]) -> int:
    written = 0
    with file.open("w", encoding="utf-8") as out:
        out.write('{"type":"FeatureCollection","features":[')
        for change, where in placed:
            feature = {"type": "Feature", "geometry": _point(where), "properties": _properties(change)}
            out.write((",\n" if written else "\n") + orjson.dumps(feature).decode())
            written += 1
        out.write("\n]}\n")
    return written


def _properties(change: Change) -> dict[str, Any]:
    fields = {name: value for name, value in (change.fields or {}).items() if value is not None}
    return _envelope(change) | fields


def _point(where: Where) -> dict[str, Any] | None:
    if where.lat is None or where.lon is None:
        return None
    return {"type": "Point", "coordinates": [where.lon, where.lat]}


_Placed = Iterable[tuple[Change, Where]]


def _batches(placed: _Placed) -> Iterator[list[tuple[Change, Where]]]:
    iterator = iter(placed)
    while some := list(itertools.islice(iterator, _AT_ONCE)):
        yield some


_WRITE: dict[str, Callable[[_Placed, Path, Collection[str]], int]] = {
    "parquet": _write_parquet,
    "csv": _write_csv,
    "geojson": _write_geojson,
}
