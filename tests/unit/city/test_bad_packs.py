from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from rtcc.city.build.recipe import build_recipe
from rtcc.city.build.report import Report
from rtcc.city.build.sources import LIMIT_MB
from rtcc.city.pack import PackError
from tests.recipes import BEATS, DISTRICTS, HEAD, PLAIN, STREETS, frame_of, recipe_in, squares, write
from tests.running import rtcc

PLACES = '[sources.places]\nfile = "places.csv"\n'
CALL = '\n[[call_types]]\ncode = "A"\ntype = "A"\ncategory = "A"\n'


def refusal(folder: Path, text: str = DISTRICTS, head: str = HEAD) -> str:
    """Build, hold that it was refused in one sentence with nothing written, and return the sentence."""
    recipe_in(folder, text, head)
    before = sorted(folder.rglob("*"))
    with pytest.raises(PackError) as refused:
        build_recipe(folder, folder / "built", Report())
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert sorted(folder.rglob("*")) == before
    return sentence


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (HEAD.replace("Europe/Vienna", "Europe/Atlantis"), "Europe/Atlantis is no time zone"),
        (HEAD.replace('"Europe/Vienna"', '""'), "city.toml"),
        (HEAD.replace('"Europe/Vienna"', "7"), "city.toml"),
        (HEAD.replace("10.1, 50.1]", "9.0, 50.1]"), "bounds must be"),
        (HEAD.replace("10.1, 50.1]", "10.1]"), "city.toml"),
        (HEAD.replace("10.1, 50.1]", '"east", 50.1]'), "city.toml"),
        (HEAD.replace("[10.05, 50.05]", "[50.05, 10.05]"), "must lie within the bounds"),
        (HEAD.replace("zoom = 12", ""), "zoom is missing"),
        (HEAD.replace('name = "Testville"', "name = "), "not valid TOML"),
        (HEAD + "colour = 1\n", "unknown key colour"),
        (HEAD + "limit_mb = 0\n", "limit_mb"),
        (HEAD + 'basemap = "no.pmtiles"\n', "no.pmtiles is absent"),
        (HEAD + 'basemap = "districts.geojson"\n', "is no PMTiles file"),
        (HEAD + 'call_types = "no.toml"\n', "no.toml is absent"),
        (HEAD + CALL, "priority is missing"),
        (HEAD + CALL + "priority = 9\n", "9 is no priority"),
        (HEAD + CALL + 'priority = 1\npattern = "never"\n', "pattern never"),
        (HEAD + CALL + 'priority = 1\nshare = "x"\n', "share 'x'"),
        (HEAD + CALL + "priority = 1\ncolour = 1\n", "colour"),
        (HEAD + "[targets]\n1 = { queue_s = 0, response_s = 1 }\n", "queue_s of priority 1"),
        (HEAD + "[targets]\n1 = { queue_s = 1 }\n", "response_s"),
    ],
)
def test_what_is_wrong_with_a_city_is_said(tmp_path, head, said):
    """A recipe whose own words cannot be used is refused before any file is opened."""
    sentence = refusal(tmp_path, head=head)
    assert said in sentence
    assert "city.toml" in sentence or ".pmtiles" in sentence or "districts.geojson" in sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing to make a city of"),
        ('[sources.lakes]\nfile = "x.geojson"\n', "unknown layer lakes"),
        ('[sources.districts]\nfile = "city.toml"\n', "it must be one of .geojson"),
        ('[sources.districts]\nfile = "gone.geojson"\nname = "label"\n', "gone.geojson, which is absent"),
        ('[sources.districts]\nfile = "gone.geojson"\noptional = true\n', "nothing to make a city of"),
        ('[sources.districts]\nname = "label"\n', "must name one file"),
        ('[sources.districts]\nfile = 7\nname = "label"\n', "must be a text"),
        ("[sources]\ndistricts = 7\n", "must be a table"),
        ('[sources.districts]\nfile = "districts.geojson"\n', "which column holds the names"),
        ('[sources.districts]\nfile = "districts.geojson"\nname = "title"\n', "no column title; it has label"),
        (DISTRICTS + 'nmae = "label"\n', "unknown key nmae"),
        (DISTRICTS + 'crs = "EPSG:0"\n', "no coordinate system"),
        (DISTRICTS + 'only = { label = ["NORTH"] }\n', "no row whose label is NORTH"),
        (DISTRICTS + 'only = { side = ["NORTH"] }\n', "no column side"),
        (DISTRICTS.replace('"label"', "{ file = 1 }"), "a column's name, or { value"),
        (STREETS + 'classes = { a = "boulevard" }\n', "unknown class boulevard"),
    ],
)
def test_what_is_wrong_with_a_source_is_said(tmp_path, text, said):
    """A source that cannot be followed is refused with its layer or its file."""
    write(
        frame_of([shapely.LineString([(10, 50), (10.1, 50)])], name=["A"], **{"class": ["a"]}),
        tmp_path / "streets.geojson",
    )
    assert said in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("   \n", "districts.geojson"),
        ("This is no map.", "is not valid JSON"),
        ('{"type": "FeatureCollection", "features": [', "is not valid JSON"),
        ('{"type": "FeatureCollection", "features": []}', "holds no rows"),
        ('{"any": "thing"}', "cannot be read as GeoJSON"),
        ("[1, 2, 3]", "cannot be read as GeoJSON"),
        ("\x00\x01\x02", "districts.geojson"),
        (json.dumps({"type": "Feature", "properties": {"label": "A"}, "geometry": None}), "districts.geojson"),
    ],
)
def test_what_is_no_geojson_is_said(tmp_path, content, said):
    """A file that is not what its name says is refused with its name."""
    (tmp_path / "districts.geojson").write_text(content)
    sentence = refusal(tmp_path)
    assert said in sentence
    assert "districts.geojson" in sentence


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name,kind\nHall,school\n", "has no coordinates: none of its columns name, kind is called lat"),
        ("name,lat,lon\nHall,here,there\n", "no coordinates that can be read in lat and lon"),
        ("name,lat,lon\n", "holds no rows"),
        ("name,lat,lon\nA,1,2,3,4\nB,1\nC,1,2,3,4,5,6\n", "is not a table"),
        ("name,lat,lon\nHall,60.5,11.5\n", "far from the city's bounds"),
        ("name,lat,lon\nHall,10.05,50.05\n", "look swapped"),
        ("name,lat,lon\nHall,5000000,1000000\n", "and is not"),
        (b"name,lat,lon\nCaf\xe9,50.05,10.05\n", "not UTF-8"),
        ("name,lat,lon\nNear,50.12,10.05\n", "None of the places"),
    ],
)
def test_what_is_no_table_of_places_is_said(tmp_path, content, said):
    """A CSV without places of this city is refused with what is missing."""
    (tmp_path / "places.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    sentence = refusal(tmp_path, PLACES)
    assert said in sentence
    assert "places.csv" in sentence


def test_a_column_of_coordinates_that_is_not_there_is_named(tmp_path):
    """A CSV whose coordinates the recipe looks for in the wrong column is refused with the columns that it has."""
    (tmp_path / "places.csv").write_text("name,lat,lon\nHall,50.05,10.05\n")
    assert "no column breite; it has name, lat, lon" in refusal(tmp_path, PLACES + 'lat = "breite"\n')


def test_lines_in_a_file_of_beats_are_refused(tmp_path):
    """A beat is an area; the sentence names the row that is none, and what it is."""
    shapes = [shapely.box(10, 50, 10.1, 50.1), shapely.LineString([(10, 50), (10.1, 50.1)])]
    write(frame_of(shapes, name=["B1", "B2"]), tmp_path / "beats.geojson")
    sentence = refusal(tmp_path, DISTRICTS + BEATS)
    assert "beats.geojson" in sentence
    assert "row 2 is a LineString" in sentence


def test_streets_of_unknown_classes_are_refused(tmp_path):
    """Where no street has a class of ours, the recipe has to translate them."""
    line = shapely.LineString([(10.01, 50.01), (10.02, 50.02)])
    write(frame_of([line], name=["A"], **{"class": ["HWY"]}), tmp_path / "streets.geojson")
    assert "unknown classes 'HWY' (1)" in refusal(tmp_path, STREETS)


def test_a_wrong_coordinate_system_is_named_with_where_it_leads(tmp_path):
    """Feet read as the wrong zone land elsewhere: the sentence names the system, that place and the bounds."""
    squares().to_crs("EPSG:32632").to_file(tmp_path / "squares.shp")
    text = '[sources.districts]\nfile = "squares.shp"\nname = "label"\n'
    sentence = refusal(tmp_path, text + 'crs = "EPSG:32610"\n')
    assert "EPSG:32610" in sentence
    assert "bounds 10.0000, 50.0000, 10.1000, 50.1000" in sentence


def test_metres_without_a_coordinate_system_are_refused(tmp_path):
    """Nobody guesses a projection."""
    squares().to_crs("EPSG:32632").to_file(tmp_path / "squares.shp")
    (tmp_path / "squares.prj").unlink()
    sentence = refusal(tmp_path, '[sources.districts]\nfile = "squares.shp"\nname = "label"\n')
    assert "does not say its coordinate system" in sentence


def test_metres_said_to_be_degrees_are_refused(tmp_path):
    """GeoJSON is in degrees by its standard; a file that holds metres is told so."""
    write(squares().to_crs("EPSG:32632").set_crs("EPSG:4326", allow_override=True), tmp_path / "districts.geojson")
    assert "said to be in degrees (EPSG:4326) and is not" in refusal(tmp_path)


def test_a_shapefile_without_its_columns_is_refused(tmp_path):
    """A lost .dbf is named, not a column that was in it."""
    squares().to_file(tmp_path / "squares.shp")
    (tmp_path / "squares.dbf").unlink()
    assert "has no .dbf" in refusal(tmp_path, '[sources.districts]\nfile = "squares.shp"\nname = "label"\n')


@pytest.mark.parametrize("ending", ["shp", "parquet"])
def test_nonsense_in_other_formats_is_refused(tmp_path, ending):
    """What is no shapefile and no GeoParquet is refused with its name."""
    (tmp_path / f"x.{ending}").write_bytes(b"nonsense" * 40)
    text = f'[sources.land]\nfile = "x.{ending}"\n'
    assert f"x.{ending} cannot be read as" in refusal(tmp_path, text)


def test_a_file_over_the_limit_is_refused_unopened(tmp_path):
    """The limit is the recipe's to set, and the sentence says how."""
    sentence = refusal(tmp_path, head=HEAD + "limit_mb = 0.0001\n")
    assert "too large" in sentence
    assert "limit_mb" in sentence


def test_a_file_over_the_usual_limit_is_refused(tmp_path):
    """Without a word in the recipe a file may have 256 MB; this one takes no room on the disk."""
    with (tmp_path / "huge.geojson").open("wb") as out:
        out.truncate(LIMIT_MB * 1_000_000 + 1)
    assert "256 MB" in refusal(tmp_path, '[sources.land]\nfile = "huge.geojson"\n')


def test_one_shape_of_too_many_points_is_refused(tmp_path):
    """A single outline of millions of points is refused in one sentence, in bounded memory."""
    point = "[10.05,50.05]"
    ring = ",".join([point] * 3_000_000)
    text = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon",'
    (tmp_path / "land.geojson").write_text(f'{text}"coordinates":[[{ring}]]}}}}]}}')
    assert "so many points" in refusal(tmp_path, '[sources.land]\nfile = "land.geojson"\n')


@pytest.mark.drill
@pytest.mark.timeout(600)
def test_a_hundred_megabytes_of_geojson_are_read_in_bounded_memory(tmp_path):
    """A file of 100 MB becomes a pack; the process takes less than 20 times its size."""
    resource = pytest.importorskip("resource")
    house = '{"type":"Feature","properties":{"height_m":%.1f},"geometry":{"type":"Polygon","coordinates":[[%s]]}}'
    recipe_in(tmp_path, '[sources.buildings]\nfile = "buildings.geojson"\n')
    with (tmp_path / "buildings.geojson").open("w") as out:
        out.write('{"type":"FeatureCollection","features":[\n')
        number = 0
        while out.tell() < 100_000_000:
            x, y = 10 + number % 700 * 0.00014, 50 + number // 700 * 0.00014
            ring = ((x, y), (x + 1e-4, y), (x + 1e-4, y + 1e-4), (x, y + 1e-4), (x, y))
            corners = ",".join(f"[{lon:.12f},{lat:.12f}]" for lon, lat in ring)
            out.write((",\n" if number else "") + house % (3 + number % 30, corners))
            number += 1
        out.write("]}")
    ended = rtcc("city", "build", str(tmp_path), "--to", str(tmp_path / "built"), cwd=tmp_path, within_s=500)
    assert ended.returncode == 0, ended.stderr
    assert f"{number:,} rows from buildings.geojson" in ended.stdout
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 < 2_000_000_000


def test_a_target_that_is_something_else_is_left_alone(tmp_path):
    """A folder of other things, a file or a recipe is never written over."""
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for target, said in (("to", "is not a built city pack"), ("file", "is a file")):
        with pytest.raises(PackError, match=said):
            build_recipe(PLAIN, tmp_path / target, Report())
    with pytest.raises(PackError, match="not a built city pack"):
        build_recipe(recipe_in(tmp_path / "recipe"), tmp_path / "recipe", Report())
    assert (tmp_path / "to" / "thesis.txt").read_text() == (tmp_path / "file").read_text() == "mine"


def test_a_built_pack_and_a_missing_folder_are_no_recipes(tmp_path):
    """Both are told apart from a recipe that is wrong."""
    build_recipe(recipe_in(tmp_path / "recipe"), tmp_path / "built", Report())
    with pytest.raises(PackError, match="is a built city pack, not a recipe"):
        build_recipe(tmp_path / "built", tmp_path / "again", Report())
    with pytest.raises(PackError, match="is no folder"):
        build_recipe(tmp_path / "nowhere", tmp_path / "again", Report())


def test_the_command_line_says_it_in_one_sentence_and_ends_with_2(tmp_path):
    """`rtcc city build` and `check` refuse with a sentence on stderr and code 2, and leave nothing half-written."""
    recipe = recipe_in(tmp_path / "recipe", DISTRICTS.replace("label", "title"))
    for command, said in (
        (("build", str(recipe), "--to", str(tmp_path / "built")), "no column title"),
        (("check", str(recipe)), "rtcc city build"),
        (("check", str(tmp_path / "nowhere")), "cannot be read"),
    ):
        ended = rtcc("city", *command, cwd=tmp_path)
        assert ended.returncode == 2
        assert ended.stderr.startswith("rtcc: ")
        assert ended.stderr.count("\n") == 1
        assert said in ended.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["recipe"]


def test_the_command_line_says_what_it_did(tmp_path):
    """What was read, repaired, refused and is worth knowing stands on stdout, one line each, then their number."""
    recipe = recipe_in(tmp_path / "recipe")
    for command, last in (
        (("build", str(recipe), "--to", str(tmp_path / "built")), "is made: "),
        (("check", str(tmp_path / "built")), "can be used: "),
    ):
        ended = rtcc("city", *command, cwd=tmp_path)
        assert (ended.returncode, ended.stderr) == (0, "")
        lines = ended.stdout.splitlines()
        assert {line.split()[0] for line in lines[:-1]} <= {"read", "repaired", "refused", "warned"}
        assert last in lines[-1]
