"""Tells which entities of the picture only certain sources have written to, so that one can clear up its own."""

from __future__ import annotations

from rtcc.store import keys
from rtcc.store.commands import Store

#: As ``apply.lua`` writes a layer: the version's digits, the source, a unit separator, the pairs.
_DIGITS, _SEPARATOR = 37, b"\x1f"


def written_only_by(store: Store, prefix: str) -> list[tuple[str, str, str]]:
    """Return the kind, id and agency of all that only sources whose names begin like this have written to."""
    found = []
    for member in sorted(store.smembers(keys.PRESENT)):
        kind, _, id_ = member.decode().partition(":")
        stored = store.hgetall(keys.entity(kind, id_))
        layers = [layer for name, layer in stored.items() if name.startswith(b"=")]
        sources = [layer[_DIGITS:].partition(_SEPARATOR)[0].decode() for layer in layers]
        agency = stored.get(b"@agency", b"").decode()
        if sources and all(source.startswith(prefix) for source in sources):
            # Where two agencies use one id, the later one's is kept under "agency/id".
            found.append((kind, id_.removeprefix(f"{agency}/"), agency))
    return found
