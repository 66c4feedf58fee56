"""How the feeds are, at /admin: those in trouble first, each with what helps it, for those who see to the center."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from rtcc.access.keys import KeyRing
from tests.browser.conftest import City
from tests.browser.desk_windows import Windows
from tests.browser.told_feeds import TOLD, ago, answer, open_admin, told
from tests.running import Running, rtcc, running

pytestmark = pytest.mark.browser

STOPPED = {"stopped_since": ago(7200), "stopped_why": "31 of the last 40 rows were refused, which is more than 50%."}
REASONS = {"priority must be one of 1, 2, 3, 4, 5": 30, "other reasons": 1}
FEEDS = """
[feeds.vendor]
title = "A vendor that pushes"
format = "native"
breaker = { share = 0.5, rows = 2 }
push = {}
"""


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    opened = Windows(browser)
    yield opened
    opened.close()


def rows(page: Page) -> list[str]:
    return [str(one) for one in page.locator("#admin-feeds .feed-title").all_inner_texts()]


def test_trouble_stands_first_and_unfolds_into_what_helps(city: City, windows: Windows) -> None:
    """By key: the first row is the stopped feed, which unfolds into its reasons and the command that resumes it."""
    page = open_admin(
        windows,
        city,
        answer(
            told("live"),
            told("late", 130),
            told("never", None),
            told("held", refused=31, reasons=REASONS, held=3, dead_letters=4, **STOPPED),
        ),
    )
    expect(page.locator("#admin-feeds .held")).to_have_count(4)
    assert rows(page) == ["Feed held", "Feed never", "Feed late", "Feed live"]
    expect(page.locator("#admin-counts")).to_have_text("4 feeds · 1 stopped · 1 never heard · 1 late · 1 live")
    first = page.locator("#admin-feeds .held").first
    expect(first.locator(".feed-says")).to_contain_text("rtcc feeds resume held · 31 of the last 40")
    page.keyboard.press("j")
    expect(first.get_by_role("button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(first.locator(".detail-reasons")).to_contain_text("priority must be one of 1, 2, 3, 4, 5")
    expect(first.locator("code").first).to_have_text("rtcc feeds resume held")
    page.keyboard.press("Enter")
    expect(first.locator(".feed-detail")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator("#admin-feeds .held").nth(1).get_by_role("button").first).to_be_focused()


def test_it_refreshes_itself_and_says_when_it_cannot(city: City, windows: Windows) -> None:
    """An age goes on until the feed is late, without the server; what is old says since when; nothing moves."""
    page = open_admin(windows, city, answer(told("cad", 118)))
    state, says = page.locator(".feed-state b"), page.locator("#admin-says")
    expect(state).to_have_text("Live")
    page.unroute(TOLD)
    page.route(TOLD, lambda route: route.fulfill(status=503, json={"detail": "The store does not answer."}))
    expect(state).to_have_text("Late")
    expect(says).to_have_text(
        re.compile(r"Not refreshed since \d\d:\d\d:\d\d: The store does not answer\. It is asked")
    )
    page.unroute(TOLD)
    page.route(TOLD, answer(told("cad", 2)))
    expect(state).to_have_text("Live")
    expect(says).to_be_empty()
    assert page.evaluate("shifts") == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_can_be_read_by_all(city: City, windows: Windows, theme: str) -> None:
    """No violation for axe with a feed unfolded; nothing is wider than the screen, and no row grows with its words."""
    feeds = [told("held", refused=31, reasons=REASONS, **STOPPED), told("quiet", None), told("fine")]
    page = open_admin(windows, city, answer(*feeds), f"?theme={theme}")
    page.locator(".feed-row").first.click()
    expect(page.locator(".feed-detail").first).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width, height in ((1920, 1080), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        heights = page.eval_on_selector_all(".feed-row", "(all) => all.map((one) => one.offsetHeight)")
        assert len(set(heights)) == 1


def test_only_those_who_see_to_the_center_are_told(rtcc_up: Running, windows: Windows) -> None:
    """A supervisor has the link, its key, and what to do where no feed is declared; a dispatcher a sentence instead."""
    page = windows.desk(rtcc_up, "/incident/none", "Ann Roe", "supervisor")
    page.wait_for_selector('#incident[data-link="live"]')
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.locator("#admin-none")).to_contain_text("No feed is declared")
    expect(page.locator("#admin-none")).to_contain_text("feeds.toml")
    other = windows.desk(rtcc_up, "/admin", "Ben Low", "dispatcher")
    expect(other.locator("#admin-closed")).to_contain_text("Ben Low is signed in as dispatcher")
    expect(other.get_by_role("link", name="Admin")).to_have_count(0)
    expect(other.locator(".admin-panel")).to_be_hidden()


def test_a_feed_stops_and_goes_on(tmp_path: Path, windows: Windows) -> None:
    """Every part real: never heard, stopped by its breaker in row and bar, and live once it resumes."""
    (tmp_path / "feeds.toml").write_text(FEEDS)
    key = KeyRing(tmp_path).create("vendor", "feed:vendor")
    with running(tmp_path) as center, center.client() as vendor:
        vendor.headers["Authorization"] = f"Bearer {key}"
        page = windows.desk(center, "/admin", "Ann Roe", "supervisor")
        state, bar = page.locator(".feed-row .feed-state b"), page.locator("#bar-feeds .feed", has_text="Vendor")
        expect(state).to_have_text("Never heard")
        expect(bar).to_have_attribute("data-state", "lost")
        good = {"kind": "incident", "id": "A1", "occurred_at": ago(1), "data": {"status": "pending"}}
        assert vendor.post("/api/v1/feeds/vendor", json=good).status_code == 202
        assert "held" in vendor.post("/api/v1/feeds/vendor", json=[{"no": "event"}, {"no": "event"}]).json()
        expect(state).to_have_text("Stopped")
        expect(page.locator(".feed-says")).to_contain_text("rtcc feeds resume vendor")
        expect(bar).to_have_attribute("data-state", "stopped")
        assert rtcc("feeds", "resume", "vendor", "--data", str(tmp_path), cwd=tmp_path).returncode == 0
        expect(state).to_have_text("Live")
        windows.close()
