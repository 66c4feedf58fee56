"""The stream of effective changes: what one entry says, and how the ids of entries order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from rtcc.store import keys
from rtcc.store.commands import AsyncStore


@dataclass(slots=True)
class Change:
    """One effective change. ``fields`` is partial, or None where the entity left the picture.

    ``position`` is that of its entry in the stream, which it shares with the other changes of its batch.
    """

    position: int
    kind: str
    id: str
    agency: str
    source: str
    fields: dict[str, Any] | None
    occurred_at: str
    received_at: str
    sequence: int | None = None
    #: Its place among the changes of its entry, from 0.
    place: int = 0


#: A stream id "ms-n" as one whole number that sorts alike: n below 2**20 within a millisecond.
SHIFT = 20
#: What of a position is n.
SEQUENCE = (1 << SHIFT) - 1
#: An entry holds up to a batch of changes, so a few entries are much to read at once.
_ENTRIES_AT_ONCE = 64


def position_of(cursor: str) -> int | None:
    """Return a stream id as a sortable whole number, or None where the text is no stream id."""
    milliseconds, dash, number = cursor.partition("-")
    if not (dash and cursor.isascii() and milliseconds.isdigit() and number.isdigit() and len(cursor) <= 40):
        return None
    return (int(milliseconds) << SHIFT) + int(number)


def cursor_of(position: int) -> str:
    """Return the stream id at a position."""
    return f"{position >> SHIFT}-{position & SEQUENCE}"


def seconds_of(position: int) -> float:
    """Return when the store wrote the entry at a position, in Unix seconds to the millisecond."""
    return (position >> SHIFT) / 1000


def instant_of(position: int) -> str:
    """Return the same as ISO 8601 text."""
    at = datetime.fromtimestamp(seconds_of(position), UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_changes(entries: Iterable[tuple[bytes, dict[bytes, bytes]]]) -> list[Change]:
    """Read entries of the stream as the store returned them; one holds the changes of a whole batch."""
    changes = []
    for id_, entry in entries:
        position = position_of(id_.decode()) or 0
        changes += [
            Change(
                position,
                c["kind"],
                c["id"],
                c["agency"],
                c["source"],
                c["fields"],
                c["occurred_at"],
                c["received_at"],
                c.get("sequence"),
                place,
            )
            for place, c in enumerate(orjson.loads(entry[b"c"]))
        ]
    return changes


async def last_position(store: AsyncStore) -> int:
    """Return where the stream ends now; 0 for a stream that has never held anything."""
    last = await store.xrevrange(keys.CHANGES, count=1)
    return (position_of(last[0][0].decode()) or 0) if last else 0


async def last_changes(store: AsyncStore, until: int, at_least: int) -> list[Change]:
    """Return the last changes up to a position, oldest first: as many as asked for, and the rest of their batch."""
    changes: list[Change] = []
    end = cursor_of(until)
    while len(changes) < at_least:
        entries = await store.xrevrange(keys.CHANGES, max=end, count=_ENTRIES_AT_ONCE)
        changes = read_changes(reversed(entries)) + changes
        if len(entries) < _ENTRIES_AT_ONCE:
            break
        end = f"({entries[-1][0].decode()}"
    return changes


async def changes_after(store: AsyncStore, position: int, block_ms: int | None) -> list[Change]:
    """Return the next changes after a position, waiting up to ``block_ms`` for the first (None: not at all)."""
    return (await read_after(store, position, block_ms)).changes


class Read(NamedTuple):
    """The next changes of the stream, and the position up to which they reach; ``whole`` where those are all."""

    changes: list[Change]
    position: int
    whole: bool


async def read_after(store: AsyncStore, position: int, block_ms: int | None) -> Read:
    """Return what follows a position, waiting up to ``block_ms`` for it (None: not at all)."""
    answer = await store.xread({keys.CHANGES: cursor_of(position)}, count=_ENTRIES_AT_ONCE, block=block_ms)
    entries = answer[0][1] if answer else []
    if not entries:
        return Read([], position, whole=True)
    at = position_of(entries[-1][0].decode()) or position
    return Read(read_changes(entries), at, whole=len(entries) < _ENTRIES_AT_ONCE)


async def total_at(store: AsyncStore, position: int) -> int:
    """Return how many changes there were up to a position, so far as the stream still tells."""
    answer = await store.xread({keys.CHANGES: cursor_of(position)}, count=1, block=None)
    if not answer:
        return int(await store.hget(keys.COUNTERS, "changes") or 0)
    entry = answer[0][1][0][1]
    return int(entry.get(b"t", 0)) - len(orjson.loads(entry[b"c"]))


async def first_position(store: AsyncStore) -> int | None:
    """Return the position of the oldest entry that the stream still holds; None where it holds none."""
    if not await store.exists(keys.CHANGES):
        return None
    first = (await store.xinfo_stream(keys.CHANGES))["first-entry"]
    return position_of(first[0].decode()) if first else None


async def reaches_back_to(store: AsyncStore, position: int) -> bool:
    """Say whether the stream still holds every change after a position, and has not been emptied or replaced."""
    if not await store.exists(keys.CHANGES):
        return position == 0
    about = await store.xinfo_stream(keys.CHANGES)
    last = position_of(about["last-generated-id"].decode()) or 0
    trimmed = position_of((await store.hget(keys.COUNTERS, "trimmed") or b"0-0").decode()) or 0
    return trimmed <= position <= last
