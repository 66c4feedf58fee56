"""Silent on scene: a unit has been there for long without a word, and somebody should ask whether all is well."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding, about_unit, not_before
from rtcc.alarms.rule import Parameters, Rule, Seconds
from rtcc.alarms.view import Said, View, seconds


class SilentParameters(Parameters):
    """What can be set."""

    after_s: Seconds = Field(7_200, description="so long on scene, or since somebody last asked, without a word")
    alone_after_s: Seconds = Field(2_700, description="the same for a unit alone at an incident of priority 1")


class SilentOnScene(Rule[SilentParameters]):
    """Holds while a unit has been on scene for longer than it may be without a word.

    A unit that is alone where it may be dangerous is asked for sooner. Acknowledging is the word: the operator has
    raised the unit. The alarm then clears, and the time begins anew. Position fixes are no word, the radio sends them
    by itself.
    """

    name = "silent_on_scene"
    severity = "high"
    response = "Raise the unit on the radio; acknowledge when it answers, send help when it does not."
    watches = {
        "unit": frozenset({"status", "status_since", "incident_id", "covert"}),
        "incident": frozenset({"priority"}),
    }
    parameters_type = SilentParameters

    def __init__(self, view: View, parameters: SilentParameters) -> None:
        super().__init__(view, parameters)
        #: Who is on scene, by incident, and at which one a unit is.
        self._there: dict[str, set[str]] = {}
        self._at: dict[str, str] = {}

    def touched(self, said: Said) -> Iterable[str]:
        if said.kind == "incident":
            return tuple(self._there.get(said.id, ()))
        self._remember(said)
        fields = said.fields or {}
        was = self._at.pop(said.id, None)
        touched = {said.id}
        if was is not None:
            staying = self._there[was]
            staying.discard(said.id)
            touched |= staying
            if len(staying) == 1:
                # Who has just left has seen that all is well: being alone begins now.
                self.view.memory.since(f"alone:{next(iter(staying))}", "", said.at)
            elif not staying:
                del self._there[was]
        incident = fields.get("incident_id")
        if fields.get("status") == "on_scene" and incident:
            self._at[said.id] = incident
            self._there.setdefault(incident, set()).add(said.id)
            touched |= self._there[incident]
            if len(self._there[incident]) > 1:
                for unit in self._there[incident]:
                    self.view.memory.forget(f"alone:{unit}")
        return touched

    def _remember(self, said: Said) -> None:
        key = f"on_scene:{said.id}"
        if said.fields is None or said.fields.get("status") != "on_scene":
            self.view.memory.forget(key)
            self.view.memory.forget(f"asked:{said.id}")
            self.view.memory.forget(f"alone:{said.id}")
        elif not said.fields.get("status_since"):
            self.view.memory.since(key, "", said.at)

    def answered(self, subject: str, at: float) -> None:
        self.view.memory.since(f"asked:{subject}", str(at), at)

    def look(self, subject: str, now: float) -> Finding:
        unit = self.view.get("unit", subject)
        if unit is None or unit.get("status") != "on_scene":
            return NOT_NOW
        since = seconds(unit.get("status_since")) or self.view.memory.known_since(f"on_scene:{subject}") or now
        asked = self.view.memory.known_since(f"asked:{subject}") or 0.0
        due = max(since, asked) + self.parameters.after_s
        if self._is_alone_in_danger(subject):
            alone = self.view.memory.known_since(f"alone:{subject}") or 0.0
            due = min(due, max(since, asked, alone) + self.parameters.alone_after_s)
        if now < due:
            return not_before(due)
        return Finding(True, "Unit silent on scene", about_unit(subject, unit))

    def _is_alone_in_danger(self, unit: str) -> bool:
        incident = self._at.get(unit, "")
        priority = (self.view.get("incident", incident) or {}).get("priority")
        return priority == 1 and len(self._there.get(incident, ())) == 1
