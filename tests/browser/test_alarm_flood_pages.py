"""Ten thousand alarms on every page that shows them: none freezes, critical ones stand on top, the meter is true."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from rtcc.model.event import iso
from tests.running import Running, eventually
from tests.signing_in import link

pytestmark = pytest.mark.browser

FLOOD = 10_000
#: An hour's flood in five minutes: a page that bears this bears that.
LASTING_S = float(os.environ.get("RTCC_FLOOD_S", "300"))
AT_ONCE = 50
#: A page that answers no input for longer than this is one that people reload.
LONGEST_TASK_MS = 1_000
WATCH = """
window.longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
}).observe({ type: "longtask" });
"""


@pytest.fixture
def pages(own_rtcc_up: Running, browser: Browser) -> Iterator[dict[str, Page]]:
    """The wall, a dispatcher's and a supervisor's page, side by side."""
    opened: dict[str, Page] = {}
    contexts: list[BrowserContext] = []
    for name, role in (("wall", None), ("dispatch", "dispatcher"), ("supervisor", "supervisor")):
        context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        if role:
            page.goto(own_rtcc_up.address + link(own_rtcc_up, "Flooded", role))
            page.get_by_role("button").first.click()
        page.add_init_script(WATCH)
        page.goto(f"{own_rtcc_up.address}/{name}")
        page.wait_for_selector(f'#{name}[data-link="live"]')
        opened[name] = page
    yield opened
    for context in contexts:
        context.close()


@pytest.mark.drill
@pytest.mark.timeout(LASTING_S + 600)
def test_a_flood_of_alarms_freezes_no_page(
    own_rtcc_up: Running, pages: dict[str, Page], record_property: Callable[[str, object], None]
) -> None:
    """Ten thousand buttons are pressed evenly; each page goes on, the minor alarms below them, and tells the truth."""
    for page in pages.values():
        page.evaluate("window.longest = 0")
    now = iso(datetime.now(UTC))
    with own_rtcc_up.client("ingest", timeout=30) as client:
        first = client.post("/api/v1/events", content=orjson.dumps([minor(number, now) for number in range(AT_ONCE)]))
        assert first.status_code == 202
        due = time.monotonic()
        for start in range(0, FLOOD, AT_ONCE):
            body = orjson.dumps([emergency(number, now) for number in range(start, start + AT_ONCE)])
            assert client.post("/api/v1/events", content=body).status_code == 202
            due += LASTING_S * AT_ONCE / FLOOD
            pages["wall"].wait_for_timeout(max(0.0, due - time.monotonic()) * 1000)
    truth = eventually(lambda: told_by(own_rtcc_up), 180, 1.0, why="the load tells of all")
    for name, page in pages.items():
        longest = page.evaluate("window.longest")
        record_property(f"{name}: longest task, ms", round(longest))
        assert longest < LONGEST_TASK_MS, f"{name} was held up for {longest:.0f} ms"
        expect(page.locator(f"#{name}")).to_have_attribute("data-link", "live")
    shown = pages["wall"].locator(".alarm:visible").evaluate_all("(rows) => rows.map((row) => row.dataset.severity)")
    assert set(shown) == {"critical"}
    assert truth["flood"] is True
    expect(pages["wall"].locator("#alarms-flood")).to_be_visible()
    # The minor ones are nobody's rule here, and so no part of the load; they are alarms all the same.
    open_ = sum(alarm["state"] == "active" for alarm in own_rtcc_up.picture()["alarm"].values())
    assert open_ >= truth["active"]
    expect(pages["wall"].locator("#alarms-count b")).to_have_text(str(open_))
    expect(pages["wall"].locator("#alarms-load")).to_contain_text("per operator in 10 min")
    for name in ("dispatch", "supervisor"):
        expect(pages[name].locator("#alarm-desk-count")).to_contain_text(str(open_))


def emergency(number: int, now: str) -> dict[str, Any]:
    """A unit presses its button: a critical alarm of its own."""
    envelope = {"kind": "unit", "id": f"F{number}", "agency": "PPD", "source": "flood", "occurred_at": now}
    return {**envelope, "data": {"status": "on_scene", "emergency": True}}


def minor(number: int, now: str) -> dict[str, Any]:
    """What must not stand above them: an alarm of little weight, from outside."""
    data = {"rule": "outside", "severity": "low", "title": f"Minor {number}", "state": "active", "raised_at": now}
    envelope = {"kind": "alarm", "id": f"minor:{number}", "agency": "PPD", "source": "outside", "occurred_at": now}
    return {**envelope, "data": data}


def told_by(rtcc: Running) -> dict[str, Any] | None:
    """What the load says, once it has counted all of them."""
    load: dict[str, Any] = rtcc.picture().get("alarm_load", {}).get("center", {})
    return load if load.get("active", 0) >= FLOOD else None
