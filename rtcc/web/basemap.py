"""Serves the ground under the map: the tiles of the city pack and the small files beside them."""

from __future__ import annotations

import gzip
import hashlib
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, HTTPException, Request, Response

from rtcc.city.basemap import Basemap
from rtcc.city.pack import BASEMAP, DRAWN, PackError
from rtcc.web.rules import OPEN, by

log = logging.getLogger(__name__)
router = APIRouter()

#: For what may change under its address: kept, but asked for again each time (304 where it is the same).
ASK_AGAIN = "no-cache"
#: For a tile under the address that carries the version of its basemap: another content has another address.
FOR_EVER = "public, max-age=31536000, immutable"
DEEPEST_ZOOM = 30
_TILE = "application/vnd.mapbox-vector-tile"
_TYPES = {".json": "application/json", ".geojson": "application/geo+json"}


@dataclass(frozen=True, slots=True)
class Served:
    """One content as it is sent; ``etag`` stands for the content, whichever way it is sent."""

    plain: bytes
    compressed: bytes
    etag: str
    media_type: str

    @classmethod
    def of(cls, plain: bytes, media_type: str) -> Served:
        return cls(plain, gzip.compress(plain, 6, mtime=0), _fingerprint(plain), media_type)


@dataclass(frozen=True, slots=True)
class Ground:
    """What one city pack shows: its basemap, where it has one that can be used, and its small files by name."""

    tiles: Basemap | None = None
    files: dict[str, Served] = field(default_factory=dict)


def open_basemap(pack_folder: Path | None) -> Ground:
    """Open what the pack draws. Where nothing is, or a basemap is no good, the map stays plain and the web starts."""
    if pack_folder is None:
        return Ground()
    files = {
        path.name: Served.of(path.read_bytes(), _TYPES[path.suffix])
        for path in sorted((pack_folder / DRAWN).glob("*"))
        if path.suffix in _TYPES
    }
    if not (pack_folder / BASEMAP).is_file():
        return Ground(None, files)
    try:
        tiles = Basemap(pack_folder / BASEMAP)
    except PackError as error:
        log.warning("The map stays without streets: %s", error)
        return Ground(None, files)
    files["tiles.json"] = Served.of(orjson.dumps(_tile_json(tiles)), _TYPES[".json"])
    return Ground(tiles, files)


def _tile_json(tiles: Basemap) -> dict[str, Any]:
    return {
        "tilejson": "3.0.0",
        "tiles": [f"/basemap/{{z}}/{{x}}/{{y}}.mvt?v={tiles.version}"],
        "minzoom": tiles.minzoom,
        "maxzoom": tiles.maxzoom,
        "bounds": tiles.bounds,
        "attribution": tiles.attribution,
        "vector_layers": [{"id": layer, "fields": {}} for layer in tiles.layers],
    }


@router.get("/basemap/{z}/{x}/{y}.mvt", openapi_extra=by(OPEN))
async def get_tile(z: str, x: str, y: str, request: Request) -> Response:
    """Return one tile; 204 where nothing is drawn, which a map takes without a word."""
    tiles: Basemap | None = request.app.state.basemap.tiles
    if tiles is None:
        raise HTTPException(404, "The city pack has no basemap.")
    at = _address(z, x, y)
    keep = FOR_EVER if request.query_params.get("v") == tiles.version else ASK_AGAIN
    content = tiles.tile(*at)
    if content is None:
        return Response(status_code=204, headers={"Cache-Control": keep})
    zipped = _takes_gzip(request)
    etag = _fingerprint(content)
    if tiles.gzipped and not zipped:
        content, etag = gzip.decompress(content), _plain(etag)
    coding = {"Content-Encoding": "gzip"} if tiles.gzipped and zipped else {}
    return _answer(request, content, etag, _TILE, coding | {"Cache-Control": keep})


@router.get("/basemap/{name}", openapi_extra=by(OPEN))
async def get_drawn(name: str, request: Request) -> Response:
    """Return one small file of the ground."""
    file: Served | None = request.app.state.basemap.files.get(name)
    if file is None:
        raise HTTPException(404, "The city pack draws no such layer.")
    headers = {"Cache-Control": ASK_AGAIN}
    if _takes_gzip(request):
        return _answer(request, file.compressed, file.etag, file.media_type, headers | {"Content-Encoding": "gzip"})
    return _answer(request, file.plain, _plain(file.etag), file.media_type, headers)


def _answer(request: Request, content: bytes, etag: str, media_type: str, headers: dict[str, str]) -> Response:
    headers |= {"ETag": etag, "Vary": "Accept-Encoding"}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if etag in known or "*" in known:
        headers.pop("Content-Encoding", None)
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


def _address(z: str, x: str, y: str) -> tuple[int, int, int]:
    """Return the numbers of a tile; 422 for what is no tile of the world."""
    if all(each.isascii() and each.isdigit() and len(each) < 11 for each in (z, x, y)):
        zoom, column, row = int(z), int(x), int(y)
        if zoom <= DEEPEST_ZOOM and column < 1 << zoom and row < 1 << zoom:
            return zoom, column, row
    raise HTTPException(
        422, f"There is no such tile: z must be 0 to {DEEPEST_ZOOM}, x and y whole numbers from 0 to 2^z - 1."
    )


def _takes_gzip(request: Request) -> bool:
    for each in request.headers.get("accept-encoding", "").split(","):
        coding, _, weight = each.replace(" ", "").partition(";q=")
        if coding.lower() in {"gzip", "*"}:
            return weight.rstrip("0.") != "" if weight else True
    return False


def _fingerprint(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _plain(etag: str) -> str:
    # What is sent unzipped is another representation, and a strong ETag stands for one.
    return f'{etag[:-1]}-plain"'
