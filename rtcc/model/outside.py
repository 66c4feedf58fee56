"""What comes from outside may say what happened, and never that one of our own people has said or done it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from rtcc.model.event import Event, EventError, parse_event
from rtcc.model.sources import ALARMS, OPERATORS, RETENTION

#: Under these the center itself speaks.
OURS: Final = frozenset({ALARMS, OPERATORS, RETENTION})
#: States that only an answer brings.
ANSWERED: Final = frozenset({"acknowledged", "shelved"})
#: What a person of the center says under a name; only the center's own screens and keys lead there.
PERSONAL: Final[dict[str, frozenset[str]]] = {
    "alarm": frozenset({"acknowledged_by", "acknowledged_at", "shelved_by", "shelved_until", "shelve_reason"}),
    "detection": frozenset({"reviewed_by", "reviewed_at"}),
}


def parse_outside(value: object, received_at: datetime) -> Event:
    """Return an event that came from outside, checked as every event is. Raises EventError with one sentence."""
    event = parse_event(value, received_at)
    if event.source in OURS:
        raise EventError(
            "source", f"source is {event.source}, under which the center itself speaks; it must be the sender's own."
        )
    data = event.data or {}
    # Cleared they may be: an alarm that is raised anew, nobody has answered yet.
    said = [name for name in sorted(PERSONAL.get(event.kind, ())) if data.get(name) is not None]
    if event.kind == "alarm" and data.get("state") in ANSWERED:
        said.append("state")
    if said:
        raise EventError(said[0], f"{said[0]} says what a person of the center has done; it cannot be pushed.")
    return event
