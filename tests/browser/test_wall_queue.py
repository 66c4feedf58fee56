from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import City, painted

pytestmark = pytest.mark.browser


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="seconds").replace("+00:00", "Z")


def incident(**fields: object) -> dict[str, object]:
    return {
        "type": "Burglary",
        "priority": 2,
        "status": "pending",
        "entered_at": ago(100),
        "lat": 37.76,
        "lon": -122.44,
        "address": "16th St / Mission St",
        "district": "Mission",
        **fields,
    }


def test_an_incident_appears_changes_and_leaves(city: City, open_wall: Callable[..., Page]) -> None:
    """A row comes with its incident, says what the incident says, and goes when the incident is closed."""
    page = open_wall(city, whole=False)
    expect(page.locator("#queue-empty")).to_be_visible()
    city.change("incident", "i1", incident())
    row = page.locator('.row[data-id="i1"]')
    expect(row).to_be_visible()
    expect(row.locator(".row-type")).to_have_text("Burglary")
    expect(row.locator(".row-place")).to_have_text("16th St / Mission St")
    city.change("incident", "i1", {"status": "enroute", "units": ["3A12"], "type": "Burglary in progress"})
    expect(row.locator(".row-type")).to_have_text("Burglary in progress")
    expect(row.locator(".row-side")).to_have_text("3A12")
    city.change("incident", "i1", {"status": "closed"})
    expect(row).to_be_hidden()
    expect(page.locator("#queue-empty")).to_be_visible()


def test_a_sensitive_incident_has_a_row_and_no_mark(city: City, open_wall: Callable[..., Page]) -> None:
    """Where the audience may not know the place, the row says that it is withheld, and nothing stands on the map."""
    page = open_wall(city)
    fields = incident(sensitive=True)
    for hidden in ("lat", "lon", "address"):
        del fields[hidden]
    city.change("incident", "secret", fields)
    row = page.locator('.row[data-id="secret"]')
    expect(row.locator(".row-place")).to_have_text("Location withheld")
    expect(row.locator(".row-place svg")).to_be_visible()
    expect(row.locator(".row-side")).to_have_text("Mission")
    painted(page, "secret")
    assert page.evaluate("rtcc.layer.marks.count") == 0
    city.change("incident", "open", incident())
    painted(page, "open")
    assert page.evaluate("rtcc.layer.marks.count") == 1


def test_the_queue_says_what_it_cannot_show(city: City, open_wall: Callable[..., Page]) -> None:
    """Rows that do not fit are counted by priority, as is what is over target, and a new priority 1 stands first."""
    page = open_wall(city, whole=False)
    for number in range(30):
        city.change("incident", f"n{number}", incident(priority=3, entered_at=ago(60 * 70 + number)))
    city.change("incident", "first", incident(priority=1, entered_at=ago(5)))
    expect(page.locator(".row:visible").first).to_have_attribute("data-id", "first")
    expect(page.locator("#queue-count")).to_have_text("31 pending")
    expect(page.locator("#queue-over")).to_have_text("30 over target")
    shown = page.locator(".row:visible").count()
    expect(page.locator("#queue-rest")).to_contain_text(f"and {31 - shown} more")


def test_rows_do_not_move_when_a_figure_changes(city: City, open_wall: Callable[..., Page]) -> None:
    """A change of text shifts nothing: every part of the page stays where it was."""
    page = open_wall(city, whole=False)
    city.change("incident", "i1", incident())
    expect(page.locator('.row[data-id="i1"]')).to_be_visible()
    page.evaluate(
        "new PerformanceObserver((l) => { window.shift = (window.shift ?? 0) +"
        " l.getEntries().reduce((s, e) => s + e.value, 0) }).observe({type: 'layout-shift'})"
    )
    city.change(
        "incident", "i1", {"type": "A much longer type of incident than the first one was", "district": "Bayview"}
    )
    city.change("unit", "u1", {"status": "available", "lat": 37.76, "lon": -122.43, "callsign": "3A1"})
    expect(page.locator(".row-type").first).to_contain_text("A much longer")
    painted(page, "u1")
    assert page.evaluate("window.shift ?? 0") < 0.001
