"""The ground in a real browser: tiles of our own server, names along the streets, both themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from tests import grid_town
from tests.browser.conftest import City
from tests.browser.test_colours import THEMES, contrast

pytestmark = pytest.mark.browser

DRAWN = "window.rtcc?.map && rtcc.map.getLayer('streets') && rtcc.map.loaded() && rtcc.map.areTilesLoaded()"
STREETS = ("street-minor", "street-collector", "street-major", "street-motorway", "street-tunnel")
# Text of the map, and what it is read against.
READ_ON = {
    "street-name": (*STREETS, "land", "building", "built", "park", "wood", "sand", "halo"),
    "district-name": ("land", "park", "halo"),
    "beat-name": ("land", "park", "halo"),
    "hood-name": ("land", "halo"),
    "park-name": ("park", "wood", "land", "halo"),
    "poi-name": ("land", "building", "halo"),
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    city = City("--ground", str(grid_town.write_town(tmp_path_factory.mktemp("town") / "pack")))
    yield city
    city.close()


@pytest.fixture
def open_map(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open the wall's map at a zoom, in a theme, and wait until it is drawn."""
    pages: list[Page] = []

    def open_(city: City, zoom: float, theme: str = "dark", center: tuple[float, float] = grid_town.CENTER) -> Page:
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
        pages.append(page)
        page.asked, page.faults = [], []  # type: ignore[attr-defined]
        asked, faults = page.asked, page.faults  # type: ignore[attr-defined]
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda told: told.type == "error" and faults.append(told.text))

        def homed(route: Route) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, json=answer.json() | {"zoom": zoom, "center": center})

        page.route("**/basemap/city.json", homed)
        page.goto(f"{city.url}/wall?tour=0&theme={theme}")
        page.wait_for_function(DRAWN)
        page.evaluate("new Promise((done) => { rtcc.map.once('idle', done); rtcc.map.triggerRepaint(); })")
        return page

    yield open_
    for page in pages:
        page.close()


def written(page: Page, layer: str) -> set[str]:
    """The names that a layer has written on the screen."""
    found: list[str] = page.evaluate(
        "(layer) => rtcc.map.queryRenderedFeatures({ layers: [layer] }).map((one) => one.properties.name)", layer
    )
    return set(found)


def test_streets_have_their_names_from_zoom_13_on(town: City, open_map: Callable[..., Page]) -> None:
    """Local streets too carry their names along them, over the tiles of our own file."""
    names = written(open_map(town, 13), "street-names")
    assert {"H Avenue", "14th St"} & names
    assert sum(name.endswith("Avenue") for name in names) >= 3


def test_far_away_only_large_streets_have_names(town: City, open_map: Callable[..., Page]) -> None:
    """What is local stays unnamed until there is room for it."""
    assert not any(name.endswith("Avenue") for name in written(open_map(town, 12), "street-names"))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_map_is_drawn_in_both_themes(town: City, open_map: Callable[..., Page], theme: str) -> None:
    """Land and streets have the colours of the theme, and nothing on the page fails."""
    page = open_map(town, 14, theme)
    assert page.evaluate("rtcc.map.getPaintProperty('earth', 'fill-color')") == THEMES[theme]["land"]
    for layer in ("earth", "water", "landuse", "buildings", "streets", "bridges", "street-names", "district-lines"):
        assert page.evaluate("(layer) => rtcc.map.queryRenderedFeatures({ layers: [layer] }).length", layer) > 0, layer
    assert page.faults == []  # type: ignore[attr-defined]


def test_areas_and_places_have_names_and_signs(town: City, open_map: Callable[..., Page]) -> None:
    """Districts, beats, the hospital and the fire station are named where they are."""
    page = open_map(town, 13)
    assert written(page, "district-names") == {"West", "East"}
    assert written(page, "beat-names") == {"1", "2", "3", "4"}
    close = open_map(town, 16, center=(-99.5975, 41.602))
    assert {"Grid General", "Station 1"} <= written(close, "places-of-note")


def test_nothing_is_asked_of_anyone_else(town: City, open_map: Callable[..., Page]) -> None:
    """Every request of the map goes to our own server, the tiles under the version of their file."""
    page = open_map(town, 14)
    asked = [urlsplit(url) for url in page.asked]  # type: ignore[attr-defined]
    assert {each.netloc for each in asked if each.scheme.startswith("http")} == {f"127.0.0.1:{town.port}"}
    tiles = [each for each in asked if each.path.endswith(".mvt")]
    assert tiles
    assert all(each.query.startswith("v=") for each in tiles)


def test_ground_that_is_not_there_is_no_fault(town: City, open_map: Callable[..., Page]) -> None:
    """Beyond the file's edge the map stays plain: no request fails, and nothing is thrown."""
    page = open_map(town, 12, center=(-99.75, 41.6))
    assert page.evaluate("rtcc.map.getSource('basemap').bounds")
    assert page.faults == []  # type: ignore[attr-defined]


def test_tiles_that_fail_leave_the_page_whole(town: City, browser: Browser) -> None:
    """A server that has lost its tiles gives a plain map, and the wall goes on."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    thrown: list[Any] = []
    page.on("pageerror", lambda error: thrown.append(error))  # noqa: PLW0108 - Playwright marks what it is given
    page.route("**/*.mvt*", lambda route: route.fulfill(status=404))
    page.goto(f"{town.url}/wall?tour=0")
    page.wait_for_selector('#wall[data-map="ready"][data-link="live"]')
    page.wait_for_function("rtcc.map.getLayer('streets') && rtcc.map.areTilesLoaded()")
    page.close()
    assert thrown == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("text", READ_ON)
def test_names_can_be_read_on_what_they_lie_on(theme: str, text: str) -> None:
    """Each name of the map has a contrast of 4.5:1 against all that may be under it."""
    tokens = THEMES[theme]
    faint = {back: round(contrast(tokens[text], tokens[back]), 2) for back in READ_ON[text]}
    assert {back: ratio for back, ratio in faint.items() if ratio < 4.5} == {}


@pytest.mark.drill
def test_the_ready_extract_is_drawn_by_the_same_style(
    shared_data: Path, tmp_path: Path, open_map: Callable[..., Page]
) -> None:
    """An extract that others made shows streets, names and its attribution."""
    folder = grid_town.write_town(tmp_path / "pack")
    (folder / "basemap.pmtiles").unlink()
    (folder / "basemap.pmtiles").symlink_to(shared_data / "sf_basemap" / "sf.pmtiles")
    city = City("--ground", str(folder))
    try:
        page = open_map(city, 15, center=(-122.4194, 37.779))
        assert {"Market Street", "Van Ness Avenue"} <= written(page, "street-names")
        assert "Alamo Square" in written(open_map(city, 15, center=(-122.4346, 37.7764)), "park-names")
        assert page.faults == []  # type: ignore[attr-defined]
    finally:
        city.close()
