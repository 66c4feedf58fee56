"""What the invented city's blocks are used for: parks, schools, cemeteries, industry, homes, fields and woods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from rtcc.city.invent.names import Names
from rtcc.city.invent.network import Flags, Ints, Net, faces_of
from rtcc.city.invent.plan import OPEN, QUARTERS
from rtcc.city.invent.shapes import Geometries, fractal
from rtcc.city.invent.streets import Site
from rtcc.city.invent.terrain import Terrain
from rtcc.city.invent.thinning import open_ground

PARKS, SCHOOLS, HOSPITALS = 36, 60, 6
_HALF_STREET = 8.0


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks between the streets; ``quarter`` is -1 out in the country; ``built`` blocks may hold houses."""

    faces: Geometries
    quarter: Ints
    built: Flags


@dataclass(slots=True)
class Grounds:
    """Land by use: its outline, its name and its kind."""

    geometry: list[Any]
    name: list[str]
    kind: list[str]

    def add(self, geometry: Any, name: str, kind: str) -> None:
        for part in shapely.get_parts(shapely.make_valid(geometry)):
            if part.geom_type == "Polygon" and part.area > 400:
                self.geometry.append(part)
                self.name.append(name)
                self.kind.append(kind)


def use_blocks(
    streets: Net, terrain: Terrain, site: Site, names: Names, random: np.random.Generator
) -> tuple[Blocks, Grounds]:
    """Return the blocks and what each is used for."""
    faces, left, right = faces_of(streets)
    quarter = np.full(len(faces), -1)
    for side in (left, right):
        own = (side >= 0) & (streets.quarter >= 0)
        quarter[side[own]] = streets.quarter[own]
    # A field at the city's edge has city streets on one side only.
    quarter[~shapely.contains(site.urban.buffer(120), faces)] = -1
    free = (quarter >= 0) & (shapely.area(faces) < 60_000)
    dry = terrain.land.buffer(-6)
    grounds = Grounds([], [], [])
    _country(faces[quarter < 0], dry, site, grounds, random)
    for index, each in enumerate(QUARTERS):
        kind = {"towers": "commercial", "rows": "residential", "houses": "residential", "sheds": "industrial"}[
            each.built
        ]
        grounds.add(shapely.union_all(faces[(quarter == index)]).buffer(14).buffer(-14).intersection(dry), "", kind)
    free &= ~_open(faces, quarter, dry, names, grounds)
    _few(faces, free, grounds, names, random)
    strip = shapely.intersection(terrain.mainland.boundary, shapely.box(-9000, -1500, -6000, 5200)).buffer(58)
    grounds.add(strip.intersection(terrain.mainland), f"{names.invented()} Beach", "beach")
    for islet in shapely.get_parts(terrain.islets):
        grounds.add(islet.buffer(-25), "", "wood")
    return Blocks(faces, quarter, free), grounds


def _open(faces: Geometries, quarter: Ints, dry: Any, names: Names, grounds: Grounds) -> Flags:
    # The streets in them are gone, so each is one large block, and the few small ones that lie in it.
    taken = np.zeros(len(faces), dtype=bool)
    boxes = open_ground()
    size = shapely.area(faces)
    tree = shapely.STRtree(faces)
    for index, box in enumerate(boxes):
        near = tree.query(box, predicate="intersects")
        near = near[(size[near] < 1.9 * box.area) & (quarter[near] >= -1)]
        share = shapely.area(shapely.intersection(faces[near], box)) / size[near]
        inside = near[share > 0.5]
        taken[inside] = True
        if len(inside):
            whole = shapely.union_all(faces[inside]).buffer(3).buffer(-3 - _HALF_STREET, join_style="mitre")
            grounds.add(whole.intersection(dry), names.open_ground(index), OPEN[index][0])
    return taken


def _few(faces: Geometries, free: Flags, grounds: Grounds, names: Names, random: np.random.Generator) -> None:
    # Squares, school grounds and hospitals, spread over the city: the farthest of some candidates from those there are.
    size = shapely.area(faces)
    where = shapely.get_coordinates(shapely.centroid(faces))
    compact = 4 * np.pi * size / shapely.length(faces) ** 2
    for kind, count, least, most in (
        ("hospital", HOSPITALS, 9_000, 32_000), ("school", SCHOOLS, 6_500, 24_000), ("park", PARKS, 5_000, 20_000)
    ):  # fmt: skip
        chosen: list[int] = []
        for _ in range(count):
            may = np.flatnonzero(free & (size > least) & (size < most) & (compact > 0.5))
            some = random.choice(may, 12)
            apart = [
                min((float(np.hypot(*(where[each] - where[other]))) for other in chosen), default=1.0) for each in some
            ]
            best = int(some[int(np.argmax(apart))])
            chosen.append(best)
            free[best] = False
            first = names.invented()
            ends = {
                "hospital": ("Hospital", "Medical Center"),
                "school": ("Elementary School", "High School", "Middle School", "School"),
                "park": ("Square", "Park", "Playground"),
            }[kind]  # fmt: skip
            name = f"{first} {ends[int(random.integers(len(ends)))]}"
            grounds.add(faces[best].buffer(-_HALF_STREET, join_style="mitre"), name, kind)


def _country(faces: Geometries, dry: Any, site: Site, grounds: Grounds, random: np.random.Generator) -> None:
    # Fields between the roads, and woods that know nothing of roads.
    large = faces[(shapely.area(faces) > 150_000) & ~shapely.intersects(faces, site.ground.buffer(-300))]
    outside = shapely.intersection(shapely.buffer(large, -14), dry)
    fields = random.random(len(outside)) < 0.4
    woods = []
    for _ in range(46):
        x, y = random.uniform((-13_000, -11_000), (26_000, 19_000))
        angle = np.linspace(0, 2 * np.pi, 9)
        way = random.uniform(350, 1900) * random.uniform(0.5, 1.5, 9)
        way[-1] = way[0]
        ring = np.column_stack([x + np.cos(angle) * way * 1.3, y + np.sin(angle) * way, np.full(9, 0.16)])
        woods.append(shapely.Polygon(fractal(ring, 4, random)[:, :2]).buffer(0).buffer(-15).buffer(15))
    small = faces[shapely.area(faces) < 150_000]
    wood = shapely.union_all(woods).intersection(dry).difference(site.urban.buffer(150))
    wood = wood.difference(shapely.union_all(small).buffer(60))
    for face in outside[fields]:
        grounds.add(face.difference(wood), "", "farmland")
    grounds.add(wood, "", "wood")
