from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from rtcc.city.build.around import write_nearby
from rtcc.city.nearby import Around, Cameras, Spots
from rtcc.city.nearby_city import NearbyCity

#: One hundredth of a degree of latitude, about 1,110 m.
NORTH = 0.01


def camera(lat=0.0, lon=0.0, heading=0.0, fov=90.0, reach=2000.0):
    return Cameras(["c"], ["Corner"], *(np.array([value]) for value in (lat, lon, heading, fov, reach)))


@pytest.mark.parametrize(
    ("heading", "fov", "lon", "seen"),
    [
        (350, 40, 0.001, True),
        (10, 40, -0.001, True),
        (350, 20, 0.001, False),
        (180, 90, 0.0, False),
        (180, 360, 0.0, True),
        (np.nan, 360, 0.0, True),
        (np.nan, 90, 0.0, None),
        (0, np.nan, 0.0, None),
    ],
)
def test_a_camera_sees_what_lies_within_its_angle(heading, fov, lon, seen):
    """The angle counts across north too; what is not known of a camera is not guessed."""
    assert camera(heading=heading, fov=fov).nearest(NORTH, lon, 1)[0]["in_view"] is seen


def test_a_camera_does_not_see_beyond_its_range():
    """Further than its range is out of view, whichever way it looks; an unknown range is unknown."""
    assert camera(reach=1000).nearest(NORTH, 0.0, 1)[0]["in_view"] is False
    assert camera(reach=np.nan).nearest(NORTH, 0.0, 1)[0]["in_view"] is None


@given(st.floats(-180, 540), st.floats(1, 359), st.floats(0, 360))
def test_the_view_is_the_same_wherever_north_is(heading, fov, turn):
    """Turning the camera and the place together changes nothing."""
    seen = []
    for angle in (0.0, turn):
        towards = np.radians(30 + angle)
        place = (np.cos(towards) * NORTH, np.sin(towards) * NORTH)
        seen.append(camera(heading=heading + angle, fov=fov).nearest(*place, 1)[0]["in_view"])
    off = abs(abs((30 - heading + 180) % 360 - 180) - fov / 2)
    # A degree is not equally long both ways, so directions right at the edge may fall on either side.
    assert seen[0] == seen[1] or off < 0.5


def test_places_are_the_nearest_of_the_kinds_asked_for():
    """Nearest first, no more than k, and only of the kinds that were asked for."""
    spots = Spots(
        ["far", "near", "school"], ["hospital", "hospital", "school"], np.array([0.02, 0.01, 0.0]), np.zeros(3)
    )
    assert [one["name"] for one in spots.nearest(0.0, 0.0, 2)] == ["school", "near"]
    assert [one["name"] for one in spots.nearest(0.0, 0.0, 5, {"hospital"})] == ["near", "far"]
    assert spots.nearest(0.0, 0.0, 1)[0]["distance_m"] == pytest.approx(0.0)


def test_a_pack_without_cameras_places_and_streets_has_none(tmp_path):
    """A folder that holds nothing answers with nothing, and with the straight line for units."""
    found = NearbyCity(tmp_path).near(37.0, -122.0, [("u", 37.01, -122.0)], 5)
    assert (found["method"], found["cameras"], found["places"]) == ("straight_line", [], [])
    assert found["units"][0]["distance_m"] == pytest.approx(1110, abs=2)


def test_what_is_written_for_the_web_is_read_again(tmp_path):
    """Cameras and places come back as the layers hold them, with NaN for what nobody knows."""
    (tmp_path / "city.toml").write_text(
        'pack = 1\nname = "T"\ntimezone = "UTC"\ncenter = [0.0, 0.0]\nzoom = 12\nbounds = [-1, -1, 1, 1]\n'
    )
    columns = {"id": ["c"], "name": ["Corner"], "heading_deg": [np.nan], "fov_deg": [90.0], "range_m": [80.0]}
    frame = geopandas.GeoDataFrame(columns, geometry=[shapely.Point(0.5, 0.25)], crs=4326)
    frame.to_parquet(tmp_path / "cameras.parquet")
    write_nearby(tmp_path)
    around = Around.read(tmp_path / "drawn")
    assert (around.cameras.id, around.cameras.lat.tolist(), around.cameras.lon.tolist()) == (["c"], [0.25], [0.5])
    assert np.isnan(around.cameras.heading_deg).all()
    assert around.places.name == []
