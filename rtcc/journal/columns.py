"""Changes as Arrow tables and back without loss: one schema a kind, in which a change is a row.

Columns that begin with an underscore are the envelope; the others are the kind's fields, each in the type that its
rule says (``rtcc/model/fields.py``). A change is partial, so ``_says`` tells which fields it spoke of and how:

    null          the entity left the picture
    "a,b-,c~,d+"  a: its value stands in its column; b was cleared; c: as a, but written in the type's other way
                  (a number without a point, an instant to the millisecond); d: no column can hold it, see ``_exact``
    "!"           all fields were expunged
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from rtcc.journal.column_values import DECODE, ENCODE, INSTANT, TYPES, Odd, decode_instant, readable
from rtcc.model.checks import Holds
from rtcc.model.fields import KINDS
from rtcc.picture.changes import SEQUENCE, SHIFT, Change

#: What every row has, also one of raw bytes. ``_ms`` and ``_seq`` are the id of the entry in the stream, ``_n`` the
#: change's place in it: together its identity.
IDENTITY = (
    pa.field("_ms", pa.int64(), nullable=False),
    pa.field("_seq", pa.int32(), nullable=False),
    pa.field("_n", pa.int32(), nullable=False),
    pa.field("_kind", pa.string(), nullable=False),
    pa.field("_agency", pa.string(), nullable=False),
    pa.field("_id", pa.string(), nullable=False),
)
ENVELOPE = pa.schema(
    [
        *IDENTITY,
        pa.field("_source", pa.string(), nullable=False),
        pa.field("_occurred_at", INSTANT, nullable=False),
        pa.field("_received_at", INSTANT, nullable=False),
        pa.field("_sequence", pa.int64()),
        pa.field("_says", pa.string()),
        pa.field("_exact", pa.string()),
        # Only in a whole picture: who wrote which field when (digits, source, names), and its newest withdrawal.
        pa.field("_versions", pa.string()),
        pa.field("_gone", pa.string()),
    ]
)
EXPUNGED = "!"
_DECODED_AT_ONCE = 8_192


def holds_of(kind: str) -> dict[str, Holds]:
    """Return the kind's fields and what each of them holds; nothing for a kind that this version does not know."""
    return {name: check.holds for name, check in KINDS.get(kind, {}).items()}


def schema_of(kind: str) -> pa.Schema:
    """Return the schema of a kind's changes."""
    fields = [pa.field(name, TYPES[holds]) for name, holds in holds_of(kind).items()]
    return pa.schema([*ENVELOPE, *fields])


def encode(
    kind: str,
    changes: Sequence[Change],
    versions: Sequence[str | None] | None = None,
    gone: Sequence[str | None] | None = None,
) -> pa.Table:
    """Return changes of one kind as a table, in their order; ``versions`` and ``gone`` belong to a whole picture."""
    rows = len(changes)
    odd = Odd()
    columns = _fields(kind, changes, odd)
    exact = [orjson.dumps(odd.exact[row]).decode() if row in odd.exact else None for row in range(rows)]
    columns |= {
        "_ms": [change.position >> SHIFT for change in changes],
        "_seq": [change.position & SEQUENCE for change in changes],
        "_n": [change.place for change in changes],
        "_kind": [kind] * rows,
        "_agency": [change.agency for change in changes],
        "_id": [change.id for change in changes],
        "_source": [change.source for change in changes],
        "_occurred_at": [datetime.fromisoformat(change.occurred_at) for change in changes],
        "_received_at": [datetime.fromisoformat(change.received_at) for change in changes],
        "_sequence": [change.sequence for change in changes],
        "_says": _says(changes, odd),
        "_exact": exact if odd.exact else None,
        "_versions": versions,
        "_gone": gone,
    }
    schema = schema_of(kind)
    arrays = []
    for field in schema:
        column = columns.get(field.name)
        arrays.append(pa.nulls(rows, field.type) if column is None else pa.array(column, field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _fields(kind: str, changes: Sequence[Change], odd: Odd) -> dict[str, Any]:
    """Return a list of values for each field that a change spoke of; what is odd about them is noted down."""
    fields = [change.fields or {} for change in changes]
    holds = holds_of(kind)
    spoken = set[str]().union(*fields)
    columns = {}
    for name, held in holds.items():
        if name in spoken:
            columns[name] = ENCODE[held](name, [each.get(name) for each in fields], odd)
    unknown = spoken - holds.keys()
    for row, each in enumerate(fields):
        if unknown:
            for name in unknown & each.keys():
                odd.keep(row, name, each[name])
        if None in each.values():
            for name in [name for name, value in each.items() if value is None]:
                odd.mark(row, name, "-")
    return columns


def in_order(table: pa.Table) -> pa.Table:
    """Return changes that came in the order of the stream sorted by entity, each one's history in its order."""
    # Stable, so an entity's changes stay in the order in which they came.
    return table.take(pc.sort_indices(table["_id"]))


def _says(changes: Sequence[Change], odd: Odd) -> list[str | None]:
    known: dict[tuple[str, ...], str] = {}
    says: list[str | None] = []
    for row, change in enumerate(changes):
        if change.fields is None:
            says.append(None)
            continue
        if row in odd.marks:
            marks = odd.marks[row]
            says.append(",".join([name + marks.get(name, "") for name in sorted(change.fields)]))
            continue
        names = tuple(change.fields)
        said = known.get(names)
        if said is None:
            said = known[names] = ",".join(sorted(names))
        says.append(said)
    return says


# ---------------------------------------------------------------- back again


def decode(table: pa.Table) -> Iterator[Change]:
    """Yield the changes of a table of one kind, in its order; of columns that are missing, all values are."""
    for batch in table.to_batches(max_chunksize=_DECODED_AT_ONCE):
        yield from _decode_batch(batch)


def _decode_batch(batch: pa.RecordBatch) -> Iterator[Change]:
    columns = {field.name: readable(batch.column(i)) for i, field in enumerate(batch.schema)}
    envelope = {name: columns.pop(name).to_pylist() for name in ENVELOPE.names if name in columns}
    if batch.num_rows == 0:
        return
    holds = holds_of(envelope["_kind"][0])
    fields = {name: column.to_pylist() for name, column in columns.items() if column.null_count < len(column)}
    shapes: dict[str, list[tuple[str, str]]] = {}
    exacts = envelope.get("_exact")
    sequences = envelope.get("_sequence")
    for row, says in enumerate(envelope["_says"]):
        said: dict[str, Any] | None = None
        if says is not None:
            shape = shapes.get(says)
            if shape is None:
                shape = shapes[says] = _shape(says)
            exact = orjson.loads(exacts[row]) if exacts and exacts[row] else {}
            said = {
                name: None
                if mark == "-"
                else exact[name]
                if mark == "+"
                else DECODE[holds[name]](fields[name][row], mark)
                for name, mark in shape
            }
        yield Change(
            (envelope["_ms"][row] << SHIFT) + envelope["_seq"][row],
            envelope["_kind"][row],
            envelope["_id"][row],
            envelope["_agency"][row],
            envelope["_source"][row],
            said,
            decode_instant(envelope["_occurred_at"][row], ""),
            decode_instant(envelope["_received_at"][row], ""),
            sequences[row] if sequences else None,
            envelope["_n"][row],
        )


def _shape(says: str) -> list[tuple[str, str]]:
    if says in {"", EXPUNGED}:
        return []
    return [(name[:-1], name[-1]) if name[-1] in "-~+" else (name, "") for name in says.split(",")]
