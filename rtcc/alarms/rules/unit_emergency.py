"""Emergency: an officer has pressed the emergency button."""

from __future__ import annotations

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding, about_unit
from rtcc.alarms.rule import Parameters, Rule, Seconds


class EmergencyParameters(Parameters):
    """What can be set."""

    clear_after_s: Seconds = Field(10, description="dead time: a button that bounces is one emergency")


class UnitEmergency(Rule[EmergencyParameters]):
    """Holds while a unit is in emergency."""

    name = "unit_emergency"
    severity = "critical"
    response = "Send help now: the nearest units, and tell them where and what the unit was sent to."
    watches = {"unit": frozenset({"emergency", "incident_id", "covert"})}
    parameters_type = EmergencyParameters

    def look(self, subject: str, now: float) -> Finding:
        unit = self.view.get("unit", subject)
        if unit is None or unit.get("emergency") is not True:
            return NOT_NOW
        return Finding(True, "Officer emergency", about_unit(subject, unit))
