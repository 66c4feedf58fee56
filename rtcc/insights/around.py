"""What else was seen and said around an incident while it lasted: detections and alarms, by time and distance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rtcc.access.visibility import Audience, Marks, hidden_fields
from rtcc.insights.address_history import NoPlaceError
from rtcc.insights.ever_covert import EverCovert
from rtcc.insights.life import Life, begun_at, incident_on_record, lives_of, occurred
from rtcc.insights.nearness import distance_m
from rtcc.insights.record import LAST, Record
from rtcc.model.event import iso
from rtcc.picture.changes import seconds_of

RADIUS_M, MINUTES = 300.0, 30
MOST = 200
#: What occurred comes into the picture this much later at the most, or it is not looked for.
_TOLD_LATE = timedelta(minutes=15)
_PLACED = frozenset({"incident", "detection", "camera"})
_OF_DETECTIONS = ("confidence", "rounds", "review", "camera_id", "plate", "hotlist_reason")
_OF_ALARMS = ("rule", "severity", "state")
#: A unit says where it is every few seconds.
_FIX_WITHIN = timedelta(minutes=10)
_MOST_UNITS = 50


def around(
    record: Record,
    ever_covert: EverCovert,
    incident_id: str,
    audience: Audience,
    radius_m: float = RADIUS_M,
    minutes: float = MINUTES,
) -> dict[str, Any] | None:
    """Return what was within a radius, from some minutes before the incident began until as long after its end.

    None where no such incident is on record for the audience. Raises NoPlaceError, DamagedError, PlaceError.
    """
    incident = incident_on_record(record, incident_id)
    if not incident.steps or incident.hidden_from(audience) is None:
        return None
    place = incident.place()
    if place is None or incident.hides_its_place(audience):
        raise NoPlaceError
    margin = timedelta(minutes=minutes)
    now = datetime.fromtimestamp(seconds_of(record.end), UTC)
    since = begun_at(incident) - margin
    # One that left without an end has been forgotten by its source: what comes later has nothing to do with it.
    last = now if incident.in_picture else occurred(incident.steps[-1].change)
    until = (incident.instant("cleared_at") or last) + margin
    near = _Near(record, ever_covert, incident, audience, since, until, radius_m)
    found = sorted([*near.detections(), *near.alarms()], key=lambda one: one["at"], reverse=True)
    told = {"id": incident_id, "radius_m": radius_m, "minutes": minutes, "from": iso(since), "to": iso(until)}
    return record.as_told() | told | {"found": found[:MOST], "more": max(0, len(found) - MOST)}


class _Near:
    """One question's look at a stretch of the record."""

    def __init__(
        self,
        record: Record,
        ever_covert: EverCovert,
        incident: Life,
        audience: Audience,
        since: datetime,
        until: datetime,
        radius_m: float,
    ) -> None:
        self._record, self._covert, self._incident, self._audience = record, ever_covert, incident, audience
        self._since, self._until, self._radius_m = since, until, radius_m
        self._place = incident.place() or (0.0, 0.0)
        stretch = record.changes(since, until + _TOLD_LATE, _PLACED | {"alarm"})
        self._lives = lives_of((*_PLACED, "alarm"), stretch)
        self._units_left = _MOST_UNITS

    def detections(self) -> list[dict[str, Any]]:
        """Return the detections that an audience may know of."""
        if hidden_fields(self._audience, "detection", Marks()) is None:
            return []
        found = []
        for (kind, _), life in self._lives.items():
            if kind == "detection" and (distance := self._distance(life)) is not None:
                at = occurred(life.steps[0].change)
                if self._since <= at <= self._until:
                    seen = life.seen_by(self._audience)
                    what = {"what": seen.get("detection_type"), "lat": seen.get("lat"), "lon": seen.get("lon")}
                    found.append(_told(life, at, distance, what, seen, _OF_DETECTIONS))
        return found

    def alarms(self) -> list[dict[str, Any]]:
        """Return the alarms about something that was there, as far as an audience may know of both."""
        found = []
        covert: set[str] | None = None
        for (kind, id_), life in self._lives.items():
            if kind != "alarm":
                continue
            raises = [s.change for s in life.steps if (s.change.fields or {}).get("raised_at") is not None]
            if not raises:
                continue
            at = occurred(raises[-1])
            distance = self._distance_of_alarm(life, at) if self._since <= at <= self._until else None
            if distance is None:
                continue
            if covert is None:
                covert = self._covert.ids(self._record, "alarm")
            if id_ in covert:
                life.marks = Marks(covert=True)
            seen = life.seen_by(self._audience)
            if seen:
                found.append(_told(life, at, distance, {"what": seen.get("title")}, seen, _OF_ALARMS))
        return found

    def _distance(self, life: Life) -> float | None:
        """Return how far something is, None where it is too far, nowhere, or where the audience may not know."""
        place = life.place()
        if place is None or life.hides_its_place(self._audience):
            return None
        distance = distance_m(self._place, place)
        return distance if distance <= self._radius_m else None

    def _distance_of_alarm(self, alarm: Life, at: datetime) -> float | None:
        near: float | None = None
        for about in alarm.fields.get("about") or ():
            distance = self._distance_of(about, at)
            if distance is not None and (near is None or distance < near):
                near = distance
        return near

    def _distance_of(self, about: Mapping[str, str], at: datetime) -> float | None:
        kind, id_ = about["kind"], about["id"]
        if (kind, id_) == ("incident", self._incident.id):
            return 0.0
        if kind == "unit" and self._units_left > 0:
            self._units_left -= 1
            fixes = self._record.timeline("unit", id_, at - _FIX_WITHIN, at + timedelta(minutes=1))
            return self._distance(Life.of("unit", id_, fixes))
        if kind not in _PLACED:
            return None
        life = self._lives.get((kind, id_))
        if life is None or life.place() is None or kind == "incident":
            # It may have said where it is, or that it is sensitive, before this stretch or after it.
            life = Life.of(kind, id_, self._record.timeline(kind, id_, 0, LAST))
        return self._distance(life)


def _told(
    life: Life, at: datetime, distance: float, what: dict[str, Any], seen: Mapping[str, Any], names: tuple[str, ...]
) -> dict[str, Any]:
    more = {name: seen[name] for name in names if name in seen}
    return {"kind": life.kind, "id": life.id, "at": iso(at), "distance_m": round(distance, 1)} | what | more
