"""Answers "where is that?" for a batch of positions on their way into the picture: their districts and beats."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from rtcc.city.pack import CityPack, title_case
from rtcc.city.read import read_layer

Floats = npt.NDArray[np.float64]
Names = list[str | None]
Area = tuple[str, Any]


class Locator:
    """The patrol areas of one city, prepared for many lookups; shared areas belong to the one listed first."""

    def __init__(self, districts: list[Area], beats: list[Area]) -> None:
        self._districts = _Areas(districts)
        self._beats = _Areas(beats)

    @classmethod
    def from_pack(cls, pack: CityPack) -> Locator:
        return cls(_areas(pack, "districts"), _areas(pack, "beats"))

    @property
    def knows_districts(self) -> bool:
        """Whether the city has districts at all, so that a place in none of them is outside all of them."""
        return self._districts.any

    def locate(self, lats: npt.ArrayLike, lons: npt.ArrayLike) -> tuple[Names, Names]:
        """Return the district and the beat of each position, None where there is none or the position is NaN."""
        y, x = np.asarray(lats, dtype=np.float64), np.asarray(lons, dtype=np.float64)
        return self._districts.names(x, y), self._beats.names(x, y)


class _Areas:
    # One prepared polygon after the other, each asked only about the points in its bounding box: in San
    # Francisco some twenty times as fast as a spatial index of the areas, which cannot use prepared polygons.
    def __init__(self, areas: list[Area]) -> None:
        self._polygons = np.array([polygon for _, polygon in areas], dtype=object)
        self._names = np.array([*(name for name, _ in areas), None], dtype=object)
        self._boxes = shapely.bounds(self._polygons).reshape(-1, 4)
        shapely.prepare(self._polygons)

    @property
    def any(self) -> bool:
        return self._polygons.size > 0

    def names(self, x: Floats, y: Floats) -> Names:
        found = np.full(x.shape, -1, dtype=np.intp)
        for index, (west, south, east, north) in enumerate(self._boxes):
            near = np.flatnonzero((found < 0) & (x >= west) & (x <= east) & (y >= south) & (y <= north))
            if near.size:
                found[near[shapely.intersects_xy(self._polygons[index], x[near], y[near])]] = index
        names: Names = self._names[found].tolist()
        return names


def _areas(pack: CityPack, role: str) -> list[Area]:
    layer = pack.layers.get(role)
    if layer is None or layer.name is None:
        return []
    frame = read_layer(layer)
    polygons = shapely.make_valid(frame.geometry.to_numpy())
    named = zip(frame[layer.name], polygons, strict=True)
    return [(title_case(name), polygon) for name, polygon in named if isinstance(name, str) and name]
