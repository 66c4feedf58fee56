"""What the map's files answer over HTTP: tiles, the small files beside them, and a pack that has none of them."""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from rtcc.web import basemap
from tests import grid_town

PLAIN = {"Accept-Encoding": "identity"}
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return grid_town.write_town(tmp_path_factory.mktemp("town") / "pack")


@contextlib.contextmanager
def client_of(pack: Path | None) -> Iterator[httpx.Client]:
    """Serve a pack's ground by itself, and give a client of that server."""
    app = FastAPI()
    app.state.basemap = basemap.open_basemap(pack)
    app.include_router(basemap.router)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}", timeout=10) as client:
            yield client
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def web(pack: Path) -> Iterator[httpx.Client]:
    with client_of(pack) as client:
        yield client


@pytest.fixture(scope="module")
def tile(web: httpx.Client) -> str:
    """The address of a tile in the middle of the town, as the page makes it."""
    template: str = web.get("/basemap/tiles.json").json()["tiles"][0]
    return template.format(z=14, x=3658, y=6106)


def raw(answer: httpx.Response) -> bytes:
    """The bytes of an answer as they came, before any client unzips them."""
    return b"".join(answer.iter_raw())


def test_a_tile_is_sent_as_it_lies_in_the_file(web: httpx.Client, tile: str, pack: Path) -> None:
    """Who takes gzip gets the file's own bytes."""
    with web.stream("GET", tile, headers=GZIP) as answer:
        body = raw(answer)
    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert body in (pack / "basemap.pmtiles").read_bytes()
    assert body[:2] == b"\x1f\x8b"


@pytest.mark.parametrize("accepted", ["identity", "", "br", "gzip;q=0", "gzip; q=0.0"])
def test_who_takes_no_gzip_gets_plain_bytes(web: httpx.Client, tile: str, accepted: str) -> None:
    """The same tile, unzipped here, under an ETag of its own."""
    zipped = web.get(tile, headers=GZIP)
    with web.stream("GET", tile, headers={"Accept-Encoding": accepted}) as plain:
        body = raw(plain)
    assert "content-encoding" not in plain.headers
    assert body == zipped.content
    assert plain.headers["etag"] != zipped.headers["etag"]
    assert plain.headers["vary"] == zipped.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["tile", "/basemap/districts.geojson", "/basemap/tiles.json"])
@pytest.mark.parametrize("accepted", [GZIP, PLAIN])
def test_what_the_caller_holds_is_not_sent_again(
    web: httpx.Client, tile: str, path: str, accepted: dict[str, str]
) -> None:
    """The strong ETag of a content is answered by 304 without a body, alone, in a list, or weakened by a proxy."""
    path = tile if path == "tile" else path
    first = web.get(path, headers=accepted)
    etag = first.headers["etag"]
    assert etag.startswith('"')
    for held in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = web.get(path, headers=accepted | {"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert web.get(path, headers=accepted | {"If-None-Match": '"other"'}).status_code == 200


def test_only_a_tile_with_its_version_in_the_address_is_kept_for_ever(web: httpx.Client, tile: str) -> None:
    """A rebuilt pack has other addresses; what has the same address is asked for again."""
    assert web.get(tile).headers["cache-control"] == "public, max-age=31536000, immutable"
    bare = tile.partition("?")[0]
    for address in (bare, f"{bare}?v=older", "/basemap/city.json", "/basemap/tiles.json"):
        assert web.get(address).headers["cache-control"] == "no-cache"


def test_the_tiles_tell_what_a_map_must_know(web: httpx.Client) -> None:
    """tiles.json is a TileJSON: zooms, bounds, attribution, layers, and where the tiles are."""
    told = web.get("/basemap/tiles.json").json()
    assert (told["tilejson"], told["minzoom"], told["maxzoom"]) == ("3.0.0", 6, 14)
    assert told["attribution"] == grid_town.ATTRIBUTION
    west, south, east, north = told["bounds"]
    assert west < grid_town.BOUNDS[0] < grid_town.BOUNDS[2] < east
    assert south < grid_town.BOUNDS[1] < grid_town.BOUNDS[3] < north
    assert "roads" in {layer["id"] for layer in told["vector_layers"]}
    assert told["tiles"][0].startswith("/basemap/{z}/{x}/{y}.mvt?v=")


def test_where_nothing_is_drawn_there_is_no_content(web: httpx.Client) -> None:
    """A tile of the world that the file does not hold is 204: a map takes it silently, and draws nothing."""
    for at in ("14/0/0", "5/0/0", "15/7316/12212", "30/0/0"):
        answer = web.get(f"/basemap/{at}.mvt")
        assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    "at", ["14/16384/0", "14/0/16384", "31/0/0", "-1/0/0", "a/0/0", "1/1.5/0", "14/٣/0", "1/1/1e1"]
)
def test_numbers_of_no_tile_are_refused(web: httpx.Client, at: str) -> None:
    """What is no tile of the world is 422, in one sentence."""
    answer = web.get(f"/basemap/{at}.mvt")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("There is no such tile: z must be 0 to 30")


@pytest.mark.parametrize("name", ["city.json", "districts.geojson", "beats.geojson"])
def test_the_small_files_are_those_of_the_pack(web: httpx.Client, pack: Path, name: str) -> None:
    """Each is sent whole, zipped or not, with the media type of its kind."""
    written = (pack / "drawn" / name).read_bytes()
    kind = "application/geo+json" if name.endswith(".geojson") else "application/json"
    with web.stream("GET", f"/basemap/{name}", headers=GZIP) as answer:
        assert gzip.decompress(raw(answer)) == written
    assert answer.headers["content-type"] == kind
    assert web.get(f"/basemap/{name}", headers=PLAIN).content == written


@pytest.mark.parametrize("name", ["roads.npz", "city.toml", "..%2Fcity.toml", "nothing.json"])
def test_nothing_else_of_the_pack_is_served(web: httpx.Client, name: str) -> None:
    """Only what is drawn leaves the pack's folder."""
    assert web.get(f"/basemap/{name}").status_code == 404


@pytest.mark.parametrize("pack", [None, Path("/nowhere/at/all")])
def test_without_a_pack_the_web_answers_404(pack: Path | None) -> None:
    """A server whose pack is not there yet starts, and says so where it is asked."""
    with client_of(pack) as web:
        assert web.get("/basemap/city.json").status_code == 404
        assert web.get("/basemap/tiles.json").status_code == 404
        tile = web.get("/basemap/14/0/0.mvt")
    assert (tile.status_code, tile.json()["detail"]) == (404, "The city pack has no basemap.")


def test_a_basemap_that_is_no_good_leaves_the_rest(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A broken file of tiles is named in the log; the city's frame and areas are served all the same."""
    (tmp_path / "drawn").mkdir()
    (tmp_path / "drawn" / "city.json").write_text(json.dumps({"name": "Broken"}))
    (tmp_path / "basemap.pmtiles").write_bytes(b"nothing of the kind")
    with caplog.at_level(logging.WARNING), client_of(tmp_path) as web:
        assert web.get("/basemap/city.json").json() == {"name": "Broken"}
        assert web.get("/basemap/14/0/0.mvt").status_code == 404
    assert "is no PMTiles file of version 3." in caplog.text
