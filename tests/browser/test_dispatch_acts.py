"""Dispatchers act, two at once, on a real installation: alarms are answered, notes written, units looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.desk_windows import Windows
from tests.browser.dispatching import READY, row
from tests.browser.test_wall_queue import ago
from tests.running import Running

pytestmark = pytest.mark.browser

HERE = {"lat": 41.6, "lon": -99.6}


def push(rtcc: Running, kind: str, id_: str, data: dict[str, Any] | None, at: str = "") -> None:
    """Push one event that happened just now, or at an instant."""
    envelope = {"kind": kind, "id": id_, "agency": "PPD", "source": "dispatch-tests"}
    with rtcc.client("ingest") as client:
        event = {**envelope, "occurred_at": at or datetime.now(UTC).isoformat(), "data": data}
        assert client.post("/api/v1/events", json=event).status_code == 202


def alarm(rtcc: Running, id_: str, title: str) -> None:
    """Raise one as the engine does: the raise occurred at the instant that it names, which an answer answers."""
    data = {"rule": "drill", "severity": "critical", "title": title, "state": "active", "raised_at": ago(5)}
    push(rtcc, "alarm", id_, {**data, "about": []}, data["raised_at"])


@pytest.fixture(scope="module")
def two(browser: Browser, rtcc_up: Running) -> Iterator[tuple[Page, Page]]:
    """Ann and Bo at their desks, side by side."""
    windows = Windows(browser, whole=False)
    ann = windows.desk(rtcc_up, "/dispatch", "Ann", width=1920, height=1080)
    bo = windows.desk(rtcc_up, "/dispatch", "Bo")
    for page in (ann, bo):
        page.wait_for_selector(READY)
    yield ann, bo
    windows.close()


def line(page: Page, id_: str) -> Locator:
    """An alarm in the open list."""
    if page.locator("#alarm-desk-rows").is_hidden():
        page.locator("#alarm-desk-all").click()
    return page.locator(f'#alarm-desk-rows .alarm-line[data-id="{id_}"]')


def test_of_two_who_acknowledge_the_second_is_told_who_was_first(two: tuple[Page, Page], rtcc_up: Running) -> None:
    """What one answers all see; who comes second is told by name, and nothing changes."""
    ann, bo = two
    alarm(rtcc_up, "act-1", "Drill one")
    for page in two:
        expect(page.locator("#alarm-desk-first")).to_contain_text("Drill one")
        expect(line(page, "act-1")).to_be_visible()
    # Bo's picture stands still from here on: both look at the same moment.
    bo.evaluate("rtcc.glass.change = () => {}")
    line(ann, "act-1").get_by_role("button", name="Acknowledge").click()
    expect(line(ann, "act-1")).to_contain_text("✓ Ann")
    line(bo, "act-1").get_by_role("button", name="Acknowledge").click()
    expect(bo.locator("#said")).to_contain_text("was acknowledged by Ann")
    bo.reload()
    bo.wait_for_selector(READY)
    expect(line(bo, "act-1")).to_contain_text("✓ Ann")
    push(rtcc_up, "alarm", "act-1", None)


def stands_first(page: Page, alarm: str) -> None:
    """Wait until this alarm has been the first of all for longer than a key takes to be meant for another."""
    page.wait_for_function(
        """(alarm) => {
          if (document.querySelector("#alarm-desk-first .alarm-line").dataset.id !== alarm) window.stands = undefined;
          else return performance.now() - (window.stands ??= performance.now()) > 900;
        }""",
        arg=alarm,
    )


def test_keys_answer_the_alarm_that_stands_first(two: tuple[Page, Page], rtcc_up: Running) -> None:
    """`s` shelves it for a while with a reason, for all to see; it comes off the shelf; a note; `a` acknowledges."""
    ann, bo = two
    # Raised by its rule: what comes off the shelf is then said anew by whoever watches.
    at = {"status": "on_scene", "fix_at": ago(1), **HERE}
    push(rtcc_up, "unit", "act-2", {**at, "callsign": "E9", "emergency": True})
    first = ann.locator("#alarm-desk-first .alarm-line")
    expect(first).to_contain_text("E9")
    raised = first.get_attribute("data-id") or ""
    title = first.locator(".alarm-line-title").text_content() or ""
    stands_first(ann, raised)
    ann.mouse.move(5, 5)
    ann.evaluate("document.activeElement.blur()")
    ann.keyboard.press("s")
    expect(ann.locator("#shelve-what")).to_have_text(title)
    expect(ann.locator("#shelve-reason")).to_be_focused()
    assert ann.locator("#shelve-for option:disabled").count() > 0
    ann.locator("#shelve-for").select_option(label="15 min")
    ann.locator("#shelve-reason").fill("Vendor is on it")
    ann.get_by_role("button", name="Shelve", exact=True).click()
    expect(line(bo, raised)).to_contain_text(re.compile(r"shelved until \d\d:\d\d · Ann · Vendor is on it"))
    line(bo, raised).get_by_role("button", name="Take from the shelf").click()
    expect(line(ann, raised).get_by_role("button", name="Acknowledge")).to_be_visible()
    line(ann, raised).get_by_role("button", name="Write a note").click()
    ann.locator("#note-text").fill("Looked at it")
    ann.get_by_role("button", name="Add note").first.click()
    expect(ann.locator("#said")).to_have_text("Note added.")
    ann.mouse.move(5, 5)
    ann.evaluate("document.activeElement.blur()")
    stands_first(ann, raised)
    ann.keyboard.press("a")
    expect(line(bo, raised)).to_contain_text("✓ Ann")
    push(rtcc_up, "unit", "act-2", None)


def test_what_is_known_of_an_incident_comes_to_its_side(two: tuple[Page, Page], rtcc_up: Running) -> None:
    """The nearest units and how they were compared, what was there before, cameras, and notes that all see at once."""
    ann, bo = two
    address = {"address": "9 Side St", "type": "Fight", **HERE}
    push(rtcc_up, "incident", "act-old", {**address, "priority": 3, "status": "closed", "entered_at": ago(4000)})
    push(rtcc_up, "incident", "act-3", {**address, "priority": 1, "status": "pending", "entered_at": ago(30)})
    unit = {"callsign": "S7", "status": "available", "fix_at": ago(1), "lat": 41.601, "lon": -99.601}
    push(rtcc_up, "unit", "act-unit", unit)
    expect(row(ann, "units", "act-unit")).to_be_attached()
    row(ann, "incidents", "act-3").click()
    expect(ann.locator("#chosen-units")).to_contain_text("S7")
    expect(ann.locator("#chosen-units")).to_contain_text(re.compile("by road|straight line"))
    ann.locator("#chosen-history").get_by_role("link", name="Give a reason").click()
    ann.get_by_role("dialog").get_by_label("Call in progress").check()
    ann.get_by_role("dialog").get_by_role("button", name="Show it").click()
    expect(ann.locator("#chosen-history")).to_contain_text(re.compile("Fight|The first one here"))
    expect(ann.locator("#chosen-cameras")).not_to_contain_text("Looking")
    row(bo, "incidents", "act-3").click()
    ann.locator("#chosen-note-text").fill("Gate code 4711")
    ann.locator("#chosen-note-form button").click()
    expect(bo.locator("#chosen-notes")).to_contain_text("Gate code 4711")
    expect(bo.locator("#chosen-notes .note-who")).to_contain_text("Ann · ")
    expect(ann.locator("#chosen-note-text")).to_have_value("")
    for id_ in ("act-3", "act-old"):
        push(rtcc_up, "incident", id_, None)
    push(rtcc_up, "unit", "act-unit", None)
