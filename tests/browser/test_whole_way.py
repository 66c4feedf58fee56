"""The whole way of an event, every part of it real: pushed over HTTP, drawn in Chromium."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import painted
from tests.running import Running

pytestmark = pytest.mark.browser


@dataclass
class Real:
    """A real installation, as the browser fixtures know a city."""

    running: Running

    @property
    def url(self) -> str:
        return self.running.address

    def push(self, kind: str, id_: str, data: dict[str, Any] | None) -> None:
        """Push one event that happened just now."""
        event = {
            "kind": kind,
            "id": id_,
            "agency": "PPD",
            "source": "whole-way",
            "occurred_at": datetime.now(UTC).isoformat(),
            "data": data,
        }
        with self.running.client("ingest") as client:
            assert client.post("/api/v1/events", json=event).status_code == 202


def test_an_incident_arrives_changes_and_closes_on_the_wall(rtcc_up: Running, open_wall: Callable[..., Page]) -> None:
    """What a CAD would push shows as a row, changes in place, and leaves the queue when it is closed."""
    real = Real(rtcc_up)
    page = open_wall(real)
    row = page.locator('.row[data-id="way-1"]')
    real.push("incident", "way-1", {"type": "Fight", "priority": 1, "status": "pending", "address": "Main St / 1st St"})
    expect(row).to_be_visible()
    expect(row).to_contain_text("Main St / 1st St")
    real.push("incident", "way-1", {"address": "Main St / 2nd St", "status": "dispatched"})
    expect(row).to_contain_text("Main St / 2nd St")
    real.push("incident", "way-1", {"status": "closed"})
    expect(row).to_be_hidden()


def test_a_sensitive_incident_shows_no_place_on_the_wall(rtcc_up: Running, open_wall: Callable[..., Page]) -> None:
    """The wall is told that it exists and where not: neither address nor position ever reach the browser."""
    real = Real(rtcc_up)
    page = open_wall(real)
    hidden = {"type": "Assist", "priority": 2, "sensitive": True, "address": "7 Secret Ln", "lat": 41.6, "lon": -99.6}
    real.push("incident", "way-2", hidden | {"status": "pending"})
    row = page.locator('.row[data-id="way-2"]')
    expect(row).to_contain_text("Location withheld")
    assert "Secret" not in page.content()
    assert page.evaluate("Object.keys(rtcc.glass.incidents.get('way-2'))").count("lat") == 0
    real.push("incident", "way-2", None)
    expect(row).to_be_hidden()


def test_a_units_new_position_is_drawn_and_said_so(rtcc_up: Running, open_wall: Callable[..., Page]) -> None:
    """The painted hook names the unit, and the layer then holds it where it was reported."""
    real = Real(rtcc_up)
    page = open_wall(real)
    real.push("unit", "way-3", {"callsign": "W3", "status": "enroute", "lat": 41.601, "lon": -99.601})
    detail = painted(page, "way-3")
    assert detail["cursor"]
    assert [change["kind"] for change in detail["changes"] if change["id"] == "way-3"] == ["unit"]
    assert page.evaluate("rtcc.table.slots.has('way-3')")
    real.push("unit", "way-3", None)
    page.wait_for_function("!rtcc.table.slots.has('way-3')")


def test_the_wall_says_so_when_the_store_is_gone_and_comes_back_by_itself(
    own_rtcc_up: Running, open_wall: Callable[..., Page]
) -> None:
    """A server whose store does not answer is not live, however well it is connected; nobody has to touch the wall."""
    real = Real(own_rtcc_up)
    page = open_wall(real)
    own_rtcc_up.send_signal("store", signal.SIGSTOP)
    try:
        expect(page.locator("#wall")).to_have_attribute("data-store", "lost", timeout=25_000)
        expect(page.locator("#band-title")).to_contain_text("NOT LIVE since ")
    finally:
        own_rtcc_up.send_signal("store", signal.SIGCONT)
    expect(page.locator("#wall")).to_have_attribute("data-store", "ok", timeout=25_000)
    real.push("incident", "after", {"type": "After", "priority": 3, "status": "pending"})
    expect(page.locator('.row[data-id="after"]')).to_be_visible()


def test_the_web_process_killed_comes_back_without_a_touch(
    own_rtcc_up: Running, open_wall: Callable[..., Page]
) -> None:
    """After kill -9 of the web process: the wall says so, reconnects, and shows what happened meanwhile."""
    real = Real(own_rtcc_up)
    page = open_wall(real)
    # The supervisor is held, or the new web process is there before the wall has any reason to say so.
    own_rtcc_up.send_signal("rtcc", signal.SIGSTOP)
    try:
        own_rtcc_up.send_signal("web", signal.SIGKILL)
        expect(page.locator("#wall")).to_have_attribute("data-link", "lost", timeout=10_000)
    finally:
        own_rtcc_up.send_signal("rtcc", signal.SIGCONT)
    own_rtcc_up.wait_ready()
    real.push("incident", "meanwhile", {"type": "Meanwhile", "priority": 3, "status": "pending"})
    expect(page.locator("#wall")).to_have_attribute("data-link", "live", timeout=20_000)
    expect(page.locator('.row[data-id="meanwhile"]')).to_be_visible()


@pytest.mark.parametrize(("lat", "says"), [(41.598, "min by road"), (41.63, "in a straight line")])
def test_the_most_urgent_that_waits_says_who_could_be_there_first(
    rtcc_up: Running, open_wall: Callable[..., Page], lat: float, says: str
) -> None:
    """By drive time where there are streets, and else in a straight line, and it says which of the two."""
    real = Real(rtcc_up)
    page = open_wall(real)
    now = datetime.now(UTC)
    fix = {"lat": lat, "lon": -99.6095, "fix_at": now.isoformat()}
    # Newer than whatever other tests have left waiting in this city.
    waits = {
        "type": "Robbery",
        "priority": 1,
        "status": "pending",
        "entered_at": (now + timedelta(minutes=1)).isoformat(),
    }
    real.push("unit", f"way-7A7-{lat}", {"callsign": "7A7", "status": "available", **fix})
    real.push("incident", f"way-{lat}", waits | {"lat": lat, "lon": -99.61})
    side = page.locator(f'.row[data-id="way-{lat}"] .row-side')
    expect(side).to_contain_text("7A7")
    expect(side).to_contain_text(says)
    real.push("incident", f"way-{lat}", {"status": "dispatched", "units": ["7A7"]})
    expect(side).to_have_text("7A7")
    real.push("incident", f"way-{lat}", None)
    real.push("unit", f"way-7A7-{lat}", None)
