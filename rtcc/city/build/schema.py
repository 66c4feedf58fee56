"""Says what a pack's layers are in the Protomaps basemap schema, version 4, and from which zoom each thing is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Shapes = npt.NDArray[Any]
Bounds = tuple[float, float, float, float]

METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Road:
    """What one class of street is in the schema; the greater ``rank`` is drawn over the lesser."""

    kind: str
    detail: str
    min_zoom: int
    rank: int


#: The keys are STREET_CLASSES. A whole city on one screen is at about zoom 12: its local streets are its face there.
ROADS = {
    "motorway": Road("highway", "motorway", 6, 70),
    "ramp": Road("highway", "motorway_link", 11, 60),
    "arterial": Road("major_road", "primary", 9, 50),
    "collector": Road("major_road", "tertiary", 11, 40),
    "local": Road("minor_road", "residential", 12, 30),
    "alley": Road("minor_road", "service", 13, 20),
    "path": Road("path", "path", 13, 10),
}
#: Our kinds of places by their names in the schema; the others have the same name there.
POIS = {"town_hall": "townhall", "airport": "aerodrome", "nightlife": "nightclub", "shelter": "social_facility"}
POI_ZOOMS = {"airport": 11, "hospital": 13, "stadium": 13, "police": 13, "fire_station": 13, "town_hall": 13}
POI_ZOOM = 14
#: Landuse that people steer by, and so gets its name on the map where it is large.
NAMED_LANDUSE = frozenset(("park", "cemetery", "golf_course", "beach", "nature_reserve", "wood", "military"))
#: The radius in metres of the largest circle within, and the zoom from which a name has room there.
NAME_ZOOMS = ((700.0, 11), (350.0, 12), (120.0, 13), (0.0, 14))
#: The area in square metres, and the zoom from which a patch of that size can be seen.
AREA_ZOOMS = ((4e6, 6), (5e5, 9), (1e5, 10), (2e4, 11), (4e3, 12), (0.0, 13))
BUILDING_ZOOM = 13
OUTLINE_ZOOM = 8
#: The glass is wider than the city: areas are drawn this far beyond its bounds, as a share of their size.
NEAR = 1.0
FAR = 5.0
#: From here on only what is near is drawn.
NEAR_ZOOM = 12


@dataclass(frozen=True, slots=True)
class Features:
    """Features of one layer of the schema, in the order in which they are drawn: shape, properties, least zoom."""

    layer: str
    shapes: Shapes
    properties: list[dict[str, Any]]
    zooms: list[int]
    last_zoom: int | None = None


def features_of(layers: dict[str, Any], name: str, bounds: Bounds) -> Iterator[Features]:
    """Yield what the layers of a pack are in the schema. Areas end some way beyond the bounds."""
    frame = grown(bounds, NEAR)
    landuse = layers.get("landuse")
    if (land := layers.get("land")) is not None:
        yield from _near_and_far("earth", land.geometry, ["earth"] * len(land), bounds, flat=True)
    if landuse is not None:
        yield from _near_and_far("landuse", landuse.geometry, landuse["kind"], bounds, flat=False)
    if (water := layers.get("water")) is not None:
        yield from _near_and_far("water", water.geometry, water["kind"], bounds, flat=True)
    if (streets := layers.get("streets")) is not None:
        yield from _roads(streets)
    if (buildings := layers.get("buildings")) is not None:
        yield _buildings(buildings)
    yield _places(layers.get("neighborhoods"), name, frame)
    yield from _pois(layers.get("places"), landuse, frame)
    if (districts := layers.get("districts")) is not None:
        yield _outline(districts)


def grown(bounds: Bounds, share: float) -> Bounds:
    """Return the bounds, grown on every side by a share of their width and height."""
    west, south, east, north = bounds
    dx, dy = (east - west) * share, (north - south) * share
    return (max(west - dx, -180.0), max(south - dy, -85.0), min(east + dx, 180.0), min(north + dy, 85.0))


def _near_and_far(
    layer: str, shapes: Iterable[Any], kinds: Iterable[str], bounds: Bounds, *, flat: bool
) -> Iterator[Features]:
    """Yield areas twice: from afar a screen shows much more land than from close by, and that in few tiles."""
    far = _areas(layer, shapes, kinds, grown(bounds, FAR), flat=flat)
    seen = [at for at, zoom in enumerate(far.zooms) if zoom < NEAR_ZOOM]
    yield Features(
        layer, far.shapes[seen], [far.properties[at] for at in seen], [far.zooms[at] for at in seen], NEAR_ZOOM - 1
    )
    near = _areas(layer, shapes, kinds, grown(bounds, NEAR), flat=flat)
    yield replace(near, zooms=[max(zoom, NEAR_ZOOM) for zoom in near.zooms])


def _areas(layer: str, shapes: Iterable[Any], kinds: Iterable[str], frame: Bounds, *, flat: bool) -> Features:
    """Take areas apart, largest first, so that a small one within a large one is seen; ``flat`` ones have no zoom."""
    sound = _sound(np.asarray(shapes, dtype=object))
    parts, of = shapely.get_parts(_sound(shapely.clip_by_rect(sound, *frame)), return_index=True)
    areal = shapely.get_dimensions(parts) == 2
    parts, of = parts[areal], of[areal]
    sizes = shapely.area(parts) * _square_metres(frame)
    order = np.argsort(-sizes, kind="stable")
    told = list(kinds)
    properties = [{"kind": told[at]} for at in of[order]]
    zooms = [0 if flat and size > 1e5 else _zoom(AREA_ZOOMS, size) for size in sizes[order]]
    return Features(layer, parts[order], properties, zooms)


def _roads(streets: Any) -> Iterator[Features]:
    """Join what carries one name, class, direction and level into long lines, along which names can be written."""
    ways = streets["oneway"].to_numpy()
    shapes = streets.geometry.to_numpy()
    shapes = np.where(ways < 0, shapely.reverse(shapes), shapes)
    keys = streets[["class", "level", "name"]].assign(oneway=np.abs(ways))
    keys["rank"] = keys["class"].map({name: road.rank for name, road in ROADS.items()})
    # By level, then rank: what is drawn later lies on top.
    groups = keys.groupby(["level", "rank", "name", "oneway"], sort=True)
    number = groups.ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    gathered = shapely.multilinestrings(shapes[order], indices=number[order])
    kept = keys.iloc[order].drop_duplicates(["level", "rank", "name", "oneway"])
    directed = kept["oneway"].to_numpy() == 1
    for one_way in (False, True):
        chosen = kept[directed == one_way]
        merged = shapely.line_merge(gathered[directed == one_way], directed=one_way)
        lines, of = shapely.get_parts(merged, return_index=True)
        told = [_road(*row) for row in zip(chosen["class"], chosen["level"], chosen["name"], strict=True)]
        if one_way:
            told = [road | {"oneway": "yes"} for road in told]
        zooms = [ROADS[name].min_zoom for name in chosen["class"]]
        yield Features("roads", lines, [told[at] for at in of], [zooms[at] for at in of])


def _road(street_class: str, level: int, name: str) -> dict[str, Any]:
    road = ROADS[street_class]
    told: dict[str, Any] = {"kind": road.kind, "kind_detail": road.detail, "min_zoom": road.min_zoom}
    told["sort_rank"] = road.rank + 100 * int(level)
    if name:
        told["name"] = name
    if street_class == "ramp":
        told["is_link"] = True
    if level:
        told["is_bridge" if level > 0 else "is_tunnel"] = True
    return told


def _buildings(buildings: Any) -> Features:
    heights = buildings["height_m"].to_numpy()
    properties: list[dict[str, Any]] = [
        {"kind": "building", "height": round(height, 1)} if math.isfinite(height) else {"kind": "building"}
        for height in heights.tolist()
    ]
    return Features("buildings", buildings.geometry.to_numpy(), properties, [BUILDING_ZOOM] * len(properties))


def _places(neighborhoods: Any, name: str, frame: Bounds) -> Features:
    west, south, east, north = frame
    shapes = [shapely.Point((west + east) / 2, (south + north) / 2)]
    properties: list[dict[str, Any]] = [{"kind": "locality", "kind_detail": "city", "name": name, "min_zoom": 6}]
    zooms = [6]
    if neighborhoods is not None and len(neighborhoods):
        centres, radii = _middles(neighborhoods.geometry.to_numpy(), frame)
        for point, radius, hood in zip(centres, radii, neighborhoods["name"], strict=True):
            zoom = _zoom(NAME_ZOOMS, radius)
            kind, detail = ("macrohood", "quarter") if zoom <= NAME_ZOOMS[0][1] else ("neighbourhood", "neighbourhood")
            shapes.append(point)
            properties.append({"kind": kind, "kind_detail": detail, "name": hood, "min_zoom": zoom})
            zooms.append(zoom)
    return Features("places", np.asarray(shapes, dtype=object), properties, zooms)


def _pois(places: Any, landuse: Any, frame: Bounds) -> Iterator[Features]:
    if places is not None:
        places = places[places["kind"] != "other"]
        told: list[dict[str, Any]] = [
            {"kind": POIS.get(kind, kind), "min_zoom": POI_ZOOMS.get(kind, POI_ZOOM)} | ({"name": name} if name else {})
            for kind, name in zip(places["kind"], places["name"], strict=True)
        ]
        yield Features("pois", places.geometry.to_numpy(), told, [each["min_zoom"] for each in told])
    if landuse is not None:
        near = shapely.intersects(landuse.geometry.to_numpy(), shapely.box(*frame))
        named = landuse[near & landuse["kind"].isin(NAMED_LANDUSE) & (landuse["name"] != "")]
        # One park may be drawn in several pieces.
        named = named.dissolve(["name", "kind"], sort=True).reset_index()
        if len(named):
            shapes = named.geometry.to_numpy()
            middles, radii = _middles(shapes, frame)
            zooms = [_zoom(NAME_ZOOMS, radius) for radius in radii]
            rows = zip(named["kind"], named["name"], zooms, strict=True)
            told = [{"kind": kind, "name": name, "min_zoom": zoom} for kind, name, zoom in rows]
            yield Features("pois", middles, told, zooms)


def _outline(districts: Any) -> Features:
    edge = shapely.boundary(shapely.union_all(_sound(districts.geometry.to_numpy())))
    lines = shapely.get_parts(shapely.line_merge(edge))
    told: dict[str, Any] = {"kind": "locality", "kind_detail": 8, "sort_rank": 289}
    return Features("boundaries", lines, [told] * len(lines), [OUTLINE_ZOOM] * len(lines))


def _middles(shapes: Shapes, frame: Bounds) -> tuple[Shapes, npt.NDArray[np.float64]]:
    """Return the point of each area that lies farthest from its edges, and how far in metres: a name has room there."""
    # The name of a group of islands is written on its largest.
    largest = np.asarray([max(shapely.get_parts(shape), key=shapely.area) for shape in _sound(shapes)], dtype=object)
    # Only then is a circle on the ground a circle in numbers.
    squeeze = math.cos(math.radians((frame[1] + frame[3]) / 2))
    flat = shapely.transform(largest, lambda at: at * (squeeze, 1.0))
    radii = np.asarray([shapely.maximum_inscribed_circle(shape, 0.0003) for shape in flat], dtype=object)
    centres = shapely.get_point(radii, 0)
    return shapely.transform(centres, lambda at: at / (squeeze, 1.0)), shapely.length(radii) * METRES_PER_DEGREE


def _sound(shapes: Shapes) -> Shapes:
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes = shapes.copy()
        shapes[broken] = shapely.make_valid(shapes[broken])
    return shapes


def _square_metres(frame: Bounds) -> float:
    """Return how many square metres a square degree has in the middle of the frame."""
    return METRES_PER_DEGREE**2 * math.cos(math.radians((frame[1] + frame[3]) / 2))


def _zoom(steps: tuple[tuple[float, int], ...], size: float) -> int:
    return next(zoom for least, zoom in steps if size >= least)
