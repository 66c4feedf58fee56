"""The bytes in which an incident's events were received, as text; the caller sees to who may look at them."""

from __future__ import annotations

import re
from typing import Any

from rtcc.insights.record import Record
from rtcc.journal.raw_behind import RawBytes, as_word, raw_behind, raw_waiting, spellings
from rtcc.model.event import iso
from rtcc.store.commands import Store

MOST_BODIES, MOST_BYTES = 50, 16_384


def received_bytes(record: Record, store: Store | None, incident_id: str) -> dict[str, Any] | None:
    """Return what was received of an incident, the earliest first; None where no such incident is on record.

    ``store`` knows what the journal has not got yet. Raises DamagedError, PlaceError, a StoreAway error.
    """
    changes = list(record.timeline("incident", incident_id))
    if not changes:
        return None
    found = {(one.received_at, one.sha256): one for one in raw_behind(record.journal, *changes)}
    if store is not None:
        found |= {(one.received_at, one.sha256): one for one in raw_waiting(store, *changes)}
    bodies = [found[key] for key in sorted(found)]
    told = {"id": incident_id, "received": [_told(one, incident_id) for one in bodies[:MOST_BODIES]]}
    return record.as_told() | told | {"more": max(0, len(bodies) - MOST_BODIES)}


def _told(one: RawBytes, incident_id: str) -> dict[str, Any]:
    excerpt = None if one.body is None else _excerpt(one.body, incident_id)
    return {
        "received_at": iso(one.received_at),
        "key": one.key,
        "content_type": one.content_type,
        "size": one.size,
        "sha256": one.sha256,
        "expunged": excerpt is None,
        "text": None if excerpt is None else excerpt.decode("utf-8", errors="replace"),
        "cut": excerpt is not None and one.body is not None and len(excerpt) < len(one.body),
    }


def _excerpt(body: bytes, incident_id: str) -> bytes:
    """Return the whole of a small body, of a large one the part around the incident: it may hold hundreds of others."""
    if len(body) <= MOST_BYTES:
        return body
    found = (re.search(as_word(spelling), body) for spelling in spellings(incident_id.rpartition("/")[2]))
    at = min((match.start() for match in found if match), default=0)
    begin = max(0, min(at - MOST_BYTES // 2, len(body) - MOST_BYTES))
    return body[begin : begin + MOST_BYTES]
