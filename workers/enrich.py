"""Where is it: district and beat for events that carry a position and do not say them."""

from __future__ import annotations

from collections.abc import Sequence

from rtcc.city.locate import Locator
from rtcc.model.event import Event
from rtcc.model.fields import KINDS

_HAVE_DISTRICT = frozenset(kind for kind, fields in KINDS.items() if "district" in fields)


def add_place(events: Sequence[Event], locator: Locator) -> None:
    """Give each event's data the district and beat its position lies in; the source's own word wins."""
    placed = [
        event.data
        for event in events
        if event.kind in _HAVE_DISTRICT and event.data and event.data.get("lat") is not None
    ]
    found = locator.locate([data["lat"] for data in placed], [data["lon"] for data in placed])
    for data, district, beat in zip(placed, *found, strict=True):
        # Outside every district a unit is in none: the one it came from would be a lie.
        if district is not None or locator.knows_districts:
            data.setdefault("district", district)
        if beat is not None:
            data.setdefault("beat", beat)
