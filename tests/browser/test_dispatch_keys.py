"""The dispatcher's keys, the filters in the address, and what is chosen, through everything that may happen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import City
from tests.browser.desk_windows import Windows
from tests.browser.dispatching import READY, call, incident, leave, row, unit, wait_order
from tests.browser.test_wall_queue import ago

pytestmark = pytest.mark.browser

KEYS = ("j", "k", "Enter", "o", "r", "/", "1", "2", "3", "4", "5", "m", "Escape", "?", "q", "f", "d")
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    opened = Windows(browser, whole=False)
    yield opened
    opened.close()


def open_desk(windows: Windows, city: City, query: str = "", width: int = 1366, height: int = 768) -> Page:
    page = windows.window(width, height)
    page.goto(f"{city.url}/dispatch{query}")
    page.wait_for_selector(READY)
    return page


def some(city: City) -> None:
    """Four incidents in two districts, two units, a call."""
    changes = [
        ("incident", "i1", incident(1, 50)),
        ("incident", "i2", incident(2, 400, district="Central", type="Fight")),
        ("incident", "i3", incident(3, 300, type="Noise complaint")),
        ("incident", "i4", incident(3, 200, district="Central", status="dispatched", units=["3A1"])),
        ("unit", "u1", unit("3A1", "dispatched", incident_id="i4", district="Central")),
        ("unit", "u2", unit("3A2", district="Mission")),
        ("call", "c1", call("on_hold", 30)),
    ]
    city.post("changes", [{"kind": kind, "id": id_, "fields": fields} for kind, id_, fields in changes])


def test_the_keys_of_the_queues(windows: Windows, city: City) -> None:
    """They move, choose, open, let go, filter and go to the map, and `?` tells all of them, each once."""
    windows.whole = True
    some(city)
    page = open_desk(windows, city)
    wait_order(page, "incidents", ["i1", "i2", "i3", "i4"])
    focused = page.locator("#incidents-queue .ag-row-focus")
    for key, there in (("j", "i1"), ("j", "i2"), ("j", "i3"), ("k", "i2")):
        page.keyboard.press(key)
        expect(focused).to_have_attribute("row-id", there)
    page.keyboard.press("Enter")
    expect(page.locator("#chosen-title")).to_have_text("Fight")
    expect(row(page, "incidents", "i2")).to_have_attribute("aria-selected", "true")
    assert "incident=i2" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("#chosen")).to_be_hidden()
    assert "incident=" not in page.url
    page.keyboard.press("/")
    expect(page.locator("#filter-text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#filter-text")).not_to_be_focused()
    page.wait_for_selector('#dispatch[data-map="ready"]')
    page.keyboard.press("m")
    expect(page.locator(".maplibregl-canvas")).to_be_focused()
    page.keyboard.press("m")
    expect(page.locator("#chosen")).to_have_attribute("data-map", "")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#chosen")).to_be_hidden()
    page.keyboard.press("?")
    told = page.locator("#keys-list li").evaluate_all(
        "(rows) => rows.map((row) => row.querySelector('span').textContent.trim())"
    )
    assert set(KEYS) <= set(told)
    assert len(told) == len(set(told))
    page.keyboard.press("Escape")
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#chosen-body")).to_be_visible()
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/incident/i\d$"))
    page.go_back()
    page.wait_for_selector(READY)
    expect(page.locator("#chosen-body")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/incident/i\d$"))


def test_a_filter_lives_in_the_address(windows: Windows, city: City) -> None:
    """It is applied at once, counted, never silent about the most urgent, and survives a reload and the way back."""
    some(city)
    page = open_desk(windows, city)
    wait_order(page, "incidents", ["i1", "i2", "i3", "i4"])
    page.keyboard.press("3")
    wait_order(page, "incidents", ["i3", "i4"])
    expect(page.locator("#incidents-queue-count")).to_contain_text("2 of 4")
    hidden = page.locator("#filter-hidden")
    expect(hidden).to_have_text("1 priority 1 and 1 priority 2 pending are hidden by the filter")
    page.keyboard.press("/")
    page.keyboard.type("noise")
    wait_order(page, "incidents", ["i3"])
    expect(page).to_have_url(re.compile(r"text=noise"))
    page.reload()
    page.wait_for_selector(READY)
    wait_order(page, "incidents", ["i3"])
    expect(page.locator("#filter-text")).to_have_value("noise")
    expect(page.locator(".filter-chip input[value='3']")).to_be_checked()
    page.go_back()
    wait_order(page, "incidents", ["i3", "i4"])
    expect(page.locator("#filter-text")).to_have_value("")
    page.go_back()
    wait_order(page, "incidents", ["i1", "i2", "i3", "i4"])
    expect(page.locator(".filter-chip input[value='3']")).not_to_be_checked()
    expect(hidden).to_have_text("")
    page.locator("#filter-districts").click()
    page.get_by_role("option", name="Central").click()
    wait_order(page, "incidents", ["i2", "i4"])
    wait_order(page, "units", ["u1"])
    expect(page).to_have_url(re.compile("district=Central"))
    page.keyboard.press("Escape")
    page.locator("#filter-clear").click()
    wait_order(page, "incidents", ["i1", "i2", "i3", "i4"])
    assert "?" not in page.url


def test_what_is_chosen_survives_changes_and_a_server_that_was_killed(windows: Windows, own_city: City) -> None:
    """Through updates, a killed server and its new start, nobody touches the page, and it is as it was, and live."""
    some(own_city)
    page = open_desk(windows, own_city, "?priority=1,2", 1920, 1080)
    row(page, "incidents", "i2").click()
    leave(page)
    expect(page.locator("#chosen-title")).to_have_text("Fight")
    own_city.change("incident", "i2", {"type": "Fight with weapons"})
    expect(page.locator("#chosen-title")).to_have_text("Fight with weapons")
    own_city.kill()
    page.wait_for_selector('#dispatch[data-link="lost"]')
    expect(page.locator("#band-title")).to_contain_text("NOT LIVE since")
    own_city.start()
    some(own_city)
    page.wait_for_selector(READY)
    wait_order(page, "incidents", ["i1", "i2"])
    expect(page.locator("#chosen-title")).to_have_text("Fight")
    expect(row(page, "incidents", "i2")).to_have_attribute("aria-selected", "true")
    own_city.change("incident", "i5", incident(1, 5))
    expect(row(page, "incidents", "i5")).to_be_visible()


def test_what_leaves_the_picture_is_said_to_have_left(windows: Windows, city: City) -> None:
    """The details of an incident that has gone stay readable, and say that it is not live any more."""
    some(city)
    page = open_desk(windows, city, "?incident=i2", 1920, 1080)
    expect(page.locator("#chosen-state")).to_contain_text("Pending for")
    city.change("incident", "i2", None)
    expect(page.locator("#chosen-state")).to_have_text("No longer in the live picture")
    expect(page.locator("#chosen-title")).to_have_text("Fight")
    expect(page.locator("#chosen-facts")).to_contain_text("16th St / Mission St")


def test_a_screen_that_may_not_act_says_so(windows: Windows, city: City) -> None:
    """Nobody has signed in: no button that could not work, no key for it, and where to sign in."""
    some(city)
    city.change(
        "alarm", "a1", {"severity": "high", "title": "Old", "state": "active", "raised_at": ago(9), "about": []}
    )
    page = open_desk(windows, city, "?incident=i1")
    expect(page.locator("#alarm-desk-first")).to_contain_text("Old")
    expect(page.get_by_role("button", name=re.compile("Acknowledge|Shelve|Note"))).to_have_count(0)
    expect(page.locator("#chosen-note-form")).to_be_hidden()
    expect(page.locator("#chosen-may-not")).to_have_text("Sign in to read and write notes.")
    page.keyboard.press("?")
    expect(page.locator("#keys-list")).not_to_contain_text("Acknowledge")


def test_a_phone_shows_one_queue_at_a_time(windows: Windows, city: City) -> None:
    """Tabs choose which; the details lie over all, and close."""
    some(city)
    page = open_desk(windows, city, "", 390, 844)
    wait_order(page, "incidents", ["i1", "i2", "i3", "i4"])
    expect(page.locator("#calls-queue-panel")).to_be_hidden()
    page.get_by_text("Units", exact=True).first.click()
    expect(page.locator("#incidents-queue-panel")).to_be_hidden()
    expect(row(page, "units", "u2")).to_be_visible()
    page.get_by_text("Incidents", exact=True).first.click()
    row(page, "incidents", "i3").click()
    expect(page.locator("#chosen-title")).to_have_text("Noise complaint")
    box = page.locator("#chosen").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    page.get_by_role("button", name="Close the details").click()
    expect(row(page, "incidents", "i3")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nobody_is_left_out(windows: Windows, city: City, theme: str) -> None:
    """No violation of WCAG 2.2 AA is found with everything on show: rows of each kind, alarms, details, both themes."""
    windows.whole = True
    some(city)
    city.change("unit", "u3", unit("3A3", "on_scene", emergency=True, fix_at=ago(400)))
    city.change("call", "c2", call("ringing", 40))
    alarm = {"severity": "critical", "title": "Help", "state": "active", "raised_at": ago(9)}
    city.change("alarm", "a1", {**alarm, "about": [{"kind": "incident", "id": "i1"}]})
    page = open_desk(windows, city, f"?theme={theme}&incident=i1&priority=1,3", 1920, 1080)
    page.wait_for_selector('#dispatch[data-map="ready"]')
    page.locator("#alarm-desk-all").click()
    expect(row(page, "units", "u3")).to_be_visible()
    expect(page.locator("#chosen-units")).to_contain_text("no city")
    found = Axe().run(page, options=WCAG)
    assert [(one["id"], [node["target"] for node in one["nodes"]][:5]) for one in found.response["violations"]] == []
