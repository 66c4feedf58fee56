"""The page of one incident, every part of it real: what happens to the incident appears on it without a touch."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from rtcc.model.event import iso
from tests.browser.desk_windows import WATCH_SHIFTS, Windows
from tests.running import Running

pytestmark = pytest.mark.browser

HERE = {"lat": 41.601, "lon": -99.601, "address": "Main St / 3rd St", "beat": "R1", "district": "Riverside"}


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    opened = Windows(browser, whole=False)
    yield opened
    opened.close()


def push(rtcc: Running, kind: str, id_: str, data: dict[str, Any] | None, ago_s: float = 0) -> None:
    """Push what happened so long ago."""
    at = datetime.now(UTC) - timedelta(seconds=ago_s)
    event = {"kind": kind, "id": id_, "agency": "PFPD", "source": "test-cad", "occurred_at": iso(at), "data": data}
    with rtcc.client("ingest") as client:
        assert client.post("/api/v1/events", json=event).status_code == 202


def begin(rtcc: Running, id_: str, **over: Any) -> None:
    """Let an incident begin four minutes ago."""
    entered = iso(datetime.now(UTC) - timedelta(minutes=4))
    told = {"type": "FIGHT", "priority": 2, "status": "pending", "entered_at": entered, **HERE}
    push(rtcc, "incident", id_, told | over, ago_s=240)


def moments(page: Page) -> Any:
    return page.locator("#incident-timeline .moment")


def statuses(page: Page) -> Any:
    """Return the moments of the incident's own status: alarms about it come beside them when they are due."""
    return page.locator('#incident-timeline .moment[data-kind="status"]')


def test_the_whole_life_of_an_incident_appears_without_a_reload(rtcc_up: Running, windows: Windows) -> None:
    """Head, intervals, timeline and units follow what is pushed, from the first word to the end."""
    begin(rtcc_up, "inc-life")
    page = windows.desk(rtcc_up, "/incident/inc-life", "Ann Roe")
    page.evaluate("window.stays = true")
    expect(page.locator(".incident-type")).to_have_text("Fight")
    expect(page.locator(".incident-address")).to_have_text("Main St / 3rd St")
    expect(moments(page).first).to_contain_text("Pending")
    queue = page.locator('[data-interval="queue"]')
    expect(queue).to_have_attribute("data-runs", "")
    before = queue.locator(".interval-value").inner_text()
    expect(queue.locator(".interval-value")).not_to_have_text(before)
    now = iso(datetime.now(UTC))
    unit = {"callsign": "7A7", "lat": 41.6035, "lon": -99.601, "fix_at": now}
    push(rtcc_up, "unit", "inc-7A7", unit | {"status": "dispatched", "incident_id": "inc-life"})
    push(rtcc_up, "incident", "inc-life", {"status": "dispatched", "dispatched_at": now, "units": ["inc-7A7"]})
    expect(page.locator('[data-fact="status"] dd')).to_have_text("Dispatched")
    expect(moments(page).last).to_contain_text("Pending→Dispatched")
    expect(queue).not_to_have_attribute("data-runs", "")
    expect(page.locator("#incident-units tbody th")).to_have_text("7A7")
    there = iso(datetime.now(UTC))
    push(rtcc_up, "unit", "inc-7A7", {"status": "on_scene", "lat": 41.6011, "lon": -99.601, "fix_at": there})
    push(rtcc_up, "incident", "inc-life", {"status": "on_scene", "on_scene_at": there})
    expect(page.locator('[data-fact="status"] dd')).to_have_text("On scene")
    expect(page.locator("#incident-units tbody td").nth(2)).not_to_have_text("–")
    push(
        rtcc_up,
        "incident",
        "inc-life",
        {"status": "closed", "cleared_at": iso(datetime.now(UTC)), "disposition": "Advised"},
    )
    expect(moments(page).last).to_contain_text("Advised")
    expect(page.locator("#incident")).to_have_attribute("data-ended", "")
    assert page.evaluate("window.stays")
    assert page.errors == []  # type: ignore[attr-defined]


def test_what_has_left_the_picture_still_has_its_story(rtcc_up: Running, windows: Windows) -> None:
    """After it is gone from the live picture the page comes from the record: head, timeline and notes."""
    begin(rtcc_up, "inc-gone", address="9 Old Rd")
    page = windows.desk(rtcc_up, "/incident/inc-gone", "Ann Roe")
    page.locator("#incident-note-text").fill("The dog is back.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#incident-notes .note")).to_contain_text("The dog is back.")
    push(rtcc_up, "incident", "inc-gone", None)
    expect(moments(page).last).to_contain_text("Left the live picture")
    page.reload()
    page.wait_for_function("window.rtcc?.glass?.loaded && !rtcc.glass.incidents.has('inc-gone')")
    expect(page.locator(".incident-address")).to_have_text("9 Old Rd")
    expect(moments(page).first).to_contain_text("Pending")
    expect(page.locator("#incident-notes .note")).to_contain_text("Ann Roe")


def test_a_note_appears_in_another_browser_under_its_writers_name(rtcc_up: Running, windows: Windows) -> None:
    """Written here, read there at once, on its timeline too; and the field is empty for the next."""
    begin(rtcc_up, "inc-notes")
    mine = windows.desk(rtcc_up, "/incident/inc-notes", "Ann Roe")
    theirs = windows.desk(rtcc_up, "/incident/inc-notes", "Ben Ode", "supervisor")
    expect(theirs.locator("#incident-notes")).to_contain_text("No notes yet")
    expect(mine.locator(".incident-type")).to_have_text("Fight")
    mine.keyboard.press("n")
    expect(mine.locator("#incident-note-text")).to_be_focused()
    mine.keyboard.type("<b>Two</b> men, one with a bat")
    mine.keyboard.press("Control+Enter")
    note = theirs.locator("#incident-notes .note")
    expect(note).to_contain_text("Ann Roe")
    expect(note).to_contain_text("<b>Two</b> men, one with a bat")
    expect(theirs.locator('.moment[data-kind="note"]')).to_contain_text("Note by")
    expect(mine.locator("#incident-note-text")).to_have_value("")


def test_who_may_not_write_or_read_notes_is_told_so(rtcc_up: Running, windows: Windows) -> None:
    """Nobody in particular gets neither a form nor a word of a note, and the way to sign in."""
    begin(rtcc_up, "inc-wall")
    page = windows.desk(rtcc_up, "/incident/inc-wall")
    expect(page.locator("#incident-notes")).to_contain_text("Notes are not shown here")
    expect(page.locator("#incident-note-form")).to_contain_text("Sign in to write a note")
    expect(page.locator("#incident-note-form textarea")).to_have_count(0)
    page.locator("#incident-received-part summary").click()
    expect(page.locator("#incident-received")).to_contain_text("For supervisors and admins")


def test_supervisors_read_what_was_received(rtcc_up: Running, windows: Windows) -> None:
    """The bytes as they came, with when and under which key."""
    begin(rtcc_up, "inc-raw", address="5 Raw Ct")
    page = windows.desk(rtcc_up, "/incident/inc-raw", "Sgt. Ruiz", "supervisor")
    expect(moments(page).first).to_contain_text("5 Raw Ct")
    expect(page.locator("#incident")).to_have_attribute("data-incident", "there")
    page.keyboard.press("b")
    expect(page.locator("#incident-received pre").first).to_contain_text('"address":"5 Raw Ct"')
    expect(page.locator("#incident-received figcaption").first).to_contain_text("bytes")


def test_what_was_there_and_before_is_told(rtcc_up: Running, windows: Windows) -> None:
    """A detection nearby, an earlier incident at the address, the city's places; and no invented video."""
    spot = {"address": "12 Elm St", "lat": 41.606, "lon": -99.611}
    begin(rtcc_up, "inc-earlier", **spot, type="BURGLARY", entered_at=iso(datetime.now(UTC) - timedelta(minutes=50)))
    begin(rtcc_up, "inc-around", **spot)
    push(
        rtcc_up,
        "detection",
        "inc-shot",
        {"detection_type": "gunshot", "rounds": 3, "lat": 41.6061, "lon": -99.611},
        200,
    )
    page = windows.desk(rtcc_up, "/incident/inc-around", "Ann Roe")
    expect(page.locator("#incident-around")).to_contain_text("Gunshot")
    expect(page.locator("#incident-around")).to_contain_text("3 rounds")
    expect(page.locator("#incident-history")).to_contain_text("Asks for a reason")
    page.locator("#incident-history").get_by_role("link", name="Give a reason").click()
    page.get_by_role("dialog").get_by_label("Officer safety").check()
    page.get_by_role("dialog").get_by_role("button", name="Show it").click()
    expect(page.locator("#incident-history")).to_contain_text("Burglary")
    expect(page.locator("#incident-history a").first).to_have_attribute("href", "/incident/inc-earlier")
    expect(page.locator("#incident-places h3").last).to_have_text("Places")
    expect(page.locator(".incident-video")).to_contain_text("No video system is connected")


def test_an_incident_that_nobody_knows_says_so(rtcc_up: Running, windows: Windows) -> None:
    """Not a blank page: what is asked for, that it is not there, and where to go on."""
    page = windows.desk(rtcc_up, "/incident/inc-nowhere", "Ann Roe")
    expect(page.locator("#incident-missing")).to_contain_text("No such incident")
    expect(page.locator(".incident-number")).to_have_text("inc-nowhere")


def test_the_timeline_is_walked_with_the_keyboard_and_stays_where_it_is(rtcc_up: Running, windows: Windows) -> None:
    """The keys j and k move, o unfolds; what comes meanwhile takes the focus from nobody."""
    begin(rtcc_up, "inc-keys")
    push(rtcc_up, "incident", "inc-keys", {"status": "dispatched"}, ago_s=60)
    page = windows.desk(rtcc_up, "/incident/inc-keys", "Ann Roe")
    expect(statuses(page)).to_have_count(2)
    expect(page.locator("#incident")).to_have_attribute("data-incident", "there")
    page.keyboard.press("j")
    expect(moments(page).first).to_be_focused()
    page.keyboard.press("o")
    expect(moments(page).first.locator("details")).to_have_attribute("open", "")
    push(rtcc_up, "incident", "inc-keys", {"status": "enroute"})
    expect(statuses(page)).to_have_count(3)
    expect(moments(page).first).to_be_focused()
    page.keyboard.press("j")
    expect(moments(page).nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(moments(page).first).to_be_focused()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_page_can_be_read_by_all(rtcc_up: Running, windows: Windows, theme: str) -> None:
    """No violation for axe, on the page that asks what for either; nothing is wider than the screen at any size."""
    windows.whole = True
    begin(rtcc_up, f"inc-axe-{theme}", sensitive=True)
    page = windows.desk(rtcc_up, f"/incident/inc-axe-{theme}?theme={theme}", f"Sgt. {theme}", "supervisor")
    asks = Axe().run(page)
    assert asks.violations_count == 0, asks.generate_report()
    page.get_by_label("Call in progress").check()
    page.get_by_role("button", name="Show it", exact=True).click()
    expect(moments(page).first).to_contain_text("Pending")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    expect(page.locator("#incident-history")).not_to_contain_text("Reading")
    expect(page.locator("#incident")).to_have_attribute("data-map", "ready")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width, height in ((1920, 1080), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_moves_when_more_happens(rtcc_up: Running, windows: Windows) -> None:
    """Moments, notes and figures come, and what stands on the page stays where it is."""
    windows.whole = True
    begin(rtcc_up, "inc-still")
    page = windows.desk(rtcc_up, "/incident/inc-still", "Ann Roe", width=1920, height=1080)
    expect(page.locator("#incident")).to_have_attribute("data-map", "ready")
    expect(statuses(page)).to_have_count(1)
    expect(page.locator("#incident-history")).not_to_contain_text("Reading")
    page.evaluate(WATCH_SHIFTS)
    for count, status in enumerate(("dispatched", "enroute", "on_scene"), 2):
        push(rtcc_up, "incident", "inc-still", {"status": status, "units": ["7B1"]})
        expect(statuses(page)).to_have_count(count)
    expect(page.locator('[data-interval="on-scene"]')).to_have_attribute("data-runs", "")
    assert page.evaluate("window.shifts") == []


def test_it_goes_on_after_the_server_was_killed(own_rtcc_up: Running, windows: Windows) -> None:
    """Not live while the server is gone; then what happened meanwhile is on the timeline, without a touch."""
    begin(own_rtcc_up, "inc-killed")
    page = windows.desk(own_rtcc_up, "/incident/inc-killed", "Ann Roe")
    expect(statuses(page)).to_have_count(1)
    own_rtcc_up.send_signal("rtcc", signal.SIGSTOP)
    try:
        own_rtcc_up.send_signal("web", signal.SIGKILL)
        expect(page.locator("#incident")).to_have_attribute("data-link", "lost", timeout=20_000)
    finally:
        own_rtcc_up.send_signal("rtcc", signal.SIGCONT)
    own_rtcc_up.wait_ready()
    push(own_rtcc_up, "incident", "inc-killed", {"status": "dispatched"})
    expect(page.locator("#incident")).to_have_attribute("data-link", "live", timeout=30_000)
    expect(statuses(page)).to_have_count(2)
