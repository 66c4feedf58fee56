from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import City, painted
from tests.browser.test_wall_alarms import alarm, load, raise_many
from tests.browser.test_wall_queue import ago

pytestmark = pytest.mark.browser

# Every move of what stood in the stage, the queue or the strip already: by how much, and what moved.
WATCH_SHIFTS = """window.shifts = []; new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) {
    const moved = sources.map(({ node }) => node?.nodeType === 1 ? node : node?.parentElement)
      .filter((one) => one?.closest('.stage, .queue, .strip'))
      .map((one) => one.closest('.alarm > *, .alarms-count > *') ? 'within its line' : one.className)
    if (moved.length) window.shifts.push([value, moved])
  }
}).observe({ type: 'layout-shift' })"""
# All in the overlay that is wider than what shows of it, and cut without saying so by an ellipsis.
CUT = """[...document.querySelectorAll('#alarms :is(div, li, ol)')]
  .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
  .filter((one) => getComputedStyle(one).textOverflow !== 'ellipsis').map((one) => one.className)"""


def box(page: Page, selector: str) -> Any:
    return page.locator(selector).bounding_box()


def test_nothing_covers_the_map_until_there_is_an_alarm(city: City, open_wall: Callable[..., Page]) -> None:
    """Without an alarm there is no list, even where the load is known; with some it takes as much room as they need."""
    page = open_wall(city, 1920, 1080, whole=False)
    city.change("alarm_load", "center", load())
    city.change("alarm", "a:shelved", alarm(state="shelved"))
    painted(page, "a:shelved")
    panel = page.locator("#alarms")
    expect(panel).to_be_hidden()
    heights = []
    for number in range(9):
        city.change("alarm", f"a:{number}", alarm())
        expect(page.locator("#alarms-count")).to_contain_text(f"{number + 1} unacknowledged")
        heights.append(box(page, "#alarms")["height"])
    stage = box(page, "#stage")
    assert heights[0] < 0.25 * stage["height"]
    assert heights[0] < heights[1] < heights[2]
    assert max(heights) < 0.8 * stage["height"]
    expect(page.locator("#alarms-rest")).to_contain_text(f"and {9 - page.locator('.alarm:visible').count()} more")


@pytest.mark.parametrize("flood", [False, True])
def test_no_critical_alarm_is_lost_among_ten_thousand(city: City, open_wall: Callable[..., Page], flood: bool) -> None:
    """Critical alarms have the cards, those without one are counted as critical, and the page goes on at once."""
    page = open_wall(city, 1920, 1080, whole=False)
    city.change("alarm_load", "center", load(flood=flood))
    page.evaluate(
        "window.longest = 0; new PerformanceObserver((l) => { for (const e of l.getEntries())"
        " window.longest = Math.max(window.longest, e.duration) }).observe({type: 'longtask'})"
    )
    raise_many(city, 10_000, lambda n: alarm(["low", "medium", "high", "critical"][0 if n % 100 else 3], 5 + n % 700))
    expect(page.locator("#alarms-count")).to_contain_text("10000 unacknowledged")
    cards = page.locator(".alarm:visible").count()
    expect(page.locator('.alarm[data-severity="critical"]:visible')).to_have_count(cards)
    expect(page.locator("#alarms-rest")).to_contain_text(f"{100 - cards} critical")
    assert page.locator(".alarm").count() <= 6
    city.change("alarm", "one:more", alarm("critical", 0, title="one more"))
    expect(page.locator(".alarm-title").first).to_have_text("one more")
    expect(page.locator("#alarms-rest")).to_contain_text(f"{101 - cards} critical")
    assert page.evaluate("window.longest") < 1000
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (390, 844)])
def test_no_alarm_moves_what_is_on_the_screen(
    city: City, open_wall: Callable[..., Page], width: int, height: int
) -> None:
    """Alarms come, change, group and go, and nothing moves but words within a line that says another thing."""
    page = open_wall(city, width, height, whole=False)
    city.change("alarm_load", "center", load())
    city.change("alarm", "a:1", alarm())
    expect(page.locator(".alarm:visible")).to_have_count(1)
    page.evaluate(WATCH_SHIFTS)
    city.change("alarm", "a:2", alarm("critical", 1, title="A title that is longer than the first one was by far"))
    expect(page.locator(".alarm-title").first).to_have_text("A title that is longer than the first one was by far")
    city.change("alarm", "a:1", {"state": "acknowledged", "acknowledged_by": "r.alvarez", "clears_at": ago(-9)})
    raise_many(city, 40, lambda n: alarm(["low", "medium", "high"][n % 3]))
    expect(page.locator("#alarms-rest")).to_be_visible()
    city.change("alarm_load", "center", load(flood=True, per_operator=120))
    expect(page.locator('[data-group="low"]')).to_be_visible()
    city.change("alarm_load", "center", load())
    expect(page.locator('[data-group="low"]')).to_be_hidden()
    city.post("changes", [{"kind": "alarm", "id": f"many:{n}", "fields": None} for n in range(40)])
    expect(page.locator("#alarms-count")).to_have_text("1 unacknowledged")
    shifts = page.evaluate("window.shifts")
    assert {what for _, moved in shifts for what in moved} <= {"within its line"}
    assert sum(value for value, _ in shifts) < 0.01


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160), (1366, 768), (390, 844)])
def test_the_list_stays_on_the_map_at_every_size(
    city: City, open_wall: Callable[..., Page], width: int, height: int
) -> None:
    """With all that it can say at once, the list is on the map, leaves some of it free, and cuts nothing unsaid."""
    page = open_wall(city, width, height, whole=False)
    city.change("alarm_load", "center", load(flood=True, per_operator=120.4))
    raise_many(city, 200, lambda n: alarm(["critical", "high", "medium", "low"][n % 4], 60 * n))
    city.change("alarm", "a:shelved", alarm(state="shelved"))
    expect(page.locator('[data-group="low"]')).to_contain_text("50 low alarms")
    stage, panel, last = (box(page, selector) for selector in ("#stage", "#alarms", '[data-group="low"]'))
    assert panel["x"] >= stage["x"]
    assert panel["y"] >= stage["y"]
    assert panel["x"] + panel["width"] <= stage["x"] + stage["width"]
    assert panel["height"] < 0.8 * stage["height"]
    assert last["y"] + last["height"] <= panel["y"] + panel["height"] + 0.5
    assert page.evaluate(CUT) == []
