"""The stream of effective changes: what one entry says, and how the ids of entries order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Change:
    """One effective change. ``fields`` is partial, or None where the entity left the picture."""

    position: int
    kind: str
    id: str
    agency: str
    source: str
    fields: dict[str, Any] | None
    occurred_at: str
    received_at: str


#: A stream id "ms-n" as one whole number that sorts alike: n below 2**20 within a millisecond.
_SHIFT = 20


def position_of(cursor: str) -> int | None:
    """Return a stream id as a sortable whole number, or None where the text is no stream id."""
    milliseconds, dash, number = cursor.partition("-")
    if not (dash and cursor.isascii() and milliseconds.isdigit() and number.isdigit() and len(cursor) <= 40):
        return None
    return (int(milliseconds) << _SHIFT) + int(number)


def cursor_of(position: int) -> str:
    """Return the stream id at a position."""
    return f"{position >> _SHIFT}-{position & ((1 << _SHIFT) - 1)}"


def read_change(id_: bytes, entry: dict[bytes, bytes]) -> Change:
    """Read one entry of the stream as the store returned it."""
    position = position_of(id_.decode())
    assert position is not None, "a stream id that the store itself made"
    change = orjson.loads(entry[b"c"])
    renamed = entry.get(b"i")
    return Change(
        position,
        change["kind"],
        renamed.decode() if renamed else change["id"],
        change["agency"],
        change["source"],
        change["fields"],
        change["occurred_at"],
        change["received_at"],
    )
