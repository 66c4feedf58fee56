"""San Francisco's real public files become a city pack, as other ways to measure them confirm."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas
import pytest
import shapely

from rtcc.city.build.recipe import build_recipe
from rtcc.city.build.report import Report
from rtcc.city.check import check_pack
from rtcc.city.pack import load_pack
from rtcc.city.read import read_layer

RECIPE = Path(__file__).parents[2] / "cities" / "san_francisco"


def test_every_layer_of_the_recipe_is_there(san_francisco):
    """Ten districts, 41 neighbourhoods, the census's streets, places, parks and the shore; no beats are published."""
    pack, _ = san_francisco
    counts = {role: len(read_layer(pack, role)) for role in pack.layers}
    assert counts.pop("places") > 150
    assert counts == {"districts": 10, "neighborhoods": 41, "streets": 4087, "land": 2, "landuse": 221}


def test_what_was_told_is_so(san_francisco, shared_data):
    """Streets without names, places outside, the park that crosses itself: counted again here, from the files."""
    pack, told = san_francisco
    roads = geopandas.read_file(shared_data / "sf_roads" / "tl_2017_06075_roads.shp")
    assert f"warned streets: {int(roads['FULLNAME'].isna().sum())} of 4,087 streets have no name." in told
    schools = geopandas.read_file(shared_data / "sf_places" / "school.geojson")
    outside = int((~schools.intersects(shapely.box(*pack.bounds))).sum())
    assert any(f"{outside} rows of school.geojson outside the bounds" in line for line in told)
    parks = geopandas.read_file(shared_data / "sf_ground" / "RPD_Parks.shp")
    broken = parks.loc[~parks.is_valid, "map_park_n"].tolist()
    assert any(line.startswith("repaired landuse") and broken[0] in line for line in told)


def test_the_gaps_between_districts_have_the_area_that_utm_gives(san_francisco, shared_data):
    """The holes in the union of the districts, measured in UTM zone 10 instead, agree within one per cent."""
    _, told = san_francisco
    districts = geopandas.read_file(shared_data / "sf_boundaries" / "police_districts.geojson").to_crs("EPSG:26910")
    whole = shapely.get_parts(districts.union_all())
    holes = [shapely.Polygon(ring).area for part in whole for ring in part.interiors]
    (line,) = [line for line in told if line.startswith("warned districts") and "gap" in line]
    assert float(re.search(r"([\d.]+) ha", line)[1]) == pytest.approx(sum(holes) / 10_000, rel=0.01)


def test_streets_have_the_names_and_classes_that_people_steer_by(san_francisco):
    """The census's codes and gaps are gone: I-80 is a motorway, Mission St an arterial, and ramps are ramps."""
    pack, _ = san_francisco
    streets = read_layer(pack, "streets")
    classes = streets.groupby("name")["class"].agg(set)
    assert classes["I-80"] == {"motorway"}
    assert classes["Mission St"] == {"arterial"}
    assert not streets["name"].str.contains(r"\b[A-Z]- \d").any()
    assert set(streets["class"]) == {"motorway", "ramp", "arterial", "local", "alley", "path"}


def test_the_codes_of_the_real_calls_are_in_its_table(san_francisco, shared_data):
    """Every final code of 48 hours of calls has a row, with the priority of most of its calls."""
    pack, _ = san_francisco
    calls = geopandas.pd.read_csv(shared_data / "sf_calls_realtime" / "calls.csv", dtype=str)
    table = {each.code: each for each in pack.call_types}
    assert set(calls["call_type_final"]) == set(table)
    assert table["418"].priority == 2
    assert table["801"].priority == 1
    assert table["801"].sensitive
    assert {each.priority for each in pack.call_types} == set(pack.targets)


def test_who_drew_it_is_said(san_francisco):
    """The places are OpenStreetMap's, under a licence that asks for its name."""
    pack, _ = san_francisco
    assert "© OpenStreetMap contributors" in pack.attribution
    assert "TIGER" in pack.attribution


def test_the_pack_can_be_used(san_francisco):
    """`rtcc city check` finds one connected network and a basemap over the whole city."""
    pack, _ = san_francisco
    report = Report()
    check_pack(pack.folder, report)
    sentences = [each.sentence for each in report.findings]
    assert any("One connected network of 1" in sentence for sentence in sentences)
    assert not any("bounds" in each.sentence for each in report.findings if each.layer == "basemap")


def test_a_ready_basemap_serves_as_well(san_francisco, shared_data, tmp_path):
    """An extract in the Protomaps schema is taken as it is, and its makers are named."""
    recipe = tmp_path / "recipe"
    recipe.mkdir()
    for file in RECIPE.iterdir():
        (recipe / file.name).write_bytes(file.read_bytes())
    text = (recipe / "city.toml").read_text()
    head = f'data = "{shared_data}"\nbasemap = "sf_basemap/sf.pmtiles"\nbasemap_attribution = "Protomaps"'
    (recipe / "city.toml").write_text(text.replace('data = "../../../shared/data"', head))
    build_recipe(recipe, tmp_path / "built", Report())
    pack = load_pack(tmp_path / "built")
    report = Report()
    check_pack(pack.folder, report)
    assert pack.basemap.stat().st_size == (shared_data / "sf_basemap" / "sf.pmtiles").stat().st_size
    assert pack.attribution.endswith("Protomaps")
    assert any(each.layer == "basemap" and each.kind == "warned" for each in report.findings)
