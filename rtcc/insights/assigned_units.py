"""The units that were sent to an incident: when each was assigned, drove, arrived and left, and the way it came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rtcc.access.visibility import Audience, Marks, hidden_fields
from rtcc.insights.ever_covert import EverCovert
from rtcc.insights.life import Life, Step, occurred
from rtcc.insights.mentions import on_incident
from rtcc.insights.record import Record
from rtcc.model.checks import parse_instant
from rtcc.model.event import iso
from rtcc.picture.changes import SHIFT

MOST_POINTS = 200
#: What a unit was called and where it stood is said seldom; so far back it is looked for before the incident.
_BEFORE = 15 * 60_000 << SHIFT
_Point = dict[str, Any]


def assigned_units(
    record: Record, ever_covert: EverCovert, incident: Life, audience: Audience, until: int
) -> list[dict[str, Any]]:
    """Return each unit that an audience may know of, in the order in which they were assigned.

    Raises DamagedError, PlaceError.
    """
    if hidden_fields(audience, "unit", Marks()) is None:
        return []
    terms = _terms_on(incident)
    if not terms:
        # Its source does not say who was sent; the units themselves may.
        terms = dict.fromkeys(on_incident(record, "unit", incident.id, incident.first - 1, until), (None, None))
    covert = ever_covert.ids(record, "unit") if terms else set()
    told = []
    for id_, (since, to) in terms.items():
        life = Life.of("unit", id_, record.timeline("unit", id_, since=incident.first - _BEFORE, until=until))
        marks = Marks(covert=life.marks.covert or id_ in covert)
        if hidden_fields(audience, "unit", marks) is None:
            continue
        told.append(_unit(id_, life, incident, since, to, shows_way=not incident.hides_its_place(audience)))
    return sorted(told, key=lambda unit: (unit["assigned_at"] or "~", unit["id"]))


def _terms_on(incident: Life) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Return by unit when the incident's own source first named it, and when it took it off again."""
    terms: dict[str, tuple[datetime | None, datetime | None]] = {}
    for step in incident.steps:
        if step.change.fields is None or "units" not in step.change.fields:
            continue
        at, named = occurred(step.change), step.change.fields["units"] or ()
        for id_ in named:
            since, _ = terms.get(id_, (None, None))
            terms[id_] = (since or at, None)
        for id_, (since, to) in terms.items():
            if id_ not in named and to is None:
                terms[id_] = (since, at)
    return terms


def _unit(
    id_: str, life: Life, incident: Life, since: datetime | None, to: datetime | None, *, shows_way: bool
) -> dict[str, Any]:
    said_on, said_off = _said_itself(life.steps, incident.id)
    assigned_at = min((at for at in (since, said_on) if at), default=None)
    ended_at = incident.instant("cleared_at")
    cleared_at = min(
        (at for at in (to, said_off, ended_at) if at and (not assigned_at or at >= assigned_at)), default=None
    )
    statuses = [
        (step.change.fields["status"], occurred(step.change))
        for step in life.steps
        if step.change.fields and step.change.fields.get("status")
    ]

    def first(status: str) -> datetime | None:
        return min(
            (at for said, at in statuses if said == status and _is_within(at, assigned_at, cleared_at)), default=None
        )

    way = _thinned(_way(life.steps, assigned_at, cleared_at)) if shows_way and assigned_at else []
    return {
        "id": id_,
        "callsign": life.fields.get("callsign"),
        "unit_type": life.fields.get("unit_type"),
        "assigned_at": _text(assigned_at),
        "enroute_at": _text(first("enroute")),
        "on_scene_at": _text(first("on_scene")),
        "cleared_at": _text(cleared_at),
        "way": way,
    }


def _said_itself(steps: Iterable[Step], incident_id: str) -> tuple[datetime | None, datetime | None]:
    """Return when a unit itself said that it was on the incident, and when it was on another or on none again."""
    on = off = None
    for step in steps:
        fields = step.change.fields or {}
        at = occurred(step.change)
        if "incident_id" not in fields:
            continue
        if fields["incident_id"] == incident_id:
            on, off = on or at, None
        elif on and off is None:
            off = at
    return on, off


def _way(steps: Iterable[Step], since: datetime | None, to: datetime | None) -> list[_Point]:
    """Return where a unit was from its last position before it was assigned until it was free again."""
    way: list[_Point] = []
    before: _Point | None = None
    lat = lon = None
    for step in steps:
        fields = step.change.fields or {}
        lat, lon = fields.get("lat", lat), fields.get("lon", lon)
        if lat is None or lon is None or not {"lat", "lon"} & fields.keys():
            continue
        at = parse_instant(fields.get("fix_at")) or occurred(step.change)
        point = {"lat": lat, "lon": lon, "at": iso(at)}
        if since and at < since:
            before = point
        elif _is_within(at, since, to):
            way.append(point)
    return [before, *way] if before else way


def _thinned(way: Sequence[_Point]) -> list[_Point]:
    """Return at most MOST_POINTS of a way, evenly, its first and last among them."""
    if len(way) <= MOST_POINTS:
        return list(way)
    step = (len(way) - 1) / (MOST_POINTS - 1)
    return [way[round(number * step)] for number in range(MOST_POINTS)]


def _is_within(at: datetime, since: datetime | None, to: datetime | None) -> bool:
    return (since is None or at >= since) and (to is None or at <= to)


def _text(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
