"""Pending too long: an urgent incident waits for a unit beyond what the city owes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding, not_before
from rtcc.alarms.rule import Parameters, Rule, Seconds
from rtcc.alarms.view import Said

_SEVERITY = {1: "critical", 2: "high"}
_Times = Annotated[float, Field(gt=0, le=1_000)]
_Priority = Annotated[str, Field(pattern="^[1-5]$")]


class PendingParameters(Parameters):
    """What can be set. The targets themselves stand in the city pack, where screens read them too."""

    clear_after_s: Seconds = Field(30, description="dead time: a unit that is sent and taken off at once is none")
    times_target: dict[_Priority, _Times] = Field(
        {"1": 2.0, "2": 12.0},
        description="priority → how many times its target (entered to dispatched) it may wait; one left out may wait",
    )


class PendingTooLong(Rule[PendingParameters]):
    """Holds while an incident is pending and was entered longer ago than its priority may wait."""

    name = "pending_too_long"
    severity = "medium"
    response = "Send a unit, from another beat if need be, or say why it can wait."
    watches = {"incident": frozenset({"priority", "status", "entered_at", "received_at", "type"})}
    parameters_type = PendingParameters

    def touched(self, said: Said) -> Iterable[str]:
        self.view.note_beginning(said, "entered_at", "received_at")
        return (said.id,)

    def look(self, subject: str, now: float) -> Finding:
        incident = self.view.get("incident", subject)
        if incident is None or incident.get("status") not in {"pending", None}:
            return NOT_NOW
        priority = incident.get("priority")
        times, target = self.parameters.times_target.get(str(priority)), self.view.queue_target_s.get(priority or 0)
        if times is None or target is None:
            return NOT_NOW
        due = self.view.began("incident", subject, "entered_at", "received_at") + times * target
        if now < due:
            return not_before(due)
        title = f"Pending too long, priority {priority}: {incident.get('type') or 'incident'}"
        return Finding(True, title, (("incident", subject),), severity=_SEVERITY.get(priority or 0))
