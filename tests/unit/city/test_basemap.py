from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

from rtcc.city.basemap import write_ground
from rtcc.city.pack import load_pack
from rtcc.city.streets import street_lines

CITIES = Path(__file__).parents[3] / "cities"
LAYERS = ("districts", "land", "parks", "streets")


def read(folder: Path, layer: str):
    return json.loads((folder / f"{layer}.geojson").read_bytes())["features"]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ground")
    write_ground(load_pack(CITIES / "plain"), folder)
    return folder


@pytest.fixture(scope="module")
def san_francisco(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ground-sf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RTCC_CITY_DATA", str(shared_data))
        write_ground(load_pack(CITIES / "san_francisco"), folder)
    return folder


def test_the_city_tells_its_frame(plain):
    """city.json holds what the map needs before any layer is there."""
    told = json.loads((plain / "city.json").read_bytes())
    assert set(told) == {"name", "timezone", "center", "zoom", "bounds", "attribution", "layers"}
    assert told["name"] == "Plainfield"
    assert told["layers"] == ["districts", "beats", "land", "parks", "streets"]


def test_every_layer_is_rfc_7946(plain):
    """Areas wind counterclockwise, numbers are short, and nobody names a coordinate system."""
    for layer in LAYERS:
        text = (plain / f"{layer}.geojson").read_text()
        assert '"crs"' not in text
        features = read(plain, layer)
        assert features
        for feature in features:
            drawn = shape(feature["geometry"])
            assert drawn.is_valid
            if drawn.geom_type == "Polygon":
                assert drawn.exterior.is_ccw
            for x, y in shapely.get_coordinates(drawn):
                assert (x, y) == (round(x, 5), round(y, 5))


def test_streets_have_a_class_and_most_have_a_name(plain):
    """The map draws by class and labels by name."""
    properties = [feature["properties"] for feature in read(plain, "streets")]
    assert {each["class"] for each in properties} == {"motorway", "major", "minor"}
    assert all(each["name"] for each in properties)


def test_absent_layers_are_empty_collections(tmp_path):
    """The map can fetch every layer of every city."""
    (tmp_path / "city.toml").write_text(
        'name = "Bare"\ntimezone = "UTC"\ncenter = [0, 0]\nzoom = 9\nbounds = [-1, -1, 1, 1]\n'
    )
    write_ground(load_pack(tmp_path), tmp_path / "out")
    assert all(read(tmp_path / "out", layer) == [] for layer in LAYERS)


def test_the_ground_is_drawn_again_only_when_its_input_changed(tmp_path):
    """A start with the same pack writes nothing; a changed file or a cut-short start draws anew."""
    pack_folder, out = tmp_path / "pack", tmp_path / "out"
    pack_folder.mkdir()
    for file in (CITIES / "plain").iterdir():
        (pack_folder / file.name).write_bytes(file.read_bytes())
    write_ground(load_pack(pack_folder), out)
    os.utime(out / "streets.geojson", (1, 1))
    write_ground(load_pack(pack_folder), out)
    assert (out / "streets.geojson").stat().st_mtime == 1
    os.utime(pack_folder / "parks.geojson", (5, 5))
    write_ground(load_pack(pack_folder), out)
    assert (out / "streets.geojson").stat().st_mtime > 1
    (out / "ground.fingerprint").unlink()
    (out / "land.geojson").unlink()
    write_ground(load_pack(pack_folder), out)
    assert (out / "land.geojson").exists()


def test_pieces_of_a_street_become_one_line_that_still_meets_the_others():
    """Joining and simplifying lose vertices, but never one where streets meet."""
    piece = shapely.LineString([(0, 0), (0.001, 0.000001), (0.002, 0)])
    next_piece = shapely.LineString([(0.002, 0), (0.003, 0.000001), (0.004, 0)])
    cross = shapely.LineString([(0.003, -0.001), (0.003, 0.000001), (0.003, 0.001)])
    drawn = list(
        street_lines([(piece, "Long St", "minor"), (next_piece, "Long St", "minor"), (cross, "Cross St", "major")], 6)
    )
    lines = {name: list(line.coords) for line, name, _ in drawn}
    assert lines["Long St"] == [(0, 0), (0.003, 0.000001), (0.004, 0)]
    assert (0.003, 0.000001) in lines["Cross St"]


def test_san_francisco_is_small_enough_to_load_at_once(san_francisco):
    """All of the city's ground is less than 1.5 MB before compression."""
    assert sum(file.stat().st_size for file in san_francisco.iterdir()) < 1_500_000
    assert all(read(san_francisco, layer) for layer in LAYERS)


def test_san_francisco_has_its_names(san_francisco):
    """Districts, streets and parks carry the names that people use."""
    districts = {feature["properties"]["name"] for feature in read(san_francisco, "districts")}
    assert {"Mission", "Tenderloin", "Bayview"} <= districts
    classes = {f["properties"].get("name"): f["properties"]["class"] for f in read(san_francisco, "streets")}
    assert classes["Market St"] == "major"
    assert classes["I-280"] == "motorway"


def test_san_francisco_is_land_and_not_water(san_francisco):
    """City Hall stands on land, the middle of the bay does not."""
    land = shape(read(san_francisco, "land")[0]["geometry"])
    assert land.contains(shapely.Point(-122.4192, 37.7793))
    assert not land.contains(shapely.Point(-122.36, 37.79))


def test_nearly_all_streets_of_san_francisco_are_one_network(san_francisco):
    """A unit can drive from nearly anywhere to nearly anywhere on the drawn lines."""
    lines = [[tuple(p) for p in f["geometry"]["coordinates"]] for f in read(san_francisco, "streets")]
    met = Counter(point for line in lines for point in set(line))
    network = shapely.line_merge(shapely.MultiLineString(lines))
    assert sum(1 for count in met.values() if count > 1) > 8_000
    parts = shapely.get_parts(shapely.union_all(shapely.buffer(shapely.get_parts(network), 1e-7)))
    assert max(part.area for part in parts) / sum(part.area for part in parts) > 0.98
