"""Where the wall looks by itself: its tour, a new priority 1, and what it says of its own age."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import City
from tests.browser.test_wall_alarms import alarm
from tests.browser.test_wall_queue import ago, incident

pytestmark = pytest.mark.browser

CENTER = "(({ lng, lat }) => [lng, lat])(rtcc.map.getCenter())"
# Every text that is read from across the room, but for the map's credit, with its size.
SMALL = """(least) => { const small = new Set(), wall = document.getElementById('wall');
  const walker = document.createTreeWalker(wall, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) { const { parentElement: one, data } = walker.currentNode;
    if (!data.trim() || one.closest('svg, .stage-credit, .js-plotly-plot, .unseen') || !one.checkVisibility()) continue;
    if (parseFloat(getComputedStyle(one).fontSize) < least) small.add(one.className + ': ' + data) }
  return [...small] }"""
# All in the bar, the queue's head and the strip that is wider than its place.
CUT = """[...document.querySelectorAll('.strip *, .bar :not(.unseen), .queue-head *')]
  .filter((one) => one.checkVisibility() && one.clientWidth && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.className)"""
DISTRICTS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[west, 37.74], [west + 0.02, 37.74], [west + 0.02, 37.76], [west, 37.76], [west, 37.74]]
                ],
            },
        }
        for name, west in (("West", -122.50), ("East", -122.40))
    ],
}


@pytest.fixture
def open_at(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open the wall as an address asks for it, with two districts and somebody near every incident."""
    contexts = []

    def open_(city: City, query: str = "", width: int = 1920, height: int = 1080) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.route("**/basemap/districts.geojson", lambda route: route.fulfill(json=DISTRICTS))
        page.route("**/nearby", lambda route: route.fulfill(json=_near()))
        page.goto(f"{city.url}/wall{query}")
        page.wait_for_selector('#wall[data-map="ready"][data-link="live"]')
        return page

    yield open_
    for context in contexts:
        context.close()


def _near() -> dict[str, Any]:
    unit = {"id": "PD:9Z9", "method": "drive_time", "drive_s": 130, "distance_m": 1210}
    return {"method": "drive_time", "units": [unit]}


def looks_at(page: Page, lon: float, lat: float) -> None:
    """Wait until a position stands in the part of the map that nothing covers."""
    page.wait_for_function(
        "([lon, lat]) => { const { x, y } = rtcc.map.project([lon, lat]), stage = document.getElementById('stage');"
        " const card = document.getElementById('takeover'), end = card.hidden ? stage.clientHeight : card.offsetTop;"
        " return Math.abs(x - stage.clientWidth / 2) < 2 && y > 0 && y < end }",
        arg=[lon, lat],
    )


def test_the_tour_goes_from_district_to_district(city: City, open_at: Callable[..., Page]) -> None:
    """The bar says where the wall looks, the map looks there, and after the last district the whole city stands."""
    page = open_at(city, "?tour=2")
    where = page.locator("#bar-where")
    expect(where).to_have_text("West", timeout=10_000)
    looks_at(page, -122.49, 37.75)
    expect(where).to_have_text("East", timeout=10_000)
    looks_at(page, -122.39, 37.75)
    expect(where).to_have_text("all districts", timeout=10_000)


def test_without_a_tour_the_wall_stands_still(city: City, open_at: Callable[..., Page]) -> None:
    """`0` is no tour: the whole city stands, and nothing is said of districts."""
    page = open_at(city, "?tour=0")
    assert page.evaluate("rtcc.lookout.tour.stops.length") == 1
    expect(page.locator("#bar-where")).to_be_empty()


def test_the_setting_is_what_the_page_says(city: City, open_at: Callable[..., Page]) -> None:
    """Where the address asks for nothing sensible, the installation's setting holds: 30 s by default."""
    page = open_at(city, "?tour=soon")
    expect(page.locator("#wall")).to_have_attribute("data-tour", "30")


def test_a_new_priority_1_takes_the_wall_and_gives_it_back(city: City, open_at: Callable[..., Page]) -> None:
    """The camera goes there, the card says what, where, since when and who is near; then all is as before."""
    page = open_at(city, "?tour=0")
    home = page.evaluate(CENTER)
    card = page.locator("#takeover")
    expect(card).to_be_hidden()
    city.change("unit", "PD:9Z9", {"callsign": "9Z9", "status": "available", "lat": 37.772, "lon": -122.48})
    city.change("unit", "PD:8Z8", {"callsign": "8Z8", "status": "enroute", "lat": 37.771, "lon": -122.47})
    city.change("incident", "p1", incident(priority=1, entered_at=ago(4), lat=37.77, lon=-122.48, units=["8Z8"]))
    expect(card).to_be_visible()
    expect(card.locator(".takeover-type")).to_have_text("Burglary")
    expect(card.locator(".takeover-place")).to_have_text("16th St / Mission St · Mission")
    expect(card.locator("li")).to_have_count(2)
    assert [row.split() for row in card.locator("li").all_inner_texts()] == [
        ["8Z8", "en", "route", "890", "m"],
        ["9Z9", "available", "1.2", "km", "2", "min"],
    ]
    looks_at(page, -122.48, 37.77)
    expect(page.locator("#bar-where")).to_have_text("new priority 1")
    # Its time is spent by the wall's own ticks; here most of it at once.
    page.evaluate("rtcc.lookout.takeover.turn.left = 1")
    expect(card).to_be_hidden()
    page.wait_for_function(
        f"JSON.stringify({CENTER}.map((n) => n.toFixed(4))) === '{json.dumps([f'{n:.4f}' for n in home])}'".replace(
            '", "', '","'
        )
    )


def test_a_second_one_comes_first_and_the_other_after_it(city: City, open_at: Callable[..., Page]) -> None:
    """The newer takes the wall, says that one more waits, and the one before has the rest of its time."""
    page = open_at(city, "?tour=0")
    kind, more = page.locator(".takeover-type"), page.locator(".takeover-more")
    city.change("incident", "a", incident(priority=1, entered_at=ago(4), type="First"))
    expect(kind).to_have_text("First")
    city.change("incident", "b", incident(priority=1, entered_at=ago(1), type="Second"))
    expect(kind).to_have_text("Second")
    expect(more).to_have_text("1 more new")
    city.change("incident", "b", {"status": "closed"})
    expect(kind).to_have_text("First")
    expect(more).to_have_text("")


def test_one_without_a_position_has_a_card_and_moves_no_map(city: City, open_at: Callable[..., Page]) -> None:
    """A sensitive incident is said, its place withheld; the wall goes on looking where it did."""
    page = open_at(city, "?tour=0")
    before = page.evaluate(CENTER)
    fields = incident(priority=1, entered_at=ago(2), sensitive=True)
    for hidden in ("lat", "lon", "address"):
        del fields[hidden]
    city.change("incident", "s", fields)
    expect(page.locator(".takeover-place")).to_have_text("Location withheld · Mission")
    assert page.evaluate(CENTER) == before


def test_the_city_stands_beside_the_alarms(city: City, open_at: Callable[..., Page]) -> None:
    """While alarms cover the left of the map, what is looked at stands in what they leave free."""
    page = open_at(city, "?tour=2")
    city.change("alarm", "a:1", alarm())
    expect(page.locator("#alarms")).to_be_visible()
    expect(page.locator("#bar-where")).to_have_text("East", timeout=10_000)
    page.wait_for_function(
        "(() => { const x = (lon) => rtcc.map.project([lon, 37.75]).x, alarms = document.getElementById('alarms');"
        " return x(-122.40) > alarms.offsetLeft + alarms.offsetWidth"
        " && x(-122.38) < document.getElementById('stage').clientWidth })()"
    )


def test_a_panel_says_how_old_its_feed_is(city: City, open_at: Callable[..., Page]) -> None:
    """Only the panel of what a late feed tells of says so, with its age; a live feed says nothing."""
    page = open_at(city, "?tour=0")
    feed = {"interval_s": 60, "limits_s": [120, 240, 600]}
    late = feed | {"source": "cad", "state": "stale", "age_s": 250.0, "kinds": ["incident"]}
    city.post("feeds", [late, feed | {"source": "avl", "state": "live", "age_s": 1.0, "kinds": ["unit"]}])
    expect(page.locator("#queue-age")).to_have_text("CAD 4 min old")
    expect(page.locator("#strip-units .panel-age")).to_be_hidden()
    city.post("feeds", [late | {"state": "live", "age_s": 1.0}])
    expect(page.locator("#queue-age")).to_be_hidden()


def test_where_somebody_is_already_stands_below_the_queue(city: City, open_at: Callable[..., Page]) -> None:
    """An incident goes from the queue to the rows of those on scene, and away when it is closed."""
    page = open_at(city, "?tour=0")
    city.change("incident", "i1", incident())
    row = page.locator('.row[data-id="i1"]')
    expect(row).not_to_have_attribute("data-there", "")
    city.change("incident", "i1", {"status": "on_scene", "units": ["3A1"], "on_scene_at": ago(5)})
    expect(row).to_have_attribute("data-there", "")
    expect(page.locator("#queue-rest")).to_have_text("1 on scene")
    expect(page.locator("#queue-count")).to_have_text("0 pending")
    city.change("incident", "i1", {"status": "closed"})
    expect(row).to_be_hidden()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_everything_can_be_read_from_five_metres(city: City, open_at: Callable[..., Page], theme: str) -> None:
    """At 1080 lines no text is smaller than 24 px, nothing is wider than its place, and axe finds nothing."""
    page = open_at(city, f"?tour=0&theme={theme}")
    for number in range(14):
        city.change("incident", f"n{number}", incident(priority=1 + number % 5, entered_at=ago(5000)))
    city.change("alarm", "a:1", alarm("critical"))
    city.change("call", "c1", {"state": "ringing", "started_at": ago(9)})
    city.change("incident", "p1", incident(priority=1, entered_at=ago(4)))
    expect(page.locator("#takeover")).to_be_visible()
    expect(page.locator(".row:visible").first).to_be_visible()
    assert page.evaluate(SMALL, 24) == []
    assert page.evaluate(CUT) == []
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert [one["id"] for one in found.response["violations"]] == []


def test_the_hour_is_the_records_where_there_is_one(city: City, open_at: Callable[..., Page]) -> None:
    """Response and answer come from `/api/v1/hour`; without it the strip says what the live picture still knows."""
    without = open_at(city, "?tour=0")
    expect(without.locator("#strip-response")).to_contain_text("no arrivals yet")
    spread = {"count": 7, "median_s": 125.0, "p90_s": 400.0}
    told = {
        "response": {"high": spread, "all": spread | {"count": 20}},
        "answer": {"count": 9, "p90_s": 12.0, "within_15_s": 0.97},
    }
    page = without.context.new_page()
    page.route("**/api/v1/hour", lambda route: route.fulfill(json={"whole": True, "from": "", "to": "", "hour": told}))
    page.goto(f"{city.url}/wall?tour=0")
    expect(page.locator("#strip-response")).to_contain_text("7 of 20 arrivals")
    expect(page.locator("#strip-response")).to_contain_text("2:05 median")
    expect(page.locator("#strip-calls")).to_contain_text("97 % in 15 s")
