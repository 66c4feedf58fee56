"""Beat uncovered: a beat has had no available unit for too long."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding, not_before
from rtcc.alarms.rule import Parameters, Rule, Seconds
from rtcc.alarms.view import Said, View

_STAFFED = frozenset({"available", "dispatched", "enroute", "on_scene", "busy"})


class BeatParameters(Parameters):
    """What can be set."""

    after_s: Seconds = Field(2_700, description="so long without an available unit")
    clear_after_s: Seconds = Field(120, description="dead time: a unit that only drives through covers nothing")


class BeatUncovered(Rule[BeatParameters]):
    """Holds while no available unit is in a beat, and has not been for too long; districts in a city without beats.

    Only while units are on duty at all: a center without a feed of units has no coverage to watch.
    """

    name = "beat_uncovered"
    severity = "low"
    response = "Move a unit there from a beat that has more than one."
    watches = {"unit": frozenset({"status", "beat", "district"})}
    parameters_type = BeatParameters

    def __init__(self, view: View, parameters: BeatParameters) -> None:
        super().__init__(view, parameters)
        self._covers: dict[str, str] = {}
        self._covered = dict.fromkeys(view.areas, 0)
        self._staffed: set[str] = set()

    def touched(self, said: Said) -> Iterable[str]:
        fields = said.fields or {}
        none_before = not self._staffed
        if fields.get("status") in _STAFFED:
            self._staffed.add(said.id)
        else:
            self._staffed.discard(said.id)
        area = fields.get(self.view.area_field) if fields.get("status") == "available" else None
        was = self._covers.pop(said.id, None)
        if area in self._covered:
            self._covers[said.id] = area
            self._covered[area] += 1
        if was is not None:
            self._covered[was] -= 1
        changed = self.view.areas if none_before != (not self._staffed) else {was, area} - {None}
        touched = [each for each in changed if each in self._covered]
        for each in touched:
            if self._covered[each] or not self._staffed:
                self.view.memory.forget(f"uncovered:{each}")
            else:
                self.view.memory.since(f"uncovered:{each}", "", said.at)
        return touched

    def look(self, subject: str, now: float) -> Finding:
        since = self.view.memory.known_since(f"uncovered:{subject}")
        if since is None:
            return NOT_NOW
        due = since + self.parameters.after_s
        if now < due:
            return not_before(due)
        return Finding(True, f"No unit available in {self.view.area_field} {subject}")
