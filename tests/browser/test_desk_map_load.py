"""The map of the desks under load: 5,000 units, 500 incidents, 1,000 updates a second; and the pace of its glide."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import City
from tests.browser.fake_city import CENTER

pytestmark = pytest.mark.browser

READY = '#bare[data-map="ready"][data-link="live"]'
WATCHED_FRAMES = 40
# After each drawing, before the screen has it: is anything drawn in the middle of the city, and does the ring stand?
WATCH = """() => { const { layer, selection, map } = rtcc, { gl } = layer, drawn = layer.options.drawn;
  const camera = () => JSON.stringify([map.getZoom(), map.getCenter()]);
  window.watched = { frames: 0, blank: 0, ringless: 0, moved: 0, chosen: new Set(), changes: 0 };
  const began = camera(), pixels = new Uint8Array(160 * 160 * 4);
  addEventListener('rtcc:painted', ({ detail }) => { watched.changes += detail.changes.length; });
  layer.options.drawn = (now) => {
    drawn(now);
    const [left, low] = [(layer.canvas.width - 160) / 2, (layer.canvas.height - 160) / 2];
    gl.readPixels(left, low, 160, 160, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    watched.frames += 1;
    watched.blank += Number(!pixels.some((value) => value > 0));
    watched.ringless += Number(layer.pins.count !== 1);
    watched.moved += Number(camera() !== began);
    watched.chosen.add(JSON.stringify(selection.thing));
  } }"""


@pytest.fixture(scope="module")
def busy_city() -> Iterator[City]:
    city = City("--units", "5000", "--rate", "1000")
    dice = random.Random(5)
    city.post("changes", [{"kind": "incident", "id": f"i{n}", "fields": _incident(dice)} for n in range(500)])
    yield city
    city.close()


def _incident(dice: random.Random) -> dict[str, Any]:
    return {
        "type": "FIGHT",
        "priority": dice.choice((1, 2, 3, 3, 4)),
        "status": dice.choice(("pending", "enroute", "on_scene")),
        "lat": CENTER[1] + dice.uniform(-0.035, 0.04),
        "lon": CENTER[0] + dice.uniform(-0.055, 0.045),
    }


def _open(browser: Browser, city: City, **options: Any) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 720}, **options).new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{city.url}/bare", wait_until="commit")
    page.wait_for_selector(READY)
    return page


def test_under_load_nothing_blinks_jumps_or_is_dropped(browser: Browser, busy_city: City) -> None:
    """While updates come, each frame has its units and the ring, and neither selection nor camera changes."""
    page = _open(browser, busy_city)
    page.evaluate("rtcc.selection.set({ kind: 'unit', id: 'u7' })")
    page.wait_for_function("rtcc.layer.pins.count === 1")
    page.evaluate(WATCH)
    dice = random.Random(6)
    deadline = time.monotonic() + 60
    while (frames := page.evaluate("watched.frames")) < WATCHED_FRAMES:
        assert time.monotonic() < deadline, f"{frames} frames in a minute"
        busy_city.change("incident", f"i{dice.randrange(500)}", _incident(dice))
    watched = page.evaluate(
        "({ ...watched, chosen: [...watched.chosen], units: rtcc.table.shown, marks: rtcc.layer.marks.count })"
    )
    page.context.close()
    assert (watched["blank"], watched["ringless"], watched["moved"]) == (0, 0, 0)
    assert watched["chosen"] == ['{"kind":"unit","id":"u7"}']
    assert (watched["units"], watched["marks"]) == (5000, 500)
    assert watched["changes"] > 1000


def test_on_a_graphics_card_units_glide_with_every_frame(browser: Browser, own_city: City) -> None:
    """After its fix a moving unit is drawn anew with each frame of the display, and along its way."""
    page = _open(browser, own_city)
    # What this machine has not: a renderer whose frames are cheap.
    page.evaluate("(rtcc.layer.software = false, rtcc.layer.costMs = 1, rtcc.layer.measure = () => {})")
    page.evaluate("rtcc.camera.goTo({ center: [-122.44, 37.76], zoom: 15 }, { glide: false })")
    moving = {"status": "enroute", "callsign": "1A1", "heading_deg": 90, "speed_mps": 15}
    own_city.change("unit", "u1", {**moving, "lat": 37.76, "lon": -122.44})
    page.wait_for_function("rtcc.table.shown === 1")
    told = page.evaluate(
        "() => new Promise((done) => {"
        " const at = () => rtcc.layer.screen()(rtcc.table.at(0, performance.now() / 1000))[0];"
        " const first = rtcc.layer.frames, began = at(); let left = 6;"
        " const next = () => (left-- ? requestAnimationFrame(next) : done([rtcc.layer.frames - first, at() - began]));"
        " requestAnimationFrame(next) })"
    )
    page.context.close()
    # The frame in which one begins to count may have been drawn before.
    assert told[0] >= 5
    assert told[1] > 0
