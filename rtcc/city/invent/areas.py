"""Divides the invented city among the police: districts of beats, bounded by arterials, the river and the limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from rtcc.city.invent.network import ARTERIAL, Ints, Net, nodes_of
from rtcc.city.invent.shapes import Floats, Geometries
from rtcc.city.invent.streets import Site
from rtcc.city.invent.terrain import Terrain

#: Where each district has its middle, in metres; they are named in this order.
_MIDDLES = np.array([(-1400, -400), (-5700, 0), (-1800, 4700), (5200, 2800), (4300, -3200)], dtype=np.float64)
DISTRICTS, BEATS_EACH, NEIGHBORHOODS = 5, 5, 31


@dataclass(frozen=True, slots=True)
class Areas:
    """``district`` is that of each beat."""

    beats: Geometries
    district: Ints
    districts: Geometries
    neighborhoods: Geometries


def divide(streets: Net, terrain: Terrain, site: Site, random: np.random.Generator) -> Areas:
    """Return the city's areas; beats tile districts, and districts tile the land within the limits."""
    cells = _cells(streets, terrain, site)
    load = _load(cells, streets)
    where = shapely.get_coordinates(shapely.centroid(cells))
    # The far bank counts as farther away, so that no area lies on both if it can be helped.
    line = shapely.get_coordinates(terrain.river_line)
    east = shapely.box(-40_000, -40_000, 40_000, 40_000).difference(
        shapely.Polygon(np.vstack([line, [[-40_000, -9_000], [-40_000, 40_000]]])).buffer(0)
    )
    where = where + np.column_stack([4_000.0 * shapely.contains(east, shapely.points(where)), np.zeros(len(where))])
    touching = _touching(cells)
    shift = np.array([0, 0, 0, 4_000, 4_000])
    middles = _MIDDLES + np.column_stack([shift, np.zeros(DISTRICTS)])
    district = _grouped(where, load, touching, DISTRICTS, random, middles)
    beat = np.zeros(len(cells), dtype=np.int64)
    for number in range(DISTRICTS):
        own = np.flatnonzero(district == number)
        part = _grouped(where[own], load[own], touching[np.ix_(own, own)], BEATS_EACH, random)
        beat[own] = number * BEATS_EACH + part
    hood = _grouped(where, load, touching, NEIGHBORHOODS, random)
    beats = np.array([shapely.coverage_union_all(cells[beat == each]) for each in range(DISTRICTS * BEATS_EACH)])
    beats = shapely.coverage_simplify(beats, 18)
    of = np.repeat(np.arange(DISTRICTS), BEATS_EACH)
    districts = np.array([shapely.coverage_union_all(beats[of == each]) for each in range(DISTRICTS)])
    hoods = shapely.coverage_simplify(
        np.array([shapely.coverage_union_all(cells[hood == each]) for each in range(NEIGHBORHOODS)]), 18
    )
    return Areas(beats, of, districts, hoods)


def jurisdiction(terrain: Terrain, site: Site) -> Any:
    """Return what the police answer for: the land within the limits and a strip of water before it."""
    dry = shapely.union_all([terrain.mainland, terrain.islets]).intersection(site.limits)
    return dry.buffer(420).buffer(-240).simplify(45).intersection(site.limits)


def _cells(streets: Net, terrain: Terrain, site: Site) -> Geometries:
    # The smallest areas that arterials, river and limits enclose; arterials that end at the shore go on to the limit.
    whole = jurisdiction(terrain, site)
    main = streets.only(streets.road_class == ARTERIAL)
    nodes = nodes_of(main)
    lines = [*main.lines, terrain.river_line, whole.boundary]
    walls = shapely.union_all(lines)
    shapely.prepare(walls)
    loose = np.flatnonzero(nodes.degree() == 1)
    inside = shapely.contains_xy(whole, nodes.xy[loose])
    extended = []
    for node in loose[inside]:
        edge = np.flatnonzero((nodes.start == node) | (nodes.end == node))[0]
        points = shapely.get_coordinates(main.lines[edge])
        tip, back = (points[0], points[1]) if nodes.start[edge] == node else (points[-1], points[-2])
        way = (tip - back) / np.hypot(*(tip - back))
        ray = shapely.LineString([tip + way * 1.0, tip + way * 2600])
        hit = shapely.get_coordinates(ray.intersection(walls))
        if len(hit):
            near = hit[np.argmin(np.hypot(*(hit - tip).T))]
            extended.append(shapely.LineString([tip, near + way * 0.5]))
    cut = shapely.unary_union(np.array([*lines, *extended], dtype=object), grid_size=0.05)
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(cut)))
    return cells[shapely.contains_properly(whole.buffer(1), shapely.point_on_surface(cells))]


def _load(cells: Geometries, streets: Net) -> Floats:
    # Crossings stand for people: where blocks are small, many live.
    points = shapely.points(nodes_of(streets).xy)
    _, cell = shapely.STRtree(cells).query(points, predicate="within")
    return np.bincount(cell, minlength=len(cells)) + shapely.area(cells) / 40_000 + 0.5


def _touching(cells: Geometries) -> Any:
    one, two = shapely.STRtree(cells).query(cells, predicate="intersects")
    shared = shapely.length(shapely.intersection(cells[one], cells[two]))
    table = np.zeros((len(cells), len(cells)))
    table[one, two] = np.where(one == two, 0, np.where(shared > 5, shared, 0))
    return table


def _grouped(
    where: Floats, load: Floats, touching: Any, count: int, random: np.random.Generator, middles: Floats | None = None
) -> Ints:
    # Weighted k-means whose heavy groups grow dearer to join, then whole: a part cut off goes to its neighbour.
    chosen = [int(np.argmax(load))]
    for _ in range(count - 1):
        apart = np.min([np.hypot(*(where - where[each]).T) for each in chosen], axis=0)
        chosen.append(int(np.argmax(apart * np.sqrt(load) * random.uniform(0.9, 1.1, len(load)))))
    center, price = where[chosen] if middles is None else middles.copy(), np.ones(count)
    group = np.zeros(len(where), dtype=np.int64)
    for _ in range(60):
        apart = np.hypot(where[:, None, 0] - center[None, :, 0], where[:, None, 1] - center[None, :, 1])
        group = np.argmin(apart * price, axis=1)
        total = np.bincount(group, load, count)
        price *= np.clip(total / load.sum() * count, 0.3, 3) ** 0.12
        alive = total > 0
        center[alive] = (
            np.column_stack([np.bincount(group, load * where[:, axis], count) for axis in (0, 1)])[alive]
            / total[alive, None]
        )
        center[~alive] = where[random.integers(len(where), size=int((~alive).sum()))]
    return _whole(group, load, touching, count)


def _whole(group: Ints, load: Floats, touching: Any, count: int) -> Ints:
    group = group.copy()
    for _ in range(6):
        same = touching * (group[:, None] == group[None, :])
        _, part = connected_components(coo_matrix(same), directed=False)
        weight = np.bincount(part, load)
        moved = False
        for number in range(count):
            own = np.unique(part[group == number])
            for cut_off in own[np.argsort(-weight[own])][1:]:
                members = part == cut_off
                border = np.bincount(group, touching[members].sum(axis=0), count)
                border[number] = 0
                if border.max() > 0:
                    group[members] = border.argmax()
                    moved = True
        if not moved:
            break
    return group
