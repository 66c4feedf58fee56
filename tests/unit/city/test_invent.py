from hashlib import sha256

import numpy as np
import pytest
import shapely

from rtcc.city.build.network import build_roads
from rtcc.city.invent.city import invent
from rtcc.city.pack import LAYERS, city_of
from rtcc.model.call_types import PATTERNS

METRES = 111_320.0


@pytest.fixture(scope="session")
def city():
    return invent(1)


@pytest.fixture(scope="session")
def plane(city):
    """The layers' geometries in metres, near enough for areas and distances."""
    about, layers = city
    lon, lat = about["center"]
    scale = METRES * np.array([np.cos(np.radians(lat)), 1.0])
    return {
        role: shapely.transform(layer.geometry.to_numpy(), lambda points: (points - (lon, lat)) * scale)
        for role, layer in layers.items()
    }


def _hashes(layers):
    return {
        role: sha256(b"".join(shapely.to_wkb(layer.geometry.to_numpy()))).hexdigest() for role, layer in layers.items()
    }


def test_every_layer_has_its_columns_and_valid_shapes(city):
    """A built pack's schema takes the invented layers as they are."""
    _, layers = city
    assert set(layers) == set(LAYERS)
    for role, layer in layers.items():
        assert set(layer.columns) == {*LAYERS[role].columns, "geometry"}
        assert shapely.is_valid(layer.geometry.to_numpy()).all(), role
        assert set(layer.geom_type) <= set(LAYERS[role].geometries), role
        assert layer.crs.to_epsg() == 4326


def test_there_is_as_much_of_everything_as_in_a_city(city):
    """Five districts, 25 beats, 150 cameras, and stations, schools and houses in a city's numbers."""
    _, layers = city
    kinds = layers["places"]["kind"].value_counts()
    assert [len(layers[role]) for role in ("districts", "beats", "cameras")] == [5, 25, 150]
    assert 25 <= len(layers["neighborhoods"]) <= 35
    assert 8_000 <= len(layers["buildings"]) <= 15_000
    assert kinds["police"] == 6
    assert kinds["hospital"] == 6
    assert kinds["fire_station"] == 15
    assert kinds["school"] >= 60
    assert kinds["nightlife"] == 120
    assert (layers["landuse"]["kind"] == "park").sum() >= 35


def test_districts_and_beats_tile_the_city(city, plane):
    """No place in the city is in no beat, none is in two, and a beat lies in its own district."""
    _, layers = city
    whole = shapely.union_all(plane["districts"])
    for role in ("districts", "beats"):
        assert shapely.area(plane[role]).sum() - shapely.union_all(plane[role]).area < 10_000
        assert shapely.union_all(plane[role]).symmetric_difference(whole).area < 10_000
    for name, outline in zip(layers["districts"]["name"], plane["districts"], strict=True):
        own = shapely.union_all(plane["beats"][(layers["beats"]["district"] == name).to_numpy()])
        assert own.symmetric_difference(outline).area < 10_000
    holes = sum(shapely.Polygon(ring).area for part in shapely.get_parts(whole) for ring in part.interiors)
    assert holes < 10_000
    inside = shapely.union_all(plane["land"]).intersection(whole.convex_hull)
    streets = plane["streets"][(layers["streets"]["class"] == "local").to_numpy()]
    assert whole.intersection(inside).area > 100e6
    assert shapely.length(shapely.intersection(streets, whole)).sum() > 1_000_000


def test_streets_are_one_network_of_a_citys_size(city):
    """10,000 to 20,000 street segments, at least 98 % of the length of which one can drive to and from."""
    _, layers = city
    roads = build_roads(layers["streets"])
    segments = (roads.twin >= 0).sum() / 2 + (roads.twin < 0).sum()
    share = np.where(roads.twin >= 0, 0.5, 1.0)
    scale = np.cos(np.radians(39.6))
    drawn = layers["streets"].to_crs(3857).length.sum() * scale
    assert 10_000 <= segments <= 20_000
    assert (roads.length_m * share).sum() > 0.98 * drawn


def test_streets_keep_off_the_water(city, plane):
    """Only bridges and highways, which are above the ground, cross water."""
    _, layers = city
    ground = plane["streets"][(layers["streets"]["level"] == 0).to_numpy()]
    dry = shapely.union_all(plane["land"]).buffer(1)
    assert shapely.length(shapely.difference(ground, dry)).sum() < 50


def test_cameras_stand_at_streets(plane):
    """Every camera is within 20 m of a street."""
    _, apart = shapely.STRtree(plane["streets"]).query_nearest(
        plane["cameras"], return_distance=True, all_matches=False
    )
    assert apart.max() < 20


def test_buildings_keep_off_the_streets(city, plane):
    """No house stands on the middle of a street on the ground."""
    _, layers = city
    ground = plane["streets"][(layers["streets"]["level"] == 0).to_numpy()]
    _, house = shapely.STRtree(plane["buildings"]).query(ground, predicate="intersects")
    assert len(np.unique(house)) < 0.01 * len(plane["buildings"])


def test_streets_have_names(city, plane):
    """More than 95 % of the length of arterials, collectors and local streets bears a name."""
    _, layers = city
    streets = layers["streets"]
    named = streets["class"].isin(["arterial", "collector", "local"]).to_numpy()
    length = shapely.length(plane["streets"])
    assert length[named & (streets["name"] != "").to_numpy()].sum() > 0.95 * length[named].sum()


def test_the_same_seed_is_the_same_city(city):
    """A seed repeats a city to the last byte, and another seed is another city."""
    about, layers = city
    again, same = invent(1)
    assert again == about
    assert _hashes(same) == _hashes(layers)
    other, different = invent(2)
    assert other["name"] != about["name"]
    assert not set(_hashes(different).values()) & set(_hashes(layers).values())


def test_calls_come_in_a_believable_mix(city, tmp_path):
    """city.toml's words are accepted, and about one call in twelve is for life at risk."""
    about, _ = city
    told = city_of(about, tmp_path / "city.toml")
    share = np.zeros(6)
    for each in told["call_types"]:
        share[each.priority] += each.share
        assert each.pattern in PATTERNS
    assert len(told["call_types"]) >= 40
    assert share[1:] / share.sum() == pytest.approx([0.08, 0.22, 0.45, 0.20, 0.05], abs=0.02)
