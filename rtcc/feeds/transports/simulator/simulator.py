"""The simulated city as one source: put together here, and moved on by whoever asks what has happened since."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from rtcc.feeds.transports.simulator.calls import CallCentre
from rtcc.feeds.transports.simulator.choice import UnitChoice
from rtcc.feeds.transports.simulator.demand import FURTHER_CALLS, SELF_INITIATED, Demand
from rtcc.feeds.transports.simulator.dispatch import Dispatcher
from rtcc.feeds.transports.simulator.fleet import Fleet
from rtcc.feeds.transports.simulator.gps import Gps
from rtcc.feeds.transports.simulator.incidents import Happening, Incidents
from rtcc.feeds.transports.simulator.profiles import node_weights
from rtcc.feeds.transports.simulator.sensors import Sensors, incidents_per_day
from rtcc.feeds.transports.simulator.stage import Stage
from rtcc.feeds.transports.simulator.streets import Spot, Streets
from rtcc.feeds.transports.simulator.survey import Survey
from rtcc.feeds.transports.simulator.told import Told
from rtcc.feeds.transports.simulator.units import SimUnit, roster
from rtcc.feeds.transports.simulator.watches import Watches
from rtcc.feeds.transports.simulator.world import World
from rtcc.model.event import Event

UNITS, CALL_TAKERS = 120, 8
#: The city has lived for this long, in simulated seconds, when its first events are told.
_WARM_UP_S = 2400.0
_IDLE_CALLS = (("pocket", 30), ("question", 40), ("other", 30))


class NoCityError(ValueError):
    """A world that nothing can be invented in; the message says what it lacks."""


class Simulator:
    """A city in motion; the same world, seed, start and begin give the same events, however often it is asked.

    ``rate`` multiplies what happens, and the units with it unless ``units`` says how many; ``speed`` makes the
    simulated time run faster than the wall's, which events carry. ``begin`` is the city's local time at ``start``.
    With ``invented`` false the units go only to what ``incident_seen`` is told.
    """

    def __init__(
        self,
        world: World,
        *,
        start: datetime,
        begin: datetime | None = None,
        units: int | None = None,
        rate: float = 1.0,
        speed: float = 1.0,
        seed: int = 1,
        invented: bool = True,
        fixes: bool = True,
        call_takers: int | None = None,
    ) -> None:
        _require(world, invented)
        self._world, self._invented, self._fixes = world, invented, fixes
        count = max(1, round(UNITS * rate)) if units is None else units
        stage = Stage(
            world.agency, start, begin or start.astimezone(world.zone), speed, seed, _WARM_UP_S if invented else 0.0
        )
        self._stage, self._begun = stage, False
        self._streets = streets = Streets(world)
        # To the second: a city that starts again must not give its new incidents the ids of the old.
        prefix = f"{stage.wall(0.0):%y%j-%H%M%S}"
        self._fleet = fleet = Fleet(stage, streets, world, speed)
        homes, crossings = _beat_places(world, streets)
        stations = [_spot(world, lat, lon) for lat, lon in world.stations] or homes
        near = [_nearest(streets, home, stations) for home in homes]
        posts = roster(world, count, node_weights(world)["even"], homes, stations, near)
        self._watches = Watches(stage, fleet, posts, crossings)
        self._gps = Gps(stage, fleet, speed)
        self._choice = UnitChoice(world, fleet)
        self._told = None if invented else Told(stage, fleet, self._choice)
        if invented:
            self._demand = Demand(world, streets, rate, incidents_per_day(bool(world.cameras)))
            self._dice = stage.random("demand")
            self._dispatcher = Dispatcher(stage, fleet, Incidents(stage, streets, prefix), self._choice)
            self._dispatcher.closed = Survey(stage, prefix).ask
            takers = max(1, round(CALL_TAKERS * rate)) if call_takers is None else call_takers
            self._calls = CallCentre(stage, takers, prefix, self._dispatcher.enter)
            self._sensors = Sensors(stage, world, self._demand, fleet, prefix, rate, speed)
            self._sensors.enter = self._dispatcher.enter
            self._sensors.help, self._sensors.helped = self._help, self._helped

    def incident_seen(self, id_: str, fields: Mapping[str, Any] | None) -> None:
        """Hear what a real feed says about an incident, so that units go there; it is never written to from here."""
        if self._told is not None:
            self._begin()
            self._told.seen(id_, fields)

    def step(self, now: datetime) -> list[Event]:
        """Return the events of everything that happened until ``now``, in order."""
        self._begin()
        self._stage.run(self._stage.moment(now))
        return self._stage.take()

    def skip(self, seconds: float) -> None:
        """Leave out so many seconds of the wall: after a pause everyone goes on from where they were."""
        self._stage.skip(seconds)

    def leave(self, now: datetime) -> list[Event]:
        """Return the events that take everything invented out of the picture, for an orderly end."""
        events = self.step(now)
        self._stage.withdraw_all()
        return events + self._stage.take()

    @property
    def known(self) -> set[tuple[str, str]]:
        """The kind and id of everything that is in the picture because it was told from here."""
        return set(self._stage.known)

    # ------------------------------------------------------------ the city's life

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        self._watches.begin()
        if self._invented:
            self._next_happening()
            self._next_idle_call()
            self._sensors.begin()
            self._sensors.begin_detecting()
        # Before the start itself, so that what is due at the very start comes after the introduction.
        self._stage.run(-1e-6)
        self._stage.t = 0.0
        self._stage.introduce()
        if self._fixes:
            self._gps.begin()

    def _next_happening(self) -> None:
        stage = self._stage
        t = self._demand.happenings.next(stage.t, stage.week_s(stage.t), self._dice)
        if t < math.inf:
            stage.at(t, self._happen)

    def _happen(self) -> None:
        self._next_happening()
        dice = self._dice
        kind = self._demand.kind(self._stage.week_s(self._stage.t), dice)
        spot = self._demand.spot(kind.pattern, dice)
        if dice.random() < kind.onview and (self._find(Happening(kind, spot)) or kind.onview > SELF_INITIATED):
            return
        happening = Happening(kind, spot)
        where = self._streets.point(spot)
        self._calls.ring(happening, "incident", where)
        # Geometric, with the mean that was asked for: now and then a whole street calls.
        further = FURTHER_CALLS[kind.priority]
        while dice.random() < further / (1 + further):
            self._stage.after(dice.expovariate(1 / 240.0), self._calls.ring, happening, "incident", where)

    def _find(self, happening: Happening) -> bool:
        """Let the nearest free unit come upon it, where the unit is; nobody does where only the reserve is left."""
        if self._choice.to_spare(happening.kind.priority) < 1:
            return False
        free = self._choice.about(happening.spot, list(self._fleet.free.values()))
        lat, lon = self._streets.point(happening.spot)
        t = self._stage.t

        def off(unit: SimUnit) -> float:
            unit_lat, unit_lon, _, _ = unit.path.position(t)
            return math.hypot(unit_lat - lat, (unit_lon - lon) * math.cos(math.radians(lat)))

        unit = min(free, key=off)
        self._dispatcher.found(Happening(happening.kind, self._fleet.spot(unit)), unit)
        return True

    def _next_idle_call(self) -> None:
        stage = self._stage
        t = self._demand.idle_calls.next(stage.t, stage.week_s(stage.t), self._dice)
        if t < math.inf:
            stage.at(t, self._idle_call)

    def _idle_call(self) -> None:
        self._next_idle_call()
        topic = self._dice.choices([name for name, _ in _IDLE_CALLS], [share for _, share in _IDLE_CALLS])[0]
        self._calls.ring(None, topic, self._streets.point(self._demand.spot("even", self._dice)))

    def _help(self, unit: SimUnit) -> None:
        if unit.incident is not None:
            self._dispatcher.want_more(unit.incident, 3)

    def _helped(self, unit: SimUnit) -> None:
        if unit.incident is not None:
            self._dispatcher.enough(unit.incident)


def _require(world: World, invented: bool) -> None:
    if not world.roads.length_m.size:
        raise NoCityError("The city has no streets, and the simulator drives on streets only.")
    if invented and not sum(kind.share for kind in world.call_types) > 0:
        raise NoCityError("The city has no call types with a share above 0, so nothing can happen in it.")


def _spot(world: World, lat: float, lon: float) -> Spot:
    beside = world.drives.nearest([lat], [lon])
    return Spot(int(beside.edge[0]), float(beside.share[0]))


def _beat_places(world: World, streets: Streets) -> tuple[list[Spot], list[list[Spot]]]:
    """Return each beat's middle, and all crossings in it; a beat without any stands for the whole city."""
    roads = world.roads
    everywhere = np.array([node for node, leaving in enumerate(streets.leaving) if leaving])
    homes, crossings = [], []
    for beat in range(max(1, len(world.beats))):
        nodes = everywhere[world.node_beat[everywhere] == beat] if world.beats else everywhere
        nodes = nodes if nodes.size else everywhere
        lat, lon = roads.node_lat[nodes], roads.node_lon[nodes]
        middle = int(np.argmin((lat - lat.mean()) ** 2 + (lon - lon.mean()) ** 2))
        spots = [Spot(streets.leaving[node][0], 0.0) for node in nodes.tolist()]
        homes.append(spots[middle])
        crossings.append(spots)
    return homes, crossings


def _nearest(streets: Streets, home: Spot, stations: list[Spot]) -> int:
    lat, lon = streets.point(home)
    places = [streets.point(station) for station in stations]
    squeeze = math.cos(math.radians(lat))
    return min(range(len(places)), key=lambda i: math.hypot(places[i][0] - lat, (places[i][1] - lon) * squeeze))
