"""Invents the whole city: its ground, streets, areas, blocks and places, as the layers of a pack."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from rtcc.city.build.report import Report
from rtcc.city.build.writer import write_pack
from rtcc.city.invent.areas import BEATS_EACH, Areas, divide
from rtcc.city.invent.buildings import build_houses
from rtcc.city.invent.country import lay_country
from rtcc.city.invent.grounds import Grounds, use_blocks
from rtcc.city.invent.highways import build_highways, plan_highways
from rtcc.city.invent.names import Names
from rtcc.city.invent.network import RAMP, Net
from rtcc.city.invent.places import Cameras, find_places, place_cameras
from rtcc.city.invent.plan import LIMITS
from rtcc.city.invent.shapes import Frame
from rtcc.city.invent.streets import lay_streets, survey
from rtcc.city.invent.terrain import Terrain, shape_terrain
from rtcc.city.invent.thinning import clean_network
from rtcc.city.pack import STREET_CLASSES

#: Open ocean some 1,100 km west of California: no land, no island and no street is anywhere near, so nothing that is
#: said to happen here can be taken for something that happened to somebody. Its clock is that of the nearest coast.
LON, LAT = -138.0, 39.6
TIMEZONE = "America/Los_Angeles"
#: None of these is a place that exists. The first is the city of the default seed.
CITIES = ("Port Lorrimer", "Port Halvane", "Tarrowmouth", "Corrant Bay", "Port Merrinsby", "Ostleyhaven")


def invent(seed: int = 1) -> tuple[dict[str, Any], dict[str, gpd.GeoDataFrame]]:
    """Return what city.toml says of the city of this seed, and its layers in WGS 84; the same for the same seed."""
    random = np.random.default_rng(seed)
    # The default lies as it was drawn; others are turned and mirrored too, so that no two look alike.
    frame = Frame(LON, LAT, 0.0, mirrored=False)
    if seed != 1:
        frame = Frame(
            LON, LAT, float(random.choice([0, 90, 180, 270]) + random.uniform(-12, 12)), bool(random.integers(2))
        )
    terrain = shape_terrain(random)
    site = survey(terrain, random)
    names = Names(random)
    highways = plan_highways(terrain, random)
    laid = Net.joined([lay_streets(terrain, site, names, random), lay_country(terrain, site, names, random)])
    streets = clean_network(laid, list(highways.values()), random)
    areas = divide(streets, terrain, site, random)
    blocks, grounds = use_blocks(streets, terrain, site, names, random)
    footprints, heights = build_houses(blocks, (-1000.0, -1100.0), random)
    places = find_places(streets, areas, grounds, names, random)
    cameras = place_cameras(streets, places, names, random)
    raised = build_highways(streets, highways, {key: names.highway(key) for key in highways}, site.urban)
    clear = shapely.union_all([shapely.buffer(line, 34) for line in highways.values()])
    free = ~shapely.intersects(footprints, clear)
    layers = {
        **_area_layers(areas, names),
        **_ground_layers(terrain, grounds, names),
        "streets": _streets(streets, raised.net, raised.level, terrain, names),
        "places": _frame(shapely.points(np.array(places.at)), name=places.name, kind=places.kind),
        "cameras": _cameras(cameras, frame),
        "buildings": _frame(footprints[free], height_m=heights[free]),
    }
    for layer in layers.values():
        layer.geometry = shapely.make_valid(frame.to_globe(layer.geometry.to_numpy()))
        layer.set_crs(4326, inplace=True)
    return _about(seed, frame), layers


def write_invented(folder: Path, seed: int, report: Report) -> None:
    """Invent the city of this seed and write it as a built pack."""
    report.step("inventing a city")
    about, layers = invent(seed)
    write_pack(folder, about, layers, report)


def _frame(geometries: Any, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometries)


def _area_layers(areas: Areas, names: Names) -> dict[str, gpd.GeoDataFrame]:
    district = [names.districts[each] for each in areas.district]
    beats = [f"{names.districts[each][0]}{index % BEATS_EACH + 1}" for index, each in enumerate(areas.district)]
    return {
        "districts": _frame(areas.districts, name=names.districts),
        "beats": _frame(areas.beats, name=beats, district=district),
        "neighborhoods": _frame(areas.neighborhoods, name=names.hoods[: len(areas.neighborhoods)]),
    }


def _ground_layers(terrain: Terrain, grounds: Grounds, names: Names) -> dict[str, gpd.GeoDataFrame]:
    land = shapely.get_parts(shapely.union_all([terrain.land, terrain.islets]))
    water = [terrain.river, *terrain.lakes]
    return {
        "land": _frame(land),
        "water": _frame(
            np.array(water), name=[names.river, *names.lakes], kind=["river", *("lake" for _ in terrain.lakes)]
        ),
        "landuse": _frame(np.array(grounds.geometry), name=grounds.name, kind=grounds.kind),
    }


def _streets(streets: Net, raised: Net, level: Any, terrain: Terrain, names: Names) -> gpd.GeoDataFrame:
    # One line for as much of a street as runs on without a break, cut only where it goes onto a bridge.
    net = Net.joined([streets, raised])
    level = np.concatenate([np.zeros(len(streets.lines), dtype=int), level])
    wet = shapely.union_all([terrain.river, *terrain.lakes])
    near = wet.buffer(14)
    over = np.flatnonzero((level == 0) & shapely.intersects(net.lines, wet))
    dry = np.ones(len(net.lines), dtype=bool)
    dry[over] = False
    parts = [net.only(dry)]
    levels = [level[dry]]
    for inside, height in ((True, 1), (False, 0)):
        cut = shapely.intersection(net.lines[over], near) if inside else shapely.difference(net.lines[over], near)
        pieces, of = shapely.get_parts(cut, return_index=True)
        whole = net.only(over[of])
        parts.append(Net(pieces, whole.road_class, whole.name, whole.quarter, whole.oneway))
        levels.append(np.full(len(pieces), height))
    net, level = Net.joined(parts), np.concatenate(levels)
    key = np.column_stack([net.road_class, net.name, net.oneway, level])
    _, group = np.unique(key, axis=0, return_inverse=True)
    order = np.argsort(group, kind="stable")
    bounds = np.flatnonzero(np.diff(group[order], prepend=-1))
    merged, first = [], []
    for members in np.split(order, bounds[1:]):
        lines = net.lines[members]
        # A ramp down and the next one up must both end at the street between them, not run on into each other.
        if net.road_class[members[0]] != RAMP:
            joined = shapely.line_merge(shapely.multilinestrings(lines), directed=bool(net.oneway[members[0]]))
            lines = shapely.get_parts(joined)
        merged.append(lines)
        first.append(np.full(len(lines), members[0]))
    of = np.concatenate(first)
    return _frame(
        np.concatenate(merged),
        **{
            "name": [names.list[each] for each in net.name[of]],
            "class": [STREET_CLASSES[each] for each in net.road_class[of]],
            "oneway": net.oneway[of].astype("int8"),
            "level": level[of].astype("int8"),
        },
    )


def _cameras(cameras: Cameras, frame: Frame) -> gpd.GeoDataFrame:
    look = frame.turned(cameras.look)
    return _frame(
        shapely.points(cameras.at),
        id=[f"CAM-{number:03d}" for number in range(1, len(cameras.at) + 1)],
        name=cameras.name,
        heading_deg=np.round(np.degrees(np.arctan2(look[:, 0], look[:, 1])) % 360, 1),
        fov_deg=cameras.fov,
        range_m=cameras.reach,
    )


def _about(seed: int, frame: Frame) -> dict[str, Any]:
    name = CITIES[(seed - 1) % len(CITIES)]
    # The limits reach out into the sea; what is to be seen is the land, and a little around it.
    corners = shapely.Polygon(np.array(LIMITS) * 1000.0).intersection(shapely.box(-8300, -6400, 8000, 6900))
    west, south, east, north = (
        round(float(each), 4) for each in shapely.bounds(frame.to_globe(np.array([corners])))[0]
    )
    told = tomllib.loads(Path(__file__).with_name("call_types.toml").read_text("utf-8"))
    columns = ("code", "type", "category", "priority", "sensitive", "share", "on_scene_s", "pattern", "onview")
    letters = "".join(word[0] for word in name.split())
    return {
        "name": name,
        "timezone": TIMEZONE,
        "center": [round((west + east) / 2, 4), round((south + north) / 2, 4)],
        "zoom": 11.8,
        "bounds": [west, south, east, north],
        "attribution": f"{name} is invented",
        "agencies": [{"id": f"{letters}PD", "name": f"{name} Police Department"}],
        "call_types": [dict(zip(columns, row, strict=True)) for row in told["types"]],
        "targets": {
            "1": {"queue_s": 60, "response_s": 420},
            "2": {"queue_s": 180, "response_s": 720},
            "3": {"queue_s": 900, "response_s": 2400},
            "4": {"queue_s": 2700, "response_s": 5400},
            "5": {"queue_s": 5400, "response_s": 10800},
        },
    }
