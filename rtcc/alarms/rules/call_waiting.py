"""Call waiting: somebody calls 911, and nobody has answered within the time that is owed."""

from __future__ import annotations

from pydantic import Field

from rtcc.alarms.late_calls import LateCalls, LateCallsParameters
from rtcc.alarms.rule import Seconds
from rtcc.alarms.view import Fields


class WaitingParameters(LateCallsParameters):
    """What can be set."""

    after_s: Seconds = Field(20, description="so long may a call ring")
    clear_after_s: Seconds = Field(300, description="dead time: calls that wait one after the other are one alarm")


class CallWaiting(LateCalls[WaitingParameters]):
    """Holds for a queue while any call in it has been ringing for too long."""

    name = "call_waiting"
    severity = "high"
    title = "Calls wait for an answer"
    response = "Take the call, or bring another call taker to the queue."
    watches = {"call": frozenset({"state", "queue", "started_at"})}
    begins = ("started_at",)
    parameters_type = WaitingParameters

    def counts(self, call: Fields) -> bool:
        return call.get("state") == "ringing"
