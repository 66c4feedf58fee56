"""Half an hour of the wall while twenty times as much happens as in an ordinary city: nothing in the page grows."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, CDPSession

from tests.running import ROOT, Running, environment

pytestmark = pytest.mark.browser

LASTING_S = float(os.environ.get("RTCC_SOAK_S", "1800"))
EVERY_S = LASTING_S / 30
#: The picture itself breathes; what has been forgotten to be let go grows all the time.
GROWTH = 1.25
KEPT = ("JSHeapUsedSize", "Nodes", "JSEventListeners", "Documents")


@pytest.fixture
def busy_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A whole RTCC of the invented city, in which twenty times as much happens, on a Friday evening."""
    rtcc = Running(tmp_path_factory.mktemp("soak"), RTCC_CITY="")
    command = [sys.executable, "-m", "rtcc.cli", "simulate", "--rate", "20", "--begin", "2026-11-27 20:30"]
    try:
        rtcc.start(wait=False)
        # The invented city is built first.
        rtcc.wait_ready(300)
        with subprocess.Popen([*command, "--data", str(rtcc.data)], cwd=ROOT, env=environment(RTCC_CITY="")) as city:
            yield rtcc
            city.terminate()
    finally:
        rtcc.stop()


@pytest.mark.drill
@pytest.mark.timeout(LASTING_S + 600)
def test_the_wall_does_not_grow(
    busy_city: Running, browser: Browser, record_property: Callable[[str, object], None]
) -> None:
    """Heap, nodes and listeners, each after a collection, are at the end what they were once the city had filled up."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{busy_city.address}/wall")
    page.wait_for_selector('#wall[data-map="ready"][data-link="live"]', timeout=60_000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    readings: list[dict[str, float]] = []
    frames = 0
    began = time.monotonic()
    while (passed := time.monotonic() - began) < LASTING_S:
        page.wait_for_timeout(min(EVERY_S, LASTING_S - passed + 0.1) * 1000)
        readings.append(reading(session))
        # It lives: it has drawn since, and is not merely small because nothing happens.
        drawn = page.evaluate("rtcc.layer.frames")
        assert drawn > frames
        frames = drawn
        record_property("reading", {name: round(value) for name, value in readings[-1].items()})
    assert page.locator("#wall").get_attribute("data-link") == "live"
    assert faults == []
    third = len(readings) // 3
    for name in KEPT:
        early, late = (
            sorted(one[name] for one in part)[len(part) // 2]
            for part in (readings[third : 2 * third], readings[-third:])
        )
        assert late <= early * GROWTH, f"{name}: {early:.0f} in the middle, {late:.0f} at the end"
    page.close()


def reading(session: CDPSession) -> dict[str, float]:
    """What the page holds now, after a collection of what it has let go."""
    session.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return {name: told[name] for name in KEPT}
