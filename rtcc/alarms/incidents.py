"""What several rules ask of an incident: when it came, what it is, and whether somebody needed help."""

from __future__ import annotations

from rtcc.alarms.arrivals import Arrival
from rtcc.alarms.view import Said, View

_BEGAN = ("entered_at", "received_at")


def note_arrival(view: View, said: Said) -> bool:
    """Take an incident into the arrivals; say whether there is one to look at.

    An incident that officers began themselves does not count, and one that has left the picture stays counted.
    """
    fields = said.fields
    view.note_beginning(said, *_BEGAN)
    if fields is None:
        return False
    if fields.get("onview") is True:
        view.arrivals.take_back(said.id)
        return True
    entered = view.began("incident", said.id, *_BEGAN)
    what = str(fields.get("type") or fields.get("type_code") or "")
    view.arrivals.put(said.id, Arrival(entered, what, fields.get("lat"), fields.get("lon")))
    return True
