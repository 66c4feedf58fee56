from __future__ import annotations

import shutil
from dataclasses import replace

import geopandas
import numpy as np
import pytest
import shapely

from rtcc.city.build.recipe import build_recipe
from rtcc.city.build.report import Report
from rtcc.city.check import check_pack
from rtcc.city.pack import PackError
from rtcc.city.roads import Roads
from tests.recipes import BEATS, DISTRICTS, PLAIN, built, frame_of, told, write


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A built pack that no test touches."""
    folder = tmp_path_factory.mktemp("check") / "pack"
    build_recipe(PLAIN, folder, Report())
    return folder


@pytest.fixture
def pack(whole, tmp_path):
    """A copy to damage."""
    return shutil.copytree(whole, tmp_path / "pack")


def refusal(folder) -> str:
    with pytest.raises(PackError) as refused:
        check_pack(folder, Report())
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def findings(folder) -> list[str]:
    report = Report()
    check_pack(folder, report)
    return [f"{each.kind} {each.layer}: {each.sentence}" for each in report.findings]


def test_a_whole_pack_is_read_and_nothing_is_wrong(whole):
    """Every part of Plainfield is looked at, and none complained of."""
    said = findings(whole)
    assert {finding.split()[0] for finding in said} == {"read"}
    assert told(said, "One connected network")
    assert told(said, "basemap", "earth", "roads")


def test_gaps_and_overlaps_of_a_built_pack_are_told_again(tmp_path):
    """What was told of the beats when the pack was built is told of the pack as it is."""
    beats = [shapely.box(10.0, 50.0, 10.06, 50.1), shapely.box(10.05, 50.0, 10.1, 50.1)]
    write(frame_of(beats, name=["B1", "B2"]), tmp_path / "beats.geojson")
    pack, before = built(tmp_path, DISTRICTS + BEATS)
    after = findings(pack.folder)
    assert told(after, "overlap") == told(before, "overlap")
    assert told(after, "Beat B1 lies in two districts") == told(before, "Beat B1 lies in two districts")


def test_a_layer_that_was_lost_is_missed(pack):
    """city.toml says which layers there were, so that a lost file is not taken for none."""
    (pack / "beats.parquet").unlink()
    assert "beats.parquet is absent" in refusal(pack)


@pytest.mark.parametrize("damage", [b"", b"PAR1 and no more", b"{}"])
def test_a_damaged_layer_is_named(pack, damage):
    """A file that is no GeoParquet is named as the file that it is."""
    (pack / "streets.parquet").write_bytes(damage)
    assert "streets.parquet cannot be read as GeoParquet" in refusal(pack)


def test_half_a_layer_is_damaged(pack):
    """A file cut short is not half read."""
    file = pack / "streets.parquet"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert "streets.parquet cannot be read as GeoParquet" in refusal(pack)


@pytest.mark.parametrize(
    ("role", "change", "said"),
    [
        ("streets", lambda frame: frame.drop(columns="oneway"), "has no column oneway"),
        ("streets", lambda frame: frame.astype({"oneway": "float64"}), "it must be int8"),
        ("streets", lambda frame: frame.assign(name=None), "column name"),
        ("streets", lambda frame: frame.to_crs("EPSG:3857"), "not in WGS 84"),
        ("streets", lambda frame: frame.assign(**{"class": "boulevard"}), "has the class boulevard"),
        ("places", lambda frame: frame.assign(kind="moon"), "has the kind moon"),
        ("beats", lambda frame: frame.set_geometry(frame.boundary), "holds a LineString"),
        ("beats", lambda frame: frame.set_geometry(frame.translate(30)), "far from the city's bounds"),
    ],
)
def test_a_foreign_shape_of_a_layer_is_named(pack, role, change, said):
    """A layer with other columns, values or shapes than promised is refused with what is wrong."""
    file = pack / f"{role}.parquet"
    change(geopandas.read_parquet(file)).to_parquet(file)
    sentence = refusal(pack)
    assert said in sentence
    assert f"{role}.parquet" in sentence


def test_shapes_out_of_bounds_invalid_and_twice_are_told(pack):
    """What does not stop a city from being used is told all the same."""
    beats, places = pack / "beats.parquet", pack / "places.parquet"
    frame = geopandas.read_parquet(beats)
    bow = shapely.Polygon([(-99.6, 41.59), (-99.59, 41.6), (-99.59, 41.59), (-99.6, 41.6)])
    frame.assign(name="M1").set_geometry([bow, *frame.geometry[1:]]).to_parquet(beats)
    moved = geopandas.read_parquet(places)
    moved.set_geometry([shapely.Point(-99.65, 41.6), *moved.geometry[1:]]).to_parquet(places)
    said = findings(pack)
    assert told(said, "1 of 8 shapes are not valid")
    assert told(said, "More than one of the beats has the name M1")
    assert told(said, "1 of 14 places lie outside the bounds")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda roads: replace(roads, end=roads.end + 100_000), "end points to what is not there"),
        (lambda roads: replace(roads, seconds=np.zeros_like(roads.seconds)), "seconds must be above zero"),
        (lambda roads: replace(roads, twin=roads.twin[:-1]), "twin has"),
        (lambda roads: replace(roads, node_lat=roads.node_lat + 9), "none of it lies near"),
        (lambda roads: replace(roads, end=roads.start), "not one connected network"),
    ],
)
def test_roads_that_lead_nowhere_are_refused(pack, change, said):
    """The network is one, complete, and in this city."""
    change(Roads.load(pack / "roads.npz")).save(pack / "roads.npz")
    assert said in refusal(pack)


@pytest.mark.parametrize("damage", [b"", b"PK no", b"nonsense"])
def test_roads_that_cannot_be_read_are_refused(pack, damage):
    """A damaged network is named, not followed."""
    (pack / "roads.npz").write_bytes(damage)
    assert "roads.npz cannot be read as a road network" in refusal(pack)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("roads.npz", "roads.npz is absent"),
        ("basemap.pmtiles", "basemap.pmtiles is absent"),
        ("drawn/city.json", "city.json cannot be read"),
    ],
)
def test_a_part_that_was_lost_is_missed(pack, name, said):
    """A pack is whole or refused."""
    (pack / name).unlink()
    assert said in refusal(pack)


@pytest.mark.parametrize("damage", [b"", b"no tiles", b"PMTiles\x02" + bytes(200), b"PMTiles\x03" + bytes(200)])
def test_a_damaged_basemap_is_refused(pack, damage):
    """What is no PMTiles file of vector tiles is named."""
    (pack / "basemap.pmtiles").write_bytes(damage)
    assert "basemap.pmtiles" in refusal(pack)


def test_a_basemap_of_another_place_is_refused(pack, tmp_path):
    """Tiles that do not cover the bounds are no basemap of this city."""
    other, _ = built(tmp_path / "other")
    shutil.copyfile(other.basemap, pack / "basemap.pmtiles")
    assert "covers 0% of the city's bounds" in refusal(pack)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("priority = 1", "priority = 7", "7 is no priority"),
        ('"America/Chicago"', '"America/Atlantis"', "no time zone"),
        ("queue_s = 60,", 'queue_s = "soon",', "queue_s of priority 1"),
        ("share = 1.0", 'share = "often"', "share 'often'"),
        ("pack = 1", "pack = 2", "no built city pack of version 1"),
    ],
)
def test_a_city_toml_that_was_spoilt_is_refused(pack, old, new, said):
    """The words of a pack are looked at as closely as its layers."""
    file = pack / "city.toml"
    file.write_text(file.read_text().replace(old, new, 1))
    assert said in refusal(pack)


def test_call_types_without_a_target_are_told(pack):
    """A priority that nobody has a target for is no mistake of form, but one that people notice late."""
    file = pack / "city.toml"
    lines = [line for line in file.read_text().splitlines() if not line.startswith("5 = ")]
    file.write_text("\n".join(lines))
    assert told(findings(pack), "No target for priority 5")
