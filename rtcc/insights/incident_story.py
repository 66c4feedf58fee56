"""One incident whole: every change of it, the notes and alarms about it, its calls, its intervals, and who came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rtcc.access.visibility import Audience, Marks, hidden_fields
from rtcc.city.pack import Target
from rtcc.insights.assigned_units import assigned_units
from rtcc.insights.ever_covert import EverCovert
from rtcc.insights.intervals import intervals_of
from rtcc.insights.life import Life, Step, incident_on_record, occurred
from rtcc.insights.mentions import about_incident, is_about, on_incident
from rtcc.insights.record import Record
from rtcc.model.checks import parse_instant
from rtcc.picture.changes import SHIFT

#: As distances in the stream. Calls ring before their incident is entered; what is said of it may come after its end.
MINUTE = 60_000 << SHIFT
_RANG_BEFORE, _SAID_AFTER = 60 * MINUTE, 60 * MINUTE
_OF_CALLS = ("started_at", "answered_at", "ended_at", "queue", "class_of_service", "language", "call_taker")


def incident_story(
    record: Record, ever_covert: EverCovert, targets: Mapping[int, Target], incident_id: str, audience: Audience
) -> dict[str, Any] | None:
    """Return the story as an audience may hear it, None where no such incident is on record for it.

    Raises DamagedError, PlaceError.
    """
    incident = incident_on_record(record, incident_id)
    if not incident.steps or incident.hidden_from(audience) is None:
        return None
    since = incident.first - _RANG_BEFORE
    until = record.end if incident.in_picture else min(record.end, incident.last + _SAID_AFTER)
    calls = [
        Life.of("call", id_, record.timeline("call", id_, since=since, until=until))
        for id_ in on_incident(record, "call", incident_id, since, until)
    ]
    calls.sort(key=lambda call: (call.instant("started_at") or occurred(call.steps[0].change), call.id))
    told = [*incident.steps]
    about = _about(record, incident_id, incident.first - 1, until)
    hidden = ever_covert.ids(record, "alarm") if any(life.kind == "alarm" for life in about) else set()
    for life in about:
        if life.kind == "alarm" and life.id in hidden:
            life.marks = Marks(covert=True)
        told += _told_of(life, incident_id)
    lives = {(life.kind, life.id): life for life in (incident, *about)}
    rows = [row for step in told if (row := _row(step, lives[step.change.kind, step.change.id], audience))]
    rows.sort(key=lambda row: (parse_instant(row["at"]) or occurred(told[0].change), row.pop("order")))
    return record.as_told() | {
        "id": incident_id,
        "incident": incident.seen_by(audience),
        "in_picture": incident.in_picture,
        "timeline": rows,
        "intervals": intervals_of(incident, calls[0] if calls else None, targets),
        "calls": [seen for call in calls if (seen := _call(call, audience))],
        "units": assigned_units(record, ever_covert, incident, audience, until),
    }


def _about(record: Record, incident_id: str, since: int, until: int) -> list[Life]:
    """Return the notes and alarms that said in a stretch that they are about the incident."""
    return [
        Life.of(kind, id_, record.timeline(kind, id_, since, until))
        for kind in ("note", "alarm")
        for id_ in about_incident(record, kind, incident_id, since, until)
    ]


def _told_of(life: Life, incident_id: str) -> list[Step]:
    """Return what was said while it was about the incident: a unit's alarm may be raised again about another."""
    told, about_it = [], False
    for step in life.steps:
        if "about" in (step.change.fields or {}):
            about_it = is_about((step.change.fields or {})["about"], incident_id)
        if about_it and not step.left:
            told.append(step)
    return told


def _row(step: Step, life: Life, audience: Audience) -> dict[str, Any] | None:
    """Return a change as an audience may see it; None where it may not, or where nothing is left to see."""
    change, hidden = step.change, life.hidden_from(audience)
    # Whoever may not read what a note is about may not learn from this list that there is one about this.
    if hidden is None or (life.kind == "note" and "about" in hidden):
        return None
    changed = [
        {"field": name, "from": step.before.get(name), "to": value}
        for name, value in (change.fields or {}).items()
        if name not in hidden and step.before.get(name) != value
    ]
    expunged = change.fields == {}
    if not (changed or step.left or expunged):
        return None
    return {
        "at": _said_at(step),
        "received_at": change.received_at,
        "source": change.source,
        "kind": change.kind,
        "id": change.id,
        "changed": changed,
        "left": step.left,
        "expunged": expunged,
        "order": (change.position, change.place),
    }


def _said_at(step: Step) -> str:
    """Return when it occurred. An answer to an alarm bears the instant of the raise that it answers; it came later."""
    answered_at = (step.change.fields or {}).get("acknowledged_at")
    return answered_at if isinstance(answered_at, str) else step.change.occurred_at


def _call(call: Life, audience: Audience) -> dict[str, Any] | None:
    hidden = hidden_fields(audience, "call", call.marks)
    if hidden is None:
        return None
    seen = {name: call.fields.get(name) for name in _OF_CALLS if name not in hidden}
    return {"id": call.id} | seen
