"""Where the incidents of the last day were: how many and how grave by cells of a block's size, never exactly where."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from rtcc.access.visibility import Audience
from rtcc.insights.life import begun_at, lives_of
from rtcc.insights.nearness import M_PER_DEGREE
from rtcc.insights.record import LAST, Record

HOURS = 24
CELL_M = 150.0
MOST_CELLS = 5_000
_NEEDED = frozenset({"lat", "lon", "priority", "sensitive", "entered_at", "received_at"})
#: What one incident adds to its cell, by its priority.
_WEIGHTS = {1: 5, 2: 3, 3: 2}


def heat(record: Record, now: datetime, audience: Audience) -> dict[str, Any]:
    """Return the cells of the incidents that began in the last day, the heaviest first if there are too many.

    An incident whose place the audience may not know adds nothing. Raises DamagedError, PlaceError.
    """
    since = now - timedelta(hours=HOURS)
    # What was there already began before, whatever of it was said since; and of that one its marks are not all known.
    older = {entity.id for entity in record.picture_at(since, {"incident"})}
    cells: Counter[tuple[float, float]] = Counter()
    for life in lives_of(("incident",), record.changes(since, LAST, {"incident"}, _NEEDED)).values():
        place = life.place()
        if place is None or life.id in older or life.hides_its_place(audience) or begun_at(life) < since:
            continue
        cells[_cell_of(*place)] += _WEIGHTS.get(life.fields.get("priority") or 0, 1)
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]}, "properties": {"w": weight}}
        for (lat, lon), weight in cells.most_common(MOST_CELLS)
    ]
    told = {"hours": HOURS, "cell_m": CELL_M, "whole": record.is_whole_since(since)}
    return {"type": "FeatureCollection", "features": features} | record.as_told() | told


def _cell_of(lat: float, lon: float) -> tuple[float, float]:
    """Return the middle of the cell in which a place lies; one row of cells is as wide as high in its middle."""
    high = CELL_M / M_PER_DEGREE
    middle = (math.floor(lat / high) + 0.5) * high
    wide = high / max(0.01, math.cos(math.radians(middle)))
    return round(middle, 6), round((math.floor(lon / wide) + 0.5) * wide, 6)
