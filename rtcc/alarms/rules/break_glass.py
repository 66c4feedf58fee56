"""Break glass: somebody has seen what only an emergency opens, and nobody has asked them why yet."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding
from rtcc.alarms.rule import Parameters, Rule, Seconds
from rtcc.model.break_glass import SUBJECTS


class BreakGlassParameters(Parameters):
    """What can be set."""

    clear_after_s: Seconds = Field(0, description="dead time: the condition must have ended for so long")


class BreakGlassUsed(Rule[BreakGlassParameters]):
    """Holds from a use of break glass until a supervisor has reviewed it."""

    name = "break_glass"
    severity = "high"
    response = "Ask who did it, and review it under Review on the desk of the supervisors."
    watches = {}
    parameters_type = BreakGlassParameters

    def glass_read(self) -> Iterable[str]:
        return self.view.broken_glass

    def look(self, subject: str, now: float) -> Finding:
        used = self.view.broken_glass.get(subject)
        if used is None:
            return NOT_NOW
        # Which subject it is stands in the review queue; walls show alarms too.
        return Finding(True, f"{used.who} broke the glass to see {SUBJECTS[used.kind]}")
