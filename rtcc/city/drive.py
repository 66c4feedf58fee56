"""How long a drive takes and which way it goes, from anywhere to one place: one search for all who might go there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from rtcc.city.beside import Beside, Places, once_each
from rtcc.city.pack import STREET_CLASSES
from rtcc.city.plane import Plane
from rtcc.city.roads import Roads

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Line = list[tuple[float, float]]

#: What passing a crossing costs on the mean, in seconds: less than the 10 s up to which the Highway Capacity Manual
#: calls a crossing with signals level of service A, since many have none, and many lights are green.
#: Where fewer than three streets meet, and on motorways and ramps, nobody waits.
PASS_S = 4.0
#: The search cannot tell a way of no length from no way.
_LEAST_S = 1e-9

__all__ = ["PASS_S", "Drives", "Places", "Start", "Way"]


class Start(NamedTuple):
    """Places to drive off from, each on the edge that it leaves by, and how long each drive takes."""

    edges: Ints
    shares: Floats
    seconds: Floats


class Drives:
    """A network made ready for searches; several threads may ask it at once."""

    def __init__(self, roads: Roads) -> None:
        self.roads = roads
        self.pass_s = _pass_s(roads)
        self._beside = Beside(roads)
        nodes = roads.node_lat.size
        cost = np.maximum(roads.seconds + self.pass_s[roads.end], _LEAST_S)
        # Of several ways from one crossing straight to another the quickest is the one that is driven.
        order = np.lexsort((cost, roads.start, roads.end))
        pair = roads.end[order].astype(np.int64) * nodes + roads.start[order]
        kept = np.append(True, np.diff(pair) > 0) if pair.size else np.zeros(0, dtype=bool)
        self._pair, self._edge = pair[kept], order[kept].astype(np.int32)
        # Row by row from the end of each edge to its start: against the traffic. The last row is the place driven to.
        rows = np.searchsorted(self._pair, np.arange(nodes + 1, dtype=np.int64) * nodes)
        self._rows = np.append(rows, rows[-1]).astype(np.int32)
        self._columns, self._costs = roads.start[self._edge], cost[self._edge]

    def nearest(self, lats: npt.ArrayLike, lons: npt.ArrayLike) -> Places:
        """Return the nearest place on a street to each position; edge -1, infinitely far off, where there is none."""
        return self._beside.nearest(lats, lons)

    def toward(self, edge: int, share: float, limit_s: float | None = None) -> Way:
        """Search from everywhere to one place on a street; further than ``limit_s`` counts as unreachable."""
        roads = self.roads
        twin = int(roads.twin[edge])
        # Arriving along the edge, or from the other end along its twin.
        arrivals = {int(roads.start[edge]): share * float(roads.seconds[edge])}
        if twin >= 0:
            other, from_other = int(roads.start[twin]), (1.0 - share) * float(roads.seconds[twin])
            arrivals[other] = min(from_other, arrivals.get(other, np.inf))
        rows = self._rows.copy()
        rows[-1] += len(arrivals)
        columns = np.append(self._columns, np.fromiter(arrivals, dtype=np.int32))
        costs = np.append(self._costs, np.maximum(np.fromiter(arrivals.values(), dtype=np.float64), _LEAST_S))
        goal = rows.size - 2
        graph = csr_array((costs, columns, rows), shape=(goal + 1, goal + 1))
        limit = np.inf if limit_s is None else limit_s
        seconds, after = dijkstra(graph, indices=goal, return_predecessors=True, limit=limit)
        return Way(self, edge, share, seconds[:-1], after[:-1])

    def edges_between(self, starts: npt.ArrayLike, ends: npt.ArrayLike) -> Ints:
        """Return the quickest edge from each node straight to another that it is known to lead to."""
        pair = np.asarray(ends, dtype=np.int64) * self.roads.node_lat.size + np.asarray(starts, dtype=np.int64)
        found: Ints = self._edge[np.searchsorted(self._pair, pair)]
        return found


@dataclass(frozen=True, slots=True)
class Way:
    """All ways to one place: ``seconds`` is the time from each node, ``after`` the node that comes next on the way.

    A node waits for nobody at itself: who drives through it adds its ``pass_s``, as the methods here do.
    """

    drives: Drives
    edge: int
    share: float
    seconds: Floats
    after: Ints

    def seconds_from(self, edges: npt.ArrayLike, shares: npt.ArrayLike) -> Floats:
        """Return the time from each place for who drives along its edge, and turns round at its end at the earliest."""
        edge, share = np.asarray(edges, dtype=np.intp), np.asarray(shares, dtype=np.float64)
        roads = self.drives.roads
        end = roads.end[edge]
        around = (1.0 - share) * roads.seconds[edge] + self.drives.pass_s[end] + self.seconds[end]
        goal = self._goal_on(edge)
        straight = (goal - share) * roads.seconds[edge]
        found: Floats = np.where(goal >= share, straight, around)
        return found

    def best_start(self, edges: npt.ArrayLike, shares: npt.ArrayLike) -> Start:
        """Return the better way out of each place for who stands there, and may drive off either way."""
        edge, share = np.asarray(edges, dtype=np.int32), np.asarray(shares, dtype=np.float64)
        ahead = self.seconds_from(edge, share)
        twin = self.drives.roads.twin[edge]
        back = np.where(twin >= 0, self.seconds_from(twin, 1.0 - share), np.inf)
        turned = back < ahead
        return Start(np.where(turned, twin, edge), np.where(turned, 1.0 - share, share), np.where(turned, back, ahead))

    def goal_share(self, edge: int) -> float:
        """Return how far along an edge the place lies: its twin passes it too. NaN for any other edge."""
        return float(self._goal_on(np.array([edge]))[0])

    def edges_from(self, edge: int, share: float = 1.0) -> list[int]:
        """Return what to drive after finishing ``edge``, up to and with the edge that the place lies on, or its twin.

        Nothing where the place lies ahead on ``edge`` itself, seen from ``share``, or cannot be reached from its end.
        """
        if self.goal_share(edge) >= share:
            return []
        roads = self.drives.roads
        node = int(roads.end[edge])
        if not np.isfinite(self.seconds[node]):
            return []
        nodes, goal = [node], self.seconds.size
        after = self.after
        while (node := int(after[node])) != goal:
            nodes.append(node)
        return [*self.drives.edges_between(nodes[:-1], nodes[1:]).tolist(), self._last_edge(nodes[-1])]

    def line_from(self, edge: int, share: float) -> Line:
        """Return the (lon, lat) points of the way from a place, both ends included; none where there is no way."""
        goal = self.goal_share(edge)
        if goal >= share:
            return self._cut(edge, share, goal)
        following = self.edges_from(edge, share)
        if not following:
            return []
        line = self._cut(edge, share, 1.0)
        for passed in following[:-1]:
            line += self._cut(passed, 0.0, 1.0)[1:]
        return line + self._cut(following[-1], 0.0, self.goal_share(following[-1]))[1:]

    def metres_from(self, edge: int, share: float) -> float:
        """Return how long the way from a place is; infinite where there is none."""
        length, goal = self.drives.roads.length_m, self.goal_share(edge)
        if goal >= share:
            return float((goal - share) * length[edge])
        following = self.edges_from(edge, share)
        if not following:
            return float("inf")
        last = self.goal_share(following[-1]) * length[following[-1]]
        return float((1.0 - share) * length[edge] + length[following[:-1]].sum() + last)

    def _goal_on(self, edges: npt.NDArray[np.integer]) -> Floats:
        twin = int(self.drives.roads.twin[self.edge])
        found: Floats = np.where(edges == self.edge, self.share, np.nan)
        if twin >= 0:
            found[edges == twin] = 1.0 - self.share
        return found

    def _last_edge(self, node: int) -> int:
        roads, twin = self.drives.roads, int(self.drives.roads.twin[self.edge])
        from_start = self.share * roads.seconds[self.edge] if node == roads.start[self.edge] else np.inf
        from_end = (1.0 - self.share) * roads.seconds[twin] if twin >= 0 and node == roads.start[twin] else np.inf
        return self.edge if from_start <= from_end else twin

    def _cut(self, edge: int, start: float, end: float) -> Line:
        """Return an edge's own line between two shares of it."""
        roads = self.drives.roads
        points = slice(int(roads.shape_from[edge]), int(roads.shape_from[edge + 1]))
        lat, lon = roads.shape_lat[points], roads.shape_lon[points]
        if start > 0.0 or end < 1.0:
            x, y = Plane.around(float(lat[0]), float(lon[0])).flat(lat, lon)
            along = np.append(0.0, np.hypot(np.diff(x), np.diff(y)).cumsum())
            low, high = start * along[-1], end * along[-1]
            stops = np.concatenate([[low], along[(along > low) & (along < high)], [high]])
            lat, lon = np.interp(stops, along, lat), np.interp(stops, along, lon)
        return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _pass_s(roads: Roads) -> Floats:
    """Return what passing each node costs: nothing where fewer than three streets meet, or only motorways and ramps."""
    nodes = roads.node_lat.size
    # A street both ways is two edges at each of its ends, and counts once; a loop counts twice, as it should.
    once = once_each(roads)
    arms = np.bincount(roads.start[once], minlength=nodes) + np.bincount(roads.end[once], minlength=nodes)
    ordinary = roads.road_class > STREET_CLASSES.index("ramp")
    crossed = np.bincount(roads.start[ordinary], minlength=nodes) + np.bincount(roads.end[ordinary], minlength=nodes)
    found: Floats = np.where((arms >= 3) & (crossed > 0), PASS_S, 0.0)
    return found
