"""Priority 1, new: life is at risk now, and nobody is there yet."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding
from rtcc.alarms.rule import Parameters, Rule, Seconds
from rtcc.alarms.view import Said

_NOBODY_THERE = frozenset({"pending", "dispatched", "enroute", None})


class Priority1Parameters(Parameters):
    """What can be set."""

    clear_after_s: Seconds = Field(30, description="dead time; also shows an incident told with its whole life at once")
    new_for_s: Seconds = Field(900, description="so long after it was entered it is no longer new")
    shown_for_s: Seconds = Field(
        60, description="so long it is an alarm also with somebody there, who may have begun it"
    )


class Priority1(Rule[Priority1Parameters]):
    """Holds from when an incident has priority 1 until somebody is on scene, it ends, or it is no longer new.

    For its first minute it holds with somebody on scene too: an officer who comes upon it may be alone with it.
    """

    name = "priority_1"
    severity = "critical"
    response = "Look now: see that the nearest units go, and tell them what cameras and history know."
    watches = {"incident": frozenset({"priority", "status", "entered_at", "received_at", "type"})}
    parameters_type = Priority1Parameters

    def touched(self, said: Said) -> Iterable[str]:
        self.view.note_beginning(said, "entered_at", "received_at")
        return (said.id,)

    def look(self, subject: str, now: float) -> Finding:
        incident = self.view.get("incident", subject)
        if incident is None or incident.get("priority") != 1:
            return NOT_NOW
        nobody_there = incident.get("status") in _NOBODY_THERE
        if not nobody_there and incident.get("status") != "on_scene":
            return NOT_NOW
        entered = self.view.began("incident", subject, "entered_at", "received_at")
        old_at = entered + (self.parameters.new_for_s if nobody_there else self.parameters.shown_for_s)
        if now >= old_at:
            return NOT_NOW
        title = f"Priority 1: {incident.get('type') or 'incident'}"
        return Finding(True, title, (("incident", subject),), look_again_at=old_at)
