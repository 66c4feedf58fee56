"""Opens the basemap of a pack, one PMTiles file of vector tiles, and hands out its tiles as they lie there."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import math
import mmap
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from rtcc.city.pack import PackError

HEADER_BYTES = 127
#: The schema has more layers; a file without either of these is of another schema, or shows nothing to stand on.
TELLING_LAYERS = ("earth", "roads")
#: Parts of the index that are kept parsed; one stands for some thousands of tiles.
_INDEX_PARTS = 256


class Basemap:
    """The tiles of one file. The file is mapped: a pack that is replaced meanwhile leaves this one whole."""

    def __init__(self, file: Path) -> None:
        """Open and check the file. Raises PackError with one sentence."""
        try:
            with file.open("rb") as opened:
                self._bytes = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise PackError(f"{file} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise PackError(f"{file} is empty.") from error
        self._header = header = _header(self._bytes, file)
        told = _metadata(self._bytes, header, file)
        self.gzipped = header["tile_compression"] is Compression.GZIP
        self.minzoom, self.maxzoom = header["min_zoom"], header["max_zoom"]
        corners = (header["min_lon_e7"], header["min_lat_e7"], header["max_lon_e7"], header["max_lat_e7"])
        west, south, east, north = (corner / 1e7 for corner in corners)
        self.bounds = (west, south, east, north)
        self.attribution = _text(told.get("attribution", ""))
        self.layers = [str(each["id"]) for each in told["vector_layers"]]
        #: Another for every other content.
        self.version = hashlib.sha256(self._bytes).hexdigest()[:16]
        self._index = lru_cache(_INDEX_PARTS)(self._read_index)
        try:
            self._index(header["root_offset"], header["root_length"])
        except (OSError, EOFError, ValueError) as error:
            raise PackError(f"{file} has an index that cannot be read.") from error

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return the bytes of one tile, gzipped where ``gzipped`` says so; None where nothing is drawn."""
        if not (self.minzoom <= z <= self.maxzoom and 0 <= x < 1 << z and 0 <= y < 1 << z):
            return None
        number = zxy_to_tileid(z, x, y)
        offset, length = self._header["root_offset"], self._header["root_length"]
        # The format allows three steps down from the root.
        for _ in range(4):
            entry = find_tile(self._index(offset, length), number)
            if entry is None:
                return None
            if entry.run_length:
                start = self._header["tile_data_offset"] + entry.offset
                return self._bytes[start : start + entry.length]
            offset, length = self._header["leaf_directory_offset"] + entry.offset, entry.length
        return None

    def covers(self, bounds: tuple[float, float, float, float]) -> float:
        """Return the share of (west, south, east, north) that the file says it covers."""
        west, south, east, north = bounds
        width = min(east, self.bounds[2]) - max(west, self.bounds[0])
        height = min(north, self.bounds[3]) - max(south, self.bounds[1])
        return max(width, 0.0) * max(height, 0.0) / ((east - west) * (north - south))

    def tile_at(self, lon: float, lat: float) -> bytes | None:
        """Return the bytes of the closest look at a place; None where nothing is drawn."""
        side = 1 << self.maxzoom
        x = int((lon + 180) / 360 * side)
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)
        return self.tile(self.maxzoom, x, y)

    def _read_index(self, offset: int, length: int) -> list[Entry]:
        return deserialize_directory(self._bytes[offset : offset + length])


def _header(content: mmap.mmap, file: Path) -> HeaderDict:
    try:
        header = deserialize_header(content[:HEADER_BYTES])
    except (MagicNumberNotFound, SpecVersionUnsupported, ValueError, IndexError) as error:
        raise PackError(f"{file} is no PMTiles file of version 3.") from error
    ends = [header["root_offset"] + header["root_length"], header["metadata_offset"] + header["metadata_length"]]
    ends += [header["leaf_directory_offset"] + header["leaf_directory_length"]]
    ends += [header["tile_data_offset"] + header["tile_data_length"]]
    if len(content) < max(ends):
        raise PackError(f"{file} is cut short: it should have {max(ends):,} bytes and has {len(content):,}.")
    if header["tile_type"] is not TileType.MVT:
        raise PackError(f"{file} holds {header['tile_type'].name} tiles; a basemap must hold vector tiles (MVT).")
    for what, allowed in (("tile", (Compression.GZIP, Compression.NONE)), ("internal", (Compression.GZIP,))):
        if (used := header[f"{what}_compression"]) not in allowed:  # type: ignore[literal-required]
            raise PackError(f"{file} has {what} compression {used.name}; it must be GZIP.")
    return header


def _metadata(content: mmap.mmap, header: HeaderDict, file: Path) -> dict[str, Any]:
    raw = content[header["metadata_offset"] : header["metadata_offset"] + header["metadata_length"]]
    try:
        told = json.loads(gzip.decompress(raw))
        names = [str(each["id"]) for each in told["vector_layers"]]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise PackError(f"{file} does not say which layers it holds.") from error
    if not set(TELLING_LAYERS) & set(names):
        shown = ", ".join(names) or "none"
        raise PackError(
            f"{file} has the layers {shown}; a basemap must have those of the Protomaps basemap schema, version 4, "
            f"{' or '.join(TELLING_LAYERS)} among them."
        )
    return dict(told)


def _text(markup: object) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", str(markup))).strip()
