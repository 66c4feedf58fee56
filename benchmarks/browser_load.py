"""Browser load: how busy the wall's main thread is while thousands of units report, and what its heap does."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Browser

from benchmarks.browser import Busy, Glass, browser_groups, open_browser
from benchmarks.installation import Installation
from benchmarks.processes import Meter
from benchmarks.report import Row, row, show, spread
from benchmarks.under_load import Load, preload, under_load

ASKED_PERCENT = 25.0


def run(*, quick: bool = False, rendering: str = "software") -> dict[str, Any]:
    """Measure, print one table and return the result."""
    load = Load(200, 50, 1, 0) if quick else Load(5_000, 1_000, 1, 0)
    lasting_s = 3.0 if quick else 20.0
    with Installation() as rtcc, open_browser(rendering) as browser:
        preload(rtcc, load.units)
        floor = _watch(rtcc, browser, load, lasting_s, floor=True)
        wall = _watch(rtcc, browser, load, lasting_s, floor=False)
    shares, cost = wall["percent"], wall["cost"]
    heap = wall["heap_mb"]
    rows: list[Row] = [
        row("main thread busy", shares["busy"], "%", at_most=ASKED_PERCENT, note=f"script {shares['script']} %"),
        row(
            "main thread busy, floor page", floor["percent"]["busy"], "%", note=f"script {floor['percent']['script']} %"
        ),
        row("wall ÷ floor", shares["busy"] / max(floor["percent"]["busy"], 0.01), "×"),
        row("long tasks (over 50 ms)", len(wall["long_tasks_ms"]), "", note=str(spread(wall["long_tasks_ms"]))),
        row("JS heap after, collected", heap[1], "MB", note=f"before: {heap[0]} MB"),
        row(
            "frames with a change", wall["frames_per_s"], "frames/s", note=f"{wall['changes_per_s']:,} changes/s shown"
        ),
        *(row(f"CPU of {who}", used / cost["wall_s"] * 100, "% of a core") for who, used in cost["cpu_s"].items()),
        row("CPU of others meanwhile", cost["elsewhere_cpu_s"] / cost["wall_s"] * 100, "% of a core"),
    ]
    show(f"Browser load: {load.units:,} units, {load.rate:,} reports/s for {lasting_s:.0f} s", rows)
    return {
        "title": "Browser load",
        "rows": rows,
        "rendering": rendering,
        "load": load._asdict(),
        "floor": floor,
        "wall": wall,
    }


def _watch(rtcc: Installation, browser: Browser, load: Load, lasting_s: float, *, floor: bool) -> dict[str, Any]:
    glass = Glass(browser, rtcc.address, floor=floor)
    busy = Busy(glass.page)
    try:
        with under_load(rtcc, load, load.viewers - 1) as found:
            heap_before = busy.now(collect=True)
            glass.begin()
            with Meter(lambda: rtcc.groups() | found["pids"] | browser_groups()) as meter:
                before = busy.now()
                time.sleep(lasting_s)
                after = busy.now()
            recorded = glass.recorded()
            heap_after = busy.now(collect=True)
    finally:
        glass.close()
    return {
        "percent": Busy.shares(before, after),
        "heap_mb": [round(one["JSHeapUsedSize"] / 1e6, 1) for one in (heap_before, heap_after)],
        "long_tasks_ms": [round(duration, 1) for _, duration in recorded["longTasks"]],
        "frames_per_s": round(recorded["frames"] / meter.wall_s, 1),
        "changes_per_s": round(recorded["changes"] / meter.wall_s),
        "sent": found["sent"],
        "cost": meter.told(),
    }
