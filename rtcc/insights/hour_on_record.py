"""The last hour as the record tells it: the picture at its beginning, and what changed from there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rtcc.access.visibility import Audience, Marks, hidden_fields
from rtcc.insights.last_hour import FIELDS, HOUR, KnownCall, KnownIncident, call_of, incident_of, last_hour
from rtcc.insights.life import Life, occurred
from rtcc.insights.record import LAST, Record

_KINDS = frozenset({"incident", "call"})


def hour_on_record(record: Record, now: datetime, audience: Audience) -> dict[str, Any]:
    """Return the hour up to now, without calls for whom may not know of any. Raises DamagedError, PlaceError."""
    since = now - HOUR
    lives: dict[tuple[str, str], Life] = {}
    for entity in record.picture_at(since, _KINDS):
        life = lives[entity.kind, entity.id] = Life(entity.kind, entity.id)
        life.begin(entity.fields)
    for change in record.changes(since, LAST, _KINDS, FIELDS):
        life = lives.setdefault((change.kind, change.id), Life(change.kind, change.id))
        life.take(change)
    incidents = [known for life in lives.values() if life.kind == "incident" and (known := _incident(life))]
    calls: list[KnownCall] | None = None
    if hidden_fields(audience, "call", Marks()) is not None:
        calls = [call for life in lives.values() if life.kind == "call" and (call := call_of(life.fields))]
    told = last_hour(incidents, calls, now, whole=record.is_whole_since(since))
    return record.as_told() | told


def _incident(life: Life) -> KnownIncident | None:
    left_pending = [
        occurred(step.change)
        for step in life.steps
        if (step.change.fields or {}).get("status") not in {None, "pending"} or step.left
    ]
    began = occurred(life.steps[0].change) if life.steps else None
    known = incident_of(life.fields, min(left_pending, default=None), began)
    if known is not None and known.pended_until is None and not life.in_picture:
        # Withdrawn while it was pending: it waits no longer.
        return KnownIncident(known.entered_at, known.priority, known.onview, min(left_pending), known.on_scene_at)
    return known
