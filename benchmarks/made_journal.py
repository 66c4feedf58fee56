"""The made-up history's way into a journal: the picture as it stands, and segments as the keeper leaves them.

The journal's own code writes both; only the steps in between, from segments of ten seconds on, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from rtcc.journal.books import book_due
from rtcc.journal.columns import encode, in_order
from rtcc.journal.picture import whole_table
from rtcc.journal.place import Folder
from rtcc.journal.segments import CHANGES, MOST_ROWS, Segment
from rtcc.journal.signing import load_signer
from rtcc.journal.writer import JournalWriter, Put
from rtcc.model.version import MICROSECONDS, microseconds
from rtcc.picture.changes import Change, cursor_of
from rtcc.picture.snapshot import StoredEntity

DAY_MS = 86_400_000
#: As a distance of positions.
_HOUR = DAY_MS // 24 << 20
_MERGED_LEVEL = 6


class Standing:
    """The picture as it stands."""

    def __init__(self) -> None:
        self.position = 0
        #: By kind and id: each field's value, the changes that said them, and the last of those.
        self._entities: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Change], list[Change]]] = {}

    def take(self, change: Change) -> None:
        self.position = change.position
        identity = change.kind, change.id
        if change.fields is None:
            self._entities.pop(identity, None)
            return
        entity = self._entities.get(identity)
        if entity is None:
            entity = self._entities[identity] = {}, {}, [change]
        fields, said_by, last = entity
        fields.update(change.fields)
        said_by.update(dict.fromkeys(change.fields, change))
        last[0] = change

    def fields(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {identity: fields for identity, (fields, _, _) in self._entities.items()}

    def tables(self) -> list[pa.Table]:
        found: dict[tuple[str, str], list[StoredEntity]] = {}
        for (kind, id_), (fields, said_by, (last,)) in sorted(self._entities.items()):
            sources = {name: change.source for name, change in said_by.items()}
            versions = {name: _digits(change) for name, change in said_by.items()}
            us = int(_digits(last)[:MICROSECONDS])
            entity = StoredEntity(kind, id_, last.agency, fields, last.position, us, sources, versions)
            found.setdefault((kind, last.agency), []).append(entity)
        return [whole_table(kind, entities) for (kind, _), entities in found.items()]


def _digits(change: Change) -> str:
    sequence = 0 if change.sequence is None else change.sequence + 1
    return f"{microseconds(datetime.fromisoformat(change.occurred_at)):017d}{sequence:020d}"


class Writing:
    """Writes changes as they lie when they have been merged: by month, the last month by day, the last day by hour."""

    def __init__(self, folder: Path, last_ms: int) -> None:
        self._writer = JournalWriter(Folder(folder / "journal"), load_signer(folder))
        self._writer.begin()
        last = datetime.fromtimestamp(last_ms / 1000, UTC)
        self._month, self._day = f"{last:%Y-%m}", f"{last:%Y-%m-%d}"
        self._hour, self._within = 0, ""
        self._some: dict[tuple[str, str], list[Change]] = {}
        self._tables: dict[tuple[str, str], list[pa.Table]] = {}

    def take(self, change: Change) -> None:
        hour = change.position // _HOUR
        if hour != self._hour:
            self._encode()
            within = self._folder_of(change.position)
            if within != self._within:
                self.write()
            self._hour, self._within = hour, within
        self._some.setdefault((change.kind, change.agency), []).append(change)

    def _folder_of(self, position: int) -> str:
        at = datetime.fromtimestamp((position >> 20) / 1000, UTC)
        if f"{at:%Y-%m}" != self._month:
            return f"{at:%Y-%m}"
        return f"{at:%Y-%m-%d}" if f"{at:%Y-%m-%d}" != self._day else f"{at:%Y-%m-%d/%H}"

    def _encode(self) -> None:
        for group, some in self._some.items():
            self._tables.setdefault(group, []).append(encode(group[0], some))
        self._some.clear()

    def write(self) -> None:
        """Write all that was taken and is not written yet."""
        self._encode()
        runs = [run for _, tables in sorted(self._tables.items()) for run in _runs(tables)]
        if not runs:
            return
        last = max(_position(run, -1) for run in runs)

        def put(number: int) -> Put:
            return [self._put(run, number) for run in runs], []

        self._writer.commit("write", put, upto=cursor_of(last))
        book_due(self._writer)
        self._tables.clear()

    def _put(self, run: pa.Table, number: int) -> Segment:
        first, last = _position(run, 0), _position(run, -1)
        return self._writer.put(CHANGES, in_order(run), first, last, number, within=self._within, level=_MERGED_LEVEL)

    def write_picture(self, standing: Standing) -> None:
        """Add the picture as it stands."""
        self._writer.write_picture(standing.tables(), standing.position, standing.position)
        book_due(self._writer)


def _runs(tables: list[pa.Table]) -> Iterator[pa.Table]:
    """Yield tables, one an hour, as few that each fit into a segment."""
    run: list[pa.Table] = []
    for table in tables:
        if run and sum(map(len, run)) + len(table) > MOST_ROWS:
            yield pa.concat_tables(run)
            run = []
        run.append(table)
    if run:
        yield pa.concat_tables(run)


def _position(table: pa.Table, row: int) -> int:
    position: int = (table["_ms"][row].as_py() << 20) + table["_seq"][row].as_py()
    return position
