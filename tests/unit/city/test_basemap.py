from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any

import pytest
from pmtiles.reader import MmapSource, all_tiles
from pmtiles.tile import Compression, TileType, tileid_to_zxy, zxy_to_tileid
from pmtiles.writer import Writer

from rtcc.city.basemap import Basemap
from rtcc.city.pack import PackError

LAYERS = {"vector_layers": [{"id": "earth", "fields": {}}, {"id": "roads", "fields": {}}]}


def archive(file: Path, tiles: dict[int, bytes], metadata: dict[str, Any] | None = None, **header: Any) -> Path:
    """Write a PMTiles file of these tiles."""
    with file.open("wb") as out:
        writer = Writer(out)
        for number, content in tiles.items():
            writer.write_tile(number, content)
        told = {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP, "min_zoom": 0, "max_zoom": 14}
        writer.finalize(told | header, LAYERS if metadata is None else metadata)
    return file


def test_every_tile_of_a_ready_extract_is_found(shared_data: Path) -> None:
    """Each tile of a real extract has the bytes that the format's own reader gives, and its attribution is told."""
    file = shared_data / "sf_basemap" / "sf.pmtiles"
    basemap = Basemap(file)
    with file.open("rb") as opened:
        expected = dict(all_tiles(MmapSource(opened)))
    assert len(expected) == 133
    assert all(basemap.tile(*at) == content for at, content in expected.items())
    assert (basemap.minzoom, basemap.maxzoom) == (0, 14)
    assert basemap.bounds == (-122.52, 37.7, -122.35, 37.83)
    assert basemap.attribution == "© OpenStreetMap"
    assert {"earth", "water", "landuse", "roads", "buildings", "places", "pois", "boundaries"} <= set(basemap.layers)
    assert basemap.gzipped


def test_a_large_index_is_searched_in_parts(tmp_path: Path) -> None:
    """In a file whose index has leaves, every tile is found, and none where there is none."""
    dice = random.Random(4)
    first = zxy_to_tileid(12, 0, 0)
    numbers = sorted(dice.sample(range(first, first + 200_000), 20_000))
    tiles = {number: dice.randbytes(dice.randrange(10, 90)) for number in numbers}
    basemap = Basemap(archive(tmp_path / "large.pmtiles", tiles))
    assert basemap._header["leaf_directory_length"] > 0
    for number in numbers[::97]:
        assert basemap.tile(*tileid_to_zxy(number)) == tiles[number]
    absent = sorted(set(range(first, first + 200_000)) - set(numbers))
    assert all(basemap.tile(*tileid_to_zxy(number)) is None for number in absent[::997])


def test_tiles_outside_the_file_are_none(tmp_path: Path) -> None:
    """A zoom or a place that the file does not have is no error."""
    basemap = Basemap(archive(tmp_path / "one.pmtiles", {zxy_to_tileid(3, 1, 2): b"tile"}, min_zoom=3, max_zoom=3))
    assert basemap.tile(3, 1, 2) == b"tile"
    for at in ((3, 0, 0), (2, 0, 0), (4, 2, 4), (3, 8, 0), (3, 0, -1), (40, 0, 0)):
        assert basemap.tile(*at) is None


def test_other_content_has_another_version(tmp_path: Path) -> None:
    """The version follows the content and nothing else."""
    number = zxy_to_tileid(3, 1, 2)
    one, same = (archive(tmp_path / f"{name}.pmtiles", {number: b"tile"}) for name in ("one", "same"))
    other = archive(tmp_path / "other.pmtiles", {number: b"tilE"})
    assert Basemap(one).version == Basemap(same).version != Basemap(other).version


def test_a_basemap_that_is_replaced_stays_whole_where_it_is_open(tmp_path: Path) -> None:
    """A pack can be built anew under a running server."""
    number = zxy_to_tileid(3, 1, 2)
    file = archive(tmp_path / "map.pmtiles", {number: b"old"})
    basemap = Basemap(file)
    archive(tmp_path / "new.pmtiles", {number: b"new"}).replace(file)
    assert basemap.tile(3, 1, 2) == b"old"
    assert Basemap(file).tile(3, 1, 2) == b"new"


def test_what_is_no_such_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """Nothing, an empty file, something else, another version and a half-copied file are told apart."""
    file = tmp_path / "map.pmtiles"
    whole = archive(file, {zxy_to_tileid(3, 1, 2): gzip.compress(b"tile")}).read_bytes()
    for content, sentence in (
        (None, "cannot be read: No such file or directory."),
        (b"", "is empty."),
        (b"PMTiles", "is no PMTiles file of version 3."),
        (b"\xff" * 300, "is no PMTiles file of version 3."),
        (whole[:7] + b"\x02" + whole[8:], "is no PMTiles file of version 3."),
        (whole[:-3], f"is cut short: it should have {len(whole):,} bytes and has {len(whole) - 3:,}."),
        (whole[:127] + b"\x00" * 4 + whole[131:], "has an index that cannot be read."),
    ):
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(PackError) as told:
            Basemap(file)
        assert str(told.value) == f"{file} {sentence}"


@pytest.mark.parametrize(
    ("header", "metadata", "sentence"),
    [
        ({"tile_type": TileType.PNG}, LAYERS, "holds PNG tiles; a basemap must hold vector tiles (MVT)."),
        ({"tile_compression": Compression.BROTLI}, LAYERS, "has tile compression BROTLI; it must be GZIP."),
        ({}, {}, "does not say which layers it holds."),
        (
            {},
            {"vector_layers": [{"id": "transportation"}, {"id": "waterway"}]},
            (
                "has the layers transportation, waterway; a basemap must have those of the Protomaps basemap schema, "
                "version 4, earth or roads among them."
            ),
        ),
    ],
)
def test_tiles_of_another_kind_are_refused(
    tmp_path: Path, header: dict[str, Any], metadata: dict[str, Any], sentence: str
) -> None:
    """Pictures, other compressions and other schemas are told apart before anything is drawn from them."""
    file = archive(tmp_path / "map.pmtiles", {zxy_to_tileid(3, 1, 2): b"tile"}, metadata, **header)
    with pytest.raises(PackError) as told:
        Basemap(file)
    assert str(told.value) == f"{file} {sentence}"
