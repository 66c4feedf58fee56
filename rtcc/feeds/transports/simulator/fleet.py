"""The fleet: units change their status, patrol their beats, drive where they are sent and go home."""

from __future__ import annotations

from collections.abc import Callable

from rtcc.feeds.transports.simulator.profiles import rush
from rtcc.feeds.transports.simulator.stage import CAD, Stage
from rtcc.feeds.transports.simulator.streets import LIGHTS, ORDINARY, PATROL, RUSH, Part, Path, Spot, Streets
from rtcc.feeds.transports.simulator.units import Post, SimUnit
from rtcc.feeds.transports.simulator.world import LOCAL, World

#: How long one stretch of patrol is planned ahead, in seconds.
_STRETCH_S = (60.0, 200.0)
#: Before the city is seen, free units stand somewhere in their beats; so long before, in seconds, they begin to roam.
_ROAM_BEFORE_S = (60.0, 240.0)
#: How often each unit is told whole again, for a picture that began later, in seconds of the wall.
_ROLL_CALL_S = 60.0


class Fleet:
    """All units on duty, by callsign; ``free`` are those that may be sent."""

    def __init__(self, stage: Stage, streets: Streets, world: World, speed: float) -> None:
        self._stage, self.streets, self._world = stage, streets, world
        self._dice = stage.random("patrol")
        self._roll_call_s = _ROLL_CALL_S * speed
        self.units: dict[str, SimUnit] = {}
        self.free: dict[str, SimUnit] = {}
        #: Called whenever a unit may be sent again.
        self.when_free: Callable[[], None] = lambda: None
        #: Called whenever a unit's way changes: its next fix may be due earlier.
        self.when_moved: Callable[[SimUnit], None] = lambda _: None

    # ------------------------------------------------------------ on duty and off

    def log_on(self, post: Post, spot: Spot) -> SimUnit:
        """Let a unit begin its watch at a place."""
        unit = SimUnit(post, self.streets.stand(self._stage.t, spot))
        self.units[unit.callsign] = unit
        self.become(unit, "available")
        self.patrol(unit)
        self._stage.at(max(0.0, self._stage.t) + self._dice.uniform(0, self._roll_call_s), self._call_roll, unit)
        self.when_moved(unit)
        self.when_free()
        return unit

    def end_watch(self, unit: SimUnit) -> None:
        """Let a unit go home as soon as it is free."""
        if self.units.get(unit.callsign) is unit:
            unit.leaving = True
            self.free.pop(unit.callsign, None)
            if unit.status == "available":
                self.go_home(unit)

    def go_home(self, unit: SimUnit) -> None:
        """Drive to the station and be off duty there."""
        self.become(unit, "out_of_service")
        parts = self.streets.parts_to(self.streets.way_to(unit.post.station), self.spot(unit))
        self.drive(unit, parts, self.ordinary(), self._off_duty)

    def _off_duty(self, unit: SimUnit) -> None:
        self.become(unit, "off_duty")
        self._stage.after(300.0, self._sign_off, unit)

    def _sign_off(self, unit: SimUnit) -> None:
        unit.slot = -1
        if self.units.get(unit.callsign) is unit:
            del self.units[unit.callsign]
            self._stage.tell(CAD, "unit", unit.callsign, None)

    # ------------------------------------------------------------ status

    def become(self, unit: SimUnit, status: str) -> None:
        """Change a unit's status and tell it."""
        unit.status, unit.status_since = status, self._stage.text()
        unit.errand += 1
        if status == "available" and not unit.leaving:
            self.free[unit.callsign] = unit
        else:
            self.free.pop(unit.callsign, None)
        self.tell(unit)

    def tell(self, unit: SimUnit) -> None:
        """Tell all of a unit but where it is."""
        fields = {
            "callsign": unit.callsign,
            "unit_type": unit.post.unit_type,
            "status": unit.status,
            "status_since": unit.status_since,
            "incident_id": unit.incident.id if unit.incident else None,
            "emergency": unit.emergency,
        }
        self._stage.tell(CAD, "unit", unit.callsign, fields)

    def release(self, unit: SimUnit) -> None:
        """Let a unit be free where it is, or go home where its watch is over."""
        unit.incident, unit.emergency = None, False
        if unit.leaving:
            self.go_home(unit)
            return
        self.become(unit, "available")
        self.patrol(unit)
        self.when_free()

    def pause(self, unit: SimUnit, status: str, seconds: float) -> None:
        """Let a unit stand where it is for a while, then be free again."""
        unit.incident, unit.emergency = None, False
        self.become(unit, status)
        self.stand(unit)
        self._stage.after(seconds, self._paused, unit, unit.errand)

    def _paused(self, unit: SimUnit, errand: int) -> None:
        if unit.errand == errand:
            self.release(unit)

    def _call_roll(self, unit: SimUnit) -> None:
        if self.units.get(unit.callsign) is unit:
            self.tell(unit)
            self._stage.after(self._roll_call_s, self._call_roll, unit)

    # ------------------------------------------------------------ driving

    def spot(self, unit: SimUnit) -> Spot:
        return unit.path.spot(self._stage.t)

    def ordinary(self) -> float:
        """Return how long a drive without lights takes now, relative to the speed model."""
        return ORDINARY * (1.0 + RUSH * rush(self._stage.week_s(self._stage.t)))

    def factor(self, priority: int) -> float:
        """Return how long a drive to an incident takes: the most urgent are driven to with lights."""
        return LIGHTS if priority <= 2 else self.ordinary()

    def stand(self, unit: SimUnit) -> None:
        """Stay at this place."""
        self._take(unit, self.streets.stand(self._stage.t, self.spot(unit)))

    def drive(self, unit: SimUnit, parts: list[Part], factor: float, then: Callable[[SimUnit], None]) -> None:
        """Drive a way; at its end, if nothing else has come up, comes what ``then`` says."""
        if parts:
            self._take(unit, self.streets.path(self._stage.t, parts, factor))
        else:
            self.stand(unit)
        self._stage.at(unit.path.ends_at, self._arrive, unit, unit.errand, then)

    def _arrive(self, unit: SimUnit, errand: int, then: Callable[[SimUnit], None]) -> None:
        if unit.errand == errand:
            then(unit)

    def _take(self, unit: SimUnit, path: Path) -> None:
        unit.path = path
        self.when_moved(unit)

    # ------------------------------------------------------------ patrol

    def patrol(self, unit: SimUnit) -> None:
        """Roam the beat; now and then stand a while and look."""
        if self._stage.t < -_ROAM_BEFORE_S[1]:
            self.stand(unit)
            self._stage.at(-self._dice.uniform(*_ROAM_BEFORE_S), self._go_on, unit, unit.errand)
            return
        if self._dice.random() < 0.2 and unit.path.ends_at <= self._stage.t:
            self.stand(unit)
            self._stage.after(self._dice.lognormvariate(5.2, 0.6), self._go_on, unit, unit.errand)
            return
        self.drive(unit, self._stretch(unit), PATROL, self.patrol)

    def _go_on(self, unit: SimUnit, errand: int) -> None:
        if unit.errand == errand:
            self.drive(unit, self._stretch(unit), PATROL, self.patrol)

    def _stretch(self, unit: SimUnit) -> list[Part]:
        spot, streets, beat = self.spot(unit), self.streets, unit.post.beat
        left = self._dice.uniform(*_STRETCH_S) / PATROL
        end = streets.end[spot.edge]
        if self._world.beats and self._world.node_beat[end] != beat:
            back = streets.parts_to(streets.way_to(unit.post.home), spot)
            if back:
                return self._cut(back, left)
        parts = [Part(spot.edge, spot.share, 1.0)]
        left -= streets.seconds_of(parts)
        while left > 0:
            edge = self._turn(parts[-1].edge, beat)
            parts.append(Part(edge, 0.0, 1.0))
            left -= streets.seconds[edge] + 0.1
        return parts

    def _cut(self, parts: list[Part], seconds: float) -> list[Part]:
        """Return the beginning of a way, whole edges, that takes about so long."""
        for count in range(1, len(parts)):
            if self.streets.seconds_of(parts[:count]) >= seconds:
                return parts[:count]
        return parts

    def _turn(self, edge: int, beat: int) -> int:
        """Choose the next edge at the end of one: within the beat, on a proper street, and not back if possible."""
        streets = self.streets
        back = streets.twin[edge]
        onward = [each for each in streets.leaving[streets.end[edge]] if each != back]
        if not onward:
            return back if back >= 0 else edge
        weights = []
        for each in onward:
            weight = 1.0 if streets.road_class[each] <= LOCAL else 0.2
            if not streets.may_patrol(each):
                weight *= 0.01
            if self._world.beats and self._world.node_beat[streets.end[each]] != beat:
                weight *= 0.03
            if streets.roads.street[each] == streets.roads.street[edge]:
                weight *= 2.0
            weights.append(weight)
        return self._dice.choices(onward, weights)[0]
