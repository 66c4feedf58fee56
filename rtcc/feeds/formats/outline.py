"""Areas on the ground: reads their corners from text, and thins outlines that have more than a screen can show."""

from __future__ import annotations

import heapq
import math
from typing import Any

from rtcc.model.checks import MOST_AREAS, MOST_CORNERS

Corner = tuple[float, float]
#: A ring has at least so many corners, the first of them twice.
LEAST = 4
_SHARED = MOST_CORNERS - MOST_AREAS * (LEAST + 1)
_DECIMALS = 5
#: Of longer rings only every so many corners are looked at: more takes longer than a warning may.
_MOST_LOOKED_AT = 40_000


def read_ring(text: str) -> list[Corner] | None:
    """Return the ring that `lat,lon lat,lon …` gives, closed where it was left open; None where it gives none."""
    ring: list[Corner] = []
    for pair in text.split():
        lat, comma, lon = pair.partition(",")
        corner = read_corner(lat, lon) if comma else None
        if corner is None:
            return None
        if not ring or ring[-1] != corner:
            ring.append(corner)
    if ring and ring[0] != ring[-1]:
        ring.append(ring[0])
    return ring if len(ring) >= LEAST else None


def read_corner(lat_text: str, lon_text: str) -> Corner | None:
    """Return a position that two texts give, to about a metre; None where they give none on Earth."""
    try:
        lat, lon = float(lat_text), float(lon_text)
    except ValueError:
        return None
    return (round(lat, _DECIMALS), round(lon, _DECIMALS)) if abs(lat) <= 90 and abs(lon) <= 180 else None


def fitting(areas: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return as many of the areas as one entity may have, with outlines thinned where they are too many corners."""
    areas = areas[:MOST_AREAS]
    corners = sum(len(area.get("polygon", ())) for area in areas)
    if corners <= MOST_CORNERS:
        return areas
    return [
        {"polygon": thin(area["polygon"], LEAST + 1 + _SHARED * len(area["polygon"]) // corners)}
        if "polygon" in area
        else area
        for area in areas
    ]


def thin(ring: list[Any], most: int) -> list[Any]:
    """Return a closed ring with at most so many corners: those go first that change the outline least.

    After Visvalingam and Whyatt: again and again the corner whose triangle with its neighbours is the smallest.
    """
    if len(ring) <= most:
        return ring
    if len(ring) > _MOST_LOOKED_AT:
        ring = [*ring[: -1 : len(ring) // _MOST_LOOKED_AT + 1], ring[-1]]
    last = len(ring) - 1
    before, after = list(range(-1, last)), list(range(1, last + 2))
    sizes = [math.inf] + [_triangle(ring[i - 1], ring[i], ring[i + 1]) for i in range(1, last)] + [math.inf]
    heap = [(size, place) for place, size in enumerate(sizes) if size < math.inf]
    heapq.heapify(heap)
    left, alive = len(ring), [True] * len(ring)
    while left > most and heap:
        size, place = heapq.heappop(heap)
        if not alive[place] or size != sizes[place]:
            continue
        alive[place] = False
        left -= 1
        one, other = before[place], after[place]
        after[one], before[other] = other, one
        for near in (one, other):
            if 0 < near < last:
                # Never less than what has gone, so that a bay is not eaten corner by corner.
                sizes[near] = max(size, _triangle(ring[before[near]], ring[near], ring[after[near]]))
                heapq.heappush(heap, (sizes[near], near))
    return [corner for corner, stays in zip(ring, alive, strict=True) if stays]


def _triangle(a: Corner, b: Corner, c: Corner) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))
