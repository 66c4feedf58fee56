"""Feed silent: a source has not spoken for much longer than it should, so what it would say is missing."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding, not_before
from rtcc.alarms.rule import Parameters, Rule, Seconds
from rtcc.feeds.health import freshness, limits_s

#: Freshness changes when the limit is passed, not at the limit.
_AFTER_S = 0.001


class FeedParameters(Parameters):
    """What can be set. How often a feed should speak is declared with the feed."""

    clear_after_s: Seconds = Field(
        30, description="dead time: shows that a feed was silent, also when it is back at once"
    )
    forget_after_s: Seconds = Field(86_400, description="so long after its last word a source is no feed any more")


class FeedSilent(Rule[FeedParameters]):
    """Holds while a feed is stale or lost by its own declared interval."""

    name = "feed_silent"
    severity = "medium"
    response = "Treat what it shows as old, and have the connection looked at."
    watches = {}
    parameters_type = FeedParameters

    def heard(self, source: str) -> Iterable[str]:
        return (source,)

    def look(self, subject: str, now: float) -> Finding:
        heard = self.view.heard.get(subject)
        if heard is None:
            return NOT_NOW
        _, stale_after, lost_after = limits_s(self.view.intervals(subject))
        state = freshness(now - heard, self.view.intervals(subject))
        # A declared feed is owed its word; any other is one only as long as it speaks.
        forgotten_at = inf if self.view.is_declared(subject) else heard + self.parameters.forget_after_s
        if now >= forgotten_at:
            return NOT_NOW
        if state not in {"stale", "lost"}:
            return not_before(min(heard + stale_after, forgotten_at) + _AFTER_S)
        again = min(heard + lost_after + _AFTER_S, forgotten_at) if state == "stale" else forgotten_at
        severity = "high" if state == "lost" else "medium"
        return Finding(
            True, f"Feed {subject} is {state}", look_again_at=None if again == inf else again, severity=severity
        )
