"""A town small enough to know by heart: a grid of streets, a river, a bridge, a park, two districts and four beats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely
from geopandas import GeoDataFrame

from rtcc.city.build.tiles import write_tiles

CENTER = (-99.6, 41.6)
#: Wide enough that the seams of tiles run through it at every zoom that is looked at.
BOUNDS = (-99.64, 41.57, -99.56, 41.63)
ATTRIBUTION = "The grid town is invented"
STEP = 0.004


def layers() -> dict[str, GeoDataFrame]:
    """Return the town's layers as the tiles are made of."""
    west, south, east, north = BOUNDS
    lon, lat = CENTER
    streets: list[tuple[str, str, int, int, Any]] = []
    for number in range(-9, 10):
        street_class = "arterial" if number % 4 == 0 else "collector" if number % 4 == 2 else "local"
        x = lon + number * STEP
        # In pieces from crossing to crossing, as public files have them; every other one drawn against its traffic.
        for piece in range(-7, 7):
            line = shapely.LineString([(x, lat + piece * STEP), (x, lat + (piece + 1) * STEP)])
            streets.append((f"{number + 10}th St", street_class, -1 if number == 5 else 0, 0, line))
    for number in range(-7, 8):
        line = shapely.LineString([(west, lat + number * STEP), (east, lat + number * STEP)])
        streets.append((f"{'ABCDEFGHIJKLMNO'[number + 7]} Avenue", "local", 1 if number == 3 else 0, 0, line))
    streets.append(("Route 9", "motorway", 1, 0, shapely.LineString([(west, lat + 0.001), (lon - 0.03, lat + 0.001)])))
    bridge = shapely.LineString([(lon - 0.03, lat + 0.001), (east, lat + 0.001)])
    streets.append(("Route 9", "motorway", 1, 1, bridge))
    streets.append(("", "ramp", 1, 0, shapely.LineString([(lon, lat + 0.001), (lon + STEP, lat + 0.002)])))
    streets.append(("Low Way", "collector", 0, -1, shapely.LineString([(lon, south), (lon + 0.002, lat - 0.02)])))
    streets.append(("Back Alley", "alley", 0, 0, shapely.LineString([(lon, lat + 0.006), (lon + STEP, lat + 0.006)])))
    streets.append(("River Walk", "path", 0, 0, shapely.LineString([(lon - 0.021, south), (lon - 0.021, north)])))
    halves = [shapely.box(west, south, lon, north), shapely.box(lon, south, east, north)]
    quarters = [
        shapely.box(x0, y0, x1, y1) for x0, x1 in ((west, lon), (lon, east)) for y0, y1 in ((south, lat), (lat, north))
    ]
    river, park = (
        shapely.box(lon - 0.02, south, lon - 0.018, north),
        shapely.box(lon + 0.01, lat - 0.01, lon + 0.02, lat),
    )
    blocks = [shapely.box(lon + at * 0.0003, lat + 0.0002, lon + at * 0.0003 + 0.0002, lat + 0.0004) for at in range(9)]
    places = [
        ("Grid General", "hospital"),
        ("Station 1", "fire_station"),
        ("Town Hall", "town_hall"),
        ("Shed", "other"),
    ]
    return {
        "districts": _frame({"name": ["West", "East"]}, halves),
        "beats": _frame({"name": ["1", "2", "3", "4"], "district": ["West", "West", "East", "East"]}, quarters),
        "neighborhoods": _frame({"name": ["Old Town", "New Town"]}, halves),
        "streets": _frame(
            {
                "name": [street[0] for street in streets],
                "class": [street[1] for street in streets],
                "oneway": [street[2] for street in streets],
                "level": [street[3] for street in streets],
            },
            [street[4] for street in streets],
        ).astype({"oneway": "int8", "level": "int8"}),
        "places": _frame(
            {"name": [name for name, _ in places], "kind": [kind for _, kind in places]},
            [shapely.Point(lon + at * STEP / 2, lat + 0.002) for at in range(len(places))],
        ),
        "land": _frame({}, [shapely.box(west - 0.2, south - 0.2, east + 0.2, north + 0.2)]),
        "water": _frame({"name": ["Grid River"], "kind": ["river"]}, [river]),
        "landuse": _frame({"name": ["Grid Park", ""], "kind": ["park", "grass"]}, [park, park.buffer(-0.003)]),
        "buildings": _frame({"height_m": [12.0] * 8 + [float("nan")]}, blocks),
    }


def _frame(columns: dict[str, Any], shapes: list[Any]) -> GeoDataFrame:
    return GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def write_town(folder: Path) -> Path:
    """Write what the web shows of the town's pack, and return the folder."""
    made = layers()
    (folder / "drawn").mkdir(parents=True)
    write_tiles(made, folder / "basemap.pmtiles", name="Grid Town", attribution=ATTRIBUTION, bounds=BOUNDS)
    city = {"name": "Grid Town", "timezone": "America/Chicago", "center": CENTER, "zoom": 13, "bounds": []}
    (folder / "drawn" / "city.json").write_text(json.dumps(city | {"attribution": ATTRIBUTION}))
    for areas in ("districts", "beats"):
        (folder / "drawn" / f"{areas}.geojson").write_text(made[areas].to_json(drop_id=True))
    return folder
