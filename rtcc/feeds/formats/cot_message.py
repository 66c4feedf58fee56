"""A Cursor-on-Target event as it is whatever it came as: who or what, where, when, and how long that holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from rtcc.feeds.formats.safe_xml import Element, children, text_of

#: What CoT writes for an error that nobody knows.
_UNKNOWN_M = 9_999_999.0
_MOST_M = 100_000.0


class CotError(ValueError):
    """A message that is no event we can read; it is one sentence."""


@dataclass(slots=True)
class CotMessage:
    """``lat`` and ``lon`` are None where it has no place; ``detail`` is what its XML held beside."""

    uid: str
    type: str
    how: str
    time: datetime
    stale: datetime | None
    lat: float | None
    lon: float | None
    accuracy_m: float | None
    callsign: str = ""
    course_deg: float | None = None
    speed_mps: float | None = None
    detail: Element | None = None

    def part(self, name: str) -> Element | None:
        """Return the first part of the detail that has this name."""
        return None if self.detail is None else next(children(self.detail, name), None)

    def attribute(self, part: str, name: str) -> str:
        """Return an attribute of a part of the detail, empty where there is none."""
        element = self.part(part)
        return "" if element is None else element.get(name, "").strip()

    def number(self, part: str, name: str) -> float | None:
        """Return such an attribute as a number."""
        return finite(self.attribute(part, name))

    @property
    def remarks(self) -> str:
        """What somebody wrote about it."""
        return text_of(self.detail, "remarks")


def finite(text: str | float) -> float | None:
    """Return a finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def placed(lat: float | None, lon: float | None) -> tuple[float, float] | tuple[None, None]:
    """Return a position, or nothing: devices without a fix say that they are at 0, 0."""
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180 or (lat == 0 and lon == 0):
        return None, None
    return round(lat, 7), round(lon, 7)


def accuracy(ce: float | None) -> float | None:
    """Return a circular error in metres, or None where it is unknown."""
    return None if ce is None or ce < 0 or ce >= _UNKNOWN_M else min(round(ce, 1), _MOST_M)


def course(degrees: float | None) -> float | None:
    """Return a course as degrees from 0 to 360; some devices count to both sides."""
    return None if degrees is None else round(degrees % 360, 1)
