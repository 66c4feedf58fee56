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

    after_s: Seconds = Field(3_600, description="so long without an available unit")
    clear_after_s: Seconds = Field(120, description="dead time: a unit that only drives through covers nothing")


class BeatUncovered(Rule[BeatParameters]):
    """Holds while no available unit is in a beat, and has not been for too long; districts in a city without beats.

    Only while units are on duty at all: a center without a feed of units has no coverage to watch. A unit that leaves
    again within the dead time has covered nothing, and does not put the alarm off.
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
        return [each for each in changed if each in self._covered]

    def look(self, subject: str, now: float) -> Finding:
        # Remembered here and not when touched: while a picture is taken in, beats are uncovered by turns that are not.
        covered, uncovered, memory = f"covered:{subject}", f"uncovered:{subject}", self.view.memory
        if not self._staffed or subject not in self._covered:
            memory.forget(covered)
            memory.forget(uncovered)
            return NOT_NOW
        if self._covered[subject]:
            stays_at = memory.since(covered, "", now) + self.parameters.clear_after_s
            if now < stays_at:
                return not_before(stays_at)
            memory.forget(uncovered)
            return NOT_NOW
        memory.forget(covered)
        due = memory.since(uncovered, "", now) + self.parameters.after_s
        if now < due:
            return not_before(due)
        return Finding(True, f"No unit available in {self.view.area_field} {subject}")
