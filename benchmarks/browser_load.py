"""Browser load: how busy the wall's main thread is while thousands of units report, and what its heap does."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Browser

from benchmarks.browser import RENDERING, Busy, Glass, browser_groups, open_browser
from benchmarks.installation import Installation
from benchmarks.processes import Meter
from benchmarks.report import Row, row, show, spread
from benchmarks.under_load import Load, preload, under_load

ASKED_PERCENT = 25.0


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    load = Load(200, 50, 1, 0) if quick else Load(5_000, 1_000, 1, 0)
    lasting_s = 3.0 if quick else 20.0
    rows: list[Row] = []
    found: dict[str, Any] = {}
    with Installation() as rtcc:
        preload(rtcc, load.units)
        for rendering in RENDERING:
            with open_browser(rendering) as browser:
                floor = _watch(rtcc, browser, load, lasting_s, floor=True)
                wall = _watch(rtcc, browser, load, lasting_s, floor=False)
            found[rendering] = {"floor": floor, "wall": wall}
            rows += _rows(rendering, floor, wall)
    caption = "In software rendering the main thread reads each frame of WebGL back and waits for it: busy, but idle."
    show(f"Browser load: {load.units:,} units, {load.rate:,} reports/s for {lasting_s:.0f} s", rows, caption)
    return {"title": "Browser load", "rows": rows, "load": load._asdict(), "found": found}


def _rows(rendering: str, floor: dict[str, Any], wall: dict[str, Any]) -> list[Row]:
    shares, bare, cost, heap = wall["percent"], floor["percent"], wall["cost"], wall["heap_mb"]
    tasks = spread(wall["long_tasks_ms"])
    named = " ".join(f"{who} {used / cost['wall_s']:.0%}" for who, used in cost["cpu_s"].items() if used > 0.1)
    told = f"median {tasks['p50']} ms, longest {tasks['max']} ms" if tasks["count"] else ""
    return [
        row(
            f"{rendering}: main thread busy", shares["busy"], "%", at_most=ASKED_PERCENT, note=f"floor {bare['busy']} %"
        ),
        row(f"{rendering}: main thread working (its CPU)", shares["cpu"], "%", note=f"floor {bare['cpu']} %"),
        row(f"{rendering}: script", shares["script"], "%", note=f"floor {bare['script']} %"),
        row(f"{rendering}: long tasks (over 50 ms)", tasks["count"], "", note=told),
        row(f"{rendering}: JS heap after, collected", heap[1], "MB", note=f"before: {heap[0]} MB"),
        row(
            f"{rendering}: frames with a change",
            wall["frames_per_s"],
            "frames/s",
            note=f"{wall['changes_per_s']:,} changes/s shown; floor {floor['frames_per_s']} frames/s",
        ),
        row(f"{rendering}: CPU", sum(cost["cpu_s"].values()) / cost["wall_s"] * 100, "% of a core", note=named),
        row(f"{rendering}: CPU of others meanwhile", cost["elsewhere_cpu_s"] / cost["wall_s"] * 100, "% of a core"),
    ]


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
