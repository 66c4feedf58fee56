"""Incidents from their entry to their end, told step by step; who goes there is the dispatcher's affair."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rtcc.feeds.transports.simulator.stage import CAD, Stage
from rtcc.feeds.transports.simulator.streets import Spot, Streets
from rtcc.feeds.transports.simulator.units import SimUnit
from rtcc.feeds.transports.simulator.world import WayThere
from rtcc.model.call_types import CallType

#: Where units may still come and go.
OPEN = ("pending", "dispatched", "enroute", "on_scene")


@dataclass(slots=True, eq=False)
class Happening:
    """Something that happens in the city; it becomes an incident when somebody enters it."""

    kind: CallType
    spot: Spot
    incident: SimIncident | None = None


@dataclass(slots=True, eq=False)
class SimIncident:
    """One incident; ``wanted`` is how many units it should have."""

    id: str
    happening: Happening
    entered_t: float
    status: str = "pending"
    wanted: int = 1
    units: dict[str, SimUnit] = field(default_factory=dict)
    #: All ways there, while anyone may still be sent.
    way: WayThere | None = None
    on_scene_t: float | None = None

    @property
    def kind(self) -> CallType:
        return self.happening.kind

    @property
    def priority(self) -> int:
        return self.happening.kind.priority

    @property
    def urgency(self) -> int:
        """The priority that counts for who is sent; an officer who needs help comes before all else."""
        return 1 if any(unit.emergency for unit in self.units.values()) else self.priority

    @property
    def open(self) -> bool:
        return self.status in OPEN


class Incidents:
    """Enters incidents and tells what becomes of them."""

    def __init__(self, stage: Stage, streets: Streets, prefix: str) -> None:
        self._stage, self._streets, self._prefix = stage, streets, prefix
        self._number = 0

    def enter(self, happening: Happening, received_t: float, finder: SimUnit | None = None) -> SimIncident:
        """Make an incident of something that happens; ``finder`` is the unit that saw it."""
        self._number += 1
        kind, now = happening.kind, self._stage.text()
        incident = SimIncident(f"S{self._prefix}-{self._number:05d}", happening, self._stage.t)
        happening.incident = incident
        incident.wanted = 2 if kind.priority == 1 else 1
        lat, lon = self._streets.point(happening.spot)
        fields: dict[str, Any] = {
            "type_code": kind.code,
            "type": kind.type,
            "category": kind.category,
            "priority": kind.priority,
            "priority_label": f"P{kind.priority}",
            "status": "pending",
            "received_at": self._stage.text(received_t),
            "entered_at": now,
            "lat": round(lat, 6),
            "lon": round(lon, 6),
            "onview": finder is not None,
            "sensitive": kind.sensitive,
            "units": [],
        }
        address = self._streets.address(happening.spot)
        if address:
            fields["address"] = address
        if finder is not None:
            incident.status, incident.units[finder.callsign] = "on_scene", finder
            incident.on_scene_t = self._stage.t
            fields |= {"status": "on_scene", "units": [finder.callsign]}
            fields |= dict.fromkeys(("dispatched_at", "enroute_at", "on_scene_at"), now)
        self._stage.tell(CAD, "incident", incident.id, fields)
        return incident

    def tell(self, incident: SimIncident, **fields: Any) -> None:
        """Tell what has changed; a new status is kept."""
        incident.status = fields.get("status", incident.status)
        self._stage.tell(CAD, "incident", incident.id, fields)

    def tell_units(self, incident: SimIncident, **fields: Any) -> None:
        """Tell who is on it now, with whatever else has changed."""
        self.tell(incident, units=list(incident.units), **fields)

    def reached(self, incident: SimIncident, status: str, instant: str) -> dict[str, Any]:
        """Return the fields of a step that only the first unit takes; nothing for those who follow."""
        if OPEN.index(status) <= OPEN.index(incident.status):
            return {}
        return {"status": status, instant: self._stage.text()}
