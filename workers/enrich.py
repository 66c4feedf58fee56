"""Where is it: district, beat and address for events that carry a position and do not say them."""

from __future__ import annotations

from collections.abc import Sequence

from rtcc.city.locate import Locator
from rtcc.model.event import Event
from rtcc.model.fields import KINDS

_HAVE_DISTRICT = frozenset(kind for kind, fields in KINDS.items() if "district" in fields)


def add_place(events: Sequence[Event], locator: Locator) -> None:
    """Give each event's data the district and beat its position lies in; the source's own word wins.

    An incident that is entered without an address gets the words for its position.
    """
    placed = [
        event for event in events if event.kind in _HAVE_DISTRICT and event.data and event.data.get("lat") is not None
    ]
    all_data = [event.data for event in placed if event.data]
    found = locator.locate([data["lat"] for data in all_data], [data["lon"] for data in all_data])
    for data, district, beat in zip(all_data, *found, strict=True):
        # Outside every district a unit is in none: the one it came from would be a lie.
        if district is not None or locator.knows_districts:
            data.setdefault("district", district)
        if beat is not None:
            data.setdefault("beat", beat)
    _add_addresses([event for event in placed if event.kind == "incident"], locator)


def _add_addresses(incidents: Sequence[Event], locator: Locator) -> None:
    # Only the word that enters an incident tells it whole. Any other may be a part: the source may have said the
    # address earlier, and a newer one of ours would take its place. Judged by the event alone, so any order ends alike.
    silent = [
        event.data
        for event in incidents
        if event.data and event.data.get("entered_at") is not None and "address" not in event.data
    ]
    if not silent:
        return
    words = locator.addresses([data["lat"] for data in silent], [data["lon"] for data in silent])
    for data, address in zip(silent, words, strict=True):
        if address is not None:
            data["address"] = address
