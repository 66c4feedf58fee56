"""Silent on scene: a unit has been there for long without a word, and somebody should ask whether all is well."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding, about_unit, not_before
from rtcc.alarms.rule import Parameters, Rule, Seconds
from rtcc.alarms.view import Said, seconds


class SilentParameters(Parameters):
    """What can be set."""

    after_s: Seconds = Field(7_200, description="so long on scene, or since somebody last asked, without a word")


class SilentOnScene(Rule[SilentParameters]):
    """Holds while a unit has been on scene for longer than it may be without a word.

    Acknowledging is the word: the operator has raised the unit. The alarm then clears, and the time begins anew.
    Position fixes are no word, the radio sends them by itself.
    """

    name = "silent_on_scene"
    severity = "high"
    response = "Raise the unit on the radio; acknowledge when it answers, send help when it does not."
    watches = {"unit": frozenset({"status", "status_since", "incident_id", "callsign", "covert"})}
    parameters_type = SilentParameters

    def touched(self, said: Said) -> Iterable[str]:
        key = f"on_scene:{said.id}"
        if said.fields is None or said.fields.get("status") != "on_scene":
            self.view.memory.forget(key)
            self.view.memory.forget(f"asked:{said.id}")
        elif not said.fields.get("status_since"):
            self.view.memory.since(key, "", said.at)
        return (said.id,)

    def answered(self, subject: str, at: float) -> None:
        self.view.memory.since(f"asked:{subject}", str(at), at)

    def look(self, subject: str, now: float) -> Finding:
        unit = self.view.get("unit", subject)
        if unit is None or unit.get("status") != "on_scene":
            return NOT_NOW
        since = seconds(unit.get("status_since")) or self.view.memory.known_since(f"on_scene:{subject}") or now
        asked = self.view.memory.known_since(f"asked:{subject}") or 0.0
        due = max(since, asked) + self.parameters.after_s
        if now < due:
            return not_before(due)
        return Finding(True, "Unit silent on scene", about_unit(subject, unit))
