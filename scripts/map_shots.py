"""Pictures of a city pack's bare map, dark and light, near and far: `python -m scripts.map_shots PACK --to DIR`."""

from __future__ import annotations

import argparse
import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Page, Route, sync_playwright

from rtcc.web import basemap
from rtcc.web.dash_app import mount_dash
from scripts.chromium import FLAGS, program

THEMES = ("dark", "light")
#: Everything but the map, out of the way.
BARE = """
.wall { grid-template: "stage" 100vh / 100vw !important; }
.wall::after, .wall::before, .stage::after, .stage::before { display: none !important; }
.wall > :not(.stage), .stage > :not(.stage-map, .stage-credit) { display: none !important; }
"""
SETTLED = "rtcc.map.getLayer('streets') && rtcc.map.loaded() && rtcc.map.areTilesLoaded()"


def main() -> None:
    """Serve the pack by itself, go to each zoom in each theme, and keep what is seen."""
    asked = _arguments()
    asked.to.mkdir(parents=True, exist_ok=True)
    width, height = asked.size
    with serving(asked.pack) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        for theme in asked.themes:
            for zoom in asked.zooms:
                page = browser.new_page(viewport={"width": width, "height": height}, bypass_csp=True)
                page.on("pageerror", lambda error: print("page error:", error))
                open_map(page, address, theme, {"zoom": zoom} | ({"center": asked.center} if asked.center else {}))
                file = asked.to / f"{asked.pack.name}_{theme}_z{zoom:g}.png"
                page.screenshot(path=file)
                print(f"{file}: {file.stat().st_size // 1024} kB")
                page.close()
        browser.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path, help="the folder of a built city pack")
    parser.add_argument("--to", type=Path, required=True, help="the folder for the pictures")
    parser.add_argument("--zooms", type=float, nargs="+", default=[11, 13, 15, 17])
    parser.add_argument("--themes", nargs="+", choices=THEMES, default=THEMES)
    parser.add_argument("--center", type=float, nargs=2, metavar=("LON", "LAT"), help="else the pack's own centre")
    parser.add_argument("--size", type=int, nargs=2, metavar=("WIDTH", "HEIGHT"), default=(1920, 1080))
    return parser.parse_args()


@contextlib.contextmanager
def serving(pack: Path) -> Iterator[str]:
    """Serve the pages and this pack's ground, without a picture, on a free port."""
    app = FastAPI(openapi_url=None)
    app.state.basemap = basemap.open_basemap(pack)
    app.include_router(basemap.router)
    mount_dash(app)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def open_map(page: Page, address: str, theme: str, camera: dict[str, Any]) -> None:
    """Open the wall in a theme with nothing but its map, in a city whose home is where the camera shall be."""

    def homed(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"bounds": []} | camera)

    page.route("**/basemap/city.json", homed)
    page.goto(f"{address}/wall?tour=0&theme={theme}")
    page.add_style_tag(content=BARE)
    page.wait_for_function(f"window.rtcc?.map && {SETTLED}", timeout=60_000)
    # Once more drawn, when the last name has its place.
    page.evaluate("new Promise((done) => { rtcc.map.once('idle', done); rtcc.map.triggerRepaint(); })")


if __name__ == "__main__":
    main()
