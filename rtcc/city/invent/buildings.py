"""The footprints of the invented city's buildings: towers on lots, rows around courts, houses in gardens, sheds."""

from __future__ import annotations

import numpy as np
import shapely

from rtcc.city.invent.grounds import Blocks
from rtcc.city.invent.plan import QUARTERS
from rtcc.city.invent.shapes import Floats, Geometries

#: By what is built: metres from the middle of the street, width of a lot, deepest building, gap, share that is built.
_LOTS = {
    "towers": (11.0, 66.0, 46.0, 2.0, 0.93),
    "rows": (10.0, 125.0, 15.0, 2.0, 0.96),
    "houses": (13.0, 25.0, 13.0, 11.0, 0.9),
    "sheds": (16.0, 110.0, 62.0, 14.0, 0.8),
}
#: Quarters of houses whose every house is drawn; elsewhere they would be more than the map can use.
_DRAWN = ("Cape",)


def build_houses(blocks: Blocks, center: tuple[float, float], random: np.random.Generator) -> tuple[Geometries, Floats]:
    """Return the footprints and their heights in metres."""
    kinds = np.array([*(q.built if q.built != "houses" or q.name in _DRAWN else "" for q in QUARTERS), ""])[
        blocks.quarter
    ]
    footprints, heights = [], []
    for kind, (street, width, deep, gap, share) in _LOTS.items():
        chosen = blocks.built & (kinds == kind)
        inset = shapely.buffer(blocks.faces[chosen], -street, join_style="mitre", mitre_limit=2.0)
        inset = inset[(shapely.get_type_id(inset) == 3) & (shapely.area(inset) > 350)]
        lots, of = _lots(inset, width, deep, gap)
        kept = random.random(len(lots)) < share
        shape = shapely.intersection(lots[kept], inset[of[kept]])
        good = (shapely.get_type_id(shape) == 3) & (shapely.area(shape) > (60 if kind == "houses" else 130))
        shape = shape[good]
        footprints.append(shape)
        heights.append(_heights(kind, shape, center, random))
    return np.concatenate(footprints), np.concatenate(heights)


def _lots(inset: Geometries, width: float, deep: float, gap: float) -> tuple[Geometries, np.ndarray]:
    # Two rows back to back along the block's longer side, or one where the block is not deep enough for two.
    corners = shapely.get_coordinates(shapely.oriented_envelope(inset)).reshape(-1, 5, 2)
    one, two = corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]
    swap = np.hypot(*one.T) < np.hypot(*two.T)
    long, short = np.where(swap[:, None], two, one), np.where(swap[:, None], one, two)
    length, depth = np.hypot(*long.T), np.hypot(*short.T)
    count = np.maximum(1, np.round(length / width)).astype(int)
    rows = np.where(depth > 1.35 * deep, 2, 1)
    of = np.repeat(np.arange(len(inset)), count * rows)
    place = np.arange(len(of)) - np.repeat(np.cumsum(count * rows) - count * rows, count * rows)
    column, row = place % count[of], place // count[of]
    u0, u1 = column / count[of] + gap / 2 / length[of], (column + 1) / count[of] - gap / 2 / length[of]
    reach = np.minimum(np.where(rows == 2, (depth - 3) / 2, depth), deep)[of] / depth[of]
    v0 = np.where(row == 0, 0.0, 1 - reach)
    v1 = v0 + reach
    ring = np.stack([np.stack([u0, v0]), np.stack([u1, v0]), np.stack([u1, v1]), np.stack([u0, v1])]).transpose(2, 0, 1)
    points = corners[of, 0][:, None] + ring[:, :, :1] * long[of][:, None] + ring[:, :, 1:] * short[of][:, None]
    return shapely.polygons(points), of


def _heights(kind: str, shape: Geometries, center: tuple[float, float], random: np.random.Generator) -> Floats:
    if kind != "towers":
        middle = {"rows": 11.0, "houses": 7.0, "sheds": 10.0}[kind]
        return np.round(middle * random.lognormal(0, 0.22, len(shape)), 1)
    apart = np.hypot(*(shapely.get_coordinates(shapely.centroid(shape)) - np.array(center)).T)
    tall = 16 + 95 * np.exp(-((apart / 750) ** 2))
    heights: Floats = np.round(np.clip(tall * random.lognormal(-0.1, 0.5, len(shape)), 6, 260), 1)
    return heights
