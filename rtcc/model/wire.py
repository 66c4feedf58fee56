"""Events as text between our own processes: what the web puts into a batch and a worker takes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from rtcc.model.event import Event


def encode(events: Sequence[Event]) -> str:
    """Return a micro-batch as JSON text."""
    return orjson.dumps([list(event) for event in events], option=orjson.OPT_UTC_Z).decode()


def decode(batch: str | bytes) -> list[Event]:
    """Read back what ``encode`` made; the events were validated on their way in."""
    read = datetime.fromisoformat
    return [
        Event(kind, id_, agency, source, read(occurred_at), read(received_at), sequence, data)
        for kind, id_, agency, source, occurred_at, received_at, sequence, data in orjson.loads(batch)
    ]
