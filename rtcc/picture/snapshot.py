"""The whole picture as it stands in the store, for those who then follow the stream of changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from rtcc.model.version import DIGITS, MICROSECONDS
from rtcc.picture.changes import position_of
from rtcc.store import keys
from rtcc.store.commands import AsyncStore

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class StoredEntity:
    """One entity as stored: its fields (None for a cleared one) and the stream position of its last change.

    ``newest_us`` is when its newest word occurred, in microseconds since 1970; ``sources`` who wrote each field last,
    and ``versions`` the digits of when (see ``rtcc/model/version.py``); ``gone`` are those of its newest withdrawal.
    """

    kind: str
    id: str
    agency: str
    fields: dict[str, Any]
    position: int
    newest_us: int = 0
    sources: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    gone: str = ""


def read_entity(member: bytes, stored: dict[bytes, bytes]) -> StoredEntity | None:
    """Read one entity's hash; None where it left between the index and the hash."""
    kind, _, id_ = member.decode().partition(":")
    layers: list[bytes] = []
    sources: dict[str, str] = {}
    versions: dict[str, str] = {}
    for names, layer in stored.items():
        if names.startswith(b"="):
            head, _, pairs = layer.partition(b"\x1f")
            layers.append(pairs)
            written = names[1:].decode().split(",")
            sources |= dict.fromkeys(written, head[DIGITS:].decode())
            versions |= dict.fromkeys(written, head[:DIGITS].decode())
    if not layers or b"@in" not in stored:
        return None
    fields = orjson.loads(b"{" + b",".join(layers).replace(b"\x1e", b",") + b"}")
    position = position_of(stored.get(b"@changed", b"0-0").decode()) or 0
    newest_us = int(stored[b"@top"][:MICROSECONDS])
    agency, gone = stored[b"@agency"].decode(), stored.get(b"@gone", b"").decode()
    return StoredEntity(kind, id_, agency, fields, position, newest_us, sources, versions, gone)


async def load(store: AsyncStore) -> AsyncIterator[StoredEntity]:
    """Yield every entity that is in the picture now; it may already hold changes later than the last cursor."""
    members = sorted(await store.smembers(keys.PRESENT))
    for start in range(0, len(members), _AT_ONCE):
        some = members[start : start + _AT_ONCE]
        pipeline = store.pipeline(transaction=False)
        for member in some:
            pipeline.hgetall(keys.ENTITY + member.decode())
        for member, stored in zip(some, await pipeline.execute(), strict=True):
            entity = read_entity(member, stored)
            if entity is not None:
                yield entity
