"""Is the painted event honest: does the screen show the unit where it was sent, once it says that it was painted?

A tagged unit is sent from one bare spot of the map to the next. After each painted event the pixels around the new spot
must differ from the bare ground there, and those around the spot that it left must be bare again, to the last bit.
"""

from __future__ import annotations

import hashlib
from typing import Any

from playwright.sync_api import Page

from benchmarks.browser import Glass
from benchmarks.tags import Tagger

_SIDE = 44
_SAMPLES = 6

# Points of the map's stage over water or paper: far from the city where units drive, and not under other elements.
_FIND = """
([south, north, west, east, side, count]) => {
  const map = document.querySelector(".js-plotly-plot")._fullLayout.map._subplot.map;
  const box = map.getContainer().getBoundingClientRect(), found = [];
  for (let y = box.top + 120; y < box.bottom - 120 && found.length < count; y += 2 * side) {
    for (let x = box.left + 60; x < box.right - 60 && found.length < count; x += 3 * side) {
      const { lat, lng } = map.unproject([x - box.left, y - box.top]);
      const near = 0.012;
      if (lat > south - near && lat < north + near && lng > west - near && lng < east + near) continue;
      const above = document.elementsFromPoint(x, y).find((one) => one.closest("#stage, .js-plotly-plot"));
      if (above !== undefined && document.elementFromPoint(x, y) === above) found.push([x, y, lat, lng]);
    }
  }
  return found;
}
"""


def look(glass: Glass, tagger: Tagger, box: tuple[float, float, float, float]) -> dict[str, Any]:
    """Send samples to bare spots and compare pixels; ``box`` is where the fleet drives: south, north, west, east."""
    spots = glass.page.evaluate(_FIND, [*box, _SIDE, _SAMPLES + 1])
    bare = [_pixels(glass.page, x, y) for x, y, _, _ in spots]
    seen = left = 0
    glass.begin()
    for i, (x, y, lat, lon) in enumerate(spots):
        # One unit for all of them: its number in the round of tagged units must come again.
        tag = tagger.send(lat, lon, unit="TAG00")
        if glass.times([tag])["lost"]:
            continue
        seen += _pixels(glass.page, x, y) != bare[i]
        if i:
            left += _pixels(glass.page, *spots[i - 1][:2]) == bare[i - 1]
    return {"spots": len(spots), "drawn_there": seen, "gone_from_there": left, "moves": max(0, len(spots) - 1)}


def _pixels(page: Page, x: float, y: float) -> str:
    clip = {"x": x - _SIDE / 2, "y": y - _SIDE / 2, "width": _SIDE, "height": _SIDE}
    return hashlib.sha256(page.screenshot(clip=clip)).hexdigest()  # type: ignore[arg-type]
