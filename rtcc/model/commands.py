"""What the center's people say themselves: notes and reviews, each a plain event under the name of whoever says it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from rtcc.model.event import Event, iso, parse_event
from rtcc.model.fields import KINDS
from rtcc.model.sources import CENTER, OPERATORS

TEXT = KINDS["note"]["text"]


def note(about: list[dict[str, str]], text: str, by: str, now: datetime) -> Event:
    """Return what ``by`` writes about some entities, each a kind and an id; every note is one of its own."""
    data = {"about": about, "text": text, "written_by": by, "written_at": iso(now)}
    return command("note", uuid.uuid4().hex, data, now)


def review(detection_id: str, verdict: str, by: str, now: datetime, agency: str) -> Event:
    """Return that ``by`` has looked at a detection and says what it is; the last to look wins."""
    return command(
        "detection", detection_id, {"review": verdict, "reviewed_by": by, "reviewed_at": iso(now)}, now, agency
    )


def command(
    kind: str,
    id_: str,
    data: dict[str, Any],
    now: datetime,
    agency: str = CENTER,
    occurred_at: str | None = None,
    sequence: int | None = None,
) -> Event:
    """Return a command as an event that has passed the checks which every other passes. Raises EventError."""
    envelope = {
        "kind": kind,
        "id": id_,
        "agency": agency,
        "source": OPERATORS,
        "occurred_at": iso(now) if occurred_at is None else occurred_at,
        "sequence": sequence,
    }
    return parse_event(envelope | {"data": data}, now)
