"""Which district a simulated unit belongs to, for its callsign; the picture's own districts come from rtcc.city."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

Ring = list[list[float]]


def read_districts(file: Path) -> list[tuple[str, list[Ring]]]:
    """Return the (name, outer rings) of a GeoJSON file of districts, by name."""
    features = orjson.loads(file.read_bytes())["features"]
    return sorted((feature["properties"].get("name", ""), _rings(feature["geometry"])) for feature in features)


def district_index(districts: list[tuple[str, list[Ring]]], lon: float, lat: float) -> int:
    """Return the place of the district around a position, or of the first where there is none."""
    for index, (_, rings) in enumerate(districts):
        if any(_inside(ring, lon, lat) for ring in rings):
            return index
    return 0


def _rings(geometry: dict[str, Any]) -> list[Ring]:
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"][0]]
    return [polygon[0] for polygon in geometry["coordinates"]]


def _inside(ring: Ring, lon: float, lat: float) -> bool:
    # A ray to the east crosses the ring an odd number of times from inside.
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside
