"""Plain geometry in metres for the invented city: smooth and fractal lines, noise, and the way to the globe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[Any]

METRES_PER_DEGREE = 111_320.0


def smooth(points: Floats, steps: int, *, closed: bool = False) -> Floats:
    """Return a Catmull-Rom curve through ``points`` (further columns ride along), ``steps`` points for each one."""
    if closed:
        ends = np.vstack([points[-1:], points, points[:2]])
    else:
        ends = np.vstack([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    before, start, end, after = ends[:-3, None], ends[1:-2, None], ends[2:-1, None], ends[3:, None]
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    flat: Floats = curve.reshape(-1, points.shape[1])
    return flat if closed else np.vstack([flat, points[-1:]])


def fractal(line: Floats, rounds: int, random: np.random.Generator) -> Floats:
    """Return ``line`` (x, y, roughness) with every piece broken ``rounds`` times by displacing its middle."""
    for _ in range(rounds):
        step = np.diff(line, axis=0)
        middle = (line[:-1] + line[1:]) / 2
        push = np.clip(random.normal(size=len(step)), -1.8, 1.8) * middle[:, 2]
        middle[:, 0] -= step[:, 1] * push
        middle[:, 1] += step[:, 0] * push
        broken = np.empty((2 * len(line) - 1, line.shape[1]))
        broken[0::2], broken[1::2] = line, middle
        line = broken
    return line


def ribbon(line: Floats, width: Floats) -> Any:
    """Return the polygon of ``width`` (one for each point) around the points of ``line``."""
    along = np.gradient(line, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    side = np.column_stack([-along[:, 1], along[:, 0]]) * (width / 2)[:, None]
    return shapely.make_valid(shapely.Polygon(np.vstack([line + side, (line - side)[::-1]])))


def largest(geometry: Any) -> Any:
    """Return the largest polygon of a geometry."""
    parts = shapely.get_parts(geometry)
    return parts[int(np.argmax(shapely.area(parts)))]


def box_at(center: tuple[float, float], size: tuple[float, float], angle: float) -> Any:
    """Return a rectangle of ``size`` around ``center``, turned by ``angle`` degrees."""
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.array(size) / 2
    return shapely.Polygon(half @ turn(angle).T + np.array(center))


def turn(angle: float) -> Floats:
    """Return the matrix that turns a column of x and y by ``angle`` degrees."""
    a = np.radians(angle)
    return np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])


class Noise:
    """A smooth random field of about -1 to 1 whose hills are ``wavelength`` metres apart."""

    def __init__(self, wavelength: float, random: np.random.Generator) -> None:
        way = random.uniform(0, 2 * np.pi, 7)
        pace = 2 * np.pi / (wavelength * random.uniform(0.7, 1.8, 7))
        self._waves = np.column_stack([np.cos(way) * pace, np.sin(way) * pace])
        self._phase = random.uniform(0, 2 * np.pi, 7)

    def at(self, points: Floats) -> Floats:
        waves: Floats = np.sin(points @ self._waves.T + self._phase).mean(axis=1) * 1.6
        return waves


@dataclass(frozen=True, slots=True)
class Frame:
    """How the plane of the plan, in metres, lies on the globe: mirrored or not, turned, around one point."""

    lon: float
    lat: float
    angle: float
    mirrored: bool

    def to_globe(self, geometries: Geometries) -> Geometries:
        """Return the geometries in WGS 84, to the centimetre."""
        scale = METRES_PER_DEGREE * np.array([np.cos(np.radians(self.lat)), 1.0])

        def place(points: Floats) -> Floats:
            where: Floats = np.round(self.turned(points) / scale + np.array([self.lon, self.lat]), 7)
            return where

        placed: Geometries = shapely.transform(geometries, place)
        return placed

    def turned(self, points: Floats) -> Floats:
        """Return points or ways of the plan as east and north."""
        matrix = turn(self.angle) @ np.diag([-1.0 if self.mirrored else 1.0, 1.0])
        turned: Floats = points @ matrix.T
        return turned
