"""The dispatcher's queues: what waits stands in its order, says its age, and holds still under a hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import City, painted
from tests.browser.desk_windows import WATCH_SHIFTS, Windows
from tests.browser.dispatching import READY, call, incident, leave, order, row, unit, wait_order
from tests.browser.test_wall_queue import ago

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def window(browser: Browser, shared_city: City) -> Iterator[Page]:
    """One page for the tests of this file: opening one is what costs."""
    windows = Windows(browser)
    page = windows.window(1920, 1080)
    page.add_init_script(WATCH_SHIFTS)
    page.goto(f"{shared_city.url}/dispatch")
    page.wait_for_selector(f'{READY}[data-map="ready"]')
    yield page
    assert page.errors == []  # type: ignore[attr-defined]
    windows.close()


@pytest.fixture
def desk(window: Page, city: City) -> Page:
    """The page as it is when somebody sits down: nothing there, nothing chosen, no filter."""
    leave(window)
    window.evaluate("history.replaceState(null, '', '/dispatch'); dispatchEvent(new PopStateEvent('popstate'))")
    for queue in ("calls", "incidents", "units"):
        wait_order(window, queue, [])
    return window


def test_a_call_rings_is_held_and_leaves(desk: Page, city: City) -> None:
    """A call stands with its age and how late it is as long as somebody must take it, and goes when somebody has."""
    expect(desk.locator("#calls-queue-empty")).to_be_visible()
    city.change("call", "c1", call(age_s=1))
    ringing = row(desk, "calls", "c1")
    expect(ringing).to_contain_text("Ringing")
    expect(ringing).to_contain_text("911 · WPH2")
    expect(desk.locator("#calls-queue-count")).to_contain_text("1 ringing")
    for age_s, late in ((17, "soon"), (24, "over")):
        city.change("call", "c1", {"started_at": ago(age_s)})
        expect(ringing.locator(f'.figure[data-late="{late}"]')).to_be_visible()
    city.change("call", "c1", {"state": "on_hold"})
    expect(ringing).to_contain_text("On hold")
    city.change("call", "c1", {"state": "answered"})
    expect(ringing).to_have_count(0)
    city.change("call", "c1", {"state": "abandoned"})
    expect(ringing).to_contain_text("Call back")
    city.change("call", "c1", {"state": "ended"})
    expect(desk.locator("#calls-queue-empty")).to_be_visible()


def test_an_incident_comes_is_answered_and_leaves(desk: Page, city: City) -> None:
    """Its row says each step of its life in place, with the age of the step and the time against its target."""
    city.change("incident", "i1", incident(2, 60))
    one = row(desk, "incidents", "i1")
    expect(one).to_contain_text("Pending")
    expect(one).to_contain_text(re.compile(r"−13:\d\d"))
    city.change("incident", "i1", {"status": "enroute", "enroute_at": ago(30), "units": ["3A12", "3A14"]})
    expect(one).to_contain_text("En route")
    expect(one).to_contain_text(re.compile(r"0:3\d"))
    expect(one).to_contain_text("3A12 3A14")
    city.change("incident", "i1", {"entered_at": ago(16 * 60)})
    expect(one.locator('.figure[data-late="over"]')).to_have_text(re.compile(r"\+1:0\d"))
    expect(desk.locator("#incidents-queue-count")).to_have_text("1 · 0 pending · 1 over target")
    city.change("incident", "i1", {"status": "on_scene", "on_scene_at": ago(0)})
    expect(one.locator(".bar")).to_be_hidden()
    city.change("incident", "i1", {"status": "closed"})
    expect(one).to_have_count(0)
    expect(desk.locator("#incidents-queue-empty")).to_be_visible()


def test_a_sensitive_incident_says_so(desk: Page, city: City) -> None:
    """Its lock is named for those who do not see it; its place is withheld where this screen may not have it."""
    city.change("incident", "i1", incident(sensitive=True, address=None))
    expect(row(desk, "incidents", "i1").get_by_label("Sensitive")).to_be_visible()
    expect(row(desk, "incidents", "i1")).to_contain_text("Location withheld")


def test_queues_stand_in_the_order_in_which_somebody_must_act(desk: Page, city: City) -> None:
    """Pending before sent, then priority, then the oldest; ringing before held before abandoned; emergencies first."""
    changes: list[tuple[str, str, dict[str, Any]]] = [
        ("incident", "sent", incident(1, 500, status="dispatched")),
        ("incident", "old", incident(2, 500)),
        ("incident", "young", incident(2, 50)),
        ("incident", "first", incident(1, 5)),
        ("call", "lost", call("abandoned", 500)),
        ("call", "held", call("on_hold", 300)),
        ("call", "rings", call("ringing", 3)),
        ("unit", "u1", unit("3A2", "busy")),
        ("unit", "u2", unit("3A10")),
        ("unit", "u3", unit("3A9")),
        ("unit", "u4", unit("3B1", beat="A1")),
        ("unit", "u5", unit("3C1", "on_scene", emergency=True)),
        ("unit", "u6", unit("3D1", "off_duty")),
    ]
    city.post("changes", [{"kind": kind, "id": id_, "fields": fields} for kind, id_, fields in changes])
    wait_order(desk, "incidents", ["first", "old", "young", "sent"])
    wait_order(desk, "calls", ["rings", "held", "lost"])
    wait_order(desk, "units", ["u5", "u4", "u3", "u2", "u1"])
    expect(row(desk, "units", "u5")).to_contain_text("EMERGENCY")


def test_rows_keep_their_place_under_the_pointer(desk: Page, city: City) -> None:
    """While it is there nothing moves: new ones are counted, loudly where urgent; what ended stays, struck."""
    city.change("incident", "i1", incident(2, 300))
    city.change("incident", "i2", incident(3, 200))
    wait_order(desk, "incidents", ["i1", "i2"])
    row(desk, "incidents", "i1").hover()
    release = desk.locator("#incidents-queue-release")
    city.change("incident", "i3", incident(1, 1))
    expect(release).to_have_text("1 new · show (r)")
    expect(release).to_have_attribute("data-urgent", "")
    city.change("incident", "i2", {"priority": 1})
    expect(release).to_have_text("1 new · 1 moved · show (r)")
    # What they say still changes in place.
    expect(row(desk, "incidents", "i2").get_by_label("Priority 1")).to_be_visible()
    city.change("incident", "i1", {"status": "closed"})
    expect(row(desk, "incidents", "i1")).to_have_class(re.compile(r"\bended\b"))
    assert order(desk, "incidents") == ["i1", "i2"]
    desk.keyboard.press("r")
    wait_order(desk, "incidents", ["i2", "i3"])
    expect(release).to_be_hidden()
    city.change("incident", "i4", incident(1, 900))
    expect(release).to_be_visible()
    desk.mouse.move(5, 5)
    wait_order(desk, "incidents", ["i4", "i2", "i3"])
    expect(release).to_be_hidden()


def test_rows_keep_their_place_under_the_keyboard(desk: Page, city: City) -> None:
    """The focus holds them as the pointer does; Escape lets them go."""
    city.change("incident", "i1", incident(2, 300))
    wait_order(desk, "incidents", ["i1"])
    desk.keyboard.press("j")
    expect(row(desk, "incidents", "i1")).to_have_class(re.compile(r"\bag-row-focus\b"))
    city.change("incident", "i2", incident(1, 1))
    expect(desk.locator("#incidents-queue-release")).to_be_visible()
    assert order(desk, "incidents") == ["i1"]
    desk.keyboard.press("Escape")
    wait_order(desk, "incidents", ["i2", "i1"])


def test_positions_do_not_touch_the_queues(desk: Page, city: City) -> None:
    """A unit that moves is the map's business: the grid is told nothing, and its row is not made anew."""
    city.change("unit", "u1", unit("3A1"))
    wait_order(desk, "units", ["u1"])
    desk.evaluate(
        """() => {
          const { api } = rtcc.queues.units, tell = api.applyTransaction.bind(api);
          window.told = 0;
          api.applyTransaction = (...said) => { window.told += 1; return tell(...said); };
        }"""
    )
    for step in range(5):
        city.change("unit", "u1", {"lat": 37.76 + step / 1000, "lon": -122.43, "fix_at": ago(0), "heading_deg": 90})
    city.change("unit", "u2", {"status": "off_duty", "callsign": "last"})
    painted(desk, "u2")
    assert desk.evaluate("rtcc.glass.units.get('u1').heading_deg") == 90
    city.change("unit", "u1", {"status": "busy"})
    expect(row(desk, "units", "u1")).to_contain_text("Busy")
    # Once for the unit that came with no row to show, if at all, and once for the status.
    assert desk.evaluate("window.told") == 1


def test_an_old_fix_says_its_age(desk: Page, city: City) -> None:
    """A unit whose position is older than its limit says how old it is."""
    city.change("unit", "u1", unit("3A1", fix_at=ago(5)))
    city.change("unit", "u2", unit("3A2", fix_at=ago(250)))
    expect(row(desk, "units", "u2").locator(".fix")).to_have_text(re.compile(r"fix 4:1\d"))
    expect(row(desk, "units", "u1").locator(".fix")).to_be_hidden()


def test_nothing_shifts_when_data_arrives(desk: Page, city: City) -> None:
    """Whatever comes and goes, in queues, alarms and details, nothing that stands is pushed."""
    city.change("incident", "i0", incident(2, 600))
    row(desk, "incidents", "i0").click()
    expect(desk.locator("#chosen-body")).to_be_visible()
    leave(desk)
    # What follows a click within half a second is the click's own doing, and is not counted.
    desk.wait_for_function("performance.now() - (window.from ??= performance.now()) > 700")
    desk.evaluate("window.shifts.length = 0")
    for number in range(1, 6):
        city.change("incident", f"i{number}", incident(number, 40))
        city.change("call", f"c{number}", call(age_s=number))
        city.change("unit", f"u{number}", unit(f"3A{number}"))
        alarm = {"severity": "high", "title": f"Alarm {number}", "state": "active", "raised_at": ago(9), "about": []}
        city.change("alarm", f"a{number}", alarm)
    expect(desk.locator("#alarm-desk-count")).to_contain_text("5 to acknowledge")
    expect(row(desk, "calls", "c5")).to_be_visible()
    expect(row(desk, "units", "u5")).to_be_visible()
    city.change("incident", "i3", None)
    expect(row(desk, "incidents", "i3")).to_have_count(0)
    assert desk.evaluate("window.shifts") == []


def test_ages_tick_without_a_message(desk: Page, city: City) -> None:
    """Each second, by the server's clock, and without a word to the grid."""
    city.change("incident", "i1", incident(2, 60))
    wait_order(desk, "incidents", ["i1"])
    figure = row(desk, "incidents", "i1").locator(".figure").first
    before = figure.text_content()
    expect(figure).not_to_have_text(before or "")
