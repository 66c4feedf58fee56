"""Lays the streets of the invented city: boulevards, banks and shores, and a grid in every quarter between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from rtcc.city.invent.names import Names
from rtcc.city.invent.network import ALLEY, ARTERIAL, COLLECTOR, LOCAL, Net
from rtcc.city.invent.plan import BOULEVARDS, GRIDS, LIMITS, QUARTERS, Grid, Quarter, bent
from rtcc.city.invent.shapes import Floats, Geometries, Noise, fractal, turn
from rtcc.city.invent.terrain import Terrain

#: A street comes no closer than this alongside the street that ends its quarter.
RIM = 34.0


@dataclass(frozen=True, slots=True)
class Site:
    """What the streets are laid out on: the city's limits, the ground that may be built on, the boulevards."""

    limits: Any
    urban: Any
    ground: Any
    boulevards: dict[str, Any]


def survey(terrain: Terrain, random: np.random.Generator) -> Site:
    """Return where the city may be built."""
    limits = shapely.Polygon(np.array(LIMITS) * 1000.0)
    ring = np.array([*LIMITS, LIMITS[0]]) * 1000.0
    ragged = fractal(np.column_stack([ring, np.full(len(ring), 0.05)]), 4, random)
    urban = shapely.make_valid(shapely.Polygon(ragged[:, :2])).buffer(250)
    # Shores, banks and the city's edge, each at its distance from the water, rounded off for a road to follow.
    shore = terrain.shore.buffer(-150).buffer(85)
    wet = shapely.union_all(
        [terrain.river.buffer(110).buffer(-62), *(lake.buffer(130).buffer(-60) for lake in terrain.lakes)]
    )
    ground = shore.difference(wet).intersection(urban)
    ground = ground.buffer(-40).buffer(40).simplify(2.5)
    boulevards = {name: shapely.LineString(bent(line, random)) for name, line in BOULEVARDS.items()}
    return Site(limits, urban, ground, {name: _ended(name, boulevards) for name in boulevards})


def _ended(name: str, boulevards: dict[str, Any]) -> Any:
    # A boulevard drawn a little past the one it ends at stops there.
    others = shapely.union_all([line for other, line in boulevards.items() if other != name])
    parts = list(shapely.get_parts(shapely.difference(boulevards[name], others.buffer(0.01))))
    while len(parts) > 1 and parts[0].length < 520:
        parts.pop(0)
    while len(parts) > 1 and parts[-1].length < 520:
        parts.pop()
    ends = [shapely.get_coordinates(part) for part in parts]
    return shapely.LineString(np.vstack(ends))


def lay_streets(terrain: Terrain, site: Site, names: Names, random: np.random.Generator) -> Net:
    """Return every street of the city as whole lines, not yet cut where they cross."""
    edge = site.ground.boundary
    cut = shapely.union_all([edge, *site.boulevards.values()], grid_size=0.05)
    zones = shapely.get_parts(shapely.polygonize(shapely.get_parts(cut)))
    zones = zones[shapely.contains_properly(site.ground.buffer(1), shapely.point_on_surface(zones))]
    owner = _owners(zones)
    nets = [_roads_along(site, terrain, names)]
    inland = shapely.union_all(
        [site.ground.buffer(5), terrain.river.buffer(70), terrain.mainland.buffer(-90).difference(site.urban)]
    )
    inland = inland.difference(shapely.union_all([lake.buffer(60) for lake in terrain.lakes]))
    for name, line in site.boulevards.items():
        nets.append(Net.of(shapely.intersection(line, inland), ARTERIAL, names.boulevard(name)))
    for index, quarter in enumerate(QUARTERS):
        for zone in zones[owner == index]:
            nets.extend(_filled(zone, index, quarter, names, random))
    return Net.joined(nets)


def _owners(zones: Geometries) -> Any:
    # Each zone is of the quarter whose point lies in it, or else of the nearest.
    points = [(index, shapely.Point(np.array(at) * 1000.0)) for index, each in enumerate(QUARTERS) for at in each.at]
    apart = np.array([shapely.distance(zones, point) for _, point in points])
    return np.array([index for index, _ in points])[apart.argmin(axis=0)]


def _roads_along(site: Site, terrain: Terrain, names: Names) -> Net:
    # What bounds the ground is a shore, a bank, or the edge of the city, where there is no road.
    edge = site.ground.boundary.difference(site.urban.boundary.buffer(60))
    river, lakes = terrain.river.buffer(75), [lake.buffer(90) for lake in terrain.lakes]
    nets = []
    rest = edge
    for side, half in enumerate(_sides(terrain)):
        nets.append(
            Net.of(
                shapely.line_merge(shapely.intersection(rest, river.intersection(half))), COLLECTOR, names.bank(side)
            )
        )
    rest = rest.difference(river)
    for index, lake in enumerate(lakes):
        nets.append(Net.of(shapely.line_merge(rest.intersection(lake)), LOCAL, names.lakeside(index)))
        rest = rest.difference(lake)
    for index, (west, east) in enumerate(((-30, -4.6), (-4.6, -1.2), (-1.2, 1.2), (1.2, 30))):
        strip = shapely.box(west * 1000, -30_000, east * 1000, 30_000)
        nets.append(Net.of(shapely.line_merge(rest.intersection(strip)), COLLECTOR, names.shore(index)))
    return Net.joined(nets)


def _sides(terrain: Terrain) -> tuple[Any, Any]:
    line = shapely.get_coordinates(terrain.river_line)
    west = shapely.Polygon(np.vstack([line, [[-40_000, -9_000], [-40_000, 40_000]]]))
    return west.buffer(0), shapely.box(-40_000, -40_000, 40_000, 40_000).difference(west.buffer(0))


def _filled(zone: Any, index: int, quarter: Quarter, names: Names, random: np.random.Generator) -> list[Net]:
    grid = GRIDS[quarter.grid]
    nets = []
    inner = zone.buffer(-RIM)
    if inner.is_empty:
        return []
    noise = [Noise(quarter.bend[1], random), Noise(quarter.bend[1], random)]
    for rows in (True, False):
        lines, numbers = _ruled(grid, zone, rows=rows)
        road_class = _classes(numbers, grid.main[1 if rows else 0])
        pieces, of = _trimmed(lines, zone, inner)
        # No second arterial beside the boulevard that ends the quarter.
        beside = shapely.length(shapely.intersection(pieces, zone.boundary.buffer(300))) > 0.6 * shapely.length(pieces)
        if quarter.bend[0]:
            pieces = _strayed(pieces, zone, quarter.bend[0], noise)
        label = np.array([names.street(quarter.grid, int(each), rows=rows) for each in numbers])
        way = np.where((numbers % 2 == 0) & quarter.oneway, 1, 0)
        back = quarter.oneway & (numbers % 2 != 0)
        main = road_class == ARTERIAL
        if not len(pieces):
            continue
        pieces = np.where(back[of], shapely.reverse(pieces), pieces)
        oneway = np.where(main[of] & (not rows), 0, np.where(back[of], 1, way[of]))
        road_class = np.where(beside, LOCAL, road_class[of])
        nets.append(Net(pieces, road_class, label[of], np.full(len(of), index), oneway))
    if quarter.alleys:
        lines, numbers = _ruled(grid, zone, rows=True, shift=0.5)
        pieces, of = _trimmed(lines, zone, inner)
        label = np.array([names.alley(quarter.grid, int(each)) for each in numbers])
        if quarter.bend[0]:
            pieces = _strayed(pieces, zone, quarter.bend[0], noise)
        nets.append(
            Net(pieces, np.full(len(of), ALLEY), label[of], np.full(len(of), index), np.zeros(len(of), dtype=int))
        )
    return nets


def _ruled(grid: Grid, zone: Any, *, rows: bool, shift: float = 0.0) -> tuple[Any, Any]:
    # The grid's lines over the zone's box in the grid's own directions, and their numbers from the grid's origin.
    origin = np.array(grid.origin) * 1000.0
    box = (shapely.get_coordinates(zone) - origin) @ turn(grid.angle)
    low, high = box.min(axis=0) - 50, box.max(axis=0) + 50
    across, step = (1, grid.block[1]) if rows else (0, grid.block[0])
    numbers = np.arange(np.ceil(low[across] / step - shift), np.floor(high[across] / step - shift) + 1)
    ends = np.empty((len(numbers), 2, 2))
    ends[:, :, across] = ((numbers + shift) * step)[:, None]
    ends[:, 0, 1 - across], ends[:, 1, 1 - across] = low[1 - across], high[1 - across]
    return shapely.linestrings(ends @ turn(grid.angle).T + origin), numbers.astype(int)


def _classes(numbers: Any, main: int) -> Any:
    if not main:
        return np.full(len(numbers), LOCAL)
    middle = (numbers % main) == main // 2
    return np.where(numbers % main == 0, ARTERIAL, np.where(middle, COLLECTOR, LOCAL))


def _trimmed(lines: Geometries, zone: Any, inner: Any) -> tuple[Geometries, Any]:
    # A line runs into the zone's edge only where it meets it at a good angle; else it ends inside, at a crossing.
    core, of = shapely.get_parts(shapely.intersection(lines, inner), return_index=True)
    rim, rim_of = shapely.get_parts(shapely.difference(shapely.intersection(lines, zone), inner), return_index=True)
    straight = (
        (shapely.get_type_id(rim) == 1) & (shapely.length(rim) < RIM * 1.9) & (shapely.distance(rim, inner) < 0.01)
    )
    straight &= shapely.distance(rim, zone.boundary) < 0.01
    long = (shapely.get_type_id(core) == 1) & (shapely.length(core) > 20)
    parts, of = np.concatenate([core[long], rim[straight]]), np.concatenate([of[long], rim_of[straight]])
    merged, owner = [], []
    for number in np.unique(of):
        run = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts[of == number])))
        merged.append(run)
        owner.append(np.full(len(run), number))
    if not merged:
        return np.empty(0, dtype=object), np.empty(0, dtype=int)
    # Merging may turn a line round; all run as the grid does.
    pieces, of = np.concatenate(merged), np.concatenate(owner)
    ends = shapely.get_coordinates(shapely.get_point(pieces, -1)) - shapely.get_coordinates(
        shapely.get_point(pieces, 0)
    )
    ruled = shapely.get_coordinates(lines).reshape(-1, 2, 2)[of]
    against = (ends * (ruled[:, 1] - ruled[:, 0])).sum(axis=1) < 0
    return np.where(against, shapely.reverse(pieces), pieces), of


def _strayed(pieces: Geometries, zone: Any, stray: float, noise: list[Noise]) -> Geometries:
    # Bent by a smooth field that fades towards the zone's edge, so that streets still meet what they ended at.
    fine = shapely.segmentize(pieces, 28)
    points = shapely.get_coordinates(fine)
    fade = np.clip(shapely.distance(shapely.points(points), zone.boundary) / (2.6 * stray + 60), 0, 1)
    push: Floats = np.column_stack([each.at(points) for each in noise]) * (stray * fade**1.5)[:, None]
    return shapely.simplify(shapely.set_coordinates(fine, points + push), 1.2)
