"""Public warnings on the glass: where they hold, in words, until they end by the browser's own clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import City
from tests.browser.desk_windows import Windows
from tests.browser.test_wall_queue import ago

pytestmark = pytest.mark.browser

#: What the map draws of warnings: where each is filled, and where dashed.
DRAWN = """() => rtcc.map.getSource('notices') && ['notices', 'notice-lines-coming']
  .map((layer) => rtcc.map.queryRenderedFeatures({ layers: [layer] }).map(({ properties }) => properties.gravity))"""
ALL_DRAWN = f"(wanted) => JSON.stringify(({DRAWN})()) === JSON.stringify(wanted)"
#: Where a place is on the screen.
AT = """([lon, lat]) => {
  const { left, top } = rtcc.map.getCanvas().getBoundingClientRect(), { x, y } = rtcc.map.project([lon, lat])
  return [left + x, top + y]
}"""


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    opened = Windows(browser)
    yield opened
    opened.close()


def box(south: float, west: float, size: float = 0.02) -> dict[str, Any]:
    north, east = south + size, west + size
    return {"polygon": [[south, west], [south, east], [north, east], [north, west], [south, west]]}


def flood(lasts_s: float = 3600, **over: Any) -> dict[str, Any]:
    own = {
        "event": "Flash Flood Warning",
        "headline": "Leave the low streets",
        "severity": "Severe",
        "urgency": "Immediate",
        "certainty": "Observed",
        "area": "The low streets",
        "instruction": "Go up.",
        "sender_name": "NWS Testville",
        "expires_at": ago(-lasts_s),
        "state": "active",
        "areas": [box(37.75, -122.45)],
    }
    return own | over


def test_the_wall_draws_a_warning_and_says_it_until_it_is_over(city: City, open_wall: Callable[..., Page]) -> None:
    """The gravest is named with how many more there are; what expires leaves without a word from the server."""
    page = open_wall(city, 1920, 1080)
    line = page.locator("#notice-line")
    expect(line).to_be_hidden()
    city.change("notice", "later", flood(event="Wind Advisory", severity="Moderate", onset_at=ago(-900)))
    city.change("notice", "n1", flood())
    expect(line).to_contain_text(re.compile(r"Flash flood warning\s*until \d\d:\d\d\s*1 more"))
    page.wait_for_function(ALL_DRAWN, arg=[["severe", "moderate"], ["moderate"]])
    city.change("notice", "n1", {"expires_at": ago(-3)})
    city.post("silence", True)
    expect(line).to_contain_text(re.compile(r"Wind advisory\s*from \d\d:\d\d"))
    page.wait_for_function(ALL_DRAWN, arg=[["moderate"], ["moderate"]])
    city.post("silence", False)
    city.change("notice", "later", {"state": "ended"})
    expect(line).to_be_hidden()


def test_a_warning_is_chosen_on_the_map_and_read(city: City, windows: Windows) -> None:
    """A click on its ground shows its card, another lets go; its switch hides it; the line opens the words of all."""
    page = windows.window(1920, 1080)
    page.goto(f"{city.url}/supervisor")
    page.wait_for_selector('#supervisor[data-map="ready"][data-link="live"]')
    expect(page.locator("#notice-desk")).to_be_hidden()
    before = page.locator("#alarm-desk-all").bounding_box()
    city.change("notice", "n1", flood())
    page.wait_for_function(ALL_DRAWN, arg=[["severe"], []])
    assert page.locator("#alarm-desk-all").bounding_box() == before
    card, where = page.locator("#map-card"), page.evaluate(AT, [-122.435, 37.765])
    page.mouse.click(*where)
    expect(card.locator(".card-title")).to_have_text("Flash flood warning")
    expect(card.locator(".card-state")).to_have_text("severe · immediate · observed")
    for said in ("Leave the low streets", "expires in 59 min", "Go up.", "From NWS Testville"):
        expect(card).to_contain_text(said)
    assert "notice=n1" in page.url
    page.mouse.click(*where)
    expect(card).to_be_hidden()
    page.locator("#map-layers-button").click()
    page.locator("input[name=layer-notices]").uncheck()
    page.wait_for_function(ALL_DRAWN, arg=[[], []])
    page.locator("input[name=layer-notices]").check()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("w")
    expect(page.locator("#notice-list")).to_contain_text("Go up.")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("button", name="Show on the map").click()
    expect(card).to_be_visible()
    assert page.errors == []  # type: ignore[attr-defined]


def test_an_officer_is_told_what_concerns_the_place_of_the_unit(city: City, windows: Windows) -> None:
    """Within its area the warning stands above what is around; outside of it there is none."""
    city.change("notice", "n1", flood())
    place = {"lat": 37.76, "lon": -122.44, "fix_at": ago(1)}
    city.change("unit", "u1", {"callsign": "3A1", "status": "available", **place})
    page = windows.window(390, 844)
    page.goto(f"{city.url}/officer?unit=u1#around")
    told = page.locator("#officer-notices")
    expect(told).to_contain_text("Flash flood warning")
    expect(told).to_contain_text("Go up.")
    city.change("unit", "u1", {"lat": 37.79})
    expect(told).to_be_hidden()
    assert page.errors == []  # type: ignore[attr-defined]
