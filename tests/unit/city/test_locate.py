from __future__ import annotations

from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from rtcc.city.locate import Locator
from rtcc.city.pack import load_pack

PLAIN = Path(__file__).parents[3] / "cities" / "plain"


@pytest.fixture(scope="module")
def plain():
    return Locator.from_pack(load_pack(PLAIN))


def test_a_position_has_its_district_and_its_beat(plain):
    """Each position gets the names of the areas around it."""
    assert plain.locate([41.598, 41.61], [-99.61, -99.59]) == (["Mill", "Riverside"], ["M2", "R1"])


def test_no_position_and_no_area_have_no_name(plain):
    """NaN, infinity and places outside every area give None, and never an error."""
    assert plain.locate([np.nan, np.inf, 0.0], [np.nan, -99.6, 0.0]) == ([None] * 3, [None] * 3)


def test_an_empty_batch_is_fine(plain):
    """Nothing asked, nothing answered."""
    assert plain.locate([], []) == ([], [])


def test_a_city_without_areas_answers_none():
    """A pack without districts locates nothing, and says so for each position."""
    assert Locator([], []).locate([50.0], [10.0]) == ([None], [None])


@given(st.lists(st.tuples(st.floats(-2, 7), st.floats(-2, 7)), max_size=30))
def test_the_answer_is_the_first_area_that_holds_the_point(points):
    """Prepared and boxed lookups say the same as asking each polygon in turn, on shared borders too."""
    ring = shapely.Polygon([(0, 0), (5, 0), (5, 5), (0, 5)], holes=[[(1, 1), (2, 1), (2, 2), (1, 2)]])
    areas = [("A", ring), ("B", shapely.box(4, 4, 6, 6)), ("C", shapely.box(5, 0, 6, 4))]
    lons, lats = [x for x, _ in points], [y for _, y in points]
    plainly = [next((name for name, area in areas if area.intersects(shapely.Point(x, y))), None) for x, y in points]
    assert Locator(areas, []).locate(lats, lons)[0] == plainly


def test_san_francisco_is_located_fast_enough(shared_data, monkeypatch):
    """At least 100,000 positions a second on ten detailed districts, in batches as the workers send them."""
    monkeypatch.setenv("RTCC_CITY_DATA", str(shared_data))
    locator = Locator.from_pack(load_pack(PLAIN.parent / "san_francisco"))
    random = np.random.default_rng(1)
    lons, lats = random.uniform(-122.515, -122.355, 500), random.uniform(37.707, 37.834, 500)
    fastest = min(_seconds(lambda: locator.locate(lats, lons)) for _ in range(20))
    assert 500 / fastest > 100_000


def _seconds(work):
    start = perf_counter()
    work()
    return perf_counter() - start
