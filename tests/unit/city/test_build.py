from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from rtcc.city.build.names import title_case, written
from rtcc.city.read import read_layer
from tests.recipes import DISTRICTS, HEAD, STREETS, built, frame_of, recipe_in, squares, told, write


def beat(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(10 + west, 50 + south, 10 + east, 50 + north)


def test_a_shapefile_without_its_index_is_read_and_its_folder_left_alone(tmp_path):
    """A lost .shx is rebuilt elsewhere, because the data folder is not ours to write in."""
    data = tmp_path / "data"
    data.mkdir()
    squares().to_crs("EPSG:25833").to_file(data / "squares.shp")
    (data / "squares.shx").unlink()
    before = sorted(data.iterdir())
    pack, findings = built(tmp_path, '[sources.districts]\nfile = "data/squares.shp"\nname = "label"\n')
    frame = read_layer(pack, "districts")
    assert list(frame["name"]) == ["West End", "East End"]
    assert frame.total_bounds == pytest.approx([10.0, 50.0, 10.1, 50.1], abs=1e-6)
    assert sorted(data.iterdir()) == before
    assert "repaired" in told(findings, "squares.shp", ".shx")
    assert told(findings, "2 rows from squares.shp", "EPSG:25833")


def test_data_may_lie_elsewhere(tmp_path, monkeypatch):
    """RTCC_CITY_DATA names the folder of files that are not beside the recipe."""
    data = tmp_path / "data"
    data.mkdir()
    write(squares(), data / "elsewhere.geojson")
    monkeypatch.setenv("RTCC_CITY_DATA", str(data))
    pack, _ = built(tmp_path / "recipe", DISTRICTS.replace("districts.geojson", "elsewhere.geojson"))
    assert set(pack.layers) == {"districts", "land"}


def test_an_optional_file_that_is_absent_leaves_its_layer_out_and_says_so(tmp_path):
    """A recipe can do without a file that it calls optional, and says what the pack lacks."""
    text = '[sources.landuse]\nfile = "nowhere.geojson"\noptional = true\n'
    pack, findings = built(tmp_path, DISTRICTS + text)
    assert "landuse" not in pack.layers
    assert told(findings, "warned landuse", "nowhere.geojson is absent")
    assert told(findings, "no streets", "no drive times")
    assert told(findings, "no land")


def test_only_the_chosen_rows_of_a_file_are_read(tmp_path):
    """`only` keeps rows by the value of a column."""
    pack, _ = built(tmp_path, DISTRICTS + 'only = { label = ["EAST END"] }\n')
    assert list(read_layer(pack, "districts")["name"]) == ["East End"]


def test_polygons_that_cross_themselves_are_mended_and_told(tmp_path):
    """A bow tie becomes two triangles of the same outline, and the report names it."""
    bow = shapely.Polygon([(10.0, 50.0), (10.1, 50.1), (10.1, 50.0), (10.0, 50.1)])
    write(frame_of([bow], label=["BOW TIE"]), tmp_path / "districts.geojson")
    pack, findings = built(tmp_path)
    (shape,) = read_layer(pack, "districts").geometry
    assert shape.is_valid
    assert shape.area == pytest.approx(0.005)
    assert told(findings, "repaired districts", "Bow Tie", "self-intersection")


def test_areas_of_the_same_name_are_joined(tmp_path):
    """A district in two rows is one district of two parts."""
    shapes = [beat(0, 0, 0.03, 0.1), beat(0.03, 0, 0.06, 0.1), beat(0.06, 0, 0.1, 0.1)]
    write(frame_of(shapes, label=["NORTH", "SOUTH", "NORTH"]), tmp_path / "districts.geojson")
    pack, findings = built(tmp_path)
    assert list(read_layer(pack, "districts")["name"]) == ["North", "South"]
    assert told(findings, "repaired districts", "1 name", "North")


def test_streets_without_names_are_counted_and_parts_become_lines(tmp_path):
    """Nothing is lost of a street in several parts, and how many have no name is told."""
    one = shapely.LineString([(10.01, 50.01), (10.02, 50.01)])
    two = shapely.MultiLineString([[(10.02, 50.01), (10.03, 50.01)], [(10.03, 50.01), (10.03, 50.02)]])
    frame = frame_of([one, two], name=["OAK STREET", None], **{"class": ["local", "arterial"]})
    write(frame, tmp_path / "streets.geojson")
    pack, findings = built(tmp_path, STREETS)
    assert list(read_layer(pack, "streets")["name"]) == ["Oak Street", "", ""]
    assert told(findings, "warned streets", "2 of 3 streets have no name")
    assert told(findings, "repaired streets", "1 line of streets.geojson with several parts")


def test_classes_directions_and_levels_are_translated(tmp_path):
    """The city's own words become ours by the recipe's tables; what they do not name is left out and told."""
    lines = [shapely.LineString([(10.01, y), (10.02, y)]) for y in np.linspace(50.01, 50.05, 5)]
    frame = frame_of(
        lines,
        name=["A ST", "B ST", "C ST", "D ST", "Main St"],
        type=["HWY", "RES", "FERRY", "RES", "RES"],
        way=["F", "T", "B", "?", None],
        z=["over", None, None, "1", None],
    )
    write(frame, tmp_path / "streets.geojson")
    text = """[sources.streets]
    file = "streets.geojson"
    class = "type"
    classes = { HWY = "motorway", RES = "local" }
    oneway = "way"
    oneways = { F = 1, T = -1, B = 0 }
    level = "z"
    levels = { over = 1 }
    arterials = ["Main St", "Gone St"]
    """
    pack, findings = built(tmp_path, text)
    streets = read_layer(pack, "streets")
    assert list(streets["name"]) == ["A St", "B St", "D St", "Main St"]
    assert list(streets["class"]) == ["motorway", "local", "local", "arterial"]
    assert list(streets["oneway"]) == [1, -1, 0, 0]
    assert list(streets["level"]) == [1, 0, 1, 0]
    assert told(findings, "refused streets", "'FERRY' (1)")
    assert told(findings, "warned streets", "oneway", "'?' (1)")
    assert told(findings, "Gone St")


def test_places_of_a_table_outside_the_bounds_or_without_coordinates_are_refused_and_counted(tmp_path):
    """Of a CSV, what lies in the city is taken, and the rest is counted, with the first of them."""
    rows = ["Hall;town hall;50.05;10.05", "Far;school;50.15;10.05", "Nowhere;school;;", "Typo;school;5O.1;10.05"]
    (tmp_path / "places.csv").write_text("\n".join(["title;what;Lat;Lon", *rows]), "utf-8-sig")
    text = (
        '[sources.places]\nfile = "places.csv"\nname = "title"\nkind = "what"\nkinds = { "town hall" = "town_hall" }\n'
    )
    pack, findings = built(tmp_path, text)
    assert read_layer(pack, "places")[["name", "kind"]].values.tolist() == [["Hall", "town_hall"]]
    assert told(findings, "refused places", "1 row of places.csv outside the bounds", "Far")
    assert told(findings, "refused places", "2 rows of places.csv without coordinates", "row 3")


def test_cameras_of_a_table_in_feet_have_their_own_columns(tmp_path):
    """A CSV may hold coordinates of any system, and constants stand for columns that it lacks."""
    x, y = (
        geopandas.GeoSeries([shapely.Point(10.05, 50.05)], crs="EPSG:4326")
        .to_crs("EPSG:3857")
        .get_coordinates()
        .iloc[0]
    )
    (tmp_path / "cameras.csv").write_text(f"n,X,Y,dir\nC1,{x},{y},-90\nC1,{x},{y},\n,{x},{y},x\n")
    text = '[sources.cameras]\nfile = "cameras.csv"\nid = "n"\nlat = "Y"\nlon = "X"\ncrs = "EPSG:3857"\n'
    pack, findings = built(tmp_path, text + 'heading_deg = "dir"\nfov_deg = { value = 60 }\n')
    cameras = read_layer(pack, "cameras")
    assert list(cameras["id"]) == ["C1", "camera-3"]
    assert cameras["heading_deg"].iloc[0] == 270
    assert np.isnan(cameras["heading_deg"].iloc[1])
    assert list(cameras["fov_deg"]) == [60, 60]
    assert cameras["range_m"].isna().all()
    assert cameras.geometry[0].distance(shapely.Point(10.05, 50.05)) < 1e-6
    assert told(findings, "refused cameras", "C1")
    assert told(findings, "warned cameras", "heading_deg", "'x' (1)")


def test_points_written_as_text_and_areas_stand_for_places(tmp_path):
    """A column of WKT is as good as two of numbers, and a building's outline as good as its point."""
    (tmp_path / "a.csv").write_text(
        'name,where\nHall,POINT (10.05 50.05)\nBarn,"POLYGON ((10 50, 10.01 50, 10 50.01, 10 50))"\n'
    )
    pack, findings = built(tmp_path, '[sources.places]\nfile = "a.csv"\nwkt = "where"\nkind = { value = "school" }\n')
    places = read_layer(pack, "places")
    assert list(places["kind"]) == ["school", "school"]
    assert set(places.geom_type) == {"Point"}
    assert told(findings, "repaired places", "1 row of a.csv drawn as an area")


def test_one_layer_may_come_from_several_files_of_several_formats(tmp_path):
    """Tables of one layer add up, and a GeoParquet file of our own columns needs no mapping."""
    frame_of([shapely.Point(10.01, 50.01)], name=["Clinic"], kind=["hospital"]).to_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text("name,lat,lon\nEngine 1,50.02,10.02\n")
    first, second = '[[sources.places]]\nfile = "a.parquet"\n', '[[sources.places]]\nfile = "b.csv"\n'
    text = first + second + 'kind = { value = "fire_station" }\n'
    pack, _ = built(tmp_path, text)
    places = read_layer(pack, "places")
    assert sorted(zip(places["name"], places["kind"], strict=True)) == [
        ("Clinic", "hospital"),
        ("Engine 1", "fire_station"),
    ]


def test_degrees_without_a_coordinate_system_are_taken_for_wgs_84(tmp_path):
    """A shapefile without .prj in degrees is read, and the assumption is told."""
    squares().to_file(tmp_path / "squares.shp")
    (tmp_path / "squares.prj").unlink()
    _, findings = built(tmp_path, '[sources.districts]\nfile = "squares.shp"\nname = "label"\n')
    assert told(findings, "warned districts", "WGS 84 is assumed")


def test_a_city_without_tables_gets_the_general_ones(tmp_path):
    """Call types and targets have defaults for every priority, and the report says that they were taken."""
    pack, findings = built(tmp_path)
    assert len(pack.call_types) >= 20
    assert {each.priority for each in pack.call_types} == set(pack.targets) == {1, 2, 3, 4, 5}
    assert told(findings, "no call_types")
    assert told(findings, "no targets")


def test_land_is_cut_to_what_the_glass_shows(tmp_path):
    """A country's outline becomes the part that can be seen."""
    write(frame_of([shapely.box(0, 40, 20, 60)]), tmp_path / "land.geojson")
    pack, _ = built(tmp_path, DISTRICTS + '[sources.land]\nfile = "land.geojson"\n')
    assert read_layer(pack, "land").total_bounds == pytest.approx([9.9, 49.9, 10.2, 50.2])


def test_a_pack_is_made_anew_in_the_same_place(tmp_path):
    """Building over a pack replaces it whole, and leaves nothing else behind."""
    first, _ = built(tmp_path)
    write(squares().iloc[:1], tmp_path / "districts.geojson")
    again, _ = built(tmp_path, head=HEAD.replace("Testville", "Newtown"))
    assert (first.name, again.name) == ("Testville", "Newtown")
    assert len(read_layer(again, "districts")) == 1
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_a_killed_build_is_cleared_away_by_the_next(tmp_path):
    """What a build that was killed has left behind does not stay for ever."""
    left = tmp_path / ".built.part-999999999"
    left.mkdir()
    built(tmp_path)
    assert not left.exists()


def test_a_ready_basemap_is_taken_with_its_attribution(tmp_path):
    """A basemap named in the recipe is copied byte for byte, and who made it is said on the map."""
    made, _ = built(recipe_in(tmp_path / "first"))
    (tmp_path / "ready.pmtiles").write_bytes(made.basemap.read_bytes())
    head = HEAD + 'attribution = "Us"\nbasemap = "ready.pmtiles"\nbasemap_attribution = "© Them"\n'
    pack, _ = built(tmp_path, head=head)
    assert pack.basemap.read_bytes() == made.basemap.read_bytes()
    assert pack.attribution == "Us · © Them"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("NORTH BEACH", "North Beach"),
        ("Mission", "Mission"),
        ("3D12", "3D12"),
        ("NE", "NE"),
        ("O'FARRELL", "O'farrell"),
    ],
)
def test_names_in_capitals_are_written_as_people_write_them(given, expected):
    """Names in capitals become title case; short codes and callsigns stay."""
    assert title_case(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"), [("I- 80", "I-80"), ("  Oak   St ", "Oak St"), ("US Hwy 101", "US Hwy 101")]
)
def test_the_gaps_of_the_census_are_closed(given, expected):
    """TIGER leaves a space after the hyphen of a route number."""
    assert written(given) == expected
