"""A small city for tests of the simulator: a grid of streets, two districts of two beats each, a station, bars."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from rtcc.city.drive import Drives
from rtcc.city.roads import Roads
from rtcc.feeds.transports.simulator import Camera, Simulator, World
from rtcc.model.call_types import CallType

SIDE = 14
BLOCK = 0.0015
START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FRIDAY_EVENING = datetime(2026, 11, 20, 18, 0)  # noqa: DTZ001 - the city's own local time
KINDS = (
    CallType("GUN", "Person with a gun", "violence", 1, share=5.0, on_scene_s=1800, pattern="night"),
    CallType("FGHT", "Fight", "violence", 2, share=20.0, on_scene_s=1200, pattern="night"),
    CallType(
        "COLL", "Crash without injuries", "traffic", 3, share=25.0, on_scene_s=1500, pattern="commute", onview=0.1
    ),
    CallType("TSTP", "Traffic stop", "traffic", 4, share=20.0, on_scene_s=600, pattern="commute", onview=0.85),
    CallType("NOIS", "Noise", "order", 4, share=20.0, on_scene_s=500, pattern="home"),
    CallType("TRUA", "Truant", "school", 5, share=10.0, on_scene_s=700, pattern="school", sensitive=True),
)


@cache
def grid_roads() -> Roads:
    """Return streets to the east and to the north, each both ways; every fourth is an arterial."""
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    lat, lon = 41.0 + row * BLOCK, -99.0 + column * BLOCK
    east = [(n, n + 1, n // SIDE) for n in range(SIDE * SIDE) if n % SIDE < SIDE - 1]
    north = [(n, n + SIDE, SIDE + n % SIDE) for n in range(SIDE * (SIDE - 1))]
    one_way = [*east, *north]
    edges = [edge for a, b, street in one_way for edge in ((a, b, street), (b, a, street))]
    start, end, street = (np.array(each, dtype=np.int32) for each in zip(*edges, strict=True))
    squeeze = np.cos(np.radians(41.0))
    length = np.hypot(lat[end] - lat[start], (lon[end] - lon[start]) * squeeze) * 111_320.0
    road_class = np.where(street % 4 == 0, 2, 4).astype(np.int32)
    twin = np.arange(start.size, dtype=np.int32) ^ 1
    names = ["", *(f"{n + 1} Ave" for n in range(SIDE)), *(f"{n + 1} St" for n in range(SIDE))]
    middle_lat, middle_lon = (lat[start] + lat[end]) / 2, (lon[start] + lon[end]) / 2
    return Roads(
        node_lat=lat,
        node_lon=lon,
        start=start,
        end=end,
        length_m=length,
        seconds=length / np.where(road_class == 2, 15.0, 10.0),
        street=street + 1,
        road_class=road_class,
        twin=twin,
        names=np.array(names),
        shape_from=np.arange(0, 3 * start.size + 1, 3, dtype=np.int32),
        shape_lat=np.column_stack([lat[start], middle_lat, lat[end]]).ravel(),
        shape_lon=np.column_stack([lon[start], middle_lon, lon[end]]).ravel(),
    )


@cache
def small_city() -> World:
    """Return the world of these streets."""
    roads = grid_roads()
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    return World(
        roads=roads,
        drives=Drives(roads),
        agency="TPD",
        zone=ZoneInfo("America/Chicago"),
        node_beat=((row >= SIDE // 2) * 2 + (column >= SIDE // 2)).astype(np.int32),
        beats=(("A1", "South"), ("A2", "South"), ("B1", "North"), ("B2", "North")),
        call_types=KINDS,
        stations=((41.0003, -98.9990), (41.0180, -98.9850)),
        cameras=tuple(Camera(f"CAM-{n}", f"{n} St", 41.0 + n * BLOCK, -98.995, 90.0, 60.0) for n in range(1, 6)),
        places={"nightlife": ((41.004, -98.995),), "school": ((41.015, -98.985),)},
    )


def city(call_types=KINDS, **chosen):
    """Return a simulator of it."""
    world = replace(small_city(), call_types=call_types)
    return Simulator(world, **{"start": START, "begin": FRIDAY_EVENING, "units": 30} | chosen)
