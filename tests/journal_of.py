"""A journal made by hand for a test: changes at moments of one's own choosing, written as the process would."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from rtcc.journal.columns import encode
from rtcc.journal.manifest import Manifest
from rtcc.journal.merge import merge_due
from rtcc.journal.place import Folder
from rtcc.journal.segments import read_table
from rtcc.journal.signing import load_signer
from rtcc.journal.writer import Gathered, JournalWriter
from rtcc.picture.changes import Change, instant_of

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
#: 2026-11-22T02:00:00Z
TWO = 1_795_312_800_000
#: Of a change that only moves a unit.
MOVED = {"lat": 37.7, "lon": -122.4}


def change(ms: int, id_: str = "U1", kind: str = "unit", fields: dict[str, Any] | None = MOVED, **over: Any) -> Change:
    """Return a change that the store wrote at a millisecond."""
    position = (ms << 20) + over.pop("seq", 0)
    at = instant_of(position)
    parts: dict[str, Any] = {"agency": "SFPD", "source": "avl", "occurred_at": at, "received_at": at} | over
    return Change(position, kind, id_, fields=fields, **parts)


def new_writer(root: Path, data: Path) -> JournalWriter:
    """Return a writer to a journal, begun."""
    writer = JournalWriter(Folder(root), load_signer(data))
    writer.begin()
    return writer


def write(writer: JournalWriter, *changes: Change) -> None:
    """Write changes as one entry."""
    gathered = Gathered()
    gathered.take(list(changes))
    writer.write(gathered)


def write_picture(writer: JournalWriter, at_ms: int, *entities: Change) -> None:
    """Write the whole picture as it was at a millisecond; of each entity a change with all of its fields."""
    kinds: dict[tuple[str, str], list[Change]] = {}
    for entity in entities:
        kinds.setdefault((entity.kind, entity.agency), []).append(entity)
    tables = [encode(kind, some, ['[["0","cad",[]]]'] * len(some)) for (kind, _), some in sorted(kinds.items())]
    writer.write_picture(tables, at_ms << 20, at_ms << 20)


def merge_all(writer: JournalWriter, ms: int) -> int:
    """Merge until nothing is due at a millisecond; return the steps it took."""
    steps = 0
    while merge_due(writer, ms / 1000):
        steps += 1
        assert steps < 1_000
    return steps


def rows(root: Path, *roles: str) -> list[dict[str, Any]]:
    """Return every row that the journal holds, of these roles, in one order whatever segment it stands in."""
    place = Folder(root)
    state = Manifest(place).refresh()
    found = [
        row | {"role": segment.role}
        for role in roles or ("changes", "picture", "raw")
        for segment in state.of(role)
        for row in _spoken(read_table(place, segment))
    ]
    return sorted(found, key=lambda row: (row["role"], row["_ms"], row["_seq"], row["_n"], row["_kind"], row["_id"]))


def _spoken(table: pa.Table) -> Sequence[dict[str, Any]]:
    return [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]
