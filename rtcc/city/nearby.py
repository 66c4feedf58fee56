"""What stands around a place: the nearest cameras, with what they look at, and the nearest places that carry a name."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rtcc.city.plane import Plane

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

#: The files of a built pack, under its drawn/, that the web process reads.
CAMERAS_FILE, PLACES_FILE = "cameras.json", "places.json"


@dataclass(frozen=True, slots=True)
class Spots:
    """Named points of the city: places of some kind."""

    name: list[str]
    kind: list[str]
    lat: Floats
    lon: Floats

    @classmethod
    def of(cls, columns: dict[str, Any]) -> Spots:
        return cls(list(columns["name"]), list(columns["kind"]), _floats(columns["lat"]), _floats(columns["lon"]))

    def nearest(self, lat: float, lon: float, k: int, kinds: Collection[str] | None = None) -> list[dict[str, Any]]:
        """Return the k nearest places, of these kinds where any are told."""
        _, _, distance = _from(lat, lon, self.lat, self.lon)
        if kinds is not None:
            distance[[kind not in kinds for kind in self.kind]] = np.inf
        return [
            {
                "name": self.name[index],
                "kind": self.kind[index],
                "lat": float(self.lat[index]),
                "lon": float(self.lon[index]),
                "distance_m": round(float(distance[index]), 1),
            }
            for index in _least(distance, k)
        ]


@dataclass(frozen=True, slots=True)
class Cameras:
    """The cameras of the city: where each stands, which way it looks, how wide and how far; NaN where nobody knows."""

    id: list[str]
    name: list[str]
    lat: Floats
    lon: Floats
    heading_deg: Floats
    fov_deg: Floats
    range_m: Floats

    @classmethod
    def of(cls, columns: dict[str, Any]) -> Cameras:
        numbers = (_floats(columns[name]) for name in ("lat", "lon", "heading_deg", "fov_deg", "range_m"))
        return cls(list(columns["id"]), list(columns["name"]), *numbers)

    def nearest(self, lat: float, lon: float, k: int) -> list[dict[str, Any]]:
        """Return the k nearest cameras; ``in_view`` says whether they see the place, None where it is not known."""
        east, north, distance = _from(lat, lon, self.lat, self.lon)
        chosen = _least(distance, k)
        # From the camera to the place, so against the way from the place to the camera.
        bearing = np.degrees(np.arctan2(-east[chosen], -north[chosen])) % 360
        return [
            {
                "id": self.id[index],
                "name": self.name[index],
                "lat": float(self.lat[index]),
                "lon": float(self.lon[index]),
                "distance_m": round(float(distance[index]), 1),
                "in_view": self._sees(index, towards, float(distance[index])),
            }
            for index, towards in zip(chosen, bearing.tolist(), strict=True)
        ]

    def _sees(self, index: int, bearing: float, distance_m: float) -> bool | None:
        heading, fov, reach = (float(one[index]) for one in (self.heading_deg, self.fov_deg, self.range_m))
        if distance_m > reach:
            return False
        if fov >= 360:
            turned = 0.0
        else:
            # The lesser angle between two directions, across north too.
            turned = abs((bearing - heading + 180) % 360 - 180)
            if turned > fov / 2:
                return False
        return None if np.isnan(turned + fov + reach) else True


@dataclass(frozen=True, slots=True)
class Around:
    """Cameras and places of one city."""

    cameras: Cameras
    places: Spots

    @classmethod
    def read(cls, drawn: Path) -> Around:
        """Read what ``write_nearby`` wrote into a pack's drawn/; a file that is not there holds nothing."""
        return cls(Cameras.of(_columns(drawn / CAMERAS_FILE)), Spots.of(_columns(drawn / PLACES_FILE)))


def _columns(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return dict.fromkeys(("id", "name", "kind", "lat", "lon", "heading_deg", "fov_deg", "range_m"), ())
    told: dict[str, Any] = json.loads(file.read_bytes())
    return told


def _floats(values: Iterable[float | None]) -> Floats:
    # JSON has no NaN: null stands for it there, and becomes it here.
    return np.array(list(values), dtype=np.float64)


def _from(lat: float, lon: float, lats: Floats, lons: Floats) -> tuple[Floats, Floats, Floats]:
    """Return how far east, how far north and how far off points lie, in metres."""
    east, north = Plane.around(lat, lon).flat(lats, lons)
    return east, north, np.hypot(east, north)


def _least(distance: Floats, k: int) -> list[int]:
    order = np.argsort(distance, kind="stable")[:k]
    return [int(index) for index in order if np.isfinite(distance[index])]
