"""Which units to send: the nearest suitable ones by drive time, with a reserve kept for what is more urgent."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from rtcc.feeds.transports.simulator.fleet import Fleet
from rtcc.feeds.transports.simulator.incidents import SimIncident
from rtcc.feeds.transports.simulator.streets import Spot
from rtcc.feeds.transports.simulator.units import K9, PATROL, SERGEANT, TRAFFIC, SimUnit
from rtcc.feeds.transports.simulator.world import WayThere, World

#: This share of the units on duty is kept for priorities 1 and 2.
RESERVE = 0.12
#: What it counts, in seconds of driving, that a unit is of another beat or another district.
_OTHER_BEAT_S, _OTHER_DISTRICT_S = 20.0, 40.0
#: What it counts that another kind of unit should rather go.
_UNSUITABLE_S = 400.0
#: A unit is called away from something that can wait only if it is nearer than the others by this.
_WORTH_S = 90.0
_CAN_WAIT = 3
#: Of more units than this, only so many, the nearest by air, are compared by their drive.
_LOOKED_AT = 150


class Chosen(NamedTuple):
    """A unit to be sent, and the seconds that its drive should take, preferences included."""

    unit: SimUnit
    cost_s: float


class UnitChoice:
    """Chooses units by where they are now."""

    def __init__(self, world: World, fleet: Fleet) -> None:
        self._world, self._fleet = world, fleet

    def way_to(self, incident: SimIncident) -> WayThere:
        """Return all ways to an incident, searched once."""
        if incident.way is None:
            spot = incident.happening.spot
            incident.way = self._fleet.streets.drives.toward(spot.edge, spot.share)
        return incident.way

    def choose(self, incident: SimIncident, count: int, *, call_away: bool = True) -> list[Chosen]:
        """Return up to ``count`` units, the best first; ``call_away`` allows those on their way to what can wait."""
        count = min(count, self.to_spare(incident.urgency)) if incident.urgency >= _CAN_WAIT else count
        if count <= 0:
            return []
        best = self._best(incident, self._fleet.free.values())[:count]
        if incident.urgency == 1 and call_away:
            best = self._with_others(incident, best, count)
        return best

    def to_spare(self, priority: int) -> int:
        """Return how many free units something of a priority may have."""
        free = len(self._fleet.free)
        return free if priority < _CAN_WAIT else int(free - RESERVE * len(self._fleet.units))

    def _with_others(self, incident: SimIncident, best: list[Chosen], count: int) -> list[Chosen]:
        """Return the units for something where life is at risk: also those on their way to what can wait."""
        under_way = [
            unit
            for unit in self._fleet.units.values()
            if unit.status in {"dispatched", "enroute"}
            and unit.incident is not None
            and unit.incident.urgency >= _CAN_WAIT
            and not unit.leaving
        ]
        others = [Chosen(unit, cost + _WORTH_S) for unit, cost in self._best(incident, under_way)]
        return sorted([*best, *others], key=lambda one: one.cost_s)[:count]

    def _best(self, incident: SimIncident, among: Iterable[SimUnit]) -> list[Chosen]:
        units = self.about(incident.happening.spot, list(among))
        if not units:
            return []
        spots = [self._fleet.spot(unit) for unit in units]
        _, _, seconds = self.way_to(incident).best_start([s.edge for s in spots], [s.share for s in spots])
        factor = self._fleet.factor(incident.urgency)
        costs = np.asarray(seconds) * factor + [self._less_suitable(unit, incident) for unit in units]
        return [Chosen(units[i], float(costs[i])) for i in np.argsort(costs, kind="stable") if np.isfinite(costs[i])]

    def about(self, spot: Spot, units: list[SimUnit]) -> list[SimUnit]:
        """Return the units around a place: of very many, those whose present way ends nearest to it by air."""
        if len(units) <= _LOOKED_AT:
            return units
        lat, lon = self._fleet.streets.point(spot)
        squeeze = math.cos(math.radians(lat))
        north = np.array([unit.path.lats[-1] for unit in units]) - lat
        east = (np.array([unit.path.lons[-1] for unit in units]) - lon) * squeeze
        nearest = np.argpartition(north * north + east * east, _LOOKED_AT)[:_LOOKED_AT]
        return [units[i] for i in np.sort(nearest)]

    def _less_suitable(self, unit: SimUnit, incident: SimIncident) -> float:
        unit_type, traffic = unit.post.unit_type, "traffic" in incident.kind.category.lower()
        extra = 0.0
        if unit_type in {SERGEANT, K9} and incident.urgency >= _CAN_WAIT:
            extra += _UNSUITABLE_S
        if unit_type == (PATROL if traffic else TRAFFIC) and incident.urgency >= _CAN_WAIT:
            extra += _UNSUITABLE_S / 4
        return extra + self._of_another_area(unit, incident.happening.spot)

    def _of_another_area(self, unit: SimUnit, spot: Spot) -> float:
        if not self._world.beats:
            return 0.0
        beat = int(self._world.node_beat[self._fleet.streets.start[spot.edge]])
        if beat == unit.post.beat or beat < 0:
            return 0.0
        beats = self._world.beats
        return _OTHER_BEAT_S if beats[beat][1] == beats[unit.post.beat][1] else _OTHER_DISTRICT_S
