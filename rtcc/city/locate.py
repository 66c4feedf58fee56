"""Answers "where is that?" for positions: areas, streets, cameras, places and units around them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from rtcc.city.drive import Drives
from rtcc.city.nearby import Around, Cameras, Spots
from rtcc.city.nearest_units import Located, Method, NearUnit, nearest_units
from rtcc.city.pack import LAYERS, CityPack
from rtcc.city.read import read_layer
from rtcc.city.roads import Roads
from rtcc.city.streets import Street, Streets

Floats = npt.NDArray[np.float64]
Names = list[str | None]
Area = tuple[str, Any]


class Locator:
    """One city prepared for many lookups; areas that two share belong to the one listed first."""

    def __init__(
        self, districts: list[Area], beats: list[Area], roads: Roads | None = None, around: Around | None = None
    ) -> None:
        self._districts = _Areas(districts)
        self._beats = _Areas(beats)
        self._roads = roads
        self._streets = Streets(roads) if roads is not None else None
        self._around = around

    @classmethod
    def from_pack(cls, pack: CityPack) -> Locator:
        """Read everything that the pack has. Raises PackError."""
        roads = Roads.load(pack.roads) if pack.roads.is_file() else None
        return cls(_areas(pack, "districts"), _areas(pack, "beats"), roads, around_of(pack))

    @property
    def knows_districts(self) -> bool:
        """Whether the city has districts at all, so that a place in none of them is outside all of them."""
        return self._districts.any

    def locate(self, lats: npt.ArrayLike, lons: npt.ArrayLike) -> tuple[Names, Names]:
        """Return the district and the beat of each position, None where there is none or the position is NaN."""
        y, x = np.asarray(lats, dtype=np.float64), np.asarray(lons, dtype=np.float64)
        return self._districts.names(x, y), self._beats.names(x, y)

    def streets(self, lats: npt.ArrayLike, lons: npt.ArrayLike) -> list[Street | None]:
        """Return the nearest street of each position and the street that crosses it, None where none is near."""
        if self._streets is None:
            return [None] * np.size(lats)
        return self._streets.nearest(lats, lons)

    def addresses(self, lats: npt.ArrayLike, lons: npt.ArrayLike) -> Names:
        """Return the words for each position: "24th St near Mission St", or "24th St / Mission St" at the crossing."""
        return [street and street.text for street in self.streets(lats, lons)]

    def address(self, lat: float, lon: float) -> str | None:
        """Return the words for one position."""
        return self.addresses([lat], [lon])[0]

    def cameras(self, lat: float, lon: float, k: int = 5) -> list[dict[str, Any]]:
        """Return the k nearest cameras, with whether the place lies in their view."""
        return self._around.cameras.nearest(lat, lon, k) if self._around else []

    def places(self, lat: float, lon: float, k: int = 5, kinds: Collection[str] | None = None) -> list[dict[str, Any]]:
        """Return the k nearest places, of some kinds where any are told."""
        return self._around.places.nearest(lat, lon, k, kinds) if self._around else []

    def units(self, lat: float, lon: float, units: Sequence[Located], k: int = 5) -> tuple[Method, list[NearUnit]]:
        """Return the k units, of (id, lat, lon), that reach a place first."""
        return nearest_units(self._drives, lat, lon, units, k)

    @cached_property
    def _drives(self) -> Drives | None:
        # Made when it is first asked for: the workers, who only place events, never do.
        return Drives(self._roads) if self._roads is not None else None


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


def around_of(pack: CityPack) -> Around:
    """Read the pack's cameras and places. Raises PackError."""
    return Around(Cameras.of(point_columns(pack, "cameras")), Spots.of(point_columns(pack, "places")))


def point_columns(pack: CityPack, role: str) -> dict[str, list[Any]]:
    """Return a layer of points as columns, ``lat`` and ``lon`` too; they are empty where there is no such layer."""
    frame = read_layer(pack, role)
    columns = LAYERS[role].columns
    if frame is None:
        return {name: [] for name in (*columns, "lat", "lon")}
    told: dict[str, list[Any]] = {name: frame[name].tolist() for name in columns}
    return told | {"lat": frame.geometry.y.tolist(), "lon": frame.geometry.x.tolist()}


def _areas(pack: CityPack, role: str) -> list[Area]:
    frame = read_layer(pack, role)
    if frame is None:
        return []
    polygons = shapely.make_valid(frame.geometry.to_numpy())
    return [(str(name), polygon) for name, polygon in zip(frame["name"], polygons, strict=True) if name]
