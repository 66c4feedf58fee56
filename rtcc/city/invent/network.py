"""The invented streets as a planar network: noded, its short and shallow pieces cleaned away, its blocks found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from rtcc.city.invent.shapes import Floats, Geometries
from rtcc.city.pack import STREET_CLASSES

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
MOTORWAY, RAMP, ARTERIAL, COLLECTOR, LOCAL, ALLEY, PATH = range(len(STREET_CLASSES))


@dataclass(frozen=True, slots=True)
class Net:
    """Streets, one row each: before ``noded`` whole lines, after it the pieces from one crossing to the next.

    ``name`` and ``quarter`` are the caller's own numbers; ``oneway`` is 1 where traffic may only go as drawn.
    """

    lines: Geometries
    road_class: Ints
    name: Ints
    quarter: Ints
    oneway: Ints

    def only(self, mask: Flags | Ints) -> Net:
        return Net(self.lines[mask], self.road_class[mask], self.name[mask], self.quarter[mask], self.oneway[mask])

    @classmethod
    def joined(cls, nets: list[Net]) -> Net:
        columns = ("lines", "road_class", "name", "quarter", "oneway")
        return cls(*(np.concatenate([getattr(net, each) for net in nets]) for each in columns))

    @classmethod
    def of(cls, lines: Any, road_class: int, name: int, quarter: int = -1, oneway: int = 0) -> Net:
        """Return a net of lines that share all else."""
        lines = shapely.get_parts(np.atleast_1d(lines))
        lines = lines[shapely.get_type_id(lines) == 1]
        return cls(lines, *(np.full(len(lines), value) for value in (road_class, name, quarter, oneway)))


@dataclass(frozen=True, slots=True)
class Nodes:
    """Where the pieces of a net begin and end."""

    start: Ints
    end: Ints
    xy: Floats

    def degree(self) -> Ints:
        return np.bincount(np.concatenate([self.start, self.end]), minlength=len(self.xy))


def nodes_of(net: Net) -> Nodes:
    """Return the network's nodes; ends within a decimetre are one."""
    points, first, last = _coordinates(net.lines)
    ends = np.concatenate([points[first], points[last]])
    cell = np.round(ends * 20).astype(np.int64)
    _, where, number = np.unique(cell[:, 0] * (1 << 32) + cell[:, 1], return_index=True, return_inverse=True)
    return Nodes(number[: len(net.lines)], number[len(net.lines) :], ends[where])


def noded(net: Net) -> Net:
    """Return the net cut at every crossing; every piece keeps what the best street under it had, and its direction."""
    pieces = shapely.get_parts(shapely.unary_union(net.lines, grid_size=0.05))
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, under = shapely.STRtree(net.lines).query(middle, predicate="dwithin", distance=0.4)
    order = np.lexsort((under, net.road_class[under], piece))
    piece, where = np.unique(piece[order], return_index=True)
    under = under[order][where]
    pieces = pieces[piece]
    way = _way(pieces)
    old = _way(net.lines)[under]
    against = (way * old).sum(axis=1) < 0
    pieces[against] = shapely.reverse(pieces[against])
    return replace(net.only(under), lines=pieces)


def contracted(net: Net, reach: float) -> Net:
    """Return the net with crossings closer than ``reach`` made one, on the more important street of them."""
    nodes = nodes_of(net)
    count = len(nodes.xy)
    short = (shapely.length(net.lines) < reach) & (nodes.start != nodes.end)
    pairs = coo_matrix((np.ones(short.sum()), (nodes.start[short], nodes.end[short])), shape=(count, count))
    _, group = connected_components(pairs, directed=False)
    rank = np.full(count, 99)
    for end in (nodes.start, nodes.end):
        np.minimum.at(rank, end, net.road_class)
    order = np.lexsort((np.arange(count), rank, group))
    _, first = np.unique(group[order], return_index=True)
    target = nodes.xy[order[first]][group]
    # A chain of short pieces would pull its ends far: leave those alone.
    far = np.zeros(group.max() + 1)
    np.maximum.at(far, group, np.hypot(*(target - nodes.xy).T))
    target = np.where((far[group] > 2.2 * reach)[:, None], nodes.xy, target)
    points, first, last = _coordinates(net.lines)
    index = np.repeat(np.arange(len(net.lines)), last - first + 1)
    points[first], points[last] = target[nodes.start], target[nodes.end]
    same = np.concatenate([[False], (index[1:] == index[:-1]) & (points[1:] == points[:-1]).all(axis=1)])
    kept = ~same
    alive = np.bincount(index[kept], minlength=len(net.lines)) > 1
    kept &= alive[index]
    renumbered = np.cumsum(alive) - 1
    net = replace(net.only(alive), lines=shapely.linestrings(points[kept], indices=renumbered[index[kept]]))
    return _without_doubles(net.only(shapely.length(net.lines) > 0.5))


def pruned(net: Net, reach: float, keep: Flags | None = None, rounds: int = 8) -> Net:
    """Return the net without the streets that end in nothing and are shorter than ``reach``."""
    kept = np.arange(len(net.lines))
    for _ in range(rounds):
        part = net.only(kept)
        nodes = nodes_of(part)
        degree = nodes.degree()
        stub = ((degree[nodes.start] == 1) | (degree[nodes.end] == 1)) & (shapely.length(part.lines) < reach)
        if keep is not None:
            stub &= ~keep[kept]
        if not stub.any():
            break
        kept = kept[~stub]
    return net.only(kept)


def without_shallow(net: Net, least: float) -> Net:
    """Return the net without the lesser of two streets that leave a crossing less than ``least`` degrees apart."""
    nodes = nodes_of(net)
    node = np.concatenate([nodes.start, nodes.end])
    edge = np.tile(np.arange(len(net.lines)), 2)
    length = shapely.length(net.lines)
    out = np.minimum(25.0, length / 2)
    seen = np.concatenate([
        shapely.line_interpolate_point(net.lines, out), shapely.line_interpolate_point(net.lines, length - out)
    ])  # fmt: skip
    way = shapely.get_coordinates(seen) - nodes.xy[node]
    angle = np.degrees(np.arctan2(way[:, 1], way[:, 0]))
    order = np.lexsort((angle, node))
    node, edge, angle = node[order], edge[order], angle[order]
    first = np.concatenate([[True], node[1:] != node[:-1]])
    start = np.flatnonzero(first)
    follower = np.arange(1, len(node) + 1)
    follower[np.concatenate([start[1:], [len(node)]]) - 1] = start
    apart = (angle[follower] - angle) % 360
    close = (apart < least) & (edge != edge[follower])
    one, two = edge[close], edge[follower][close]
    worse_one = (net.road_class[one] > net.road_class[two]) | (
        (net.road_class[one] == net.road_class[two]) & (length[one] < length[two])
    )
    worse = np.where(worse_one, one, two)
    kept = np.ones(len(net.lines), dtype=bool)
    kept[worse[net.road_class[worse] >= COLLECTOR]] = False
    return net.only(kept)


def faces_of(net: Net) -> tuple[Geometries, Ints, Ints]:
    """Return the blocks between the streets, and for every street the block to its left and to its right, or -1."""
    faces = shapely.get_parts(shapely.polygonize(net.lines))
    middle = shapely.length(net.lines) / 2
    here = shapely.get_coordinates(shapely.line_interpolate_point(net.lines, middle))
    on = shapely.get_coordinates(shapely.line_interpolate_point(net.lines, middle + 0.3))
    way = (on - here) / np.maximum(np.hypot(*(on - here).T), 1e-9)[:, None]
    side = np.column_stack([-way[:, 1], way[:, 0]]) * 0.8
    tree = shapely.STRtree(faces)
    sides = []
    for sign in (1, -1):
        found = np.full(len(net.lines), -1)
        street, face = tree.query(shapely.points(here + sign * side), predicate="within")
        found[street] = face
        sides.append(found)
    return faces, sides[0], sides[1]


def without_slivers(net: Net, width: float, area: float) -> Net:
    """Return the net with blocks too thin or too small to build on joined to the block across their least street."""
    faces, left, right = faces_of(net)
    size = shapely.area(faces)
    thin = (4 * size / shapely.length(faces) < width) | (size < area)
    face = np.concatenate([left, right])
    edge = np.tile(np.arange(len(net.lines)), 2)
    bad = (face >= 0) & thin[face] & (net.road_class[edge] >= COLLECTOR)
    face, edge = face[bad], edge[bad]
    order = np.lexsort((-shapely.length(net.lines[edge]), -net.road_class[edge], face))
    _, first = np.unique(face[order], return_index=True)
    kept = np.ones(len(net.lines), dtype=bool)
    kept[edge[order][first]] = False
    return net.only(kept)


def main_part(net: Net) -> Net:
    """Return the largest connected part of the net."""
    nodes = nodes_of(net)
    count = len(nodes.xy)
    ends = coo_matrix((np.ones(len(net.lines)), (nodes.start, nodes.end)), shape=(count, count))
    _, part = connected_components(ends, directed=False)
    return net.only(part[nodes.start] == np.bincount(part[nodes.start]).argmax())


def _without_doubles(net: Net) -> Net:
    # Two streets between the same two crossings, about as long as each other, lie on top of each other.
    nodes = nodes_of(net)
    low, high = np.minimum(nodes.start, nodes.end), np.maximum(nodes.start, nodes.end)
    length = shapely.length(net.lines)
    order = np.lexsort((length, net.road_class, high, low))
    again = np.concatenate([[False], (np.diff(low[order]) == 0) & (np.diff(high[order]) == 0)])
    near = np.concatenate([[False], length[order][1:] < 1.2 * length[order][:-1]])
    kept = np.ones(len(net.lines), dtype=bool)
    kept[order[again & near]] = False
    return net.only(kept & ~((low == high) & (length < 120)))


def _coordinates(lines: Geometries) -> tuple[Floats, Ints, Ints]:
    points = shapely.get_coordinates(lines)
    stop = np.cumsum(shapely.get_num_coordinates(lines), dtype=np.int64)
    return points, np.concatenate([[0], stop[:-1]]), stop - 1


def _way(lines: Geometries) -> Floats:
    points, first, last = _coordinates(lines)
    return points[last] - points[first]
