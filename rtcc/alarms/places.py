"""What is near a position: things in a grid of squares, so that the cost does not grow with how many there are."""

from __future__ import annotations

import math
from collections.abc import Iterator

#: Metres in a degree of latitude, on the sphere of the earth's mean radius (6,371,009 m).
METRES_PER_DEGREE = math.pi * 6_371_009 / 180
_SQUARE_DEG = 0.004


class Places:
    """Ids by position (degrees)."""

    def __init__(self) -> None:
        self._squares: dict[tuple[int, int], dict[str, tuple[float, float]]] = {}
        self._at: dict[str, tuple[float, float]] = {}

    def put(self, id_: str, lat: float | None, lon: float | None) -> tuple[float, float] | None:
        """Say where something is now, nowhere where the position is None; return where it was."""
        place = None if lat is None or lon is None else (lat, lon)
        known = self._at.get(id_)
        if known == place:
            return known
        if known is not None:
            square = self._squares[_square(*known)]
            del square[id_], self._at[id_]
            if not square:
                del self._squares[_square(*known)]
        if place is not None:
            self._at[id_] = place
            self._squares.setdefault(_square(*place), {})[id_] = place
        return known

    def __len__(self) -> int:
        """Count the things that are somewhere."""
        return len(self._at)

    def where(self, id_: str) -> tuple[float, float] | None:
        """Return (lat, lon) of something, or None."""
        return self._at.get(id_)

    def within(self, lat: float, lon: float, radius_m: float) -> Iterator[str]:
        """Yield the ids no further than ``radius_m`` away."""
        reach = math.ceil(radius_m / METRES_PER_DEGREE / _SQUARE_DEG)
        shrink = max(0.01, math.cos(math.radians(lat)))
        reach_lon = math.ceil(radius_m / METRES_PER_DEGREE / shrink / _SQUARE_DEG)
        row, column = _square(lat, lon)
        squared = (radius_m / METRES_PER_DEGREE) ** 2
        for near_row in range(row - reach, row + reach + 1):
            for near_column in range(column - reach_lon, column + reach_lon + 1):
                for id_, (its_lat, its_lon) in self._squares.get((near_row, near_column), {}).items():
                    north, east = its_lat - lat, (its_lon - lon) * shrink
                    if north * north + east * east <= squared:
                        yield id_


def _square(lat: float, lon: float) -> tuple[int, int]:
    return math.floor(lat / _SQUARE_DEG), math.floor(lon / _SQUARE_DEG)
