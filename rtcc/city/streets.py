"""Where is that in words: the nearest street with a name, and the nearest street that crosses it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rtcc.city.beside import Beside, once_each
from rtcc.city.roads import Roads

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Whole = npt.NDArray[np.integer[Any]]

#: Further from any street nobody would say its name.
REACH_M = 200.0
#: This near to where two streets cross the place is the crossing itself.
CROSSING_M = 15.0
#: How many pieces of a street may follow each other before it is crossed; more is no longer near.
_PIECES = 12


class Street(NamedTuple):
    """The street nearest to a place, and the one that crosses it nearest to there ("" and NaN where none does)."""

    name: str
    distance_m: float
    cross: str
    cross_m: float

    @property
    def text(self) -> str:
        """Return the words for the place, as people would say them."""
        if not self.cross:
            return self.name
        return f"{self.name} {'/' if self.cross_m <= CROSSING_M else 'near'} {self.cross}"


class Streets:
    """The named streets of a network and where they cross."""

    def __init__(self, roads: Roads) -> None:
        named = roads.street > 0
        self._beside = Beside(roads, named)
        self._names, self._street, self._length = roads.names, roads.street, roads.length_m
        # What crosses an edge's street ahead of it, at its start and at its end, and how far from there.
        self._cross, self._cross_m = _crossings(roads, once_each(roads))

    def nearest(self, lats: npt.ArrayLike, lons: npt.ArrayLike) -> list[Street | None]:
        """Return the street of each place; None further than REACH_M from any, and where there is no position."""
        found = self._beside.nearest(lats, lons)
        there = np.flatnonzero(found.distance_m <= REACH_M)
        streets: list[Street | None] = [None] * found.edge.size
        if not there.size:
            return streets
        edge, share, distance = found.edge[there], found.share[there], found.distance_m[there]
        along = np.stack([share, 1.0 - share]) * self._length[edge] + self._cross_m[:, edge]
        side = along.argmin(axis=0)
        row = np.arange(edge.size)
        cross, along_m = self._cross[side, edge], along[side, row]
        # As the crow flies from the place to the crossing, near enough: both legs meet at a right angle.
        cross_m = np.where(cross > 0, np.hypot(along_m, distance), np.nan)
        names, crossing = self._names[self._street[edge]].tolist(), self._names[np.maximum(cross, 0)].tolist()
        words = zip(there.tolist(), names, distance.tolist(), crossing, cross_m.tolist(), strict=True)
        for index, name, distance_m, other, other_m in words:
            streets[index] = Street(name, distance_m, other, other_m)
        return streets


def _crossings(roads: Roads, once: Indices) -> tuple[npt.NDArray[np.int32], Floats]:
    """Return for the start (0) and the end (1) of each edge what crosses there or further on, and how much further."""
    cross = np.zeros((2, roads.street.size), dtype=np.int32)
    far = np.full((2, roads.street.size), np.inf)
    if not once.size:
        return cross, far
    # Halves: the two ends of each street piece, the starts first.
    count = once.size
    node = np.concatenate([roads.start[once], roads.end[once]]).astype(np.intp)
    street = np.tile(roads.street[once], 2)
    rank = np.tile(roads.road_class[once], 2)
    length = np.tile(roads.length_m[once], 2)
    at_node = _other_name(node, street, rank, roads.node_lat.size)
    ahead = _next_half(node, street, count)
    found, metres = at_node.copy(), np.where(at_node > 0, 0.0, np.inf)
    for _ in range(_PIECES):
        open_ = np.flatnonzero((found == 0) & (ahead >= 0))
        further = ahead[open_]
        found[open_] = found[further]
        metres[open_] = metres[further] + length[further]
    metres[found == 0] = np.inf
    cross[:, once], far[:, once] = found.reshape(2, count), metres.reshape(2, count)
    return cross, far


def _other_name(node: Indices, street: Whole, rank: Whole, nodes: int) -> Indices:
    """Return for each half the greatest other street that meets it at its node, 0 for none."""
    named = np.flatnonzero(street > 0)
    order = named[np.lexsort((street[named], rank[named], node[named]))]
    first, second = np.zeros(nodes, dtype=np.intp), np.zeros(nodes, dtype=np.intp)
    # Written from the last to the first, so that the greatest remains.
    first[node[order[::-1]]] = street[order[::-1]]
    others = order[street[order] != first[node[order]]][::-1]
    second[node[others]] = street[others]
    return np.where(first[node] == street, second[node], first[node])


def _next_half(node: Indices, street: Whole, count: int) -> Indices:
    """Return for each half the far half of the next piece of the same street, -1 where it ends or forks."""
    order = np.lexsort((node, street))
    same = (np.diff(street[order]) == 0) & (np.diff(node[order]) == 0)
    # Exactly two halves of one street at a node: each goes on as the other.
    alone = np.concatenate([[True], ~same[:-1]]) & same & np.concatenate([~same[1:], [True]])
    left, right = order[:-1][alone], order[1:][alone]
    ahead = np.full(node.size, -1, dtype=np.intp)
    ahead[left], ahead[right] = (right + count) % (2 * count), (left + count) % (2 * count)
    return ahead
