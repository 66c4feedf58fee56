"""The nearest place on a street, for many positions at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from rtcc.city.plane import Plane
from rtcc.city.roads import Roads

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Indices = npt.NDArray[np.intp]

#: Straight parts of streets are known by points amid stretches of them no longer than this.
_STRETCH_M = 40.0
#: How many of those points are looked at first; enough but for one position in some thousands.
_FIRST = 8


@dataclass(frozen=True, slots=True)
class Places:
    """Places on streets: the edge (-1 for none), the share of it that lies before the place, and how far off it is."""

    edge: Ints
    share: Floats
    distance_m: Floats


class Beside:
    """The streets of a network, made ready to be asked which is nearest. Of a street both ways one edge answers.

    ``among`` says of each edge whether it is asked for at all.
    """

    def __init__(self, roads: Roads, among: npt.NDArray[np.bool_] | None = None) -> None:
        self.plane = Plane.amid(roads.node_lat, roads.node_lon)
        once = once_each(roads)
        if among is not None:
            once = once[among[once]]
        counts = np.diff(roads.shape_from)[once]
        edge = np.repeat(once, counts - 1)
        # Every vertex of these edges but each one's last begins a straight part.
        before = np.cumsum(counts - 1) - (counts - 1)
        vertex = roads.shape_from[edge] + np.arange(edge.size) - np.repeat(before, counts - 1)
        x, y = self.plane.flat(roads.shape_lat, roads.shape_lon)
        self._edge = edge.astype(np.int32)
        self._x, self._y = x[vertex], y[vertex]
        self._dx, self._dy = x[vertex + 1] - self._x, y[vertex + 1] - self._y
        self._length = np.hypot(self._dx, self._dy)
        total = np.cumsum(self._length)
        starts = np.append(0.0, total)[before] if edge.size else np.zeros(0)
        self._before = total - self._length - np.repeat(starts, counts - 1)
        self._edge_length = np.zeros(roads.twin.size)
        np.add.at(self._edge_length, edge, self._length)
        self._stretches()

    def _stretches(self) -> None:
        counts = np.maximum(1, np.ceil(self._length / _STRETCH_M)).astype(np.intp)
        self._part = np.repeat(np.arange(counts.size), counts)
        step = np.arange(self._part.size) - np.repeat(np.cumsum(counts) - counts, counts)
        amid = (step + 0.5) / counts[self._part]
        points = np.stack([self._x[self._part] + amid * self._dx[self._part],
                           self._y[self._part] + amid * self._dy[self._part]], axis=1)  # fmt: skip
        self._tree = KDTree(points) if self._part.size else None
        # No point of a street is further than this from a point amid its stretch.
        self._slack = float((self._length / counts).max() / 2) if self._part.size else 0.0

    def nearest(self, lats: npt.ArrayLike, lons: npt.ArrayLike) -> Places:
        """Return the nearest place on a street to each position; edge -1, infinitely far off, where there is none."""
        x, y = (np.atleast_1d(axis) for axis in self.plane.flat(lats, lons))
        part, distance = np.full(x.size, -1, dtype=np.intp), np.full(x.size, np.inf)
        left, many = np.flatnonzero(np.isfinite(x) & np.isfinite(y)), _FIRST
        while left.size and self._tree is not None:
            many = min(many, self._part.size)
            reached, near = self._tree.query(np.stack([x[left], y[left]], axis=1), k=np.arange(1, many + 1))
            parts = self._part[near]
            away, _ = self._project(parts, x[left, None], y[left, None])
            best = away.argmin(axis=1)
            row = np.arange(left.size)
            part[left], distance[left] = parts[row, best], away[row, best]
            # Whatever was not looked at lies at least this far off.
            unsure = (reached[:, -1] - self._slack < distance[left]) & (many < self._part.size)
            left, many = left[unsure], many * 4
        return self._places(part, distance, x, y)

    def _places(self, part: Indices, distance: Floats, x: Floats, y: Floats) -> Places:
        edge, share = np.full(x.size, -1, dtype=np.int32), np.full(x.size, np.nan)
        found = np.flatnonzero(part >= 0)
        if found.size:
            _, along = self._project(part[found], x[found], y[found])
            edge[found] = self._edge[part[found]]
            at = self._before[part[found]] + along * self._length[part[found]]
            share[found] = np.clip(at / np.maximum(self._edge_length[edge[found]], 1e-9), 0.0, 1.0)
        return Places(edge, share, distance)

    def _project(self, part: Indices, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return how far positions are from straight parts, and the share of the part where they are nearest to it."""
        ox, oy = x - self._x[part], y - self._y[part]
        dx, dy = self._dx[part], self._dy[part]
        along = np.clip((ox * dx + oy * dy) / np.maximum(self._length[part] ** 2, 1e-12), 0.0, 1.0)
        return np.hypot(ox - along * dx, oy - along * dy), along


def once_each(roads: Roads) -> Indices:
    """Return the edges without those that only lead back along another."""
    return np.flatnonzero((roads.twin < 0) | (roads.twin > np.arange(roads.twin.size)))
