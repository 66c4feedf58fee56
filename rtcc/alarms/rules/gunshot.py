"""Gunshot: sensors heard shots, and whoever called about them belongs to the same alarm."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from rtcc.alarms.finding import MOST_ABOUT, NOT_NOW, Finding, Identity
from rtcc.alarms.places import Places
from rtcc.alarms.rule import Metres, Parameters, Rule, Seconds
from rtcc.alarms.view import Fields, Said, View

#: When an entity began, by its own word. A detection has none: it began when it was first heard of.
_BEGAN = {"call": ("started_at",), "incident": ("received_at", "entered_at"), "detection": ()}


class GunshotParameters(Parameters):
    """What can be set."""

    radius_m: Metres = Field(300, description="what is within this distance …")
    within_s: Seconds = Field(600, description="… and this time before or after is about the same shots")


class Gunshot(Rule[GunshotParameters]):
    """Holds while a gunshot detection waits for review and no earlier one of the same shots does.

    Detections within the distance and time of each other are of the same shots, and one alarm: that of the first. The
    calls and incidents within the same distance and time of any of them are joined.
    """

    name = "gunshot"
    severity = "critical"
    response = "Listen and look, send units to the sound, and review the detection."
    watches = {
        "detection": frozenset({"detection_type", "review", "lat", "lon", "rounds"}),
        "call": frozenset({"lat", "lon", "started_at"}),
        "incident": frozenset({"lat", "lon", "received_at", "entered_at"}),
    }
    parameters_type = GunshotParameters

    def __init__(self, view: View, parameters: GunshotParameters) -> None:
        super().__init__(view, parameters)
        self._places = {"detection": Places(), "call": Places(), "incident": Places()}

    def touched(self, said: Said) -> Iterable[str]:
        fields = said.fields or {}
        self.view.note_beginning(said, *_BEGAN[said.kind])
        counts = said.kind != "detection" or _waits(fields)
        lat, lon = (fields.get("lat"), fields.get("lon")) if counts else (None, None)
        was_at = self._places[said.kind].put(said.id, lat, lon)
        touched = {said.id} if said.kind == "detection" else set()
        if not self._places["detection"]:
            return touched
        for place in (was_at, self._places[said.kind].where(said.id)):
            near = self._places["detection"].within(*place, self.parameters.radius_m) if place else ()
            touched.update(other for shot in list(near) for other in self._same_shots(shot))
        return touched

    def look(self, subject: str, now: float) -> Finding:
        detection = self.view.get("detection", subject)
        if detection is None or not _waits(detection):
            return NOT_NOW
        same = sorted(self._same_shots(subject), key=lambda shot: (self._began("detection", shot), shot)) or [subject]
        if subject != same[0]:
            return NOT_NOW
        about: dict[Identity, None] = dict.fromkeys(("detection", shot) for shot in same)
        for kind in ("call", "incident"):
            for shot in same:
                about |= dict.fromkeys((kind, id_) for id_ in sorted(self._near(kind, shot)))
        called = len(about) - len(same)
        joined = f", {called} call{'s' if called > 1 else ''} about it" if called else ""
        rounds = detection.get("rounds") or 1
        title = (f"Gunshots, {rounds} rounds" if rounds > 1 else "Gunshot") + joined
        return Finding(True, title, tuple(about)[:MOST_ABOUT])

    def _same_shots(self, shot: str) -> set[str]:
        """Return a detection and those that are linked to it, directly or through others."""
        found, look_at = {shot}, [shot]
        while look_at:
            linked = self._near("detection", look_at.pop()) - found
            found |= linked
            look_at += linked
        return found

    def _near(self, kind: str, shot: str) -> set[str]:
        place = self._places["detection"].where(shot)
        if place is None:
            return set()
        heard = self._began("detection", shot)
        near = self._places[kind].within(*place, self.parameters.radius_m)
        return {id_ for id_ in near if abs(self._began(kind, id_) - heard) <= self.parameters.within_s}

    def _began(self, kind: str, id_: str) -> float:
        return self.view.began(kind, id_, *_BEGAN[kind])


def _waits(detection: Fields) -> bool:
    return detection.get("detection_type") == "gunshot" and detection.get("review") in {"unreviewed", None}
