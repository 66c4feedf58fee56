from __future__ import annotations

from pathlib import Path

import geopandas
import pytest
import shapely

from rtcc.city.pack import CityPack, PackError, load_pack, title_case
from rtcc.city.read import read_layer

CITIES = Path(__file__).parents[3] / "cities"

HEAD = """
name = "Testville"
timezone = "Europe/Vienna"
center = [10.05, 50.05]
zoom = 12
bounds = [10.0, 50.0, 10.1, 50.1]
"""


def pack_with(folder: Path, text: str) -> CityPack:
    (folder / "city.toml").write_text(HEAD + text)
    return load_pack(folder)


def squares() -> geopandas.GeoDataFrame:
    boxes = [shapely.box(10.0, 50.0, 10.05, 50.1), shapely.box(10.05, 50.0, 10.1, 50.1)]
    return geopandas.GeoDataFrame({"label": ["WEST END", "EAST END"]}, geometry=boxes, crs="EPSG:4326")


@pytest.mark.parametrize("city", sorted(folder.name for folder in CITIES.iterdir()))
def test_every_shipped_pack_can_be_read(city):
    """A pack that comes with RTCC is valid, whether or not its data is there."""
    pack = load_pack(CITIES / city)
    west, south, east, north = pack.bounds
    assert west < pack.center[0] < east
    assert south < pack.center[1] < north
    assert pack.zone is not None


def test_the_invented_town_needs_nothing_from_outside():
    """Plainfield has all of its layers within its own folder."""
    pack = load_pack(CITIES / "plain")
    assert pack.missing == ()
    assert set(pack.layers) == {"districts", "beats", "land", "parks", "streets"}
    assert all(layer.file.parent == CITIES / "plain" for layer in pack.layers.values())


def test_an_absent_file_leaves_its_layer_out_and_says_so(tmp_path):
    """A pack without its data still opens, and tells which layer is missing."""
    pack = pack_with(tmp_path, '[layers.parks]\nfile = "nowhere.geojson"\n')
    assert pack.layers == {}
    assert pack.missing == ("The layer parks is left out: nowhere.geojson is absent.",)


def test_data_may_lie_elsewhere(tmp_path, monkeypatch):
    """RTCC_CITY_DATA names the folder of layer files that are not in the pack."""
    data, folder = tmp_path / "data", tmp_path / "pack"
    data.mkdir()
    folder.mkdir()
    squares().to_file(data / "squares.geojson")
    monkeypatch.setenv("RTCC_CITY_DATA", str(data))
    pack = pack_with(folder, '[layers.districts]\nfile = "squares.geojson"\nname = "label"\n')
    assert pack.layers["districts"].file == data / "squares.geojson"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not valid TOML"),
        ('name = "X"', "bounds is missing"),
        (HEAD.replace("Europe/Vienna", "Europe/Atlantis"), "Europe/Atlantis is no time zone"),
        (HEAD.replace("10.1, 50.1]", "9.0, 50.1]"), "bounds must be"),
        (HEAD + '[layers.lakes]\nfile = "x.geojson"\n', "unknown layer lakes"),
        (HEAD + '[layers.parks]\nfile = "city.toml"\n', "city.toml"),
    ],
)
def test_a_broken_pack_is_refused_with_its_reason(tmp_path, text, said):
    """What is wrong with a pack is one sentence that names the file."""
    (tmp_path / "city.toml").write_text(text)
    with pytest.raises(PackError, match=said) as refused:
        load_pack(tmp_path)
    assert "city.toml" in str(refused.value)


def test_a_folder_without_a_pack_is_refused(tmp_path):
    """A wrong path is told, not guessed around."""
    with pytest.raises(PackError, match="cannot be read"):
        load_pack(tmp_path / "nowhere")


def test_a_shapefile_without_its_index_is_read_and_its_folder_left_alone(tmp_path):
    """A lost .shx is rebuilt elsewhere, because the data folder is not ours to write in."""
    data = tmp_path / "data"
    data.mkdir()
    squares().to_crs("EPSG:25833").to_file(data / "squares.shp")
    (data / "squares.shx").unlink()
    before = sorted(data.iterdir())
    pack = pack_with(tmp_path, '[layers.districts]\nfile = "data/squares.shp"\nname = "label"\n')
    frame = read_layer(pack.layers["districts"])
    assert list(frame["label"]) == ["WEST END", "EAST END"]
    assert frame.total_bounds == pytest.approx([10.0, 50.0, 10.1, 50.1], abs=1e-6)
    assert sorted(data.iterdir()) == before


def test_only_the_chosen_rows_of_a_layer_are_read(tmp_path):
    """`only` keeps rows by the value of a column."""
    squares().to_file(tmp_path / "squares.geojson")
    layer = '[layers.land]\nfile = "squares.geojson"\nonly = { label = ["EAST END"] }\n'
    assert list(read_layer(pack_with(tmp_path, layer).layers["land"])["label"]) == ["EAST END"]


def test_a_column_that_is_not_there_is_named(tmp_path):
    """A pack that names a wrong column learns which columns there are."""
    squares().to_file(tmp_path / "squares.geojson")
    pack = pack_with(tmp_path, '[layers.districts]\nfile = "squares.geojson"\nname = "title"\n')
    with pytest.raises(PackError, match="no column title; it has label"):
        read_layer(pack.layers["districts"])


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("NORTH BEACH", "North Beach"),
        ("Mission", "Mission"),
        ("3D12", "3D12"),
        ("NE", "NE"),
        ("O'FARRELL", "O'farrell"),
    ],
)
def test_names_are_written_as_people_write_them(given, written):
    """Names in capitals become title case; short codes and callsigns stay."""
    assert title_case(given) == written
