"""The invented city's places and cameras: stations where needed, bars where people go out, eyes on crossings."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from rtcc.city.invent.areas import Areas
from rtcc.city.invent.grounds import Grounds
from rtcc.city.invent.names import Names
from rtcc.city.invent.network import ALLEY, ARTERIAL, COLLECTOR, LOCAL, Net, nodes_of
from rtcc.city.invent.plan import QUARTERS
from rtcc.city.invent.shapes import Floats

CAMERAS, FIRE_STATIONS, NIGHTLIFE, SHELTERS, STOPS = 150, 15, 120, 8, 42
_BARS = ("Bar", "Tavern", "Club", "Lounge", "Taproom", "Saloon", "Music Hall", "Cantina")


@dataclass(slots=True)
class Places:
    """Places by name and kind, in metres."""

    at: list[tuple[float, float]] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)

    def add(self, at: Floats, name: str, kind: str) -> None:
        self.at.append((float(at[0]), float(at[1])))
        self.name.append(name)
        self.kind.append(kind)


@dataclass(frozen=True, slots=True)
class Cameras:
    """Cameras at crossings: where, their names, which way they look (in metres), how wide and how far."""

    at: Floats
    name: list[str]
    look: Floats
    fov: Floats
    reach: Floats


def find_places(streets: Net, areas: Areas, grounds: Grounds, names: Names, random: np.random.Generator) -> Places:
    """Return the city's places, none of them on a street's middle line."""
    city = streets.only((streets.quarter >= 0) & (streets.road_class <= LOCAL) & (streets.road_class >= ARTERIAL))
    doors, people = _doors(city, random)
    places = Places()
    for index, district in enumerate(areas.districts):
        inside = np.flatnonzero(shapely.contains_xy(district, doors))
        middle = doors[inside].mean(axis=0)
        best = inside[np.argmin(np.hypot(*(doors[inside] - middle).T))]
        places.add(doors[best], f"{names.districts[index]} Station", "police")
    head = np.array([-900.0, -1150.0])
    for name, kind, away in (
        ("Police Headquarters", "police", (150, 250)), ("City Hall", "town_hall", (0, 0)),
        ("Central Library", "library", (260, -120)),
        ("Ferry Terminal", "transit", (-100, -700)), ("Union Station", "transit", (-700, -300)),
    ):  # fmt: skip
        near = doors[np.argmin(np.hypot(*(doors - head - np.array(away)).T))]
        places.add(near, name, kind)
    for number, at in enumerate(_spread(doors, FIRE_STATIONS, random), 1):
        places.add(at, f"Fire Station {number}", "fire_station")
    for at in _spread(doors, SHELTERS, random):
        places.add(at, f"{names.invented()} Community Shelter", "shelter")
    for number, at in enumerate(_spread(doors, 7, random)):
        places.add(at, f"{names.hoods[number]} Branch Library", "library")
    main = city.only(city.road_class == ARTERIAL)
    crossings = nodes_of(main)
    for at in _spread(crossings.xy[crossings.degree() > 2], STOPS, random):
        places.add(at, f"{names.invented()} Station", "transit")
    _nightlife(doors, people, places, names, random)
    for shape, name, kind in zip(grounds.geometry, grounds.name, grounds.kind, strict=True):
        told = {"university": "school", "golf_course": "", "railway": ""}.get(kind, kind)
        if name and told in {"park", "school", "hospital", "stadium"}:
            places.add(shapely.get_coordinates(shapely.point_on_surface(shape))[0], name, told)
    return places


def _doors(city: Net, random: np.random.Generator) -> tuple[Floats, Floats]:
    # A spot beside the middle of every block's side, and how many people live thereabouts.
    length = shapely.length(city.lines)
    here = shapely.get_coordinates(
        shapely.line_interpolate_point(city.lines, length * random.uniform(0.3, 0.7, len(length)))
    )
    points = shapely.get_coordinates(city.lines)
    stop = np.cumsum(shapely.get_num_coordinates(city.lines))
    way = points[stop - 1] - points[np.concatenate([[0], stop[:-1]])]
    way /= np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    side = np.column_stack([-way[:, 1], way[:, 0]]) * random.choice([-12.0, 12.0], len(way))[:, None]
    return here + side, np.array([each.people for each in QUARTERS])[city.quarter]


def _spread(candidates: Floats, count: int, random: np.random.Generator) -> Floats:
    # One after the other the candidate that is farthest from those before, of some drawn by chance.
    chosen = [candidates[random.integers(len(candidates))]]
    for _ in range(count - 1):
        some = candidates[random.integers(len(candidates), size=30)]
        apart = np.min([np.hypot(*(some - each).T) for each in chosen], axis=0)
        chosen.append(some[np.argmax(apart)])
    return np.array(chosen)


def _nightlife(doors: Floats, people: Floats, places: Places, names: Names, random: np.random.Generator) -> None:
    # Where people go out they go to the same few streets.
    dense = people / people.sum()
    centers = doors[random.choice(len(doors), 9, p=dense**1.5 / (dense**1.5).sum(), replace=False)]
    for number in range(NIGHTLIFE):
        target = centers[number % 5 if number % 3 else number % 9] + random.normal(0, 230, 2)
        best = doors[np.argmin(np.hypot(*(doors - target).T))]
        places.add(
            best + random.normal(0, 4, 2), f"{names.invented()} {_BARS[int(random.integers(len(_BARS)))]}", "nightlife"
        )


def place_cameras(streets: Net, places: Places, names: Names, random: np.random.Generator) -> Cameras:
    """Return cameras at the crossings of large streets, most of them where people go out or in the centre."""
    city = streets.only((streets.quarter >= -1) & (streets.road_class >= ARTERIAL) & (streets.road_class < ALLEY))
    nodes = nodes_of(city)
    rank = np.full(len(nodes.xy), 99)
    for end in (nodes.start, nodes.end):
        np.minimum.at(rank, end, city.road_class)
    own = np.zeros(len(nodes.xy), dtype=bool)
    own[nodes.start[city.quarter >= 0]] = True
    fit = np.flatnonzero((nodes.degree() >= 3) & (rank <= COLLECTOR) & own)
    bars = np.array([at for at, kind in zip(places.at, places.kind, strict=True) if kind == "nightlife"])
    near = np.array([(np.hypot(*(bars - nodes.xy[each]).T) < 400).sum() for each in fit])
    middle = np.hypot(*(nodes.xy[fit] - np.array([-900, -900])).T)
    weight = 0.25 + near / 4 + 3 * np.exp(-((middle / 1900) ** 2)) + (rank[fit] == ARTERIAL) * 0.4
    chosen = random.choice(fit, CAMERAS, replace=False, p=weight / weight.sum())
    look, name = [], []
    for node in chosen:
        ways = np.flatnonzero((nodes.start == node) | (nodes.end == node))
        ways = ways[np.argsort(city.road_class[ways], kind="stable")]
        way = shapely.get_coordinates(city.lines[ways[0]])
        way = way if nodes.start[ways[0]] == node else way[::-1]
        look.append(way[1] - way[0])
        crossing = list(dict.fromkeys(names.list[city.name[each]] for each in ways))
        name.append(" & ".join(crossing[:2]))
    return Cameras(
        nodes.xy[chosen],
        name,
        np.array(look),
        random.uniform(60, 90, CAMERAS).round(),
        random.uniform(60, 150, CAMERAS).round(),
    )
