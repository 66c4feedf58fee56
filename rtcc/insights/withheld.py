"""What a purpose opens of one entity that may have left the picture: its last plate, or what a sensitive call told."""

from __future__ import annotations

from typing import Any

from rtcc.access.purposes import fields_opened
from rtcc.access.visibility import Audience
from rtcc.insights.life import Life, incident_on_record
from rtcc.insights.record import Record


def withheld(record: Record, kind: str, id_: str, audience: Audience, break_glass: bool) -> dict[str, Any] | None:
    """Return whether it was ever sensitive, and the fields that are opened; None where it is not on record for them.

    ``audience`` is a role's. Raises DamagedError, PlaceError.
    """
    life = incident_on_record(record, id_) if kind == "incident" else Life.of(kind, id_, record.timeline(kind, id_))
    if not life.steps or life.hidden_from(audience) is None:
        return None
    opened = fields_opened(audience, kind, life.marks, break_glass=break_glass)
    fields = {name: life.fields[name] for name in sorted(opened) if life.fields.get(name) is not None}
    return {"sensitive": life.marks.sensitive, "fields": fields}
