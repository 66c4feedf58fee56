"""The country around the invented city: roads a mile apart and small towns, for the map is wider than the city."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from rtcc.city.invent.names import Names
from rtcc.city.invent.network import COLLECTOR, LOCAL, Net
from rtcc.city.invent.shapes import Floats, Noise, fractal, turn
from rtcc.city.invent.streets import Site
from rtcc.city.invent.terrain import Terrain

#: Towns: where (km) and how far they reach (m).
TOWNS = (
    (12.4, -1.4, 1250), (10.9, 8.3, 1000), (-6.2, 13.0, 1100), (1.9, 11.6, 1200), (14.6, 3.1, 800), (17.6, -5.6, 1300),
    (19.5, 8.5, 900), (6.5, 14.0, 800), (-3.6, 9.6, 700),
)  # fmt: skip
MILE = 1750.0


def lay_country(terrain: Terrain, site: Site, names: Names, random: np.random.Generator) -> Net:
    """Return the streets of the towns and the roads between them."""
    wet = shapely.union_all([terrain.river.buffer(90), *(lake.buffer(110) for lake in terrain.lakes)])
    open_land = terrain.mainland.buffer(-220).difference(wet)
    frame = shapely.box(-26_000, -12_000, 27_000, 20_000)
    roads = open_land.difference(site.urban.buffer(120)).intersection(frame)
    nets = []
    noise = [Noise(6500, random), Noise(6500, random)]
    angle = random.uniform(-8, 8)
    for rows in (True, False):
        lines = _grid((6000.0, 5000.0), 36_000.0, (MILE, MILE), angle, rows=rows)
        fine = shapely.segmentize(lines, 250)
        points = shapely.get_coordinates(fine)
        push = np.column_stack([each.at(points) for each in noise]) * 420
        pieces, of = shapely.get_parts(
            shapely.intersection(shapely.set_coordinates(fine, points + push), roads), return_index=True
        )
        label = np.array([names.country(int(each), rows=rows) for each in range(len(lines))])
        keep = (random.random(len(pieces)) < 0.9) & (shapely.length(pieces) > 900) & (shapely.get_type_id(pieces) == 1)
        nets.append(_net(pieces[keep], COLLECTOR, label[of[keep]]))
    for town, (x, y, reach) in enumerate(TOWNS):
        center = np.array([x, y]) * 1000 + random.normal(0, 150, 2)
        edge = _town_edge(center, reach, random).intersection(open_land).difference(site.urban.buffer(400))
        tilt = random.uniform(-40, 40)
        for rows in (True, False):
            lines = _grid(
                tuple(center), reach * 2.8, (random.uniform(105, 150), random.uniform(90, 120)), tilt, rows=rows
            )
            pieces, of = shapely.get_parts(shapely.intersection(lines, edge), return_index=True)
            label = np.array([names.town(town, each, rows=rows) for each in range(len(lines))])
            main = np.where(of == len(lines) // 2, COLLECTOR, LOCAL)
            keep = (shapely.get_type_id(pieces) == 1) & (shapely.length(pieces) > 60)
            nets.append(_net(pieces[keep], main[keep], label[of[keep]]))
    return Net.joined(nets)


def _net(pieces: Any, road_class: Any, label: Any) -> Net:
    count = len(pieces)
    return Net(pieces, np.broadcast_to(road_class, count).copy(), label, np.full(count, -1), np.zeros(count, dtype=int))


def _grid(center: tuple[float, ...], size: float, block: tuple[float, float], angle: float, *, rows: bool) -> Any:
    step = block[1] if rows else block[0]
    numbers = np.arange(-int(size / 2 / step), int(size / 2 / step) + 1) * step
    ends: Floats = np.empty((len(numbers), 2, 2))
    across = 1 if rows else 0
    ends[:, :, across] = numbers[:, None]
    ends[:, 0, 1 - across], ends[:, 1, 1 - across] = -size / 2, size / 2
    return shapely.linestrings(ends @ turn(angle).T + np.array(center))


def _town_edge(center: Floats, reach: float, random: np.random.Generator) -> Any:
    angle = np.linspace(0, 2 * np.pi, 10)
    way = reach * random.uniform(0.55, 1.1, 10)
    way[-1] = way[0]
    ring = np.column_stack([np.cos(angle) * way, np.sin(angle) * way]) + center
    return shapely.Polygon(fractal(np.column_stack([ring, np.full(10, 0.08)]), 3, random)[:, :2]).buffer(0)
