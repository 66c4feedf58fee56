"""The whole picture for the journal: what the store holds, with who wrote which field when, as tables of one kind each.

It is read from the store and not made of the changes, so it also shows whether the two agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import pyarrow as pa

from rtcc.journal.columns import encode
from rtcc.model.event import iso
from rtcc.model.version import instant_at
from rtcc.picture.changes import Change, last_position
from rtcc.picture.snapshot import StoredEntity, load
from rtcc.store.commands import AsyncStore


@dataclass(frozen=True, slots=True)
class WholePicture:
    """One table a kind and agency, read after ``since``, of what was so at ``at`` (positions).

    While it is read the picture goes on: an entity may be newer than ``since``, its row says how new, and at ``at``
    every row is complete together with the changes since.
    """

    tables: list[pa.Table]
    since: int
    at: int


async def read_picture(store: AsyncStore) -> WholePicture:
    """Read the whole picture from the store."""
    since = await last_position(store)
    found: dict[tuple[str, str], list[StoredEntity]] = {}
    async for entity in load(store):
        found.setdefault((entity.kind, entity.agency), []).append(entity)
    tables = [whole_table(kind, entities) for (kind, _), entities in sorted(found.items())]
    return WholePicture(tables, since, await last_position(store))


def whole_table(kind: str, entities: list[StoredEntity]) -> pa.Table:
    """Return all entities of one kind and agency as a table of the journal."""
    rows = [_row(entity) for entity in entities]
    versions = [_versions(entity) for entity in entities]
    return encode(kind, rows, versions, [entity.gone or None for entity in entities])


def _row(entity: StoredEntity) -> Change:
    at = iso(instant_at(entity.newest_us))
    return Change(entity.position, entity.kind, entity.id, entity.agency, "", entity.fields, at, at)


def _versions(entity: StoredEntity) -> str:
    """Return who wrote which fields when, as JSON: [[digits, source, [field, …]], …]."""
    layers: dict[tuple[str, str], list[str]] = {}
    for name in entity.fields:
        layers.setdefault((entity.versions[name], entity.sources[name]), []).append(name)
    return orjson.dumps([[digits, source, names] for (digits, source), names in layers.items()]).decode()
