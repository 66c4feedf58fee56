"""A real Chromium on the wall (or on the floor page), with a recorder of what it painted and when."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.processes import Groups, children, family
from benchmarks.report import chromium
from benchmarks.tags import Tag
from scripts.chromium import QUIET, SOFTWARE_WEBGL

VIEWPORT = {"width": 1280, "height": 720}
#: Software rendering everywhere, so that figures of machines with and without a graphics card can be compared.
#: `software` is what Chromium itself does without a card: its own code puts the layers together, and only WebGL goes
#: through SwiftShader. In `gl` the layers go through SwiftShader too, which costs a core by itself.
RENDERING = {
    "software": ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing"),
    "gl": SOFTWARE_WEBGL,
}
_READY_MS = 90_000
_CLOCK_ROUNDS = 30

# Keeps when each tagged change was painted, by the page's own high-resolution clock.
_RECORDER = """
(() => {
  const kept = { painted: [], told: 0, frames: 0, changes: 0, longTasks: [] };
  let frame = 0;
  window.rtccBenchmark = kept;
  addEventListener("rtcc:painted", ({ detail }) => {
    const at = performance.timeOrigin + performance.now();
    kept.told += 1;
    // The same for everything within one frame.
    if (frame !== document.timeline.currentTime) kept.frames += 1;
    frame = document.timeline.currentTime;
    kept.changes += detail.changes.length;
    for (const { kind, id, occurred_at } of detail.changes) {
      if (kind === "unit" && id.startsWith("TAG")) kept.painted.push([id, occurred_at, at]);
    }
  });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) kept.longTasks.push([startTime, duration]);
  }).observe({ type: "longtask" });
})();
"""


@contextmanager
def open_browser(rendering: str) -> Iterator[Browser]:
    """Start Chromium, headless; ``rendering`` is one of RENDERING."""
    program = chromium()
    if not program:
        raise RuntimeError("No Chromium was found; RTCC_CHROMIUM names one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, *RENDERING[rendering]])
        try:
            yield browser
        finally:
            browser.close()


def browser_groups() -> Groups:
    """Return the browser's processes of this benchmark by what they do, and Playwright's own between it and us."""
    groups: Groups = {}
    for pid in family(os.getpid(), children()):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"--type=renderer" in command:
            groups.setdefault("page", []).append(pid)
        elif b"--type=gpu-process" in command:
            groups.setdefault("gpu (software)", []).append(pid)
        elif b"--type=" in command or b"--headless" in command:
            groups.setdefault("rest of browser", []).append(pid)
        elif b"run-driver" in command:
            groups.setdefault("playwright", []).append(pid)
    return groups


class Glass:
    """One page with the recorder in it."""

    def __init__(self, browser: Browser, address: str, *, floor: bool = False) -> None:
        """Open the wall and wait until its map is ready; or the floor page, on the same origin."""
        self.page: Page = browser.new_page(viewport=VIEWPORT)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.add_init_script(_RECORDER)
        if floor:
            self.page.goto(f"{address}/healthz")
            self.page.evaluate(Path(__file__).with_name("floor.js").read_text())
        else:
            self.page.goto(f"{address}/wall?tour=0")
        self.page.wait_for_selector("[data-map=ready]", state="attached", timeout=_READY_MS)

    def close(self) -> None:
        """Close the page."""
        self.page.close()

    def begin(self) -> None:
        """Forget what was recorded so far."""
        self.page.evaluate(
            "Object.assign(rtccBenchmark, { painted: [], told: 0, frames: 0, changes: 0, longTasks: [] })"
        )

    def recorded(self) -> dict[str, Any]:
        """Return what was recorded: painted tagged changes, frames that changed something, and long tasks."""
        return dict(self.page.evaluate("rtccBenchmark"))

    def clock(self) -> tuple[float, float]:
        """Return how far the page's clock is ahead of ours, in ms, and by how much that may be wrong."""
        best = (0.0, float("inf"))
        for _ in range(_CLOCK_ROUNDS):
            before = time.time() * 1000
            there = self.page.evaluate("performance.timeOrigin + performance.now()")
            after = time.time() * 1000
            if after - before < 2 * best[1]:
                best = there - (before + after) / 2, (after - before) / 2
        return best

    def times(self, tags: list[Tag], within_s: float = 10.0) -> dict[str, Any]:
        """Return for each sample the ms from just before its POST to its being painted, and which never were."""
        wanted = {(tag.unit, tag.occurred_at): tag for tag in tags}
        give_up_at = time.monotonic() + within_s
        while True:
            painted: dict[tuple[str, str], float] = {}
            for unit, occurred_at, at in self.recorded()["painted"]:
                painted.setdefault((unit, occurred_at), at)
            lost = [key for key in wanted if key not in painted]
            if not lost or time.monotonic() > give_up_at:
                break
            time.sleep(0.1)
        times = [painted[key] - tag.sent_at * 1000 for key, tag in wanted.items() if key in painted]
        return {"ms": times, "lost": len(lost)}


class Busy:
    """How much of its time the page's main thread works, as the browser itself counts it."""

    _KEPT = (
        "TaskDuration",
        "ScriptDuration",
        "LayoutDuration",
        "RecalcStyleDuration",
        "ThreadTime",
        "JSHeapUsedSize",
        "Timestamp",
    )

    def __init__(self, page: Page) -> None:
        """Begin to count."""
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "timeTicks"})

    def now(self, *, collect: bool = False) -> dict[str, float]:
        """Return the counters; after a garbage collection where the heap is to be compared."""
        if collect:
            self._session.send("HeapProfiler.collectGarbage")
        counters = {one["name"]: one["value"] for one in self._session.send("Performance.getMetrics")["metrics"]}
        return {name: counters[name] for name in self._KEPT}

    @staticmethod
    def shares(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
        """Return what share of the time between two readings each kind of work took, in percent."""
        wall = after["Timestamp"] - before["Timestamp"]
        kinds = dict(zip(("busy", "script", "layout", "style", "cpu"), Busy._KEPT[:5], strict=True))
        return {name: round((after[one] - before[one]) / wall * 100, 2) for name, one in kinds.items()}
