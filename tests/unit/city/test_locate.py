from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from rtcc.city.build.network import build_roads
from rtcc.city.locate import Locator
from rtcc.city.plane import Plane

PLANE = Plane.around(41.6, -99.6)


@pytest.fixture(scope="module")
def corner():
    """24th St crosses Mission St at the origin, and South Van Ness 200 m east; a nameless lane runs beside."""
    rows = [
        ("24th St", [(-400, 0), (100, 0)]),
        ("24th St", [(100, 0), (400, 0)]),
        ("Mission St", [(0, -400), (0, 400)]),
        ("S Van Ness Ave", [(200, -400), (200, 400)]),
        ("", [(100, 0), (100, 300)]),
    ]
    lines = [shapely.LineString(np.stack(PLANE.round(*np.array(line, float).T)[::-1], axis=1)) for _, line in rows]
    columns = {"name": [name for name, _ in rows], "class": "local", "oneway": 0, "level": 0}
    return Locator([], [], build_roads(geopandas.GeoDataFrame(columns, geometry=lines, crs=4326)))


def words(locator, x, y):
    lat, lon = PLANE.round(np.array([float(x)]), np.array([float(y)]))
    return locator.address(float(lat[0]), float(lon[0]))


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (60, 5, "24th St near Mission St"),
        (-60, -5, "24th St near Mission St"),
        (140, 5, "24th St near S Van Ness Ave"),
        (8, 3, "24th St / Mission St"),
        (195, 60, "S Van Ness Ave near 24th St"),
        (102, 60, "24th St near S Van Ness Ave"),
        (-399, -399, None),
    ],
)
def test_a_place_has_the_words_that_people_would_use(corner, x, y, said):
    """The nearest named street and its nearest crossing, past nameless lanes; nothing far from every street."""
    assert words(corner, x, y) == said


def test_streets_are_told_with_their_distances(corner):
    """How far the street is and how far its crossing."""
    lat, lon = PLANE.round(np.array([60.0, np.nan]), np.array([5.0, 0.0]))
    street, nowhere = corner.streets(lat, lon)
    assert (street.name, street.cross, nowhere) == ("24th St", "Mission St", None)
    assert (street.distance_m, street.cross_m) == (pytest.approx(5, abs=0.1), pytest.approx(60.2, abs=0.2))


def test_a_city_with_nothing_answers_with_nothing():
    """Without layers there is no area, street, camera or place, and units are compared in a straight line."""
    bare = Locator([], [])
    assert bare.locate([50.0], [10.0]) == ([None], [None])
    assert (bare.streets([50.0], [10.0]), bare.address(50.0, 10.0)) == ([None], None)
    assert (bare.cameras(50.0, 10.0), bare.places(50.0, 10.0)) == ([], [])
    assert bare.units(50.0, 10.0, [("u", 50.0, 10.0)])[0] == "straight_line"


def test_units_drive_on_the_same_streets(corner):
    """The locator compares units by the road where it has roads."""
    lat, lon = PLANE.round(np.array([50.0, 0.0]), np.array([0.0, 90.0]))
    method, (unit,) = corner.units(float(lat[0]), float(lon[0]), [("u", float(lat[1]), float(lon[1]))])
    assert (method, unit.distance_m) == ("drive_time", pytest.approx(140, abs=1))


def test_no_position_and_no_area_have_no_name():
    """NaN, infinity and places outside every area give None, and never an error; so does an empty batch."""
    square = Locator([("A", shapely.box(0, 0, 1, 1))], [("A1", shapely.box(0, 0, 1, 0.5))])
    found = square.locate([np.nan, np.inf, 5.0, 0.75, 0.25], [np.nan, 0.5, 0.5, 0.5, 0.5])
    assert found == ([None, None, None, "A", "A"], [None, None, None, None, "A1"])
    assert square.locate([], []) == ([], [])


@given(st.lists(st.tuples(st.floats(-2, 7), st.floats(-2, 7)), max_size=30))
def test_the_answer_is_the_first_area_that_holds_the_point(points):
    """Prepared and boxed lookups say the same as asking each polygon in turn, on shared borders too."""
    ring = shapely.Polygon([(0, 0), (5, 0), (5, 5), (0, 5)], holes=[[(1, 1), (2, 1), (2, 2), (1, 2)]])
    areas = [("A", ring), ("B", shapely.box(4, 4, 6, 6)), ("C", shapely.box(5, 0, 6, 4))]
    lons, lats = [x for x, _ in points], [y for _, y in points]
    plainly = [next((name for name, area in areas if area.intersects(shapely.Point(x, y))), None) for x, y in points]
    assert Locator(areas, []).locate(lats, lons)[0] == plainly
