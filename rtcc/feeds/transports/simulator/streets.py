"""Driving: where a unit is at any moment of its way along the streets, and the ways it may take."""

from __future__ import annotations

import math
from typing import NamedTuple

from rtcc.feeds.transports.simulator.world import MOTORWAY, RAMP, WayThere, World

#: How long a drive takes, relative to what the streets' own speeds and crossings say.
LIGHTS, ORDINARY, PATROL = 0.75, 1.2, 1.7
#: How much longer everybody without lights needs at the height of a rush hour.
RUSH = 0.35
METRES_PER_DEGREE = 111_320.0


class Spot(NamedTuple):
    """A place on a street: how far along which edge."""

    edge: int
    share: float


class Part(NamedTuple):
    """One edge of a way, from one share of it to another."""

    edge: int
    begin: float
    end: float


class Path:
    """A way with its times: one point after the other, and when it is passed."""

    __slots__ = ("_here", "edges", "lats", "lights", "lons", "parts", "shares", "speeds", "starts_at", "times")

    def __init__(self, at: float) -> None:
        self.times, self.lats, self.lons = [at], list[float](), list[float]()
        # Of the piece from each point to the next.
        self.edges, self.shares, self.speeds = list[int](), list[tuple[float, float]](), list[float]()
        self._here = 0
        self.parts: list[Part] = []
        self.starts_at = at
        self.lights = False

    @property
    def ends_at(self) -> float:
        return self.times[-1]

    def _piece(self, t: float) -> int:
        here, times, last = self._here, self.times, len(self.edges) - 1
        if t < times[here]:
            here = 0
        while here < last and times[here + 1] <= t:
            here += 1
        self._here = here
        return here

    def spot(self, t: float) -> Spot:
        """Return the place at a moment."""
        here = self._piece(t)
        begin, end = self.shares[here]
        return Spot(self.edges[here], begin + (end - begin) * self._passed(here, t))

    def _passed(self, here: int, t: float) -> float:
        begin, end = self.times[here], self.times[here + 1]
        return min(max((t - begin) / (end - begin), 0.0), 1.0) if end > begin else 1.0

    def position(self, t: float) -> tuple[float, float, float, float]:
        """Return latitude, longitude, speed and heading at a moment."""
        here = self._piece(t)
        lat, lon = self.lats[here], self.lons[here]
        dlat, dlon = self.lats[here + 1] - lat, self.lons[here + 1] - lon
        passed = self._passed(here, t)
        heading = math.degrees(math.atan2(dlon * math.cos(math.radians(lat)), dlat)) % 360.0
        speed = self.speeds[here] if t < self.times[-1] else 0.0
        return lat + dlat * passed, lon + dlon * passed, speed, heading

    def edge_ahead(self, t: float) -> Part:
        """Return what is left of the edge that is driven on at a moment."""
        spot = self.spot(t)
        return Part(spot.edge, spot.share, 1.0)


class Streets:
    """The network in lists, for quick single steps."""

    def __init__(self, world: World) -> None:
        roads = world.roads
        self.roads, self.drives = roads, world.drives
        self.start: list[int] = roads.start.tolist()
        self.end: list[int] = roads.end.tolist()
        self.twin: list[int] = roads.twin.tolist()
        self.road_class: list[int] = roads.road_class.tolist()
        self.length_m: list[float] = roads.length_m.tolist()
        #: The time along each edge and over the crossing at its end, with nothing in the way and no hurry.
        self.seconds: list[float] = (roads.seconds + world.drives.pass_s[roads.end]).tolist()
        self.leaving: list[list[int]] = [[] for _ in range(roads.node_lat.size)]
        for edge, node in enumerate(self.start):
            self.leaving[node].append(edge)
        self._lines: dict[int, tuple[list[float], list[float], list[float]]] = {}
        self._ways: dict[Spot, WayThere] = {}

    def way_to(self, spot: Spot) -> WayThere:
        """Return the ways to a place that is driven to again and again."""
        if spot not in self._ways:
            self._ways[spot] = self.drives.toward(spot.edge, spot.share)
        return self._ways[spot]

    def seconds_of(self, parts: list[Part]) -> float:
        """Return the time that a way takes, without any factor: what the speed model says."""
        return sum(self.seconds[edge] * (end - begin) for edge, begin, end in parts)

    def metres_of(self, parts: list[Part]) -> float:
        return sum(self.length_m[edge] * (end - begin) for edge, begin, end in parts)

    def parts_to(self, way: WayThere, spot: Spot) -> list[Part]:
        """Return the quickest way from a place, which may begin by turning round."""
        edges, shares, _ = way.best_start([spot.edge], [spot.share])
        edge, share = int(edges[0]), float(shares[0])
        goal = way.goal_share(edge)
        if goal >= share:
            return [Part(edge, share, goal)]
        following = way.edges_from(edge, share)
        if not following:
            return []
        last = following[-1]
        between = [Part(passed, 0.0, 1.0) for passed in following[:-1]]
        return [Part(edge, share, 1.0), *between, Part(last, 0.0, way.goal_share(last))]

    def stand(self, at: float, spot: Spot) -> Path:
        """Return the way of who stays where it is."""
        return self.path(at, [Part(spot.edge, spot.share, spot.share)], 1.0)

    def path(self, at: float, parts: list[Part], factor: float) -> Path:
        """Return a way with its times; it takes ``factor`` times what the speed model says."""
        path = Path(at)
        times, lats, lons = path.times, path.lats, path.lons
        path.parts = parts
        path.lights = factor < 1.0
        now = at
        for edge, begin, end in parts:
            took = self.seconds[edge] * factor
            speed = self.length_m[edge] / took if took > 0 else 0.0
            line_lats, line_lons, shares = self._line(edge)
            stops = [begin, *(share for share in shares[1:-1] if begin < share < end), end]
            piece = 0
            for index, share in enumerate(stops):
                while piece < len(shares) - 2 and shares[piece + 1] < share:
                    piece += 1
                whole = shares[piece + 1] - shares[piece]
                along = (share - shares[piece]) / whole if whole > 0 else 0.0
                lat = line_lats[piece] + (line_lats[piece + 1] - line_lats[piece]) * along
                lon = line_lons[piece] + (line_lons[piece + 1] - line_lons[piece]) * along
                if index == 0:
                    if not lats:
                        lats.append(lat)
                        lons.append(lon)
                    continue
                lats.append(lat)
                lons.append(lon)
                times.append(now + (share - begin) * took)
                path.edges.append(edge)
                path.shares.append((stops[index - 1], share))
                path.speeds.append(speed)
            now += (end - begin) * took
        return path

    def point(self, spot: Spot) -> tuple[float, float]:
        """Return the latitude and longitude of a place."""
        lat, lon, _, _ = self.stand(0.0, spot).position(0.0)
        return lat, lon

    def address(self, spot: Spot) -> str | None:
        """Return a place in words: two streets that cross, or a street near another one; None without names."""
        names = self.roads.names
        own = str(names[self.roads.street[spot.edge]])
        node = self.start[spot.edge] if spot.share < 0.5 else self.end[spot.edge]
        there = {str(names[self.roads.street[edge]]) for edge in self.leaving[node]} - {own, ""}
        if not own:
            return " / ".join(sorted(there)[:2]) or None
        if not there:
            return own
        return f"{own} / {min(there)}" if spot.share in {0.0, 1.0} else f"{own} near {min(there)}"

    def may_patrol(self, edge: int) -> bool:
        """Whether a unit without a task drives there: nobody patrols motorways."""
        return self.road_class[edge] not in {MOTORWAY, RAMP}

    def _line(self, edge: int) -> tuple[list[float], list[float], list[float]]:
        """Return an edge's points and how far along it each lies, from 0 to 1."""
        known = self._lines.get(edge)
        if known is not None:
            return known
        first, last = int(self.roads.shape_from[edge]), int(self.roads.shape_from[edge + 1])
        lats, lons = self.roads.shape_lat[first:last].tolist(), self.roads.shape_lon[first:last].tolist()
        squeeze = math.cos(math.radians(lats[0]))
        along = [0.0]
        for i in range(1, len(lats)):
            along.append(along[-1] + math.hypot(lats[i] - lats[i - 1], (lons[i] - lons[i - 1]) * squeeze))
        whole = along[-1] or 1.0
        shares = [each / whole for each in along]
        shares[-1] = 1.0
        self._lines[edge] = lats, lons, shares
        return self._lines[edge]
