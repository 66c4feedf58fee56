"""Call abandoned: somebody who called 911 hung up before the answer, and nobody has called back."""

from __future__ import annotations

from pydantic import Field

from rtcc.alarms.late_calls import LateCalls, LateCallsParameters
from rtcc.alarms.rule import Seconds
from rtcc.alarms.view import Fields


class AbandonedParameters(LateCallsParameters):
    """What can be set."""

    after_s: Seconds = Field(120, description="so long after it was given up somebody should have called back")
    clear_after_s: Seconds = Field(900, description="dead time: calls given up one after the other are one alarm")


class CallAbandoned(LateCalls[AbandonedParameters]):
    """Holds for a queue while any of its calls was abandoned too long ago and no call taker has taken it up since."""

    name = "call_abandoned"
    severity = "medium"
    title = "Abandoned calls to call back"
    response = "Call back, and send a unit where nobody answers and the place is known."
    watches = {"call": frozenset({"state", "queue", "ended_at", "started_at", "call_taker"})}
    begins = ("ended_at", "started_at")
    parameters_type = AbandonedParameters

    def counts(self, call: Fields) -> bool:
        return call.get("state") == "abandoned" and not call.get("call_taker")
