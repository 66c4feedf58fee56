"""Takes streets up again where a real city has none: through parks, along superblocks, behind most blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from rtcc.city.invent.network import (
    ALLEY,
    LOCAL,
    Net,
    contracted,
    main_part,
    noded,
    nodes_of,
    pruned,
    without_shallow,
    without_slivers,
)
from rtcc.city.invent.plan import OPEN, QUARTERS
from rtcc.city.invent.shapes import Geometries, box_at


def clean_network(streets: Net, highways: list[Any], random: np.random.Generator) -> Net:
    """Return the streets as pieces between crossings, thinned out and without what no city would have built."""
    net = noded(streets)
    net = _thinned_alleys(net, random)
    net = net.only(~_inside(net, open_ground()))
    net = _under(net, highways, random)
    net = contracted(net, 24)
    net = without_shallow(net, 27)
    net = without_slivers(net, 38, 1500)
    net = _joined_blocks(net, random)
    net = without_slivers(net, 38, 1500)
    net = pruned(net, 230)
    return main_part(contracted(net, 20))


def open_ground() -> Geometries:
    """Return the boxes of the plan's parks and other open ground, in metres."""
    return np.array([box_at((x * 1000, y * 1000), size, angle) for _, (x, y), size, angle in OPEN])


def _inside(net: Net, areas: Geometries) -> np.ndarray:
    # A grid's street whose middle lies well inside; boulevards and shores pass.
    middle = shapely.line_interpolate_point(net.lines, 0.5, normalized=True)
    street, _ = shapely.STRtree(middle).query(shapely.buffer(areas, -8), predicate="contains")[::-1]
    inside = np.zeros(len(net.lines), dtype=bool)
    inside[street] = True
    return inside & (net.quarter >= 0)


def _under(net: Net, highways: list[Any], random: np.random.Generator) -> Net:
    # What runs along a highway's foot goes, and most small streets do not pass beneath.
    line = shapely.union_all(highways)
    middle = shapely.line_interpolate_point(net.lines, 0.5, normalized=True)
    along = shapely.length(shapely.intersection(net.lines, line.buffer(46))) > 0.92 * shapely.length(net.lines)
    passes = shapely.intersects(net.lines, line) & (random.random(len(net.lines)) < 0.6)
    near = shapely.distance(middle, line) < 46
    small = (net.road_class >= LOCAL) & (net.quarter >= 0)
    return net.only(~(small & ((along & near) | passes)))


def _thinned_alleys(net: Net, random: np.random.Generator) -> Net:
    share = np.array([each.alleys for each in QUARTERS])[net.quarter]
    return net.only((net.road_class != ALLEY) | (random.random(len(net.lines)) < share))


def _joined_blocks(net: Net, random: np.random.Generator) -> Net:
    # No two streets of one crossing go, so that what is left still leads somewhere.
    nodes = nodes_of(net)
    degree = nodes.degree()
    chance = random.random(len(net.lines))
    share = np.array([*(each.joined for each in QUARTERS), 0.0])[net.quarter]
    may = (net.road_class >= LOCAL) & (chance < share) & (np.minimum(degree[nodes.start], degree[nodes.end]) > 2)
    chance = np.where(may, chance, 2.0)
    least = np.full(len(nodes.xy), 2.0)
    for end in (nodes.start, nodes.end):
        np.minimum.at(least, end, chance)
    first = (chance <= least[nodes.start]) & (chance <= least[nodes.end])
    return net.only(~(may & first))
