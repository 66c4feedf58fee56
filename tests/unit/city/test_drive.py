from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.city.drive import Drives
from rtcc.city.nearest_units import nearest_units
from rtcc.city.plane import Plane
from rtcc.city.roads import Roads


def net(points, streets):
    """Roads of straight streets (from, to, both ways, class) between points in metres."""
    plane = Plane.around(37.0, -122.0)
    x, y = np.array(points, dtype=float).T
    lat, lon = plane.round(x, y)
    rows = []
    for start, end, both, kind in streets:
        first = len(rows)
        rows.append((start, end, first + 1 if both else -1, kind))
        if both:
            rows.append((end, start, first, kind))
    start, end, twin, kind = (np.array(column, dtype=np.int32) for column in zip(*rows, strict=True))
    length = np.maximum(np.hypot(x[start] - x[end], y[start] - y[end]), 1.0)
    shape = np.stack([start, end], axis=1).ravel()
    return Roads(
        lat, lon, start, end, length, length / 10, np.zeros(start.size, np.int32), kind, twin, np.array([""]),
        np.arange(start.size + 1, dtype=np.int32) * 2, lat[shape], lon[shape],
    )  # fmt: skip


def driven(drives, goal, goal_share, start, start_share):
    """The time by a plain search forward over edges, as nobody would write it for speed."""
    roads = drives.roads
    goals = {goal: goal_share}
    if roads.twin[goal] >= 0:
        goals[int(roads.twin[goal])] = 1 - goal_share
    best, heap, done = np.inf, [(0.0, start, start_share)], set()
    while heap:
        spent, edge, share = heapq.heappop(heap)
        if (edge, share) in done:
            continue
        done.add((edge, share))
        if edge in goals and goals[edge] >= share:
            best = min(best, spent + (goals[edge] - share) * roads.seconds[edge])
            if share > 0:
                # Who has the place ahead on their own street drives there, and nowhere else.
                return best
        after = spent + (1 - share) * roads.seconds[edge] + drives.pass_s[roads.end[edge]]
        for onward in np.flatnonzero(roads.start == roads.end[edge]).tolist():
            heapq.heappush(heap, (after, onward, 0.0))
    return best


shares = st.floats(0.01, 0.99)
points = st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=3, max_size=7, unique=True)


@st.composite
def networks(draw):
    """Any small network: loops, dead ends, parallel streets, one-way streets, parts that cannot be reached."""
    at = draw(points)
    node = st.integers(0, len(at) - 1)
    streets = draw(st.lists(st.tuples(node, node, st.booleans(), st.sampled_from([0, 1, 4])), min_size=1, max_size=12))
    return Drives(net(at, streets))


@given(networks(), st.data())
def test_times_and_routes_agree_with_a_plain_search(drives, data):
    """From any share of any edge the time is the shortest there is, and the route is connected and takes that time."""
    roads = drives.roads
    edges = st.integers(0, roads.start.size - 1)
    goal, at, start, share = data.draw(edges), data.draw(shares), data.draw(edges), data.draw(shares)
    way = drives.toward(goal, at)
    seconds = float(way.seconds_from([start], [share])[0])
    assert seconds == pytest.approx(driven(drives, goal, at, start, share), abs=1e-6)
    following = way.edges_from(start, share)
    if not np.isfinite(seconds):
        assert (following, way.line_from(start, share), way.metres_from(start, share)) == ([], [], np.inf)
        return
    line = way.line_from(start, share)
    assert len(line) >= 2
    if following:
        chain = [start, *following]
        assert all(roads.end[one] == roads.start[other] for one, other in zip(chain, following, strict=False))
        spent = (1 - share) * roads.seconds[start] + roads.seconds[following[:-1]].sum()
        spent += (
            way.goal_share(following[-1]) * roads.seconds[following[-1]] + drives.pass_s[roads.start[following]].sum()
        )
        assert spent == pytest.approx(seconds, abs=1e-6)
        assert way.metres_from(start, share) == pytest.approx(
            (1 - share) * roads.length_m[start]
            + roads.length_m[following[:-1]].sum()
            + way.goal_share(following[-1]) * roads.length_m[following[-1]]
        )


def test_a_one_way_street_is_not_driven_back():
    """Past the place on a one-way street one goes round the block; with two ways one turns at the end."""
    block = [(0, 0), (100, 0), (100, 100), (0, 100)]
    around = net(block, [(0, 1, False, 4), (1, 2, True, 4), (2, 3, True, 4), (3, 0, True, 4)])
    way = Drives(around).toward(0, 0.2)
    assert way.metres_from(0, 0.8) == pytest.approx(340)
    assert len(way.edges_from(0, 0.8)) == 4
    both = Drives(net(block, [(0, 1, True, 4)])).toward(0, 0.2)
    assert both.seconds_from([0], [0.8])[0] == pytest.approx(10.0)
    assert both.best_start([0], [0.8]).seconds[0] == pytest.approx(6.0)


def test_further_than_the_limit_is_unreachable():
    """A limit leaves out what lies beyond it."""
    way = Drives(net([(0, 0), (100, 0), (900, 0)], [(0, 1, True, 4), (1, 2, True, 4)])).toward(0, 0.0, limit_s=20)
    assert np.isfinite(way.seconds).tolist() == [True, True, False]


spots = st.tuples(st.floats(-600, 600), st.floats(-600, 600))


@given(networks(), st.lists(spots, min_size=1, max_size=10))
def test_the_nearest_place_is_the_nearest(drives, asked):
    """The indexed answer is as near as the nearest of all streets, and lies where it says."""
    roads, plane = drives.roads, Plane.around(37.0, -122.0)
    x, y = np.array(asked).T
    found = drives.nearest(*plane.round(x, y))
    nx, ny = plane.flat(roads.node_lat, roads.node_lon)
    for index, edge in enumerate(found.edge.tolist()):
        gaps = []
        for other in range(roads.start.size):
            a, b = roads.start[other], roads.end[other]
            along = np.array([nx[b] - nx[a], ny[b] - ny[a]])
            t = np.clip(np.dot([x[index] - nx[a], y[index] - ny[a]], along) / max(np.dot(along, along), 1e-9), 0, 1)
            gaps.append(np.hypot(x[index] - nx[a] - t * along[0], y[index] - ny[a] - t * along[1]))
        assert found.distance_m[index] == pytest.approx(min(gaps), abs=1.0)
        a, b, share = roads.start[edge], roads.end[edge], found.share[index]
        there = np.hypot(x[index] - nx[a] - share * (nx[b] - nx[a]), y[index] - ny[a] - share * (ny[b] - ny[a]))
        assert there == pytest.approx(found.distance_m[index], abs=1.0)


def test_no_position_is_near_nothing():
    """NaN and infinity have no street, and no error."""
    found = Drives(net([(0, 0), (9, 0)], [(0, 1, True, 4)])).nearest([np.nan, np.inf], [0.0, 0.0])
    assert (found.edge.tolist(), found.distance_m.tolist()) == ([-1, -1], [np.inf, np.inf])


@pytest.fixture
def town():
    """A street of a kilometre with a detour, and the plane it lies on."""
    at = [(0, 0), (1000, 0), (1000, 1000)]
    return Drives(net(at, [(0, 1, True, 4), (1, 2, True, 4)])), Plane.around(37.0, -122.0)


def test_units_are_compared_by_the_road_and_say_so(town):
    """The unit that is near as the crow flies comes second when its way is longer; one in the hills comes last."""
    drives, plane = town
    ask = lambda x, y: tuple(float(one[0]) for one in plane.round(np.array([x]), np.array([y])))  # noqa: E731
    units = [("crow", *ask(1000, 800)), ("road", *ask(5, 0)), ("hills", *ask(300, 900)), ("none", np.nan, np.nan)]
    method, found = nearest_units(drives, *ask(500, 10), units, 5)
    assert (method, [unit.id for unit in found]) == ("drive_time", ["road", "crow", "hills"])
    assert [unit.method for unit in found] == ["drive_time", "drive_time", "straight_line"]
    assert (found[0].drive_s, found[0].distance_m) == (pytest.approx(49.5, abs=0.1), pytest.approx(495, abs=1))
    assert (found[2].drive_s, found[2].route) == (None, None)
    assert [len(unit.route) for unit in found[:2]] == [2, 3]


def test_without_streets_the_straight_line_is_the_stated_fallback(town):
    """A place far from every street, and a city without streets, compare by distance alone and say so."""
    drives, plane = town
    lats, lons = plane.round(np.array([0.0, 500.0]), np.array([0.0, 5000.0]))
    units = [("a", float(lats[0]), float(lons[0]))]
    for network in (drives, None):
        method, (unit,) = nearest_units(network, float(lats[1]), float(lons[1]), units)
        assert (method, unit.method, unit.drive_s) == ("straight_line", "straight_line", None)
        assert unit.distance_m == pytest.approx(np.hypot(500, 5000), rel=0.002)
    assert nearest_units(drives, 37.0, -122.0, []) == ("straight_line", [])
