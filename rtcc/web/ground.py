"""The ground under the map: small prepared files, served from memory, compressed once, with an ETag."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from rtcc.web.api.callers import ANYONE_HERE

router = APIRouter()
_TYPES = {".json": "application/json", ".geojson": "application/geo+json"}


@dataclass(frozen=True, slots=True)
class GroundFile:
    """One file as it is sent."""

    plain: bytes
    compressed: bytes
    etag: str
    media_type: str


def read_ground(folder: Path) -> dict[str, GroundFile]:
    """Read every file of the prepared ground, by name."""
    files = {}
    for path in sorted(folder.glob("*.*json")):
        plain = path.read_bytes()
        etag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
        files[path.name] = GroundFile(plain, gzip.compress(plain, 6, mtime=0), etag, _TYPES[path.suffix])
    return files


@router.get("/basemap/{name}", openapi_extra=ANYONE_HERE)
async def get_ground(name: str, request: Request) -> Response:
    """Return one file of the ground; 304 where the caller holds it already."""
    file: GroundFile | None = request.app.state.ground.get(name)
    if file is None:
        raise HTTPException(404, "The city pack draws no such layer.")
    headers = {"ETag": file.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.compressed, headers=headers | {"Content-Encoding": "gzip"}, media_type=file.media_type)
    return Response(file.plain, headers=headers, media_type=file.media_type)
