"""The charts of the last hour on a real installation: they add up to what the server tells, and follow it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from rtcc.model.event import iso
from tests.browser.desk_windows import WATCH_SHIFTS, Windows
from tests.browser.test_incident import push
from tests.running import Running, eventually

pytestmark = pytest.mark.browser

SUMS = """(id) => document.querySelector(`#${id} .js-plotly-plot`).data.map(({ y }) =>
  Array.from(y._inputArray ?? y).reduce((sum, one) => sum + (one ?? 0), 0))"""


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    opened = Windows(browser)
    yield opened
    opened.close()


def arrivals(rtcc: Running) -> Any:
    """Return the arrivals of the last hour by priority, as the server tells them."""
    with rtcc.client("read:supervisor") as client:
        return list(client.get("/api/v1/hour").json()["hour"]["arrivals"].values())


def ask_again(page: Page) -> None:
    """Do what the half minute does when it is over."""
    page.evaluate("dash_clientside.set_props('hour-turn', { n_intervals: (window.turns = (window.turns ?? 100) + 1) })")


def test_the_charts_add_up_and_follow_without_moving(rtcc_up: Running, windows: Windows) -> None:
    """The bars are the arrivals by priority; what arrives is in them after the next turn, and nothing else moves."""
    page = windows.desk(rtcc_up, "/supervisor", "Sgt. Ruiz", "supervisor", width=1920, height=1080)
    # The map comes last, and brings its tools with it.
    page.wait_for_selector('#supervisor[data-lists="ready"][data-map="ready"]')
    expect(page.locator("#map-scale")).not_to_be_empty()
    expect(page.locator("#hour-arrivals-says")).to_contain_text("▲")
    before = arrivals(rtcc_up)
    page.evaluate(WATCH_SHIFTS)
    now = datetime.now(UTC)
    for number in range(3):
        entered = iso(now - timedelta(minutes=10 * number, seconds=5))
        told = {"type": "Noise", "priority": 3, "status": "pending", "entered_at": entered}
        push(rtcc_up, "incident", f"hour-{number}", told)

    def shown() -> bool:
        with page.expect_response("**/_dash-update-component*"):
            ask_again(page)
        sums = page.evaluate(SUMS, "hour-arrivals")
        said = page.locator("#hour-arrivals-says").inner_text()
        return sums == arrivals(rtcc_up) and sums[2] >= before[2] + 3 and said.startswith(f"{sum(sums)} ·")

    eventually(shown, 60, every_s=1)
    for name in ("hour-pending", "hour-response", "hour-answer"):
        expect(page.locator(f"#{name} .js-plotly-plot .main-svg").first).to_be_visible()
    moved = {name for _, names in page.evaluate("window.shifts") for name in names if not name.startswith("held")}
    # A source that is heard for the first time, or is late while this machine is busy, is one more entry of the bar.
    assert moved - {"feed"} == set()
    assert page.errors == []  # type: ignore[attr-defined]
