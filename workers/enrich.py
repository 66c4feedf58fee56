"""Where is it: district and beat for events that carry a position and do not say them."""

from __future__ import annotations

from collections.abc import Sequence

from rtcc.city.locate import Locator
from rtcc.model.event import Event
from rtcc.model.fields import KINDS

_HAVE_DISTRICT = frozenset(kind for kind, fields in KINDS.items() if "district" in fields)


def with_place(events: Sequence[Event], locator: Locator) -> list[Event]:
    """Return the events, each with the district and beat its position lies in; the source's own word wins."""
    enriched = list(events)
    placed = [
        (i, event.data)
        for i, event in enumerate(events)
        if event.kind in _HAVE_DISTRICT and event.data and event.data.get("lat") is not None
    ]
    lats, lons = [data["lat"] for _, data in placed], [data["lon"] for _, data in placed]
    for (i, data), district, beat in zip(placed, *locator.locate(lats, lons), strict=True):
        found = {name: value for name, value in (("district", district), ("beat", beat)) if value is not None}
        if found:
            enriched[i] = events[i]._replace(data=found | data)
    return enriched
