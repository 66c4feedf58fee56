"""Pages: how soon each shows the live picture, what it costs under a thousand reports a second, whether it moves."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks import fleet
from benchmarks.browser import RENDERING, Busy, open_browser
from benchmarks.installation import Installation
from benchmarks.posting import Poster
from benchmarks.report import Row, row, show
from benchmarks.under_load import Load, preload, under_load

FIRST_PAINT_MS = 2_000
ASKED_PERCENT = 25.0
_LOADS = 5
_READY_MS = 90_000
#: Playwright waits by a program that it brings into the page as text, which the policy of our pages forbids.
_WINDOW: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}, "bypass_csp": True}
#: Where each page is found, and who looks at it.
PAGES = {
    "wall": ("/wall", None),
    "dispatch": ("/dispatch", "dispatcher"),
    "supervisor": ("/supervisor", "supervisor"),
    "incident": ("/incident/I7", "supervisor"),
    "officer": ("/officer?unit=U7", "officer"),
    "admin": ("/admin", "supervisor"),
}
# Shifts of the layout that no input caused, and tasks that held the page up.
_WATCH = """
window.seen = { shift: 0, tasks: [] };
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) seen.shift += value;
}).observe({ type: "layout-shift" });
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) seen.tasks.push(duration);
}).observe({ type: "longtask" });
"""
_FIRST = "performance.getEntriesByName('rtcc:first-live-paint')[0]?.startTime"
_BYTES = "performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, 0)"


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    load = Load(200, 50, 1, 0) if quick else Load(5_000, 1_000, 1, 0)
    incidents, lasting_s = (20, 3.0) if quick else (500, 20.0)
    rows: list[Row] = []
    found: dict[str, Any] = {}
    with Installation() as rtcc:
        preload(rtcc, load.units)
        _enter(rtcc, incidents)
        for rendering in RENDERING:
            with open_browser(rendering) as browser:
                for name, (path, role) in PAGES.items():
                    with _signed_in(browser, rtcc, role) as context:
                        soon = [
                            _first_paint(browser, context, rtcc.address + path) for _ in range(1 if quick else _LOADS)
                        ]
                        under = _under_load(rtcc, context, rtcc.address + path, load, lasting_s)
                    found[f"{rendering} {name}"] = {"first": soon, "under_load": under}
                    rows += _rows(f"{rendering} {name}", soon, under)
    caption = "First live paint: from the address typed, nothing in the cache, until the picture is on the glass."
    show(f"Pages: {load.units:,} units, {incidents} incidents, {load.rate:,} reports/s", rows, caption)
    return {"title": "Pages", "rows": rows, "load": load._asdict(), "found": found}


def _rows(name: str, soon: list[dict[str, float]], under: dict[str, Any]) -> list[Row]:
    first = [one["ms"] for one in soon]
    note = f"worst {max(first):.0f} ms of {len(first)}; {soon[0]['bytes'] / 1e6:.2f} MB"
    tasks = under["long_tasks_ms"]
    return [
        row(f"{name}: first live paint", statistics.median(first), "ms", at_most=FIRST_PAINT_MS, note=note),
        row(f"{name}: main thread busy", under["busy"], "%", at_most=ASKED_PERCENT, note=f"script {under['script']} %"),
        row(f"{name}: longest task", max(tasks, default=0), "ms", note=f"{len(tasks)} over 50 ms"),
        row(f"{name}: layout shift", under["shift"], "", at_most=0),
    ]


def _enter(rtcc: Installation, incidents: int) -> None:
    """Bring so many open incidents into the picture."""
    events = [event for body in fleet.mixed_bodies(incidents // 50 + 1, time.time(), 3) for event in body]
    entered = [event for event in events if event["kind"] == "incident"][:incidents]
    before, poster = rtcc.applied(), Poster(rtcc.port, rtcc.key)
    poster.post_until_taken(fleet.body(entered))
    poster.close()
    rtcc.wait_applied(before + len(entered))
    rtcc.wait_seen("incident", incidents)


@contextmanager
def _signed_in(browser: Browser, rtcc: Installation, role: str | None) -> Iterator[BrowserContext]:
    context = browser.new_context(**_WINDOW)
    context.add_init_script(_WATCH)
    if role:
        page = context.new_page()
        page.goto(rtcc.sign_in_address(role))
        page.get_by_role("button").first.click()
        page.wait_for_load_state()
        page.close()
    yield context
    context.close()


def _first_paint(browser: Browser, context: BrowserContext, address: str) -> dict[str, float]:
    """Open the page once, in a browser that has nothing of it in its cache."""
    fresh = browser.new_context(**_WINDOW, storage_state=context.storage_state())
    page = fresh.new_page()
    page.goto(address, wait_until="commit")
    page.wait_for_function(_FIRST, timeout=_READY_MS)
    told = {"ms": page.evaluate(_FIRST), "bytes": page.evaluate(_BYTES)}
    fresh.close()
    return told


def _under_load(
    rtcc: Installation, context: BrowserContext, address: str, load: Load, lasting_s: float
) -> dict[str, Any]:
    page: Page = context.new_page()
    page.goto(address)
    page.wait_for_function(_FIRST, timeout=_READY_MS)
    busy = Busy(page)
    with under_load(rtcc, load, load.viewers - 1):
        page.evaluate("Object.assign(seen, { shift: 0, tasks: [] })")
        before = busy.now()
        time.sleep(lasting_s)
        after = busy.now()
    shares = Busy.shares(before, after)
    told = page.evaluate("seen")
    page.close()
    return {
        "busy": shares["busy"],
        "script": shares["script"],
        "cpu": shares["cpu"],
        "long_tasks_ms": [round(one, 1) for one in told["tasks"]],
        "shift": round(told["shift"], 4),
    }
