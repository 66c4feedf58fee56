"""How far two places of one city are from each other."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

M_PER_DEGREE = 111_320.0


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the metres between two places, each latitude and longitude, as the crow flies."""
    north = (other[0] - one[0]) * M_PER_DEGREE
    east = (other[1] - one[1]) * M_PER_DEGREE * math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(north, east)


def within(
    lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64], place: tuple[float, float], radius_m: float
) -> npt.NDArray[np.bool_]:
    """Return which places are within a radius of one; what has no place is not."""
    north = (lat - place[0]) * M_PER_DEGREE
    east = (lon - place[1]) * (M_PER_DEGREE * math.cos(math.radians(place[0])))
    return north * north + east * east <= radius_m * radius_m
