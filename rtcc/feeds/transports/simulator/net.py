"""The streets to drive on: crossings and the ways between them, read from the ground that the map shows."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import orjson

Point = tuple[float, float]
Line = tuple[str, list[Point]]
M_PER_DEGREE = 111_320.0


class StreetNet:
    """The largest connected part of some street lines; points are (lon, lat), and lines meet where they share one."""

    def __init__(self, lines: Iterable[Line]) -> None:
        ways: dict[Point, list[Point]] = defaultdict(list)
        names: dict[Point, list[str]] = defaultdict(list)
        for name, points in lines:
            for point in points:
                if name and name not in names[point]:
                    names[point].append(name)
            for a, b in pairwise(points):
                if a != b:
                    ways[a].append(b)
                    ways[b].append(a)
        if not ways:
            raise ValueError("There are no streets to drive on.")
        self._squeeze = math.cos(math.radians(next(iter(ways))[1]))
        whole = _largest_part(ways)
        self._ways = {point: ways[point] for point in ways if point in whole}
        self._names = names
        self.points = list(self._ways)
        #: Where two named streets cross: the places that have an address.
        self.crossings = [point for point in self.points if len(names[point]) > 1] or self.points

    def metres(self, a: Point, b: Point) -> float:
        return math.hypot((b[0] - a[0]) * self._squeeze, b[1] - a[1]) * M_PER_DEGREE

    def heading(self, a: Point, b: Point) -> float:
        return math.degrees(math.atan2((b[0] - a[0]) * self._squeeze, b[1] - a[1])) % 360

    def ways_from(self, point: Point) -> list[Point]:
        return self._ways[point]

    def address(self, point: Point) -> str:
        return " / ".join(self._names[point][:2])

    def nearest(self, to: Point) -> Point:
        return min(self.points, key=lambda point: self.metres(point, to))

    def route(self, start: Point, end: Point) -> list[Point]:
        """Return the points to drive through from ``start`` to ``end``, both on the net, without ``start``."""
        came_from: dict[Point, Point | None] = {}
        ahead: list[tuple[float, float, Point, Point | None]] = [(0.0, 0.0, start, None)]
        while ahead:
            _, driven, point, before = heapq.heappop(ahead)
            if point in came_from:
                continue
            came_from[point] = before
            if point == end:
                break
            for way in self._ways[point]:
                if way not in came_from:
                    far = driven + self.metres(point, way)
                    heapq.heappush(ahead, (far + self.metres(way, end), far, way, point))
        return list(_backwards(came_from, end))[-2::-1]


def _backwards(came_from: dict[Point, Point | None], end: Point) -> Iterator[Point]:
    point: Point | None = end
    while point is not None:
        yield point
        point = came_from[point]


def _largest_part(ways: dict[Point, list[Point]]) -> set[Point]:
    largest: set[Point] = set()
    seen: set[Point] = set()
    for start in ways:
        if start in seen:
            continue
        part, ahead = {start}, [start]
        while ahead:
            for point in ways[ahead.pop()]:
                if point not in part:
                    part.add(point)
                    ahead.append(point)
        seen |= part
        largest = max(largest, part, key=len)
    return largest


def read_streets(file: Path) -> list[Line]:
    """Return the (name, points) lines of a GeoJSON file of streets, as ``rtcc.city.basemap`` writes it."""
    features = orjson.loads(file.read_bytes())["features"]
    return [
        (feature["properties"].get("name", ""), [(lon, lat) for lon, lat in feature["geometry"]["coordinates"]])
        for feature in features
        if feature["geometry"]["type"] == "LineString"
    ]


def plain_grid(bounds: tuple[float, float, float, float], streets: int = 12) -> list[Line]:
    """Return a grid of numbered streets within (west, south, east, north), for a city without any."""
    west, south, east, north = bounds
    xs = [round(west + (east - west) * (step + 0.5) / streets, 5) for step in range(streets)]
    ys = [round(south + (north - south) * (step + 0.5) / streets, 5) for step in range(streets)]
    upward = [(f"Street {number}", [(x, y) for y in ys]) for number, x in enumerate(xs, start=1)]
    across = [(f"Avenue {number}", [(x, y) for x in xs]) for number, y in enumerate(ys, start=1)]
    return upward + across
