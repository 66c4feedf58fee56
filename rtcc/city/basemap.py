"""Draws the ground under the map: a pack's layers become a few small GeoJSON files that the web serves as is."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import shapely

from rtcc.city.pack import ROLES, CityPack, Layer, title_case
from rtcc.city.read import read_layer
from rtcc.city.streets import street_lines

#: Part of the fingerprint: raise it when the same input should give other files.
VERSION = 1
DECIMALS = 5
#: The glass is wider than the city; ground is drawn this far beyond the bounds, as a share of their size.
MARGIN = 0.6
LAND_TOLERANCE = 0.00012
PARK_TOLERANCE = 0.00003
DISTRICT_TOLERANCE = 0.00004
_FINGERPRINT = "ground.fingerprint"

Feature = tuple[Any, dict[str, str]]


def write_ground(pack: CityPack, folder: Path) -> None:
    """Write ``city.json`` and one GeoJSON file a layer into ``folder``, unless they are there for the same input."""
    folder.mkdir(parents=True, exist_ok=True)
    fingerprint, mark = _fingerprint(pack), folder / _FINGERPRINT
    if mark.is_file() and mark.read_text("utf-8") == fingerprint:
        return
    mark.unlink(missing_ok=True)
    for role, draw in _DRAWN.items():
        layer = pack.layers.get(role)
        _write(folder / f"{role}.geojson", _collection(draw(pack, layer) if layer else []))
    _write(folder / "city.json", _city(pack))
    # Last, so that a start cut short is done again.
    _write(mark, fingerprint.encode())


def _districts(_: CityPack, layer: Layer) -> list[Feature]:
    frame = read_layer(layer)
    # Neighbours are simplified together, so that no slivers open between them.
    shapes = shapely.coverage_simplify(shapely.make_valid(frame.geometry.to_numpy()), DISTRICT_TOLERANCE)
    return [_area(shape, _name(value)) for shape, value in zip(shapes, _names(frame, layer), strict=True)]


def _land(pack: CityPack, layer: Layer) -> list[Feature]:
    shapes = shapely.make_valid(read_layer(layer).geometry.to_numpy())
    near = shapely.clip_by_rect(shapes, *pack.framed(MARGIN))
    whole = shapely.simplify(shapely.union_all(near), LAND_TOLERANCE)
    return [_area(whole, None)] if not whole.is_empty else []


def _parks(pack: CityPack, layer: Layer) -> list[Feature]:
    frame = read_layer(layer)
    shapes = shapely.make_valid(frame.geometry.to_numpy())
    near = shapely.intersects(shapes, shapely.box(*pack.framed(MARGIN)))
    shapes = shapely.simplify(shapes, PARK_TOLERANCE)
    named = zip(shapes, near, _names(frame, layer), strict=True)
    return [_area(shape, _name(value)) for shape, is_near, value in named if is_near]


def _streets(pack: CityPack, layer: Layer) -> list[Feature]:
    frame = read_layer(layer)
    kinds = frame[layer.kind].map(lambda value: layer.kinds.get(str(value), str(value))) if layer.kind else "minor"
    frame = frame.assign(street=[_name(value) for value in _names(frame, layer)], kind=kinds)
    frame.loc[(frame["kind"] == "minor") & frame["street"].isin(layer.major), "kind"] = "major"
    frame = frame[frame["kind"].isin(("motorway", "major", "minor"))]
    near = shapely.clip_by_rect(frame.geometry.to_numpy(), *pack.framed(MARGIN))
    lines = street_lines(zip(near, frame["street"], frame["kind"], strict=True), DECIMALS)
    return [(line, {"name": name, "class": kind} if name else {"class": kind}) for line, name, kind in lines]


_DRAWN: dict[str, Callable[[CityPack, Layer], list[Feature]]] = {
    "districts": _districts,
    "land": _land,
    "parks": _parks,
    "streets": _streets,
}


def _names(frame: Any, layer: Layer) -> list[Any]:
    return list(frame[layer.name]) if layer.name else [None] * len(frame)


def _name(value: object) -> str:
    # TIGER leaves a space after the hyphen of a route number.
    return re.sub(r"\b([A-Z])- (\d)", r"\1-\2", title_case(value.strip())) if isinstance(value, str) else ""


def _area(shape: Any, name: str | None) -> Feature:
    rounded = shapely.set_precision(shape, 10.0**-DECIMALS)
    return shapely.orient_polygons(_areal(rounded)), ({"name": name} if name else {})


def _areal(shape: Any) -> Any:
    # Clipping and mending leave points and lines beside the polygons; the ground is areas only.
    if shape.geom_type != "GeometryCollection":
        return shape
    return shapely.union_all([part for part in shape.geoms if "Polygon" in part.geom_type])


def _collection(features: list[Feature]) -> bytes:
    made = [
        {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(_rounded(shape))}
        for shape, properties in features
        if not shape.is_empty
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": made})


def _rounded(shape: Any) -> Any:
    return shapely.transform(shape, lambda coordinates: coordinates.round(DECIMALS))


def _city(pack: CityPack) -> bytes:
    told = {
        "name": pack.name,
        "timezone": pack.timezone,
        "center": pack.center,
        "zoom": pack.zoom,
        "bounds": pack.bounds,
        "attribution": pack.attribution,
        "layers": [role for role in ROLES if role in pack.layers],
    }
    return orjson.dumps(told)


def _fingerprint(pack: CityPack) -> str:
    seen = hashlib.sha256(f"{VERSION} {pack!r}".encode())
    for layer in pack.layers.values():
        for part in sorted(layer.file.parent.glob(layer.file.stem + ".*")):
            state = part.stat()
            seen.update(f"{part.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _write(file: Path, content: bytes) -> None:
    # Another process may be serving the old file; it sees the old or the new, never half.
    part = file.with_name(f".{file.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(file)
