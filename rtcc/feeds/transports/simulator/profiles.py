"""When and where things happen: for each pattern of the call-type table a week of hours and a weight for every node."""

from __future__ import annotations

import numpy as np

from rtcc.feeds.transports.simulator.streets import METRES_PER_DEGREE
from rtcc.feeds.transports.simulator.world import ARTERIAL, MOTORWAY, RAMP, Floats, Point, World

HOURS = 168
#: How far from a bar or a school its people are.
_NIGHTLIFE_M, _SCHOOL_M = 250.0, 200.0
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6


def _even(_day: int, hour: int) -> float:
    return 1.0 + 0.42 * float(np.cos((hour - 17) / 24 * 2 * np.pi))


def _night(day: int, hour: int) -> float:
    weekend = (day in {_FRIDAY, _SATURDAY} and hour >= 20) or (day in {_SATURDAY, _SUNDAY} and hour < 4)
    late = hour >= 20 or hour < 3
    return 4.5 if weekend else 1.5 if late else 0.4


def _home(day: int, hour: int) -> float:
    busy = 1.25 if day >= _SATURDAY else 1.0
    return busy * (1.8 if 17 <= hour < 24 else 0.5 if 2 <= hour < 7 else 0.9)


def _school(day: int, hour: int) -> float:
    if day >= _SATURDAY:
        return 0.1
    return 4.0 if hour in {8, 15} else 2.2 if 7 <= hour < 17 else 0.15


def _commute(day: int, hour: int) -> float:
    if day >= _SATURDAY:
        return 0.8 if 9 <= hour < 20 else 0.3
    return 3.0 if hour in {7, 8, 16, 17} else 1.2 if 6 <= hour < 20 else 0.3


_HOURLY = {"even": _even, "night": _night, "home": _home, "school": _school, "commute": _commute}


def hourly(pattern: str) -> Floats:
    """Return how much more or less than on the mean happens in each hour of the week, from Monday at midnight."""
    rule = _HOURLY[pattern]
    hours = np.array([rule(hour // 24, hour % 24) for hour in range(HOURS)])
    mean: Floats = hours / hours.mean()
    return mean


def rush(week_s: float) -> float:
    """Return how much of a rush hour it is, from 0 to 1."""
    day, hour = divmod(week_s / 3600, 24)
    if day >= _SATURDAY:
        return 0.0
    return max(0.0, 1.0 - abs(hour - 8.0) / 1.5, 1.0 - abs(hour - 17.0) / 1.5)


def node_weights(world: World) -> dict[str, Floats]:
    """Return for each pattern how likely each node is, summing to one."""
    roads = world.roads
    nodes = roads.node_lat.size
    # The roads may lead on into the country around; what happens there is another agency's.
    ours = world.node_beat >= 0
    ours = ours if ours.any() else ~ours
    quiet = roads.road_class > RAMP
    streets = np.bincount(roads.start[quiet], minlength=nodes).astype(np.float64)
    fast = np.isin(roads.road_class, (MOTORWAY, RAMP, ARTERIAL))
    through = np.bincount(roads.start[fast], minlength=nodes).astype(np.float64)
    wide = np.bincount(roads.start[roads.road_class <= ARTERIAL], minlength=nodes) > 0
    through *= ours
    everywhere = ((streets > 0) & ours).astype(np.float64)
    bars = _near(world, world.places.get("nightlife", ()), _NIGHTLIFE_M)
    schools = _near(world, world.places.get("school", ()), _SCHOOL_M)
    weights = {
        "even": everywhere,
        "night": everywhere * (0.03 + bars),
        "home": everywhere * np.where(wide, 0.4, 1.0),
        "school": everywhere * (0.02 + schools),
        "commute": through + 0.02 * everywhere,
    }
    return {pattern: _summing_to_one(weight) for pattern, weight in weights.items()}


def _near(world: World, places: tuple[Point, ...], metres: float) -> Floats:
    """Return how near each node is to some place, from 0 to 1; the same for all where there are none."""
    roads = world.roads
    found = np.zeros(roads.node_lat.size)
    if not places:
        return found + 1.0
    squeeze = np.cos(np.radians(roads.node_lat.mean()))
    for lat, lon in places:
        north = (roads.node_lat - lat) * METRES_PER_DEGREE
        east = (roads.node_lon - lon) * METRES_PER_DEGREE * squeeze
        found = np.maximum(found, np.exp(-(north**2 + east**2) / (2 * metres**2)))
    return found


def _summing_to_one(weight: Floats) -> Floats:
    total = weight.sum()
    whole: Floats = weight / total if total > 0 else np.full(weight.size, 1.0 / weight.size)
    return whole
