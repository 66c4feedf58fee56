"""What is near a position: held against the distance on the sphere, one by one."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from rtcc.alarms.places import Places

RADIUS_OF_THE_EARTH_M = 6_371_009


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance by the haversine formula."""
    lat, lon, its_lat, its_lon = map(math.radians, (*one, *other))
    half = math.sin((its_lat - lat) / 2) ** 2 + math.cos(lat) * math.cos(its_lat) * math.sin((its_lon - lon) / 2) ** 2
    return 2 * RADIUS_OF_THE_EARTH_M * math.asin(math.sqrt(half))


_off = st.integers(-1_000, 1_000).map(lambda step: step * 2e-5)
_offsets = st.tuples(_off, _off)
_cities = st.sampled_from([(37.76, -122.42), (0.001, 0.001), (-33.9, 18.4), (59.9, 10.7), (69.6, 18.9)])


@given(_cities, st.lists(_offsets, max_size=40), _offsets, st.sampled_from([30.0, 300.0, 400.0, 2_000.0]))
def test_near_is_what_lies_within_the_distance(
    city: tuple[float, float], offsets: list[tuple[float, float]], centre: tuple[float, float], radius_m: float
) -> None:
    """In any city and whatever the squares of the grid: all that is nearer, and nothing that is further, to 0.5 %."""
    places, here = Places(), (city[0] + centre[0], city[1] + centre[1])
    where = {str(number): (city[0] + north, city[1] + east) for number, (north, east) in enumerate(offsets)}
    for id_, place in where.items():
        places.put(id_, *place)
    near = list(places.within(*here, radius_m))
    assert len(near) == len(set(near))
    for id_, place in where.items():
        ratio = distance_m(here, place) / radius_m
        assert (id_ in near) if ratio < 0.995 else (id_ not in near) if ratio > 1.005 else True


def test_what_moves_is_where_it_is_now() -> None:
    """And nowhere once it has no position; who puts it learns where it was."""
    places = Places()
    assert places.put("a", 37.76, -122.42) is None
    assert places.put("a", 37.76, -122.42) == (37.76, -122.42)
    assert places.put("a", 37.90, -122.42) == (37.76, -122.42)
    assert not list(places.within(37.76, -122.42, 1_000))
    assert list(places.within(37.90, -122.42, 0)) == ["a"]
    assert places.where("a") == (37.90, -122.42)
    assert places.put("a", None, None) == (37.90, -122.42)
    assert places.put("a", 37.90, None) is places.where("a") is None
    assert not list(places.within(37.90, -122.42, 1_000))


def test_what_is_at_one_place_is_all_found() -> None:
    """The grid keeps any number in one square, and lets each go alone."""
    places = Places()
    for number in range(100):
        places.put(str(number), 37.76, -122.42)
    places.put("50", None, None)
    assert set(places.within(37.76, -122.42, 1)) == {str(number) for number in range(100)} - {"50"}
