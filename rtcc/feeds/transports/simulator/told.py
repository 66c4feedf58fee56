"""Incidents told from outside, such as recorded calls: units drive there, and nothing is said of them from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rtcc.feeds.transports.simulator.choice import UnitChoice
from rtcc.feeds.transports.simulator.fleet import Fleet
from rtcc.feeds.transports.simulator.incidents import Happening, SimIncident
from rtcc.feeds.transports.simulator.stage import Stage
from rtcc.feeds.transports.simulator.streets import Spot
from rtcc.feeds.transports.simulator.units import SimUnit
from rtcc.model.call_types import CallType
from rtcc.model.lifecycle import ENDED

RESPONDING = ("dispatched", "enroute", "on_scene")
OVER = ENDED["incident"] | {"cleared"}
#: Exports leave many incidents open for good; without news for this long the unit has other work.
_LONGEST_S = 2400.0
_KEPT_FREE = 0.25


class Told:
    """Follows what others say of their incidents."""

    def __init__(self, stage: Stage, fleet: Fleet, choice: UnitChoice) -> None:
        self._stage, self._fleet, self._choice = stage, fleet, choice
        self._dice = stage.random("told")
        self._known: dict[str, dict[str, Any]] = {}
        self._incidents: dict[str, SimIncident] = {}
        fleet.when_free = self._send_all

    def seen(self, id_: str, fields: Mapping[str, Any] | None) -> None:
        """Hear what is said of an incident now; None is that it was withdrawn."""
        known = self._known.setdefault(id_, {})
        known.update(fields or {"status": "cancelled"})
        incident = self._incidents.get(id_)
        if known.get("status") in OVER:
            del self._known[id_]
            if incident is not None:
                self._let_go(incident)
            return
        if incident is None:
            self._send(id_)
        else:
            self._plan_end(incident)
            self._agree(incident)

    def _send_all(self) -> None:
        waiting = [id_ for id_ in self._known if id_ not in self._incidents]
        for id_ in sorted(waiting, key=lambda id_: self._known[id_].get("priority") or 3):
            if not self._some_free():
                return
            self._send(id_)

    def _some_free(self) -> bool:
        return len(self._fleet.free) > _KEPT_FREE * len(self._fleet.units)

    def _send(self, id_: str) -> None:
        known = self._known[id_]
        lat, lon = known.get("lat"), known.get("lon")
        if id_ in self._incidents or known.get("status") not in RESPONDING or not self._some_free():
            return
        if lat is None or lon is None:
            return
        beside = self._fleet.streets.drives.nearest([lat], [lon])
        spot = Spot(int(beside.edge[0]), float(beside.share[0]))
        kind = CallType("", "", "", known.get("priority") or 3)
        incident = SimIncident(id_, Happening(kind, spot), self._stage.t)
        # Nobody is called away: what others say still goes on would be left without a unit.
        chosen = self._choice.choose(incident, 1, call_away=False)
        if not chosen:
            return
        unit = chosen[0].unit
        self._incidents[id_] = unit.incident = incident
        incident.units[unit.callsign] = unit
        self._plan_end(incident)
        self._fleet.become(unit, "dispatched")
        self._stage.after(self._dice.uniform(10, 40), self._set_out, unit, unit.errand)
        self._agree(incident)

    def _agree(self, incident: SimIncident) -> None:
        """Let the unit be as far as others say: who is on scene there is there, whatever is left of the way."""
        said = self._known[incident.id].get("status")
        for unit in incident.units.values():
            if unit.incident is not incident or said not in RESPONDING:
                continue
            if RESPONDING.index(unit.status) >= RESPONDING.index(said):
                continue
            self._fleet.become(unit, said)
            if said == "enroute":
                self._set_out(unit, unit.errand)
            else:
                self._take_there(unit, incident.happening.spot)

    def _take_there(self, unit: SimUnit, spot: Spot) -> None:
        unit.path = self._fleet.streets.stand(self._stage.t, spot)
        self._fleet.stand(unit)

    def _set_out(self, unit: SimUnit, errand: int) -> None:
        """Drive there, and wait there for what others say: a status of its own would contradict theirs."""
        if unit.errand == errand and unit.incident is not None:
            parts = self._fleet.streets.parts_to(self._choice.way_to(unit.incident), self._fleet.spot(unit))
            self._fleet.drive(unit, parts, self._fleet.factor(unit.incident.priority), self._fleet.stand)

    def _plan_end(self, incident: SimIncident) -> None:
        incident.entered_t = self._stage.t
        self._stage.after(_LONGEST_S, self._forget, incident, self._stage.t)

    def _forget(self, incident: SimIncident, heard_t: float) -> None:
        if incident.entered_t == heard_t and self._incidents.get(incident.id) is incident:
            self._known.pop(incident.id, None)
            self._let_go(incident)

    def _let_go(self, incident: SimIncident) -> None:
        self._incidents.pop(incident.id, None)
        for unit in incident.units.values():
            if unit.incident is incident:
                self._fleet.release(unit)
