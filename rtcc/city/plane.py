"""The city as a flat plane in metres, so that distances across it are plain arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plane:
    """East and north of one place in metres, by the lengths of a degree there on the WGS 84 ellipsoid.

    One latitude's degree serves the whole plane: a quarter of a degree away, distances are off by a third of a percent.
    """

    lat: float
    lon: float
    m_per_lat: float
    m_per_lon: float

    @classmethod
    def around(cls, lat: float, lon: float) -> Plane:
        """Return the plane that touches the earth there."""
        angle = radians(lat)
        north = 111_132.92 - 559.82 * cos(2 * angle) + 1.175 * cos(4 * angle)
        east = 111_412.84 * cos(angle) - 93.5 * cos(3 * angle) + 0.118 * cos(5 * angle)
        return cls(lat, lon, north, east)

    @classmethod
    def amid(cls, lats: Floats, lons: Floats) -> Plane:
        """Return the plane in the middle of some places."""
        if not lats.size:
            return cls.around(0.0, 0.0)
        return cls.around(float(lats.min() + lats.max()) / 2, float(lons.min() + lons.max()) / 2)

    def flat(self, lats: npt.ArrayLike, lons: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return x (east) and y (north) of places; NaN stays NaN."""
        y = (np.asarray(lats, dtype=np.float64) - self.lat) * self.m_per_lat
        x = (np.asarray(lons, dtype=np.float64) - self.lon) * self.m_per_lon
        return x, y

    def round(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the latitude and longitude of points of the plane."""
        return self.lat + y / self.m_per_lat, self.lon + x / self.m_per_lon
