"""The map of the desks in a real browser: choosing, layers, following, measuring, heat, by pointer and by key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import REMEMBER, City, painted

pytestmark = pytest.mark.browser

READY = '#bare[data-map="ready"][data-link="live"]'
WHERE = """([kind, id]) => { const where = rtcc.desk.whereabouts.of(kind, id);
  const box = rtcc.map.getCanvas().getBoundingClientRect();
  const [x, y] = rtcc.layer.screen()(where.at, where.beside); return [x + box.left, y + box.top] }"""
CAMERA = "(({ lng, lat }, zoom) => [lng, lat, zoom])(rtcc.map.getCenter(), rtcc.map.getZoom())"
HEAT = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [-122.44, 37.76]}, "properties": {"w": 5}}
    ],
}


def incident(lat: float, lon: float, **fields: Any) -> dict[str, Any]:
    return {
        "type": "FIGHT",
        "priority": 2,
        "status": "pending",
        "lat": lat,
        "lon": lon,
        "address": "1 Main St",
        **fields,
    }


def unit(lat: float, lon: float, **fields: Any) -> dict[str, Any]:
    return {"status": "available", "lat": lat, "lon": lon, "callsign": "3A1", "speed_mps": 0, **fields}


@pytest.fixture(scope="module")
def window(browser: Browser, shared_city: City) -> Iterator[Page]:
    """One window for all of this module: its page is emptied, and not loaded, between tests."""
    context = browser.new_context(viewport={"width": 1100, "height": 700}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.add_init_script(REMEMBER)
    page.goto(f"{shared_city.url}/bare", wait_until="commit")
    page.wait_for_selector(READY)
    yield page
    context.close()


@pytest.fixture
def page(city: City, window: Page) -> Page:
    window.mouse.move(5, 5)
    window.evaluate(
        "() => { const { desk, selection, camera } = rtcc; if (desk.measure.on) desk.measure.stop();"
        " desk.follow.stop(); selection.set(null); camera.goHome({ glide: false });"
        " opened.length = painted.length = 0; desk.panel.toggle(false);"
        " document.activeElement?.blur() }"
    )
    return window


@pytest.fixture
def tell(city: City, page: Page) -> Callable[..., None]:
    """Change a thing and wait until the page has painted it."""

    def change(kind: str, name: str, fields: dict[str, Any] | None) -> None:
        city.change(kind, name, fields)
        # What the city withdrew before this test may be painted only now: it bears the same names.
        there = "([kind, id, there]) => rtcc.glass.replica.kind(kind).has(id) === there"
        page.wait_for_function(there, arg=[kind, name, fields is not None])
        painted(page, name)

    return change


def where(page: Page, kind: str, name: str) -> tuple[float, float]:
    x, y = page.evaluate(WHERE, [kind, name])
    return x, y


def chosen(page: Page) -> Any:
    return page.evaluate("rtcc.selection.thing")


def test_a_click_chooses_the_mark_under_it(page: Page, tell: Callable[..., None]) -> None:
    """The pointer shows what can be chosen; a click chooses it, in the address too, and beside all marks lets it go."""
    tell("incident", "CAD/7 x", incident(37.76, -122.46))
    tell("unit", "u1", unit(37.77, -122.48))
    x, y = where(page, "incident", "CAD/7 x")
    page.mouse.move(x + 6, y - 4)
    page.wait_for_function("rtcc.map.getCanvas().style.cursor === 'pointer'")
    page.mouse.click(x + 6, y - 4)
    assert chosen(page) == {"kind": "incident", "id": "CAD/7 x"}
    assert page.evaluate("new URL(location).searchParams.get('incident')") == "CAD/7 x"
    assert "Fight" in page.locator("#map-card").inner_text()
    page.mouse.click(*where(page, "unit", "u1"))
    assert chosen(page) == {"kind": "unit", "id": "u1"}
    page.mouse.click(x, y + 120)
    assert chosen(page) is None
    assert page.locator("#map-card").is_hidden()


def test_what_is_chosen_elsewhere_comes_into_view_without_a_zoom(page: Page, tell: Callable[..., None]) -> None:
    """The map moves only as far as needed, and not at all for what can be seen; its zoom stays."""
    tell("incident", "near", incident(37.765, -122.445))
    tell("incident", "far", incident(37.90, -122.20))
    page.evaluate("rtcc.camera.goTo({ center: [-122.44, 37.76], zoom: 13.3 }, { glide: false })")
    before = page.evaluate(CAMERA)
    page.evaluate("rtcc.selection.set({ kind: 'incident', id: 'near' })")
    assert page.evaluate(CAMERA) == before
    page.evaluate("rtcc.selection.set({ kind: 'incident', id: 'far' })")
    page.wait_for_function(f"(({CAMERA})[0] + 122.2) ** 2 < 1e-6")
    assert page.evaluate(CAMERA)[2] == pytest.approx(before[2])


def test_a_double_click_or_enter_opens_the_incident(page: Page, tell: Callable[..., None]) -> None:
    """Either opens the incident that is chosen, and neither comes closer; with the keyboard the middle is meant."""
    tell("incident", "i1", incident(37.7575, -122.4425))
    page.evaluate("rtcc.camera.goTo({ center: [-122.4425, 37.7575] }, { glide: false })")
    before = page.evaluate(CAMERA)
    page.mouse.dblclick(*where(page, "incident", "i1"))
    assert page.evaluate("opened") == ["i1"]
    assert page.evaluate(CAMERA) == before
    page.evaluate("(rtcc.selection.set(null), document.activeElement.blur())")
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    assert chosen(page) == {"kind": "incident", "id": "i1"}
    page.keyboard.press("Enter")
    assert page.evaluate("opened") == ["i1", "i1"]
    page.keyboard.press("Escape")
    assert chosen(page) is None
    page.keyboard.press("m")
    assert page.evaluate("document.body.hasAttribute('data-large')")


def test_the_ring_and_the_card_go_with_the_unit(page: Page, tell: Callable[..., None], city: City) -> None:
    """What is chosen stays chosen while it moves, and its card moves with it and tells its new state."""
    tell("unit", "u1", unit(37.76, -122.45))
    page.evaluate("rtcc.selection.set({ kind: 'unit', id: 'u1' })")
    place = page.locator("#map-card").bounding_box()
    page.evaluate("painted.length = 0")
    tell("unit", "u1", {"lat": 37.765, "lon": -122.43, "status": "busy"})
    page.wait_for_function("document.querySelector('#map-card').innerText.includes('B Busy')")
    moved = page.locator("#map-card").bounding_box()
    assert (moved or {})["x"] > (place or {})["x"] + 10
    city.post("reset", {})
    page.wait_for_function("rtcc.live.state === 'live' && rtcc.glass.units.size === 1")
    assert chosen(page) == {"kind": "unit", "id": "u1"}
    assert page.locator("#map-card").is_visible()


def test_layers_stay_switched_after_a_reload(page: Page, tell: Callable[..., None]) -> None:
    """What is switched off is neither drawn nor pointed at, its count stays; a reload changes nothing of it."""
    tell("incident", "i1", incident(37.76, -122.45))
    tell("incident", "i2", incident(37.76, -122.43, priority=3))
    tell("unit", "u1", unit(37.77, -122.43))
    try:
        page.click("#map-layers-button")
        row = page.locator("#map-layers label", has_text="Priority 2")
        assert row.locator(".map-layers-count").inner_text() == "1"
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert not row.locator("input").is_checked()
        page.uncheck("[name=layer-units]")
        page.uncheck("[name=layer-beats]")
        assert page.locator("#map-layers-button").inner_text() == "3 off"
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == "map-layers-button"
        page.evaluate("rtcc.selection.set({ kind: 'incident', id: 'i2' })")
        page.reload(wait_until="commit")
        page.wait_for_selector(READY)
        page.wait_for_selector("#map-card:not([hidden])")
        assert chosen(page) == {"kind": "incident", "id": "i2"}
        page.wait_for_function("rtcc.map.getLayoutProperty('beat-lines', 'visibility') === 'none'")
        page.wait_for_function("rtcc.layer.marks.count === 1 && !rtcc.layer.showsUnits")
        for kind, name in (("incident", "i1"), ("unit", "u1"), ("incident", "i2")):
            page.mouse.click(*where(page, kind, name))
        assert chosen(page) == {"kind": "incident", "id": "i2"}
    finally:
        page.evaluate("localStorage.removeItem('rtcc-map-layers')")
        page.goto(page.url.partition("?")[0], wait_until="commit")
        page.wait_for_selector(READY)


def test_a_unit_is_followed_until_somebody_moves_the_map(page: Page, tell: Callable[..., None]) -> None:
    """`f` keeps the chosen unit in the middle as it moves, and says so; a drag or Escape lets it go."""
    tell("unit", "u1", unit(37.76, -122.45))
    page.evaluate("(rtcc.camera.goTo({ zoom: 14 }, { glide: false }), rtcc.selection.set({ kind: 'unit', id: 'u1' }))")
    page.keyboard.press("f")
    assert page.locator("#map-says").inner_text() == "Following 3A1 · Esc"
    middle = (
        "([lat, lon]) => Math.abs(rtcc.map.getCenter().lng - lon) + Math.abs(rtcc.map.getCenter().lat - lat) < 1e-4"
    )
    page.wait_for_function(middle, arg=[37.76, -122.45])
    page.evaluate("painted.length = 0")
    tell("unit", "u1", {"lat": 37.768, "lon": -122.44})
    page.wait_for_function(middle, arg=[37.768, -122.44])
    assert page.evaluate("rtcc.map.getZoom()") == pytest.approx(14)
    page.mouse.move(300, 500)
    page.mouse.down()
    page.mouse.move(380, 520, steps=4)
    page.mouse.up()
    page.wait_for_function("rtcc.desk.follow.id === null")
    assert page.locator("#map-says").is_hidden()
    page.keyboard.press("f")
    page.keyboard.press("Escape")
    assert page.locator("#map-says").is_hidden()
    assert chosen(page) == {"kind": "unit", "id": "u1"}


def test_a_distance_is_measured_along_a_line(page: Page, tell: Callable[..., None]) -> None:
    """`d` begins, each click adds a point and chooses nothing, Backspace takes one back, Escape ends."""
    tell("unit", "u1", unit(37.76, -122.45))
    page.keyboard.press("d")
    assert page.locator("#map-measure-button").get_attribute("aria-pressed") == "true"
    x, y = where(page, "unit", "u1")
    for dx in (0, 100, 200):
        page.mouse.click(x + dx, y)
        page.wait_for_function("(n) => rtcc.desk.measure.points.length === n", arg=dx // 100 + 1)
    assert chosen(page) is None
    km = page.evaluate(
        "rtcc.map.unproject([0, 0]).distanceTo(rtcc.map.unproject([200, 0])) / 1000"
    )  # the map's own sum, at its upper edge
    said = page.locator(".measure-total").inner_text()
    assert float(said.removesuffix(" km")) == pytest.approx(km, rel=0.01)
    page.keyboard.press("Backspace")
    assert page.evaluate("rtcc.desk.measure.points.length") == 2
    page.keyboard.press("Escape")
    assert page.locator(".measure-total").is_hidden()
    assert not page.evaluate("rtcc.desk.measure.on")


def test_cameras_and_where_they_look_show_when_close(page: Page, tell: Callable[..., None]) -> None:
    """From afar there is no carpet of cameras; close by each has a mark and, unless it is down, a sector."""
    for name, state in (("c1", "online"), ("c2", "offline")):
        camera = {"name": name, "lat": 37.76, "lon": -122.44, "heading_deg": 45, "fov_deg": 70, "state": state}
        tell("camera", name, camera)
    assert page.evaluate("rtcc.layer.marks.count") == 0
    page.evaluate("rtcc.camera.goTo({ center: [-122.44, 37.76], zoom: 16 }, { glide: false })")
    page.wait_for_function("rtcc.layer.marks.count === 2")
    page.wait_for_function("rtcc.desk.cones.kept.data.geometry?.coordinates.length === 1")
    page.mouse.click(*where(page, "camera", "c1"))
    assert chosen(page) == {"kind": "camera", "id": "c2"}
    assert "Down (offline)" in page.locator("#map-card").inner_text()


def test_what_an_open_alarm_is_about_is_marked(page: Page, tell: Callable[..., None]) -> None:
    """An alarm marks what it is about until it is cleared; a critical one of a place pulses until acknowledged."""
    tell("incident", "i1", incident(37.76, -122.45))
    tell("unit", "u1", unit(37.77, -122.43))
    tell("alarm", "a1", {"severity": "critical", "state": "active", "about": [{"kind": "incident", "id": "i1"}]})
    tell("alarm", "a2", {"severity": "low", "state": "active", "about": [{"kind": "unit", "id": "u1"}]})
    page.wait_for_function("rtcc.layer.pins.count === 2 && rtcc.layer.painter.pulseCount === 1")
    tell("alarm", "a1", {"state": "acknowledged"})
    page.wait_for_function("rtcc.layer.pins.count === 2 && rtcc.layer.painter.pulseCount === 0")
    tell("alarm", "a1", {"state": "cleared"})
    tell("alarm", "a2", None)
    page.wait_for_function("rtcc.desk.picture.alarms.length === 0")


def test_heat_is_asked_for_only_while_it_is_on(page: Page) -> None:
    """Heat lies under the lines of the areas and says what it shows; without an answer it says so and asks again."""
    answers: list[int] = []

    def answer(route: Any) -> None:
        answers.append(1)
        route.fulfill(json=HEAT) if len(answers) > 1 else route.fulfill(status=503, json={"detail": "off"})

    page.route("**/api/v1/heat", answer)
    page.evaluate("rtcc.desk.picture.switches.turn('heat', true)")
    page.wait_for_function("document.querySelector('#map-legend').textContent.includes('does not answer')")
    page.evaluate("(rtcc.desk.heat.turn(false), rtcc.desk.heat.turn(true))")
    page.wait_for_function("document.querySelector('#map-legend').textContent.includes('last 24 h')")
    order = page.evaluate("rtcc.map.getStyle().layers.map((layer) => layer.id)")
    assert order.index("ground") < order.index("heat") < order.index("beat-lines")
    page.evaluate("rtcc.desk.picture.switches.turn('heat', false)")
    assert page.locator("#map-legend").inner_text() == ""


def test_buttons_and_keys_move_the_map(page: Page) -> None:
    """By button, and on the map by arrow and `h`; every button is a target of 24 px."""
    home = page.evaluate(CAMERA)
    page.click("#map-closer-button")
    page.wait_for_function("(zoom) => Math.abs(rtcc.map.getZoom() - zoom - 1) < 0.01", arg=home[2])
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(lng) => rtcc.map.getCenter().lng > lng + 0.001", arg=home[0])
    page.keyboard.press("h")
    page.wait_for_function(f"(home) => ({CAMERA}).every((one, n) => Math.abs(one - home[n]) < 1e-4)", arg=home)
    for box in page.evaluate(
        "[...document.querySelectorAll('.map-button')].map((one) => [one.offsetWidth, one.offsetHeight])"
    ):
        assert min(box) >= 24
