"""Changes read from the journal with only some of their fields: a question about places need not unpack narratives."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import orjson
import pyarrow as pa

from rtcc.journal.column_values import DECODE, decode_instant, readable
from rtcc.journal.columns import holds_of
from rtcc.picture.changes import SHIFT, Change

_ENVELOPE = ("_ms", "_seq", "_n", "_kind", "_id", "_says", "_exact", "_occurred_at")


def columns_of(fields: Collection[str]) -> list[str]:
    """Return the columns that have to be read for some fields."""
    return [*_ENVELOPE, *fields]


def decode_some(table: pa.Table, fields: Collection[str]) -> Iterator[Change]:
    """Yield the changes of a table of one kind, each with those fields, its position and when it occurred."""
    columns = {name: _values(table, name) for name in table.column_names if name in _ENVELOPE or name in fields}
    shapes: dict[str, list[tuple[str, str]]] = {}
    holds = holds_of(columns["_kind"][0]) if len(table) else {}
    for row, says in enumerate(columns.get("_says", ())):
        said: dict[str, Any] | None = None
        if says is not None:
            shape = shapes.get(says)
            if shape is None:
                shape = shapes[says] = [one for one in map(_marked, says.split(",")) if one[0] in fields]
            exact = orjson.loads(columns["_exact"][row]) if any(mark == "+" for _, mark in shape) else {}
            said = {
                name: None
                if mark == "-"
                else exact[name]
                if mark == "+"
                else DECODE[holds[name]](columns[name][row], mark)
                for name, mark in shape
            }
        occurred_at = decode_instant(columns["_occurred_at"][row], "")
        yield Change(
            (columns["_ms"][row] << SHIFT) + columns["_seq"][row],
            columns["_kind"][row],
            columns["_id"][row],
            "",
            "",
            said,
            occurred_at,
            occurred_at,
            None,
            columns["_n"][row],
        )


def _values(table: pa.Table, name: str) -> list[Any]:
    return [value for chunk in table[name].chunks for value in readable(chunk).to_pylist()]


def _marked(name: str) -> tuple[str, str]:
    """Return a field's name and the mark behind it (see ``rtcc/journal/columns.py``)."""
    return (name[:-1], name[-1]) if name[-1:] in {"-", "~", "+"} else (name, "")
