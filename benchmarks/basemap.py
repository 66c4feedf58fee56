"""Basemap: how soon a tile of the map is answered over HTTP, fetched for the first time and asked for again (304).

A real server on loopback with nothing but the basemap's routes; the tiles are made up, as many and as large as asked.
"""

from __future__ import annotations

import contextlib
import gzip
import random
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from pmtiles.tile import Compression, TileType, tileid_to_zxy, zxy_to_tileid
from pmtiles.writer import Writer

from benchmarks.processes import ROOT
from benchmarks.report import row, show, spread
from rtcc.city.pack import BASEMAP
from rtcc.web import basemap

_ZOOM = 14
_TILE_BYTES = 12_000
_ASKED_MS = 5.0


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    tiles, asked = (200, 100) if quick else (17_000, 3_000)
    with tempfile.TemporaryDirectory(prefix="rtcc-bench-") as place:
        size = _write(Path(place) / BASEMAP, tiles)
        with _serving(Path(place)) as address, httpx.Client(base_url=address) as client:
            template = client.get("/basemap/tiles.json").json()["tiles"][0]
            first, again = _measure(client, template, tiles, asked)
    shown = f"{size / 1e6:,.0f} MB, {tiles:,} tiles of about {_TILE_BYTES // 1000} kB"
    rows = [
        row("tile, first time, p95", first["p95"], "ms", at_most=_ASKED_MS, note=shown),
        row("tile, first time, p50", first["p50"], "ms"),
        row("tile, asked again (304), p95", again["p95"], "ms", at_most=_ASKED_MS),
        row("tile, asked again (304), p50", again["p50"], "ms"),
    ]
    show("Basemap: tiles over HTTP", rows)
    return {"title": "basemap", "rows": rows, "first_ms": first, "again_ms": again}


def _numbers(count: int) -> list[int]:
    start = zxy_to_tileid(_ZOOM, 2 << 10, 3 << 10)
    return list(range(start, start + 2 * count, 2))


def _write(file: Path, count: int) -> int:
    dice = random.Random(1)
    with file.open("wb") as out:
        writer = Writer(out)
        for number in _numbers(count):
            writer.write_tile(number, gzip.compress(dice.randbytes(dice.randrange(_TILE_BYTES * 2)), 1, mtime=0))
        header = {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP, "min_zoom": 0, "max_zoom": _ZOOM}
        writer.finalize(header, {"vector_layers": [{"id": "roads", "fields": {}}]})
    return file.stat().st_size


@contextlib.contextmanager
def _serving(pack: Path) -> Iterator[str]:
    server = Popen([sys.executable, "-m", "benchmarks.basemap", str(pack)], cwd=ROOT, stdout=PIPE, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait(10)


def _measure(client: httpx.Client, template: str, tiles: int, asked: int) -> tuple[dict[str, float], dict[str, float]]:
    dice = random.Random(2)
    first, again = [], []
    for number in dice.sample(_numbers(tiles), asked):
        z, x, y = tileid_to_zxy(number)
        address = template.format(z=z, x=x, y=y)
        started = time.perf_counter()
        answer = client.get(address)
        first.append((time.perf_counter() - started) * 1000)
        headers = {"If-None-Match": answer.headers["etag"]}
        started = time.perf_counter()
        held = client.get(address, headers=headers)
        again.append((time.perf_counter() - started) * 1000)
        if (answer.status_code, held.status_code) != (200, 304):
            raise RuntimeError(f"{address} was answered {answer.status_code}, then {held.status_code}.")
    return spread(first), spread(again)


def _serve(pack: Path) -> None:
    app = FastAPI(openapi_url=None)
    app.state.basemap = basemap.open_basemap(pack)
    app.include_router(basemap.router)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(64)
        print(f"http://127.0.0.1:{taken.getsockname()[1]}", flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[taken])


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
