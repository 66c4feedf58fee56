"""Makes the network that units drive on from the streets as drawn: joined where one can turn, and only there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rtcc.city.build.meetings import SNAP_M, Lines, meetings
from rtcc.city.pack import STREET_CLASSES
from rtcc.city.plane import Plane
from rtcc.city.roads import Roads

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

#: Speed without other traffic, in km/h; what crossings cost on top stands in ``drive.PASS_S``.
#: motorway: California's limit is 65 mph (Vehicle Code § 22349), urban freeways are signed 50 to 65; 55 mph.
#: ramp: half the speed of the motorway that it leaves, the least that AASHTO's Green Book designs ramps for.
#: arterial and collector: the typical free flow of urban streets of class III and IV in the Highway Capacity Manual
#: (2000, exhibit 15-2), 55 and 45 km/h; one step lower here, as a car starts and stops at crossings.
#: local: 20 mph, below the limit of 25 mph in residence districts (Vehicle Code § 22352), for parked cars and stop
#: signs. alley: its limit, 15 mph (§ 22352).
SPEED_KMH = {"motorway": 88.0, "ramp": 44.0, "arterial": 45.0, "collector": 40.0, "local": 32.0, "alley": 24.0}
#: A way from a crossing back to the same crossing that is shorter is an artefact of joining, not a street.
_SHORTEST_LOOP_M = 5.0
_RAMP = STREET_CLASSES.index("ramp")


@dataclass(frozen=True, slots=True)
class _Pieces:
    # The streets cut where they meet, each once, as drawn: `points` are positions on the plane.
    start: npt.NDArray[np.intp]
    end: npt.NDArray[np.intp]
    line: npt.NDArray[np.intp]
    rank: npt.NDArray[np.intp]
    points: list[Floats]


def build_roads(streets: Any, say: Callable[[str], None] | None = None) -> Roads:
    """Return the largest part of the streets within which every place can be driven to from every other.

    ``streets`` is a GeoDataFrame in the shape of LAYERS["streets"], in WGS 84. ``say`` is told what was left out.
    """
    streets = streets[(streets["class"] != "path") & ~streets.geometry.isna()]
    streets = streets[~streets.geometry.is_empty]
    plane, lines = _flat(streets)
    pieces, node_x, node_y = _cut(lines)
    pieces = _once(pieces, streets["name"].to_numpy(dtype=np.str_))
    kept = _connected(pieces, lines.oneway, node_x.size)
    if say and (left_out := len(pieces.points) - int(kept.sum())):
        say(
            f"{left_out:,} of {len(pieces.points):,} street segments do not lead there and back; nobody drives on them."
        )
    return _roads(streets, plane, lines, pieces, kept, (node_x, node_y))


def _flat(streets: Any) -> tuple[Plane, Lines]:
    coordinates = streets.geometry.get_coordinates()
    lon, lat = coordinates["x"].to_numpy(), coordinates["y"].to_numpy()
    counts = streets.geometry.count_coordinates().to_numpy() if len(streets) else np.zeros(0, dtype=np.intp)
    plane = Plane.amid(lat, lon)
    x, y = plane.flat(lat, lon)
    rank = np.array([STREET_CLASSES.index(name) for name in streets["class"]], dtype=np.intp)
    levels, oneway = streets["level"].to_numpy(), streets["oneway"].to_numpy()
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
    return plane, Lines(x, y, first, rank, levels.astype(np.intp), oneway.astype(np.intp))


def _cut(lines: Lines) -> tuple[_Pieces, Floats, Floats]:
    """Cut every line where it meets others, and number the places where cuts fall together."""
    met = meetings(lines)
    count = lines.first.size - 1
    every = np.arange(count)
    # Two entries for each meeting, one on each line; then both ends of each line.
    line = np.concatenate([met.line_a, met.line_b, every, every])
    measure = np.concatenate([met.at_a, met.at_b, np.zeros(count), lines.lengths])
    pairs = met.line_a.size
    order = np.lexsort((measure, line))
    line, measure = line[order], measure[order]
    rank = np.empty(order.size, dtype=np.intp)
    rank[order] = np.arange(order.size)
    fresh = np.ones(line.size, dtype=bool)
    fresh[1:] = (line[1:] != line[:-1]) | (np.diff(measure) > SNAP_M)
    same = np.flatnonzero(~fresh)
    left = np.concatenate([rank[:pairs], same - 1])
    right = np.concatenate([rank[pairs : 2 * pairs], same])
    joined = coo_array((np.ones(left.size), (left, right)), shape=(line.size, line.size))
    _, node = connected_components(joined, directed=False) if line.size else (0, np.zeros(0, dtype=np.intp))
    x, y = lines.at(line, measure)
    members = np.maximum(np.bincount(node), 1)
    node_x, node_y = np.bincount(node, x) / members, np.bincount(node, y) / members
    # From the last entry of one run of entries to the first of the next on the same line.
    begins = np.flatnonzero(fresh)
    ends = np.append(begins[1:], line.size) - 1
    here = np.flatnonzero(line[begins[1:]] == line[ends[:-1]])
    leave, reach = ends[here], begins[here + 1]
    cuts = zip(line[leave].tolist(), measure[leave], measure[reach], node[leave], node[reach], strict=True)
    points = list(_points(lines, cuts, node_x, node_y))
    return _Pieces(node[leave], node[reach], line[leave], lines.rank[line[leave]], points), node_x, node_y


def _points(lines: Lines, cuts: Any, node_x: Floats, node_y: Floats) -> Iterator[Floats]:
    for line, leave, reach, start, end in cuts:
        first, last = lines.first[line], lines.first[line + 1]
        along = lines.measure[first:last]
        low, high = np.searchsorted(along, (leave + SNAP_M / 2, reach - SNAP_M / 2))
        between = slice(first + low, first + max(low, high))
        x = np.concatenate([[node_x[start]], lines.x[between], [node_x[end]]])
        y = np.concatenate([[node_y[start]], lines.y[between], [node_y[end]]])
        yield np.stack([x, y])


def _once(pieces: _Pieces, names: npt.NDArray[np.str_]) -> _Pieces:
    """Leave out what is drawn twice: a street is often drawn again as the numbered route that runs along it."""
    seen: dict[tuple[int, int], list[int]] = {}
    kept: list[int] = []
    rank = pieces.rank.copy()
    # The name that ends in a number is the route's; people know the street by the other.
    order = sorted(range(len(pieces.points)), key=lambda piece: _is_route(str(names[pieces.line[piece]])))
    for piece in order:
        start, end = int(pieces.start[piece]), int(pieces.end[piece])
        others = seen.setdefault((min(start, end), max(start, end)), [])
        twice = next((other for other in others if _same(pieces.points[piece], pieces.points[other])), None)
        if twice is None:
            others.append(piece)
            kept.append(piece)
        elif rank[piece] > _RAMP:
            rank[twice] = min(rank[twice], rank[piece])
    chosen = np.array(sorted(kept), dtype=np.intp)
    points = [pieces.points[piece] for piece in chosen]
    return _Pieces(pieces.start[chosen], pieces.end[chosen], pieces.line[chosen], rank[chosen], points)


def _is_route(name: str) -> bool:
    return not name or name[-1].isdigit()


def _same(one: Floats, other: Floats) -> bool:
    longer = max(_length(one), _length(other))
    return bool(abs(_length(one) - _length(other)) < 2 * SNAP_M and _middle_gap(one, other) < max(SNAP_M, longer / 100))


def _middle_gap(one: Floats, other: Floats) -> float:
    return float(np.hypot(*(_middle(one) - _middle(other))))


def _middle(points: Floats) -> Floats:
    along = np.append(0.0, np.hypot(*np.diff(points)).cumsum())
    return np.array([np.interp(along[-1] / 2, along, axis) for axis in points])


def _connected(pieces: _Pieces, oneway: npt.NDArray[np.intp], nodes: int) -> npt.NDArray[np.bool_]:
    if not pieces.points:
        return np.zeros(0, dtype=bool)
    way = oneway[pieces.line]
    ahead, back = way >= 0, way <= 0
    start = np.concatenate([pieces.start[ahead], pieces.end[back]])
    end = np.concatenate([pieces.end[ahead], pieces.start[back]])
    graph = coo_array((np.ones(start.size), (start, end)), shape=(nodes, nodes))
    _, part = connected_components(graph, directed=True, connection="strong")
    within: npt.NDArray[np.bool_] = part[pieces.start] == part[pieces.end]
    if not within.any():
        return within
    lengths = np.array([_length(points) for points in pieces.points])
    # By length, not by count: a tangle of small loops is no city.
    largest = np.bincount(part[pieces.start][within], lengths[within]).argmax()
    tangled = (pieces.start == pieces.end) & (lengths < _SHORTEST_LOOP_M)
    kept: npt.NDArray[np.bool_] = within & (part[pieces.start] == largest) & ~tangled
    return kept


def _length(points: Floats) -> float:
    return float(np.hypot(*np.diff(points)).sum())


def _roads(
    streets: Any, plane: Plane, lines: Lines, pieces: _Pieces, kept: npt.NDArray[np.bool_], nodes: tuple[Floats, Floats]
) -> Roads:
    """Lay out the kept pieces as directed edges; a street both ways is two edges that follow each other."""
    names, streets_named = np.unique(np.append("", streets["name"].to_numpy(dtype=np.str_)), return_inverse=True)
    # The empty name sorts first, and is there even where every street has one.
    name_of = streets_named[1:]
    chosen = np.flatnonzero(kept)
    used, packed = np.unique(np.concatenate([pieces.start[chosen], pieces.end[chosen]]), return_inverse=True)
    start_of, end_of = packed[: chosen.size], packed[chosen.size :]
    start: list[int] = []
    end: list[int] = []
    rank: list[int] = []
    line: list[int] = []
    twin: list[int] = []
    shapes: list[Floats] = []
    for index, piece in enumerate(chosen.tolist()):
        way = lines.oneway[pieces.line[piece]]
        both = way == 0
        for ahead in (True, False):
            if way == (-1 if ahead else 1):
                continue
            twin.append(len(start) + (1 if ahead else -1) if both else -1)
            start.append(start_of[index] if ahead else end_of[index])
            end.append(end_of[index] if ahead else start_of[index])
            line.append(int(pieces.line[piece]))
            rank.append(int(pieces.rank[piece]))
            shapes.append(pieces.points[piece] if ahead else pieces.points[piece][:, ::-1])
    of_class, of_line = np.array(rank, dtype=np.intp), np.array(line, dtype=np.intp)
    speed_mps = np.array([SPEED_KMH.get(name, np.nan) for name in STREET_CLASSES]) / 3.6
    length = np.array([_length(points) for points in shapes])
    x, y = np.concatenate(shapes, axis=1) if shapes else np.zeros((2, 0))
    shape_lat, shape_lon = plane.round(x, y)
    node_lat, node_lon = plane.round(nodes[0][used], nodes[1][used])
    return Roads(
        node_lat=node_lat,
        node_lon=node_lon,
        start=np.array(start, dtype=np.int32),
        end=np.array(end, dtype=np.int32),
        length_m=length,
        seconds=length / speed_mps[of_class],
        street=name_of[of_line].astype(np.int32),
        road_class=of_class.astype(np.int32),
        twin=np.array(twin, dtype=np.int32),
        names=names,
        shape_from=np.cumsum([0, *(points.shape[1] for points in shapes)]).astype(np.int32),
        shape_lat=shape_lat,
        shape_lon=shape_lon,
    )
