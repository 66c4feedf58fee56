"""Looks into a PMTiles file before a city pack relies on it as its basemap."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from pathlib import Path

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import MagicNumberNotFound, SpecVersionUnsupported, TileType

from rtcc.city.pack import PackError

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Archive:
    """What a basemap says of itself; ``holds_center`` tells whether there is a tile at the city's centre."""

    minzoom: int
    maxzoom: int
    bounds: Bounds
    layers: tuple[str, ...]
    attribution: str
    holds_center: bool

    def covers(self, bounds: Bounds) -> float:
        """Return the share of the bounds that the archive says it covers."""
        west, south, east, north = bounds
        width = min(east, self.bounds[2]) - max(west, self.bounds[0])
        height = min(north, self.bounds[3]) - max(south, self.bounds[1])
        return max(width, 0.0) * max(height, 0.0) / ((east - west) * (north - south))


def look_into(file: Path, center: tuple[float, float]) -> Archive:
    """Open the archive, read its directory and one tile. Raises PackError."""
    try:
        with file.open("rb") as opened:
            return _archive(Reader(MmapSource(opened)), center)
    except OSError as error:
        raise PackError(f"{file} cannot be read: {error.strerror or error}.") from error
    except SpecVersionUnsupported as error:
        raise PackError(f"{file} is a PMTiles file of another version; it must be version 3.") from error
    except (MagicNumberNotFound, UnicodeDecodeError) as error:
        raise PackError(f"{file} is no PMTiles file.") from error
    except (ValueError, IndexError, KeyError, EOFError, zlib.error) as error:
        raise PackError(
            f"{file} is a damaged PMTiles file, or one of raster images; it must hold vector tiles."
        ) from error


def _archive(reader: Reader, center: tuple[float, float]) -> Archive:
    head = reader.header()
    if head["tile_type"] != TileType.MVT:
        raise ValueError("raster")
    about = reader.metadata()
    lon, lat = center
    side = 2 ** head["max_zoom"]
    x = int((lon + 180) / 360 * side)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)
    corners = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
    west, south, east, north = (head[corner] / 1e7 for corner in corners)
    return Archive(
        minzoom=head["min_zoom"],
        maxzoom=head["max_zoom"],
        bounds=(west, south, east, north),
        layers=tuple(str(each["id"]) for each in about.get("vector_layers", ())),
        attribution=str(about.get("attribution", "")),
        holds_center=bool(reader.get(head["max_zoom"], x, y)),
    )
