"""The bytes of requests as they were received, on their way from the gate through the store into the journal.

Those of one micro-batch travel together in one entry of a stream, compressed together: many small bodies say nearly
the same. A change leads back to its own by the moment of its receipt, so nothing is added to any event.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import orjson

from rtcc.model.event import iso

#: The one field of such an entry.
FIELD = "b"
#: Level 1: three levels more would save a tenth of the room and take twice the time, while a request waits.
_LEVEL = 1
_LONGEST_TYPE = 200


class Received(NamedTuple):
    """A request's body, with who sent it by the name of their key; ``received_at`` is aware UTC."""

    received_at: datetime
    key: str
    content_type: str
    body: bytes


def pack(bodies: Iterable[Received]) -> bytes:
    """Return bodies as one entry's bytes: for each a line of JSON that says how long it is, then itself."""
    packer = zlib.compressobj(_LEVEL)
    parts = []
    for received_at, key, content_type, body in bodies:
        head = orjson.dumps([iso(received_at), key, content_type[:_LONGEST_TYPE], len(body)])
        parts += [packer.compress(head + b"\n"), packer.compress(body)]
    return b"".join([*parts, packer.flush()])


def unpack(entry: bytes) -> list[Received]:
    """Read back what ``pack`` made. Raises ValueError for anything else."""
    try:
        return list(_bodies(zlib.decompress(entry)))
    except (zlib.error, ValueError, TypeError) as error:
        raise ValueError("The entry holds no bodies that can be read.") from error


def _bodies(data: bytes) -> Iterator[Received]:
    at = 0
    while at < len(data):
        begins = data.index(b"\n", at) + 1
        received_at, key, content_type, size = orjson.loads(data[at : begins - 1])
        at = begins + size
        yield Received(datetime.fromisoformat(received_at), key, content_type, data[begins:at])
