"""Surge: far more incidents come than this hour of the day usually brings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding
from rtcc.alarms.incidents import note_arrival
from rtcc.alarms.rule import Count, Parameters, Rule, Seconds
from rtcc.alarms.view import Said, View

_DAY_S = 86_400.0
_DAYS = 28
#: What leaves the window is looked for so often while it is fuller than usual.
_LOOK_AGAIN_S = 15.0
_CITY = "city"
#: A day that brought less than one in so many of what the busiest did is not known.
_KNOWN = 4
_MINUTE_S = 60.0


class SurgeParameters(Parameters):
    """What can be set."""

    window_s: Seconds = Field(1_800, description="the time in which arrivals are counted")
    deviations: Annotated[float, Field(gt=0, le=100)] = Field(
        5.0, description="so many standard deviations above the mean of the same time on earlier days"
    )
    least: Count = Field(15, description="fewer arrivals than this are no surge, whatever is usual")
    days: Count = Field(3, description="earlier days that must be known before anything is called unusual")
    clear_after_s: Seconds = Field(900, description="dead time: a surge that ebbs and rises is one")


class Surge(Rule[SurgeParameters]):
    """Holds while the arrivals in the window exceed what the same time of earlier days (at most 28) brought.

    The deviation is that of those days, and at least the square root of their mean (that of a Poisson process).
    Incidents that officers begin themselves do not count: they say what officers do, not what happens to the city.
    """

    name = "surge"
    severity = "medium"
    response = "Call in what is held in reserve, and tell the call takers' supervisor."
    watches = {"incident": frozenset({"entered_at", "received_at", "type_code", "type", "lat", "lon", "onview"})}
    parameters_type = SurgeParameters

    def __init__(self, view: View, parameters: SurgeParameters) -> None:
        super().__init__(view, parameters)
        self._as_of = -1.0
        self._was_usual: list[int] = []

    def touched(self, said: Said) -> Iterable[str]:
        return (_CITY,) if note_arrival(self.view, said) else ()

    def look(self, subject: str, now: float) -> Finding:
        arrivals, window_s = self.view.arrivals, self.parameters.window_s
        count = arrivals.count(now - window_s, now)
        if count < self.parameters.least:
            return NOT_NOW
        usual = self._usual(now)
        if len(usual) < self.parameters.days:
            return NOT_NOW
        mean = sum(usual) / len(usual)
        spread = math.sqrt(max(mean, 1.0, sum((each - mean) ** 2 for each in usual) / len(usual)))
        if count <= mean + self.parameters.deviations * spread:
            return NOT_NOW
        return Finding(True, "Incidents far above usual", look_again_at=now + _LOOK_AGAIN_S)

    def _usual(self, now: float) -> list[int]:
        """Return what the window brought at the same time, to the minute, of each earlier day that is known.

        A day is known that brought at least a quarter of what the busiest did: one on which the feed was away, or from
        which a single old incident is still open, says nothing.
        """
        minute = now // _MINUTE_S
        if minute != self._as_of:
            arrivals, window_s = self.view.arrivals, self.parameters.window_s
            ends = [minute * _MINUTE_S - day * _DAY_S for day in range(1, _DAYS + 1)]
            brought = [arrivals.count(end - _DAY_S, end) for end in ends]
            known = [end for end, all_day in zip(ends, brought, strict=True) if 0 < max(brought) <= all_day * _KNOWN]
            self._as_of, self._was_usual = minute, [arrivals.count(end - window_s, end) for end in known]
        return self._was_usual
