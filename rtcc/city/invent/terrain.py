"""The ground of the invented city before anyone built on it: an island's coast, a bay, a river, lakes and islets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from rtcc.city.invent.shapes import Floats, fractal, largest, ribbon, smooth

#: The coast, land to the left, in km: x, y, roughness. From the open shore in the north-west down to the cape, into
#: the bay with the harbour at its head, out again, and wide around the island's far side, so that however far out
#: one zooms the land ends at a coast and never at a straight edge.
_COAST = np.array([
    (-12.5, 17.0, 0.14), (-10.2, 12.6, 0.13), (-8.3, 9.3, 0.11), (-7.8, 6.6, 0.10), (-7.4, 4.6, 0.04),
    (-7.1, 2.4, 0.02),
    (-7.1, 0.3, 0.02), (-7.3, -1.7, 0.05), (-7.9, -3.3, 0.15), (-6.9, -5.0, 0.16), (-5.2, -5.5, 0.15),
    (-4.2, -4.3, 0.12),
    (-3.3, -3.6, 0.07), (-2.3, -3.1, 0.04), (-1.3, -2.6, 0.03), (-0.4, -2.15, 0.03), (0.5, -2.25, 0.03),
    (1.1, -2.8, 0.03),
    (1.5, -3.8, 0.03), (2.3, -5.0, 0.04), (3.3, -6.1, 0.08), (5.0, -6.5, 0.13), (6.9, -6.1, 0.13), (9.2, -6.9, 0.14),
    (11.2, -9.4, 0.14), (14.5, -10.6, 0.13), (19.0, -10.4, 0.12), (25.5, -8.0, 0.14), (29.0, -1.5, 0.14),
    (31.5, 6.0, 0.14),
    (29.0, 14.5, 0.14), (22.0, 21.0, 0.14), (12.0, 23.5, 0.14), (0.0, 22.0, 0.14), (-8.5, 21.0, 0.14),
])  # fmt: skip
_RIVER = np.array([
    (16.0, 18.5), (12.4, 14.0), (10.2, 11.6), (8.0, 9.6), (6.6, 7.6), (4.7, 6.2), (4.0, 4.4), (3.1, 3.0), (2.9, 1.5),
    (1.8, 0.3), (1.2, -0.9), (0.7, -1.8), (0.35, -2.8),
])  # fmt: skip
#: x, y, radius, roughness of islets in the bay and off the shore, and of lakes.
_ISLETS = ((-1.6, -5.2, 0.42, 0.10), (0.1, -7.4, 0.75, 0.11), (-0.5, -4.3, 0.14, 0.09), (-9.6, -4.9, 0.2, 0.14))
_LAKES = ((-0.75, 4.75, 0.46, 0.10), (11.5, 5.2, 0.8, 0.14), (-4.9, 11.4, 0.6, 0.14))


@dataclass(frozen=True, slots=True)
class Terrain:
    """``land`` is dry ground with the river and the lakes cut out; ``mainland`` still has them in it."""

    mainland: Any
    #: The mainland as it was before the piers.
    shore: Any
    land: Any
    islets: Any
    river: Any
    river_line: Any
    lakes: tuple[Any, ...]


def shape_terrain(random: np.random.Generator) -> Terrain:
    """Return the ground; its large shape is that of the plan, its coast another one for every seed."""
    control = _COAST * np.array([1000.0, 1000.0, 1.0])
    control[:, :2] += random.normal(0, 130, (len(control), 2))
    # Coves and heads of about a kilometre first, then the small ones: a coast is as rough at every scale.
    curve = smooth(control, 2, closed=True)
    curve[:, 2] = np.clip(curve[:, 2] * 1.25, 0.012, 0.22)
    coves = fractal(np.vstack([curve, curve[:1]]), 1, random)
    coast = fractal(smooth(coves, 2), 5, random)
    mainland = largest(shapely.buffer(shapely.Polygon(coast[:, :2]), 0))
    # Open out what is too narrow to be there, so that no spit or inlet is thinner than the ink it is drawn with.
    mainland = largest(mainland.buffer(-18).buffer(30).buffer(-12)).simplify(3)
    shore = mainland
    mainland = largest(shapely.union_all([mainland, *_piers(mainland, random)]))
    river, river_line = _river(random)
    lakes = tuple(_blob(each, random) for each in _LAKES)
    islets = shapely.union_all([_blob(each, random) for each in _ISLETS]).difference(mainland.buffer(120))
    wet = shapely.union_all([river, *lakes])
    mainland = largest(mainland)
    return Terrain(
        mainland=mainland,
        shore=shore,
        land=shapely.make_valid(mainland.difference(wet)),
        islets=islets,
        river=shapely.make_valid(river.intersection(mainland.buffer(60))),
        river_line=river_line,
        lakes=lakes,
    )


def _river(random: np.random.Generator) -> tuple[Any, Any]:
    control = _RIVER * 1000.0
    control[1:-3] += random.normal(0, 110, (len(control) - 4, 2))
    curve = smooth(control, 6)
    line = smooth(fractal(np.column_stack([curve, np.full(len(curve), 0.05)]), 1, random)[:, :2], 4)
    run = np.linspace(0, 1, len(line))
    width = 55 + 95 * run**0.8 + 14 * np.sin(run * 60 + random.uniform(0, 6))
    width[run > 0.965] += 110 * ((run[run > 0.965] - 0.965) / 0.035) ** 1.5
    return ribbon(line, width), shapely.LineString(line)


def _piers(mainland: Any, random: np.random.Generator) -> list[Any]:
    # Fingers of one width along the old harbour's front, broad terminals along the port's.
    shore = shapely.get_coordinates(shapely.segmentize(mainland.exterior, 20))
    made = []
    for (west, south, east, north), apart, wide, reach in (
        ((-2900, -3500, -250, -1700), 150, 34, 210), ((1000, -6000, 2900, -2700), 520, 300, 290),
    ):  # fmt: skip
        front = shore[(shore[:, 0] > west) & (shore[:, 0] < east) & (shore[:, 1] > south) & (shore[:, 1] < north)]
        line = shapely.LineString(front)
        for at in np.arange(apart, line.length - apart, apart):
            if random.random() < 0.18:
                continue
            one, two = (np.array(line.interpolate(at + step).coords[0]) for step in (-120.0, 120.0))
            along = (two - one) / np.hypot(*(two - one))
            foot, out = (one + two) / 2, np.array([along[1], -along[0]])
            if shapely.contains_xy(mainland, *(foot + out * 150)):
                out = -out
            length = reach * random.uniform(0.75, 1.2)
            half = along * wide / 2
            made.append(
                shapely.Polygon(
                    [
                        foot - half - out * 90,
                        foot + half - out * 90,
                        foot + half + out * length,
                        foot - half + out * length,
                    ]
                )
            )
    return made


def _blob(told: tuple[float, float, float, float], random: np.random.Generator) -> Any:
    x, y, radius, rough = told
    angle = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    reach = radius * 1000 * random.uniform(0.6, 1.4, 9)
    ring: Floats = np.column_stack([
        x * 1000 + np.cos(angle) * reach * 1.25, y * 1000 + np.sin(angle) * reach, np.full(9, rough)
    ])  # fmt: skip
    curve = smooth(ring, 2, closed=True)
    edge = fractal(np.vstack([curve, curve[:1]]), 3, random)
    return largest(shapely.buffer(shapely.Polygon(edge[:, :2]), 0).buffer(-8).buffer(14).buffer(-6)).simplify(2)
