"""The dispatcher: who waits for a unit, who is sent, who is called away, and how an incident ends."""

from __future__ import annotations

import math
from collections.abc import Callable

from rtcc.feeds.transports.simulator.choice import Chosen, UnitChoice
from rtcc.feeds.transports.simulator.fleet import Fleet
from rtcc.feeds.transports.simulator.incidents import Happening, Incidents, SimIncident
from rtcc.feeds.transports.simulator.stage import Stage
from rtcc.feeds.transports.simulator.units import SimUnit

#: From entered to the dispatcher's decision, and from dispatched to wheels rolling: medians by priority.
DECISION_S = {1: 15.0, 2: 35.0, 3: 75.0, 4: 120.0, 5: 180.0}
TURNOUT_S = {1: 12.0, 2: 18.0, 3: 35.0, 4: 45.0, 5: 45.0}
SPREAD = 0.5
#: The spread of the time on scene, around each kind's own median.
STAY_SPREAD = 0.6
CANCELLED = 0.05
#: How often those on scene ask for one more unit.
BACKUP = {1: 0.25, 2: 0.12, 3: 0.04, 4: 0.01, 5: 0.0}
REPORT = 0.2
DISPOSITIONS = (("Handled", 34), ("Report taken", 24), ("Advised", 16), ("Gone on arrival", 12),
                ("Unable to locate", 6), ("Arrest made", 5), ("Citation issued", 3))  # fmt: skip


class Dispatcher:
    """Sends units to incidents; ``closed`` hears of each that has ended on scene."""

    def __init__(self, stage: Stage, fleet: Fleet, incidents: Incidents, choice: UnitChoice) -> None:
        self._stage, self._fleet, self._incidents, self._choice = stage, fleet, incidents, choice
        self._dice = stage.random("dispatch")
        self._waiting: list[SimIncident] = []
        self._serving = False
        self.closed: Callable[[SimIncident], None] = lambda _: None
        self.open: dict[str, SimIncident] = {}
        fleet.when_free = self._soon

    # ------------------------------------------------------------ in

    def enter(self, happening: Happening, received_t: float) -> None:
        """Take in what a call taker has entered."""
        incident = self._incidents.enter(happening, received_t)
        self.open[incident.id] = incident
        self._stage.after(self._some(DECISION_S[incident.priority]), self._ask, incident)
        if self._dice.random() < CANCELLED:
            self._stage.after(self._dice.expovariate(1 / 400.0) + 30.0, self._cancel, incident)

    def found(self, happening: Happening, unit: SimUnit) -> None:
        """Let a free unit come upon something where it is."""
        self._fleet.become(unit, "on_scene")
        self._fleet.stand(unit)
        incident = self._incidents.enter(happening, self._stage.t, unit)
        self.open[incident.id] = unit.incident = incident
        self._fleet.tell(unit)
        incident.wanted = 1
        self._stay(incident)

    def want_more(self, incident: SimIncident, more: int) -> None:
        """Ask for further units."""
        if incident.open:
            incident.wanted = len(incident.units) + more
            self._ask(incident)

    def enough(self, incident: SimIncident) -> None:
        """Let those go who came to help an officer, now that it is over."""
        incident.wanted = min(incident.wanted, 2)
        for unit in list(incident.units.values())[2:]:
            self._stage.after(self._dice.uniform(20, 240), self._leave_earlier, unit, incident)

    # ------------------------------------------------------------ who waits

    def _ask(self, incident: SimIncident) -> None:
        if incident.open and incident not in self._waiting:
            self._waiting.append(incident)
        self._serve()

    def _soon(self) -> None:
        if self._waiting and not self._serving:
            self._serving = True
            self._stage.after(self._dice.uniform(2, 8), self._served)

    def _served(self) -> None:
        self._serving = False
        self._serve()

    def _serve(self) -> None:
        """Send whom there is to those who wait, the most urgent and then the oldest first."""
        self._waiting.sort(key=lambda incident: (incident.urgency, incident.entered_t))
        for incident in list(self._waiting):
            missing = incident.wanted - len(incident.units)
            if incident.open and missing > 0:
                chosen = self._choice.choose(incident, missing)
                for one in chosen:
                    self._send(one, incident)
                missing -= len(chosen)
            if not incident.open or missing <= 0:
                self._waiting.remove(incident)
            elif not self._fleet.free:
                return

    # ------------------------------------------------------------ sent

    def _send(self, chosen: Chosen, incident: SimIncident) -> None:
        unit = chosen.unit
        if unit.incident is not None:
            self._call_away(unit)
        unit.incident = incident
        incident.units[unit.callsign] = unit
        self._fleet.become(unit, "dispatched")
        self._incidents.tell_units(incident, **self._incidents.reached(incident, "dispatched", "dispatched_at"))
        # Until it turns out it finishes the stretch that it is on, and then stands.
        self._stage.after(self._some(TURNOUT_S[incident.urgency]), self._turn_out, unit, unit.errand)

    def _call_away(self, unit: SimUnit) -> None:
        """Take a unit from what can wait; that waits again."""
        left = unit.incident
        unit.incident = None
        if left is None:
            return
        del left.units[unit.callsign]
        if left.units:
            self._incidents.tell_units(left)
        else:
            left.way = None
            self._incidents.tell_units(left, status="pending", dispatched_at=None, enroute_at=None)
        self._stage.after(5.0, self._ask, left)

    def _turn_out(self, unit: SimUnit, errand: int) -> None:
        incident = unit.incident
        if unit.errand != errand or incident is None:
            return
        self._fleet.become(unit, "enroute")
        fields = self._incidents.reached(incident, "enroute", "enroute_at")
        if fields:
            self._incidents.tell(incident, **fields)
        parts = self._fleet.streets.parts_to(self._choice.way_to(incident), self._fleet.spot(unit))
        self._fleet.drive(unit, parts, self._fleet.factor(incident.urgency), self._arrive)

    def _arrive(self, unit: SimUnit) -> None:
        incident = unit.incident
        if incident is None:
            return
        self._fleet.become(unit, "on_scene")
        self._fleet.stand(unit)
        fields = self._incidents.reached(incident, "on_scene", "on_scene_at")
        if fields:
            incident.on_scene_t = self._stage.t
            self._incidents.tell(incident, **fields)
            self._stay(incident)

    def _stay(self, incident: SimIncident) -> None:
        stay = self._dice.lognormvariate(math.log(incident.kind.on_scene_s), STAY_SPREAD)
        self._stage.after(stay, self._clear, incident)
        if self._dice.random() < BACKUP[incident.priority]:
            self._stage.after(min(stay / 2, self._dice.uniform(30, 180)), self.want_more, incident, 1)
        for unit in list(incident.units.values())[1:]:
            # The second one often leaves earlier.
            self._stage.after(stay * self._dice.uniform(0.3, 1.0), self._leave_earlier, unit, incident)

    def _leave_earlier(self, unit: SimUnit, incident: SimIncident) -> None:
        others = [other for other in incident.units.values() if other is not unit and other.status == "on_scene"]
        if unit.incident is incident and others and not unit.emergency:
            del incident.units[unit.callsign]
            incident.wanted = min(incident.wanted, len(incident.units))
            self._fleet.release(unit)
            self._incidents.tell_units(incident)

    # ------------------------------------------------------------ ended

    def _clear(self, incident: SimIncident) -> None:
        if incident.status != "on_scene":
            return
        disposition = self._dice.choices([each[0] for each in DISPOSITIONS], [each[1] for each in DISPOSITIONS])[0]
        self._incidents.tell(incident, status="cleared", cleared_at=self._stage.text(), disposition=disposition)
        self._let_go(incident)
        self._stage.after(self._dice.uniform(60, 400), self._close, incident)

    def _close(self, incident: SimIncident) -> None:
        self._incidents.tell(incident, status="closed")
        self.closed(incident)

    def _cancel(self, incident: SimIncident) -> None:
        if incident.open and incident.status != "on_scene":
            self._incidents.tell(incident, status="cancelled", disposition="Cancelled by caller")
            self._let_go(incident)

    def _let_go(self, incident: SimIncident) -> None:
        """Free everyone; the incident keeps the list of who was there at its end."""
        self.open.pop(incident.id, None)
        incident.way = None
        for unit in list(incident.units.values()):
            if unit.status == "on_scene" and not unit.leaving and self._dice.random() < REPORT:
                self._fleet.pause(unit, "busy", self._dice.uniform(480, 1200))
            else:
                self._fleet.release(unit)

    def _some(self, median_s: float) -> float:
        return self._dice.lognormvariate(math.log(median_s), SPREAD)
