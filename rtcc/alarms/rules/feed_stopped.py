"""Feed stopped: too much of what a source says cannot be read, so none of it is taken until somebody has looked."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding
from rtcc.alarms.rule import Parameters, Rule, Seconds


class StoppedParameters(Parameters):
    """What can be set. Which share of its rows stops a feed is declared with the feed."""

    clear_after_s: Seconds = Field(
        30, description="dead time: shows that a feed was stopped, also when it goes on at once"
    )


class FeedStopped(Rule[StoppedParameters]):
    """Holds while the breaker of a declared feed is open."""

    name = "feed_stopped"
    severity = "high"
    response = "See why with rtcc feeds list; mend its mapping, then send what was held back with rtcc feeds redrive."
    watches = {}
    parameters_type = StoppedParameters

    def feeds_read(self) -> Iterable[str]:
        return self.view.feeds

    def look(self, subject: str, now: float) -> Finding:
        health = self.view.feeds.get(subject)
        if health is None or not health.stopped:
            return NOT_NOW
        return Finding(True, f"Feed {subject} is stopped")
