from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import City, painted

pytestmark = pytest.mark.browser


def test_not_live_within_six_seconds_and_back_without_a_touch(own_city: City, open_wall: Callable[..., Page]) -> None:
    """When the server dies the screen says so within 6 s, and shows the new server's picture once that is there."""
    page = open_wall(own_city, whole=False)
    own_city.change("incident", "old", {"type": "Before", "priority": 2, "status": "pending"})
    expect(page.locator('.row[data-id="old"]')).to_be_visible()
    own_city.kill()
    died = time.monotonic()
    expect(page.locator("#wall")).to_have_attribute("data-link", "lost", timeout=6000)
    assert time.monotonic() - died <= 6.0
    expect(page.locator("#band-title")).to_contain_text("NOT LIVE since ")
    own_city.start()
    own_city.change("incident", "new", {"type": "After", "priority": 1, "status": "pending"})
    expect(page.locator("#wall")).to_have_attribute("data-link", "live", timeout=10_000)
    expect(page.locator('.row[data-id="new"]')).to_be_visible()
    expect(page.locator('.row[data-id="old"]')).to_be_hidden()


def test_a_stream_that_only_falls_silent_is_not_live(city: City, open_wall: Callable[..., Page]) -> None:
    """An open connection that carries nothing is no proof of life: 6 s after the last word the screen says so."""
    page = open_wall(city, whole=False)
    city.post("silence", True)
    expect(page.locator("#wall")).to_have_attribute("data-link", "lost", timeout=12_000)
    silent = page.evaluate("Date.now() - rtcc.live.heardAt")
    assert silent <= 7000
    city.post("silence", False)
    city.change("unit", "u1", {"status": "available", "lat": 37.76, "lon": -122.43, "callsign": "3A1"})
    expect(page.locator("#wall")).to_have_attribute("data-link", "live", timeout=12_000)


def test_a_reset_loads_the_picture_anew(city: City, open_wall: Callable[..., Page]) -> None:
    """After `reset` the page holds exactly the server's picture and follows it again."""
    page = open_wall(city, whole=False)
    city.change("incident", "kept", {"type": "Kept", "priority": 2, "status": "pending"})
    expect(page.locator('.row[data-id="kept"]')).to_be_visible()
    city.post("reset", None)
    expect(page.locator('.row[data-id="kept"]')).to_be_visible()
    page.wait_for_function(f"rtcc.live.cursor === '{city.client.get('/api/v1/picture').json()['cursor']}'")
    city.change("incident", "later", {"type": "Later", "priority": 2, "status": "pending"})
    expect(page.locator('.row[data-id="later"]')).to_be_visible()


def test_two_pages_share_one_stream(city: City, open_wall: Callable[..., Page]) -> None:
    """A second page of the same browser follows the picture through the first one's connection."""
    page = open_wall(city, whole=False)
    other = page.context.new_page()
    other.goto(f"{city.url}/wall")
    other.wait_for_selector('#wall[data-link="live"]')
    city.change("incident", "both", {"type": "Both", "priority": 2, "status": "pending"})
    expect(page.locator('.row[data-id="both"]')).to_be_visible()
    expect(other.locator('.row[data-id="both"]')).to_be_visible()
    # Streams of pages that earlier tests have closed end as the server notices; this browser's own is one.
    assert page.evaluate("rtcc.live.own === null && rtcc.live.port !== null")


def test_feeds_are_told_by_their_own_interval(city: City, open_wall: Callable[..., Page]) -> None:
    """A late feed is marked by shape and word, and its age goes on ticking between beats."""
    page = open_wall(city, whole=False)
    city.post(
        "feeds", [{"source": "gunshot", "state": "late", "age_s": 42.0, "interval_s": 30, "last_received_at": None}]
    )
    feed = page.locator(".feed")
    expect(feed).to_have_attribute("data-state", "late")
    expect(feed).to_contain_text("Gunshotlate 4")
    page.wait_for_function("parseInt(document.querySelector('.feed b').textContent.match(/\\d+/)[0]) >= 44")


def test_no_request_leaves_the_machine(city: City, open_wall: Callable[..., Page]) -> None:
    """Everything that the wall asks for, it asks of the server that it came from; nothing it asks for is missing."""
    page = open_wall(city, whole=False)
    city.change("unit", "u1", {"status": "available", "lat": 37.76, "lon": -122.43, "callsign": "3A1"})
    city.change("incident", "i1", {"type": "A", "priority": 1, "status": "pending", "lat": 37.75, "lon": -122.44})
    painted(page, "i1")
    requests = page.asked  # type: ignore[attr-defined]
    assert len(requests) > 10
    assert [url for url in requests if not url.startswith((f"{city.url}/", "data:", "blob:"))] == []
