"""Locate: positions a second that find district, beat and street; and one position for everything at once."""

from __future__ import annotations

import time
from typing import Any

import geopandas
import numpy as np
import shapely

from benchmarks.drive import EAST, NORTH, SOUTH, WEST, san_francisco
from benchmarks.processes import ROOT
from benchmarks.report import Row, row, show, spread
from rtcc.city.locate import Locator
from rtcc.city.nearby import Around, Cameras, Spots

_BOUNDARIES = ROOT.parent / "shared" / "data" / "sf_boundaries"
#: As the workers send them.
_BATCH = 500
_CAMERAS = 150


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    turns = 20 if quick else 400
    dice = np.random.default_rng(1)
    locator = _locator(dice)
    lats, lons = dice.uniform(SOUTH, NORTH, (turns, _BATCH)), dice.uniform(WEST, EAST, (turns, _BATCH))
    areas = spread(_rate(locator.locate, *batch) for batch in zip(lats, lons, strict=True))
    streets = spread(_rate(locator.addresses, *batch) for batch in zip(lats, lons, strict=True))
    singly = spread(
        _everything(locator, float(lat), float(lon)) for lat, lon in zip(lats[:, 0], lons[:, 0], strict=True)
    )
    rows: list[Row] = [
        row("district and beat p50", areas["p50"], "positions/s", at_least=300_000, note=f"batches of {_BATCH}"),
        row("words of the street p50", streets["p50"], "positions/s", note=f"batches of {_BATCH}"),
        row("one position, everything, p50", singly["p50"], "ms", at_most=1, note="areas, words, cameras, places"),
        row("one position, everything, p95", singly["p95"], "ms"),
    ]
    show("Locate in San Francisco: 10 districts, 41 neighborhoods for beats, 150 cameras, all streets", rows)
    return {"title": "Locate", "rows": rows, "areas_per_s": areas, "streets_per_s": streets, "everything_ms": singly}


def _locator(dice: np.random.Generator) -> Locator:
    areas = []
    for file in sorted(_BOUNDARIES.glob("*.geojson")):
        frame = geopandas.read_file(file).to_crs(4326)
        shapes = shapely.make_valid(frame.geometry.to_numpy())
        areas.append([(str(number), shape) for number, shape in enumerate(shapes)])
    areas.sort(key=len)
    at = dice.uniform(SOUTH, NORTH, _CAMERAS), dice.uniform(WEST, EAST, _CAMERAS)
    looks = dice.uniform(0, 360, _CAMERAS), np.full(_CAMERAS, 70.0), np.full(_CAMERAS, 120.0)
    names = [f"camera {i}" for i in range(_CAMERAS)]
    around = Around(Cameras(names, names, *at, *looks), Spots(names, ["hospital"] * _CAMERAS, *at))
    return Locator(areas[0], areas[1], san_francisco(), around)


def _rate(work: Any, lats: Any, lons: Any) -> float:
    began = time.perf_counter()
    work(lats, lons)
    return len(lats) / (time.perf_counter() - began)


def _everything(locator: Locator, lat: float, lon: float) -> float:
    began = time.perf_counter()
    locator.locate([lat], [lon])
    locator.address(lat, lon)
    locator.cameras(lat, lon)
    locator.places(lat, lon)
    return (time.perf_counter() - began) * 1000
