from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import City, painted
from tests.browser.test_wall_queue import ago, incident

pytestmark = pytest.mark.browser


def alarm(severity: str = "high", age_s: float = 60, **fields: Any) -> dict[str, Any]:
    return {
        "rule": "unit_emergency",
        "severity": severity,
        "title": "Officer emergency",
        "response": "Send help now.",
        "about": [],
        "state": "active",
        "raised_at": ago(age_s),
        **fields,
    }


def load(looked_s: float = 0, **fields: Any) -> dict[str, Any]:
    return {"operators": 5, "raised": 2, "per_operator": 0.4, "flood": False, "looked_at": ago(looked_s), **fields}


def raise_many(city: City, count: int, of: Callable[[int], dict[str, Any]]) -> None:
    city.post("changes", [{"kind": "alarm", "id": f"many:{n}", "fields": of(n)} for n in range(count)])


def titles(page: Page) -> list[str]:
    return page.locator(".alarm:visible .alarm-title").all_text_contents()


def test_an_alarm_appears_is_acknowledged_ends_and_leaves(city: City, open_wall: Callable[..., Page]) -> None:
    """A card says what, where and since when; who took it on; that it is about to clear; and goes when it has."""
    page = open_wall(city, whole=False)
    city.change("incident", "i1", incident())
    city.change("alarm", "p:i1", alarm("critical", 22, about=[{"kind": "incident", "id": "i1"}]))
    card = page.locator('.alarm[data-id="p:i1"]')
    expect(card.locator(".alarm-title")).to_have_text("Officer emergency")
    expect(card.locator(".alarm-place")).to_have_text("16th St / Mission St")
    expect(card.locator(".alarm-mark text")).to_have_text("C")
    expect(card.locator(".alarm-mark path")).to_have_attribute("fill", "var(--p1)")
    expect(card.locator(".alarm-who")).to_be_hidden()
    city.change("alarm", "p:i1", {"state": "acknowledged", "acknowledged_by": "r.alvarez", "clears_at": ago(-20)})
    expect(card.locator(".alarm-who")).to_have_text("✓ r.alvarez")
    expect(card.locator(".alarm-ending")).to_have_text("ending")
    expect(card.locator(".alarm-mark path")).to_have_attribute("fill", "var(--panel)")
    expect(page.locator("#alarms-count")).to_have_text("0 unacknowledged")
    city.change("alarm", "p:i1", {"state": "cleared", "cleared_at": ago(0)})
    expect(page.locator("#alarms")).to_be_hidden()
    city.change(
        "alarm",
        "p:i1",
        {"state": "active", "raised_at": ago(0), "acknowledged_by": None, "clears_at": None, "cleared_at": None},
    )
    expect(card).to_be_visible()
    expect(card.locator(".alarm-who")).to_be_hidden()
    expect(page.locator("#alarms-count")).to_have_text("1 unacknowledged")


def test_the_place_of_an_alarm_is_told_as_soon_as_it_is_known(city: City, open_wall: Callable[..., Page]) -> None:
    """Until the picture knows what an alarm is about, its card says what to do; no change of the alarm is needed."""
    page = open_wall(city, whole=False)
    city.change("alarm", "e:u1", alarm(about=[{"kind": "unit", "id": "u1"}]))
    place = page.locator('.alarm[data-id="e:u1"] .alarm-place')
    expect(place).to_have_text("Send help now.")
    city.change("unit", "u1", {"status": "on_scene", "callsign": "3D12"})
    expect(place).to_have_text("3D12")


def test_who_must_be_answered_first_stands_first(city: City, open_wall: Callable[..., Page]) -> None:
    """Unacknowledged before acknowledged, then severity, then the newest, whatever order they came in."""
    page = open_wall(city, 1920, 1080, whole=False)
    taken = {"state": "acknowledged", "acknowledged_by": "r.alvarez"}
    city.change("alarm", "a:1", alarm("critical", 5, title="taken", **taken))
    city.change("alarm", "a:2", alarm("high", 90, title="old"))
    city.change("alarm", "a:3", alarm("high", 9, title="new"))
    city.change("alarm", "a:4", alarm("critical", 900, title="critical"))
    expect(page.locator(".alarm:visible")).to_have_count(4)
    assert titles(page) == ["critical", "new", "old", "taken"]


def test_the_head_counts_what_is_shelved_and_tells_the_load(city: City, open_wall: Callable[..., Page]) -> None:
    """Shelved alarms are a number only, and the load is told per operator."""
    page = open_wall(city, whole=False)
    city.change("alarm_load", "center", load())
    city.change("alarm", "a:1", alarm())
    city.change("alarm", "a:2", alarm(state="shelved"))
    expect(page.locator("#alarms-count")).to_have_text("1 unacknowledged · 1 shelved")
    expect(page.locator("#alarms-load")).to_have_text("0.4 per operator in 10 min")
    expect(page.locator(".alarm:visible")).to_have_count(1)
    expect(page.locator("#alarms-flood")).to_be_hidden()


def test_a_flood_is_said_and_groups_what_can_wait(city: City, open_wall: Callable[..., Page]) -> None:
    """In a flood low and medium alarms are a line each, and high ones stand by themselves; then all is as before."""
    page = open_wall(city, 1920, 1080, whole=False)
    city.change("alarm_load", "center", load(flood=True, per_operator=12.6))
    raise_many(city, 24, lambda n: alarm("low" if n % 2 else "medium", 200 + n))
    city.change("alarm", "a:high", alarm("high"))
    flood = page.locator("#alarms-flood")
    expect(flood).to_have_text("FLOOD")
    expect(flood.locator("svg")).to_be_visible()
    expect(page.locator('[data-group="low"]')).to_contain_text("12 low alarms, oldest 3 min")
    expect(page.locator('[data-group="medium"]')).to_contain_text("12 medium alarms, oldest 3 min")
    expect(page.locator(".alarm:visible")).to_have_count(1)
    expect(page.locator('.alarm[data-id="a:high"]')).to_be_visible()
    expect(page.locator("#alarms-rest")).to_be_hidden()
    city.change("alarm_load", "center", load(flood=False))
    expect(flood).to_be_hidden()
    expect(page.locator('[data-group="low"]')).to_be_hidden()
    assert page.locator(".alarm:visible").count() > 1


def test_a_moving_unit_lists_no_alarms(city: City, open_wall: Callable[..., Page]) -> None:
    """Positions, which come many times a second, never make the page order its alarms; an alarm does."""
    page = open_wall(city, whole=False)
    city.change("alarm", "a:1", alarm())
    expect(page.locator(".alarm:visible")).to_have_count(1)
    page.evaluate(
        "() => { const { alarms } = rtcc, show = alarms.show; window.lists = 0;"
        " alarms.show = function (...all) { window.lists += 1; return show.apply(this, all) } }"
    )
    for number in range(20):
        fields = {"status": "available", "lat": 37.76 + number / 1e4, "lon": -122.43, "callsign": "3A1"}
        city.change("unit", "u1", fields)
    city.change("unit", "u2", {"status": "available", "lat": 37.77, "lon": -122.43, "callsign": "3A2"})
    painted(page, "u2")
    before = page.locator("#bar-time").text_content()
    page.wait_for_function("(t) => document.getElementById('bar-time').textContent > t", arg=before)
    assert page.evaluate("window.lists") == 0
    city.change("alarm", "a:2", alarm())
    expect(page.locator(".alarm:visible")).to_have_count(2)
    assert page.evaluate("window.lists") == 1


def test_alarms_that_nobody_watches_for_are_said_to_be_so(city: City, open_wall: Callable[..., Page]) -> None:
    """When the engine's heartbeat is old the head says since when, with and without an alarm, until it beats again."""
    page = open_wall(city, whole=False)
    panel, told = page.locator("#alarms"), page.locator("#alarms-load")
    city.change("alarm_load", "center", {**load(), "looked_at": "2026-01-16T22:03:22Z"})
    expect(told).to_have_text("alarms not watched since 14:03:22")
    expect(told.locator("svg")).to_be_visible()
    expect(panel).to_be_visible()
    expect(page.locator(".alarm:visible")).to_have_count(0)
    city.change("alarm", "a:1", alarm())
    expect(page.locator(".alarm:visible")).to_have_count(1)
    expect(told).to_have_text("alarms not watched since 14:03:22")
    city.change("alarm_load", "center", {"looked_at": ago(0)})
    expect(told).to_have_text("0.4 per operator in 10 min")
    city.change("alarm", "a:1", None)
    expect(panel).to_be_hidden()


def test_a_heartbeat_that_stops_is_noticed_without_a_message(city: City, open_wall: Callable[..., Page]) -> None:
    """The clock alone tells: nothing has to come for the head to say that nothing comes."""
    page = open_wall(city, whole=False)
    city.change("alarm_load", "center", load(27))
    painted(page, "center")
    expect(page.locator("#alarms")).to_be_hidden()
    expect(page.locator("#alarms-load")).to_contain_text("alarms not watched since")
    expect(page.locator("#alarms")).to_be_visible()


def test_only_a_critical_alarm_that_nobody_took_on_pulses(city: City, browser: Any) -> None:
    """The mark dims every other second, by the tick; who asks for reduced motion sees it still."""
    city.change("alarm", "a:1", alarm("critical"))
    city.change("alarm", "a:2", alarm("critical", state="acknowledged", acknowledged_by="r.alvarez"))
    city.change("alarm", "a:3", alarm("high"))
    for motion, dimmed in (("no-preference", "0.45"), ("reduce", "1")):
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion=motion)
        page = context.new_page()
        page.goto(f"{city.url}/wall")
        page.wait_for_selector(".alarm[data-beat]")
        seen = "[...document.querySelectorAll('.alarm[data-beat]')].map((e) => [e.dataset.id,"
        seen += " getComputedStyle(e.querySelector('.alarm-mark')).opacity])"
        assert page.evaluate(f"document.querySelector('.alarm[data-beat]') ? {seen} : []") in ([["a:1", dimmed]], [])
        page.wait_for_selector(".alarm:not([data-beat])[data-id='a:1']")
        page.wait_for_function(f"{seen}.length === 1")
        assert page.evaluate("document.getAnimations().length") == 0
        context.close()


def test_ages_tick(city: City, open_wall: Callable[..., Page]) -> None:
    """The age counts on each second without a message."""
    page = open_wall(city, whole=False)
    city.change("alarm", "a:1", alarm(age_s=60))
    painted(page, "a:1")
    first = page.locator(".alarm-age").text_content()
    page.wait_for_function("(age) => document.querySelector('.alarm-age').textContent > age", arg=first)


def test_the_wall_offers_nothing_to_press(city: City, open_wall: Callable[..., Page]) -> None:
    """The list is for reading: nothing in it takes the pointer or the keyboard."""
    page = open_wall(city, whole=False)
    city.change("alarm", "a:1", alarm())
    expect(page.locator(".alarm:visible")).to_have_count(1)
    assert page.locator("#alarms :is(button, a, input, select, [tabindex], [role=button])").count() == 0
