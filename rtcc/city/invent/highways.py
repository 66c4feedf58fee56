"""The invented city's highways: two carriageways each above the streets, and ramps to the arterials they cross."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from rtcc.city.invent.network import ARTERIAL, MOTORWAY, RAMP, Net, Nodes, nodes_of
from rtcc.city.invent.plan import HIGHWAYS, bent
from rtcc.city.invent.shapes import Floats
from rtcc.city.invent.terrain import Terrain

HALF = 13.0
#: A ramp leaves the highway this far before the street that it leads to.
REACH = 300.0


@dataclass(frozen=True, slots=True)
class Raised:
    """Streets with their level: motorways and the upper halves of ramps are 1, the lower halves 0."""

    net: Net
    level: Any


def plan_highways(terrain: Terrain, random: np.random.Generator) -> dict[str, Any]:
    """Return the middle line of every highway."""
    dry = terrain.mainland.buffer(-120)
    lines = {name: shapely.LineString(bent(line, random, ruled=False)) for name, line in HIGHWAYS.items()}
    return {
        name: max(shapely.get_parts(line.intersection(dry)), key=lambda part: part.length)
        for name, line in lines.items()
    }


def build_highways(streets: Net, lines: dict[str, Any], numbers: dict[str, tuple[int, int]], urban: Any) -> Raised:
    """Return the carriageways and ramps; ``numbers`` are the names of each highway and of its ramps."""
    nodes = nodes_of(streets)
    nets: list[tuple[Net, int]] = []
    for name, line in lines.items():
        road, ramp = numbers[name]
        right = shapely.get_coordinates(shapely.segmentize(line.offset_curve(-HALF), 45))
        left = shapely.get_coordinates(shapely.segmentize(line.offset_curve(HALF), 45))[::-1]
        nets.extend((Net.of(shapely.LineString(way), MOTORWAY, road, oneway=1), 1) for way in (right, left))
        nets.extend(_ends(streets, nodes, line, right, left, ramp, urban))
        for at, street in _crossings(streets, line, urban):
            for way, side in ((right, -1), (left, 1)):
                node = _landing(streets, nodes, line, at, street, side)
                if node is not None:
                    nets.extend(_ramps(line, way, at, side, node, ramp))
    level = [np.full(len(net.lines), height) for net, height in nets]
    return Raised(Net.joined([net for net, _ in nets]), np.concatenate(level))


def _crossings(streets: Net, line: Any, urban: Any) -> list[tuple[float, int]]:
    # Where an arterial passes under, at a good angle and far enough from the last one.
    over = np.flatnonzero((streets.road_class == ARTERIAL) & shapely.intersects(streets.lines, line))
    found = []
    for edge in over:
        point = shapely.point_on_surface(shapely.intersection(streets.lines[edge], line))
        at = line.project(point)
        way = shapely.get_coordinates(streets.lines[edge])
        along = _at(line, at + 30) - _at(line, at - 30)
        cross = way[-1] - way[0]
        sine = abs(along[0] * cross[1] - along[1] * cross[0]) / (np.hypot(*along) * np.hypot(*cross))
        if sine > 0.6 and shapely.contains_properly(urban, point) and REACH < at < line.length - 500:
            found.append((at, int(streets.name[edge])))
    kept: list[tuple[float, int]] = []
    for at, street in sorted(found):
        if not kept or at - kept[-1][0] > 2.6 * REACH:
            kept.append((at, street))
    return kept


def _landing(streets: Net, nodes: Nodes, line: Any, at: float, street: int, side: int) -> Floats | None:
    # The street's first crossing beside the highway.
    of = np.flatnonzero((streets.name == street) & (streets.road_class == ARTERIAL))
    around = np.unique(np.concatenate([nodes.start[of], nodes.end[of]]))
    here, along = _at(line, at), _at(line, at + 30) - _at(line, at - 30)
    to = nodes.xy[around] - here
    across = (along[0] * to[:, 1] - along[1] * to[:, 0]) / np.hypot(*along)
    fit = (np.sign(across) == side) & (np.abs(across) > 36) & (np.hypot(*to.T) < 260)
    if not fit.any():
        return None
    place: Floats = nodes.xy[around[fit][np.argmin(np.abs(across[fit]))]]
    return place


def _ramps(line: Any, way: Floats, at: float, side: int, node: Floats, name: int) -> list[tuple[Net, int]]:
    # Traffic keeps right: the carriageway on the right of the line runs along it, the other against it.
    made = []
    for off in (True, False):
        before = off == (side < 0)
        target = _at(line, at + (-REACH if before else REACH))
        leave = way[np.argmin(np.hypot(*(way - target).T))]
        middle = _at(line, at + (-0.35 if before else 0.35) * REACH)
        along = _at(line, at + 10) - _at(line, at - 10)
        aside = np.array([-along[1], along[0]]) / np.hypot(*along) * side
        made.extend(_ramp(leave, middle + aside * 38, node, name, off=off))
    return made


def _ramp(leave: Floats, bend: Floats, node: Floats, name: int, *, off: bool) -> list[tuple[Net, int]]:
    t = np.linspace(0, 1, 13)[:, None]
    curve = (1 - t) ** 2 * leave + 2 * t * (1 - t) * bend + t**2 * node
    halves = ((curve[:8], 1), (curve[7:], 0))
    return [
        (Net.of(shapely.LineString(part if off else part[::-1]), RAMP, name, oneway=1), level) for part, level in halves
    ]


def _ends(
    streets: Net, nodes: Nodes, line: Any, right: Floats, left: Floats, name: int, urban: Any
) -> list[tuple[Net, int]]:
    # In the city a highway comes down to the streets; out at the coast its carriageways meet in a turning loop.
    made: list[tuple[Net, int]] = []
    for arriving, leaving, place in ((right[-1], left[0], line.coords[-1]), (left[-1], right[0], line.coords[0])):
        if not shapely.contains_properly(urban, shapely.Point(place)):
            made.append((Net.of(shapely.LineString([arriving, leaving]), RAMP, name, oneway=1), 1))
            continue
        main = np.unique(np.concatenate([nodes.start, nodes.end])[np.tile(streets.road_class == ARTERIAL, 2)])
        node = nodes.xy[main[np.argmin(np.hypot(*(nodes.xy[main] - np.array(place)).T))]]
        made.extend(_ramp(arriving, (arriving + node) / 2, node, name, off=True))
        made.extend(_ramp(leaving, (leaving + node) / 2, node, name, off=False))
    return made


def _at(line: Any, along: float) -> Floats:
    point: Floats = shapely.get_coordinates(line.interpolate(max(along, 0.0)))[0]
    return point
