"""The sergeant's screen: its lists and figures follow the live picture, hold still for a reader, and lead on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import City
from tests.browser.desk_windows import WATCH_SHIFTS, Windows
from tests.browser.fake_city import CENTER
from tests.browser.test_wall_queue import ago

pytestmark = pytest.mark.browser

WEST = -122.5
HATCHED = """(name) => rtcc.map?.getLayer('uncovered')
  && rtcc.map.queryRenderedFeatures({ layers: ['uncovered'] }).some(({ properties }) => properties.name === name)"""


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    opened = Windows(browser, whole=False)
    yield opened
    opened.close()


def beats(route: Route) -> None:
    """Two beats side by side, west and east of each other."""
    features = []
    for number, name in enumerate(("M1", "M2")):
        west, east, south, north = WEST + 0.05 * number, WEST + 0.05 * (number + 1), 37.72, 37.80
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"name": name, "district": "Mill"}, "geometry": geometry})
    route.fulfill(body=json.dumps({"type": "FeatureCollection", "features": features}), content_type="application/json")


def open_supervisor(windows: Windows, city: City, query: str = "", **size: Any) -> Page:
    page = windows.window(**size)
    page.route("**/basemap/beats.geojson", beats)
    page.goto(f"{city.url}/supervisor{query}")
    page.wait_for_selector('#supervisor[data-lists="ready"][data-link="live"]')
    return page


def unit(status: str = "available", beat: str = "M1", **over: Any) -> dict[str, Any]:
    place = {"lon": CENTER[0], "lat": CENTER[1]}
    return {
        "callsign": "1A",
        "status": status,
        "beat": beat,
        "fix_at": ago(1),
        "status_since": ago(60),
        **place,
        **over,
    }


def figure(page: Page, name: str) -> Any:
    return page.locator(f'[data-figure="{name}"]')


def rows(page: Page, name: str) -> Any:
    return page.locator(f"#supervisor-{name} .held")


def test_a_beat_that_loses_its_last_free_unit_says_since_when(city: City, windows: Windows) -> None:
    """It goes to the top with the time, is counted and hatched; and is covered again when somebody is free there."""
    windows.whole = True
    city.change("unit", "u1", unit(beat="M1"))
    city.change("unit", "u2", unit(beat="M2", callsign="2B"))
    page = open_supervisor(windows, city)
    expect(figure(page, "empty").locator(".figure-value")).to_have_text("0")
    city.change("unit", "u2", {"status": "dispatched"})
    expect(rows(page, "beats").first).to_contain_text("M2")
    expect(rows(page, "beats").first).to_contain_text("nobody since ")
    expect(figure(page, "empty")).to_contain_text("of 2")
    expect(figure(page, "empty").locator(".figure-value")).to_have_text("1")
    page.wait_for_function(HATCHED, arg="M2")
    city.change("unit", "u2", {"status": "available"})
    expect(figure(page, "empty").locator(".figure-value")).to_have_text("0")
    expect(rows(page, "beats").first).not_to_contain_text("nobody")


def test_a_beat_that_was_empty_before_says_at_least_how_long(city: City, windows: Windows) -> None:
    """What this page has not seen begin it does not pretend to know; in the first minute that is nothing."""
    page = open_supervisor(windows, city)
    expect(rows(page, "beats").first).to_contain_text("nobody")
    expect(rows(page, "beats").first).not_to_contain_text("since")


def test_a_unit_in_emergency_is_loud_and_one_key_away(city: City, windows: Windows) -> None:
    """The first cell says so with the callsign, and `e` shows it on the map; after it the cell is calm again."""
    city.change("unit", "u1", unit("on_scene", callsign="7Q"))
    page = open_supervisor(windows, city)
    expect(figure(page, "emergency").locator(".figure-value")).to_have_text("0")
    city.change("unit", "u1", {"emergency": True})
    expect(figure(page, "emergency")).to_have_attribute("data-bad", "loud")
    expect(figure(page, "emergency")).to_contain_text("7Q")
    page.keyboard.press("e")
    page.wait_for_url("**/supervisor?*unit=u1*")
    city.change("unit", "u1", {"emergency": False})
    expect(figure(page, "emergency")).to_have_attribute("data-bad", "")


def test_over_target_and_long_scenes_follow_the_clock(city: City, windows: Windows) -> None:
    """What passes its target comes into the list by itself, the worst first; a long scene is listed by its length."""
    city.change("incident", "late4", {"type": "Noise", "priority": 4, "status": "pending", "entered_at": ago(8000)})
    city.change("incident", "soon1", {"type": "Fight", "priority": 1, "status": "pending", "entered_at": ago(1)})
    city.change("incident", "long", {"type": "Death", "priority": 3, "status": "on_scene", "on_scene_at": ago(4000)})
    page = open_supervisor(windows, city)
    expect(rows(page, "over").first).to_contain_text("Noise")
    expect(rows(page, "scenes")).to_contain_text("1h ")
    city.change("incident", "soon1", {"entered_at": ago(900)})
    expect(rows(page, "over")).to_have_count(2)
    expect(rows(page, "over").first).to_contain_text("Fight")
    expect(rows(page, "over").first).to_contain_text("+1")
    expect(figure(page, "over")).to_contain_text("1 of priority 1 or 2")
    city.change("incident", "soon1", {"status": "on_scene", "on_scene_at": ago(1)})
    expect(rows(page, "over")).to_have_count(1)


def test_a_row_is_chosen_then_opened_by_the_keyboard(city: City, windows: Windows) -> None:
    """The key j goes to a row, Enter chooses it on the page and in the address, Enter again opens its incident."""
    city.change("incident", "k/1", {"type": "Noise", "priority": 4, "status": "pending", "entered_at": ago(9000)})
    page = open_supervisor(windows, city)
    expect(rows(page, "over")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(rows(page, "over").first).to_have_attribute("data-chosen", "")
    assert "incident=k%2F1" in page.url
    page.keyboard.press("Enter")
    page.wait_for_url("**/incident/k%2F1")


def test_a_list_holds_still_while_somebody_is_in_it(city: City, windows: Windows) -> None:
    """With the pointer in it nothing moves and nothing vanishes; what waits is counted, and comes when it is left."""
    for name, waited in (("a", 30_000), ("b", 20_000)):
        city.change("incident", name, {"type": name, "priority": 4, "status": "pending", "entered_at": ago(waited)})
    page = open_supervisor(windows, city)
    expect(rows(page, "over")).to_have_count(2)
    rows(page, "over").first.hover()
    city.change("incident", "c", {"type": "c", "priority": 1, "status": "pending", "entered_at": ago(90_000)})
    city.change("incident", "a", {"status": "closed"})
    expect(page.locator("#supervisor-over-waits")).to_have_text("1 new · 1 ended")
    assert rows(page, "over").evaluate_all("(all) => all.map((one) => one.dataset.id)") == ["a", "b"]
    expect(rows(page, "over").first).to_have_attribute("data-ended", "")
    page.mouse.move(5, 5)
    expect(rows(page, "over").first).to_have_attribute("data-id", "c")
    expect(rows(page, "over").nth(1)).to_have_attribute("data-id", "b")
    expect(rows(page, "over")).to_have_count(2)
    expect(page.locator("#supervisor-over-waits")).to_have_text("")


def test_the_alarm_load_is_told_with_its_flood_and_its_worst(city: City, windows: Windows) -> None:
    """Rates, counts, since when it floods, and which alarms are raised most; nobody watching is said, too."""
    load = {
        "looked_at": ago(-120), "operators": 2, "per_operator": 12.5, "per_operator_day": 0.4, "flood": True,
        "flood_since": ago(300), "active": 25, "standing": 3, "shelved": 4, "chattering": ["a", "b"],
        "bad_actors": [{"id": "feed_silent:avl", "raised": 9}],
    }  # fmt: skip
    city.change("alarm_load", "center", load)
    page = open_supervisor(windows, city)
    panel = page.locator("#supervisor-load")
    for name, value in (("per_operator", "12.5"), ("standing", "3"), ("shelved", "4"), ("chattering", "2")):
        expect(panel.locator(f'[data-load="{name}"] dd')).to_have_text(value)
    expect(panel).to_contain_text("FLOOD since ")
    expect(panel).to_contain_text("feed silent:avl")
    expect(figure(page, "alarms")).to_have_attribute("data-bad", "loud")
    city.change("alarm_load", "center", {"looked_at": ago(3600), "flood": False})
    expect(panel).to_contain_text("not watched since ")


def test_nothing_moves_when_the_picture_changes(city: City, windows: Windows) -> None:
    """Units, incidents and figures come and change, and what stands on the page stays where it is."""
    windows.whole = True
    city.change("unit", "u1", unit())
    page = open_supervisor(windows, city, width=1920, height=1080)
    expect(page.locator("#hour-note")).to_have_text("This server keeps no past.")
    expect(rows(page, "beats")).to_have_count(2)
    page.evaluate(WATCH_SHIFTS)
    late = {"type": "Noise", "priority": 4, "status": "pending"}
    changes = [{"kind": "incident", "id": f"i{n}", "fields": late | {"entered_at": ago(9000 + n)}} for n in range(30)]
    city.post("changes", changes)
    expect(rows(page, "over")).to_have_count(30)
    city.change("unit", "u1", {"emergency": True, "status": "on_scene"})
    expect(figure(page, "emergency")).to_have_attribute("data-bad", "loud")
    expect(rows(page, "units")).to_have_count(1)
    shifts = [moved for _, moved in page.evaluate("window.shifts")]
    # Rows find their place in a list as it changes: that is what was asked for; all else stands still.
    assert {name for moved in shifts for name in moved if not name.startswith("held")} == set()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_page_can_be_read_by_all(city: City, windows: Windows, theme: str) -> None:
    """No violation for axe with something in every list; nothing is wider than the screen at any size."""
    windows.whole = True
    city.change("unit", "u1", unit("on_scene", emergency=True))
    city.change("incident", "i1", {"type": "Noise", "priority": 4, "status": "pending", "entered_at": ago(9000)})
    city.change("incident", "i2", {"type": "Fire", "priority": 2, "status": "on_scene", "on_scene_at": ago(9000)})
    page = open_supervisor(windows, city, f"?theme={theme}")
    expect(rows(page, "over")).to_have_count(1)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width, height in ((1920, 1080), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_goes_on_after_the_server_was_killed(own_city: City, windows: Windows) -> None:
    """Not live while the server is gone; then the lists are right again, without a touch."""
    own_city.change("unit", "u1", unit())
    page = open_supervisor(windows, own_city)
    own_city.kill()
    expect(page.locator("#supervisor")).to_have_attribute("data-link", "lost")
    own_city.start()
    own_city.change("unit", "u9", unit("on_scene", callsign="9Z", emergency=True))
    expect(page.locator("#supervisor")).to_have_attribute("data-link", "live")
    expect(figure(page, "emergency")).to_contain_text("9Z")
