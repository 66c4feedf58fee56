"""Flattens the features of ArcGIS (Esri JSON) and GeoJSON into rows, each with its geometry as a GeoJSON point."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

#: The column in which a row finds its geometry.
GEOMETRY = "geometry"
#: Degrees, and the metres of web maps under each of their names.
_DEGREES = frozenset({4326, 4269, 4152})
_WEB_METRES = frozenset({3857, 102100, 102113, 900913})
_EARTH_M = 6_378_137.0


def rows_of_features(payload: Mapping[str, Any]) -> list[Any]:
    """Return a row for each feature; what is no feature stays what it is, and is refused as a row."""
    reference = payload.get("spatialReference")
    return [_row(feature, reference) for feature in payload["features"]]


def _row(feature: Any, reference: Any) -> Any:
    if not isinstance(feature, Mapping):
        return feature
    if isinstance(feature.get("attributes"), Mapping):
        geometry = feature.get(GEOMETRY)
        own = geometry.get("spatialReference") if isinstance(geometry, Mapping) else None
        point = _point(geometry, own or reference)
        return {**feature["attributes"]} | ({} if point is None else {GEOMETRY: point})
    if isinstance(feature.get("properties"), Mapping):
        known = {"id": feature["id"]} if "id" in feature else {}
        return known | {**feature["properties"]} | {GEOMETRY: feature.get(GEOMETRY)}
    return dict(feature)


def _point(geometry: Any, reference: Any) -> dict[str, Any] | str | None:
    if not isinstance(geometry, Mapping):
        return None
    x, y = geometry.get("x"), geometry.get("y")
    if not isinstance(x, int | float) or not isinstance(y, int | float):
        # A polygon, or a point that is not there; ArcGIS writes "NaN" for the latter.
        return None
    known = reference if isinstance(reference, Mapping) else {}
    system = known.get("latestWkid") or known.get("wkid")
    if system in _WEB_METRES:
        try:
            lat = math.degrees(2 * math.atan(math.exp(y / _EARTH_M)) - math.pi / 2)
        except OverflowError:
            return "far beyond the pole"
        return {"type": "Point", "coordinates": [math.degrees(x / _EARTH_M), lat]}
    if system in _DEGREES or (system is None and abs(x) <= 180 and abs(y) <= 90):
        return {"type": "Point", "coordinates": [x, y]}
    # Feet of some state plane: no position of ours, and said so where a mapping asks for it.
    return f"in coordinates of system {system}"
