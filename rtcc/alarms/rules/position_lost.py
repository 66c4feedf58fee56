"""Position lost: a unit at work has not said where it is for too long, while its feed goes on."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding, about_unit, not_before
from rtcc.alarms.rule import Parameters, Rule, Seconds
from rtcc.alarms.view import Said, View, seconds
from rtcc.feeds.health import freshness

_AT_WORK = frozenset({"dispatched", "enroute", "on_scene"})
#: While the feed itself is out its alarm speaks for all units; so often one of them looks whether it is back.
_LOOK_AT_FEED_S = 30.0


class PositionParameters(Parameters):
    """What can be set."""

    after_s: Seconds = Field(300, description="a fix older than this is lost")
    clear_after_s: Seconds = Field(20, description="dead time: a status that comes and goes is one loss")


class PositionLost(Rule[PositionParameters]):
    """Holds while a unit on its way or on scene has a fix that is too old, and the feed of its fixes is not out itself.

    A feed that has stopped is one alarm of its own, not one for each of its units.
    """

    name = "position_lost"
    severity = "medium"
    response = "Ask the unit where it is, and tell those who would come to its help."
    watches = {"unit": frozenset({"fix_at", "status", "incident_id", "covert"})}
    parameters_type = PositionParameters

    def __init__(self, view: View, parameters: PositionParameters) -> None:
        super().__init__(view, parameters)
        #: The last fix of each unit, and the feed that said it.
        self._fixes: dict[str, tuple[str, str]] = {}

    def touched(self, said: Said) -> Iterable[str]:
        fix_at = (said.fields or {}).get("fix_at")
        if fix_at is None:
            self._fixes.pop(said.id, None)
        elif fix_at != self._fixes.get(said.id, ("", ""))[0]:
            # Only a new fix: the dispatch system speaks of the unit too, and goes on while the fixes do not.
            self._fixes[said.id] = fix_at, said.source
        return (said.id,)

    def look(self, subject: str, now: float) -> Finding:
        unit = self.view.get("unit", subject)
        fix_at = seconds(unit.get("fix_at")) if unit else None
        if unit is None or fix_at is None or unit.get("status") not in _AT_WORK:
            return NOT_NOW
        due = fix_at + self.parameters.after_s
        if now < due:
            return not_before(due)
        if self._feed_is_out(subject, now):
            return not_before(now + _LOOK_AT_FEED_S)
        return Finding(True, "Unit position lost", about_unit(subject, unit), look_again_at=now + _LOOK_AT_FEED_S)

    def _feed_is_out(self, unit: str, now: float) -> bool:
        _, source = self._fixes.get(unit, ("", ""))
        heard = self.view.heard.get(source)
        return heard is not None and freshness(now - heard, self.view.intervals(source)) in {"stale", "lost"}
