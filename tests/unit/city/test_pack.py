from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import shapely

from rtcc.city.build.drawn import DECIMALS
from rtcc.city.build.report import Finding, Report, Step
from rtcc.city.build.sources import PLACE_KINDS, load_recipe
from rtcc.city.build.toml_text import toml_text
from rtcc.city.build.writer import write_pack
from rtcc.city.pack import LAYERS, STREET_CLASSES, PackError, load_pack
from rtcc.city.read import read_layer
from tests.recipes import BEATS, DISTRICTS, PLAIN, built, frame_of, write

CITIES = PLAIN.parent


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Plainfield, built."""
    folder = tmp_path_factory.mktemp("plain")
    from rtcc.city.build.recipe import build_recipe

    report = Report()
    build_recipe(PLAIN, folder / "built", report)
    assert {each.kind for each in report.findings} == {"read"}
    return load_pack(folder / "built")


def test_the_example_has_every_kind_of_layer_that_its_files_give(plain):
    """Plainfield needs nothing from outside, and nothing in it has to be repaired."""
    assert set(plain.layers) == {"districts", "beats", "streets", "places", "cameras", "land", "landuse"}
    assert [len(read_layer(plain, role)) for role in ("districts", "beats", "streets")] == [4, 8, 45]


def test_what_is_built_can_be_read_as_it_is_promised(plain):
    """Each layer has exactly the columns of its shape, in WGS 84, and the words are ours."""
    for role in plain.layers:
        frame = read_layer(plain, role)
        assert list(frame.columns) == [*LAYERS[role].columns, "geometry"]
        assert frame.crs == "EPSG:4326"
        assert frame.geometry.is_valid.all()
    assert set(read_layer(plain, "streets")["class"]) <= set(STREET_CLASSES)
    assert set(read_layer(plain, "places")["kind"]) <= set(PLACE_KINDS)


def test_a_layer_that_a_pack_does_not_have_is_none(plain):
    """A city without buildings is a city."""
    assert read_layer(plain, "buildings") is None


def test_the_browser_is_told_the_frame_and_the_outlines(plain):
    """What the browser needs besides the tiles is drawn beside them, small and exact."""
    city = json.loads((plain.folder / "drawn" / "city.json").read_text())
    assert city["name"] == "Plainfield"
    assert tuple(city["bounds"]) == plain.bounds
    assert city["targets"]["1"] == {"queue_s": 60, "response_s": 420}
    assert city["tiles"]["minzoom"] < city["tiles"]["maxzoom"]
    beats = json.loads((plain.folder / "drawn" / "beats.geojson").read_text())["features"]
    assert {each["properties"]["name"]: each["properties"]["district"] for each in beats}["M1"] == "Mill"
    for each in beats:
        points = shapely.get_coordinates(shapely.geometry.shape(each["geometry"]))
        assert (points.round(DECIMALS) == points).all()


def test_neighbours_are_simplified_together(tmp_path):
    """A crooked border between two beats is drawn with fewer points, and still without a sliver."""
    border = [(10.05 + (0.000001 if row % 2 else -0.000001), 50.0 + row * 0.0001) for row in range(1001)]
    west = shapely.Polygon([(10.0, 50.0), *border, (10.0, 50.1)])
    east = shapely.Polygon([(10.1, 50.0), *border, (10.1, 50.1)])
    write(frame_of([west, east], name=["B1", "B2"]), tmp_path / "beats.geojson")
    pack, _ = built(tmp_path, DISTRICTS + BEATS)
    drawn = json.loads((pack.folder / "drawn" / "beats.geojson").read_text())["features"]
    one, other = (shapely.geometry.shape(each["geometry"]) for each in drawn)
    assert shapely.get_num_coordinates(one) < 100
    assert shapely.coverage_is_valid([one, other])
    assert shapely.union(one, other).area == pytest.approx(0.01, rel=1e-4)


def test_outlines_end_at_the_coast_and_go_on_along_a_river(tmp_path):
    """A district that reaches out into the sea is drawn ashore; a river that parts two districts does not open them."""
    west, east = shapely.box(10.0, 50.0, 10.05, 50.1), shapely.box(10.05, 50.0, 10.1, 50.1)
    write(frame_of([west, east], label=["D1", "D2"]), tmp_path / "districts.geojson")
    dry = [shapely.box(10.02, 50.0, 10.04, 50.1), shapely.box(10.06, 50.0, 10.1, 50.1)]
    write(frame_of(dry), tmp_path / "land.geojson")
    write(frame_of([shapely.box(10.04, 50.0, 10.06, 50.1)], name=["R"], kind=["river"]), tmp_path / "water.geojson")
    pack, _ = built(
        tmp_path, DISTRICTS + '[sources.land]\nfile = "land.geojson"\n[sources.water]\nfile = "water.geojson"\n'
    )
    drawn = json.loads((pack.folder / "drawn" / "districts.geojson").read_text())["features"]
    one, other = (shapely.geometry.shape(each["geometry"]) for each in drawn)
    assert one.bounds == pytest.approx((10.02, 50.0, 10.05, 50.1))
    assert other.bounds == pytest.approx(east.bounds)
    assert shapely.coverage_is_valid([one, other])


def test_city_toml_says_the_layers_and_all_that_the_recipe_said(plain):
    """What was said of the city stays as it was, and what was made is listed."""
    told = tomllib.loads((plain.folder / "city.toml").read_text())
    recipe = tomllib.loads((PLAIN / "city.toml").read_text())
    assert {key: told[key] for key in recipe if key != "sources"} == {
        key: value for key, value in recipe.items() if key != "sources"
    }
    assert set(told["layers"]) == set(plain.layers)


@pytest.mark.parametrize("city", sorted(folder.name for folder in CITIES.iterdir()))
def test_the_words_of_every_shipped_recipe_are_ours(city, tmp_path):
    """A recipe that comes with RTCC is refused for nothing but files that are not there."""
    try:
        recipe = load_recipe(CITIES / city, Report())
    except PackError as error:
        if "absent" not in str(error):
            raise
        pytest.skip(f"the public files of {city} are absent: {error}")
    assert recipe.sources


@pytest.mark.parametrize(
    "told",
    [
        {"name": 'A "city"\\ of\nlines\x7f\x01', "zoom": 1.5, "bounds": [1, 2.25, 3, 4], "is": True, "none": []},
        {"call_types": [{"code": "A=1", "share": 1e-9}, {"code": "ü"}], "targets": {"1": {"queue_s": 60}}},
    ],
)
def test_what_is_written_as_toml_is_read_the_same(told):
    """The text of a city.toml says what it was made of, whatever the names hold."""
    assert tomllib.loads(toml_text(told)) == told


@pytest.mark.parametrize(
    ("role", "frame", "said"),
    [
        ("lakes", frame_of([shapely.box(10, 50, 10.1, 50.1)]), "There is no layer lakes"),
        ("districts", frame_of([shapely.box(10, 50, 10.1, 50.1)]), "has no column name"),
        ("districts", frame_of([shapely.box(10, 50, 10.1, 50.1)], name=[1]), "it must be str"),
        ("districts", frame_of([shapely.Point(10, 50)], name=["A"]), "holds a Point"),
        ("districts", frame_of([None], name=["A"]), "without a geometry"),
        (
            "districts",
            frame_of([shapely.box(1, 1, 2, 2)], name=["A"], crs="EPSG:3857"),
            "not in WGS 84 but in EPSG:3857",
        ),
        ("districts", frame_of([], name=[]), "empty city pack"),
    ],
)
def test_a_frame_that_is_not_its_layer_is_not_written(tmp_path, role, frame, said):
    """The writer holds its callers to the shape of a pack, and leaves nothing behind when they miss it."""
    about = tomllib.loads((PLAIN / "city.toml").read_text())
    del about["sources"]
    with pytest.raises(PackError, match=said):
        write_pack(tmp_path / "to", about, {role: frame}, Report())
    assert list(tmp_path.iterdir()) == []


def test_a_report_passes_on_what_it_keeps():
    """Who listens hears each step and finding in its order; findings are kept besides."""
    heard: list[Finding | Step] = []
    report = Report(heard.append)
    report.step("Reading")
    report.progress(1, 2)
    report.repaired("beats", "One.")
    assert [str(each) for each in heard[:2]] == ["Reading", "Reading (1 of 2)"]
    assert heard[2:] == report.findings == [Finding("repaired", "beats", "One.")]


def test_a_folder_without_a_pack_is_refused(tmp_path: Path):
    """A wrong path is told, and a recipe is no pack."""
    with pytest.raises(PackError, match="cannot be read"):
        load_pack(tmp_path / "nowhere")
    with pytest.raises(PackError, match="rtcc city build"):
        load_pack(PLAIN)
