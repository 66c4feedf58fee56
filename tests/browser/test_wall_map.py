from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import City, painted

pytestmark = pytest.mark.browser

# The strength of what is drawn at a position, read in the moment when the page says that it has painted a unit. The
# layer draws once more before reading, because a WebGL canvas is empty once its frame has been shown; it may upload
# nothing for that, so that only what was on the card already can be seen.
READ_WHEN_PAINTED = """([id, lat, lon]) => { window.read = null; addEventListener('rtcc:painted', (event) => {
  if (window.read || !event.detail.changes.some((change) => change.id === id)) return;
  const { layer } = rtcc, { gl } = layer;
  layer.painter.upload = () => {};
  layer.resize();
  delete layer.painter.upload;
  window.read = pixel(layer, lat, lon);
}); window.pixel = (layer, lat, lon) => {
  const { gl } = layer, { x, y } = rtcc.map.project([lon, lat]), near = new Uint8Array(24 * 24 * 4);
  gl.readPixels(Math.round(x * layer.ratio) - 12, layer.canvas.height - Math.round(y * layer.ratio) - 12, 24, 24,
    gl.RGBA, gl.UNSIGNED_BYTE, near);
  return near.filter((_, at) => at % 4 === 3).reduce((most, alpha) => Math.max(most, alpha), 0);
} }"""


def unit(lat: float, lon: float, **fields: Any) -> dict[str, Any]:
    return {"status": "on_scene", "lat": lat, "lon": lon, "callsign": "3A1", "speed_mps": 0, **fields}


def test_the_private_door_to_the_map_is_open(city: City, open_wall: Callable[..., Page]) -> None:
    """`gd._fullLayout.map._subplot.map` is MapLibre's map, with what we use of it."""
    page = open_wall(city)
    found = page.evaluate(
        "(() => { const map = document.querySelector('.js-plotly-plot')._fullLayout.map._subplot.map;"
        " return ['jumpTo', 'project', 'addSource', 'addLayer', 'getZoom', 'resize'].filter((f) => !map[f]) })()"
    )
    assert found == []
    assert page.evaluate("rtcc.map._fadeDuration") == 0


def test_painted_is_said_only_after_the_layer_has_drawn(city: City, open_wall: Callable[..., Page]) -> None:
    """When the page says that a unit is painted, its new position is on the graphics card and gives pixels there."""
    page = open_wall(city)
    city.change("unit", "u1", unit(37.76, -122.46))
    painted(page, "u1")
    page.evaluate(READ_WHEN_PAINTED, ["u1", 37.765, -122.43])
    city.change("unit", "u1", unit(37.765, -122.43))
    page.wait_for_function("window.read !== null")
    assert page.evaluate("window.read") > 200
    assert page.evaluate("(rtcc.layer.measure(), pixel(rtcc.layer, 37.76, -122.46))") == 0


def test_painted_tells_what_came(city: City, open_wall: Callable[..., Page]) -> None:
    """The hook carries the cursor, the instants and each change by kind and id, with nothing of its fields."""
    page = open_wall(city)
    city.change("unit", "u1", unit(37.76, -122.44))
    detail = painted(page, "u1")
    assert set(detail) == {"cursor", "sent_at", "painted_at", "changes"}
    assert set(detail["changes"][0]) == {"kind", "id", "occurred_at", "received_at"}
    assert detail["cursor"] == city.client.get("/api/v1/picture").json()["cursor"]
    assert detail["sent_at"] <= detail["painted_at"]


def test_the_layer_finds_the_unit_under_a_point(city: City, open_wall: Callable[..., Page]) -> None:
    """The layer's own hit test gives the unit that is drawn there, and none where there is none."""
    page = open_wall(city)
    city.change("unit", "u1", unit(37.76, -122.44))
    painted(page, "u1")
    hit = "(([lon, lat]) => { const { x, y } = rtcc.map.project([lon, lat]); return rtcc.layer.unitAt(x, y) })"
    assert page.evaluate(hit, [-122.44, 37.76]) == "u1"
    assert page.evaluate(hit, [-122.40, 37.76]) is None


def test_a_unit_that_leaves_is_not_drawn(city: City, open_wall: Callable[..., Page]) -> None:
    """A withdrawn unit, like one off duty, has no pixel left."""
    page = open_wall(city)
    page.evaluate(READ_WHEN_PAINTED, ["none", 0, 0])
    for number, (fields, lat) in enumerate(((None, 37.755), ({"status": "off_duty"}, 37.765))):
        city.change("unit", f"u{number}", unit(lat, -122.44))
        painted(page, f"u{number}")
        assert page.evaluate(f"(rtcc.layer.measure(), pixel(rtcc.layer, {lat}, -122.44))") > 200
        page.evaluate("painted.length = 0")
        city.change("unit", f"u{number}", fields)
        painted(page, f"u{number}")
        assert page.evaluate(f"(rtcc.layer.measure(), pixel(rtcc.layer, {lat}, -122.44))") == 0


def test_a_still_picture_draws_nothing(city: City, open_wall: Callable[..., Page]) -> None:
    """Where nothing moves, no frame is drawn: neither the ground nor the units, whatever the ages in the queue do."""
    page = open_wall(city)
    city.change("unit", "u1", unit(37.76, -122.44))
    city.change("incident", "i1", {"type": "A", "priority": 3, "status": "pending", "lat": 37.75, "lon": -122.44})
    painted(page, "i1")
    page.wait_for_function("rtcc.map.loaded() && rtcc.map.areTilesLoaded()")
    page.evaluate(
        "(window.renders = 0, rtcc.map.on('render', () => window.renders++), window.first = rtcc.layer.frames)"
    )
    before = page.locator("#bar-time").text_content()
    page.wait_for_function("(t) => document.getElementById('bar-time').textContent > t", arg=before)
    assert page.evaluate("rtcc.layer.frames - window.first") <= 2
    assert page.evaluate("window.renders") == 0


def test_the_ground_can_be_seen(city: City, open_wall: Callable[..., Page]) -> None:
    """Under the live layer, which is clear where nothing stands, the screen shows the colour of the ground."""
    page = open_wall(city)
    page.wait_for_function("rtcc.map.loaded() && rtcc.map.areTilesLoaded()")
    box = page.locator("#stage").bounding_box()
    assert box is not None
    spot = {"x": box["x"] + 20, "y": box["y"] + 20, "width": 1, "height": 1}
    shown = page.evaluate(
        "(png) => new Promise((done) => { const image = new Image(); image.onload = () => {"
        " const pen = new OffscreenCanvas(1, 1).getContext('2d'); pen.drawImage(image, 0, 0);"
        " done([...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)]) }; image.src = 'data:image/png;base64,' + png })",
        base64.b64encode(page.screenshot(clip=spot)).decode(),  # type: ignore[arg-type]
    )
    assert shown == [0x0A, 0x1A, 0x2B]
