"""What several rules ask of an incident: when it came, what it is, and whether somebody needed help."""

from __future__ import annotations

from rtcc.alarms.arrivals import Arrival
from rtcc.alarms.view import Said, View, seconds


def note_arrival(view: View, said: Said) -> bool:
    """Take an incident into the arrivals; say whether that is one that counts.

    An incident that officers began themselves does not count, and one that has left the picture stays counted.
    """
    fields = said.fields
    if fields is None:
        return False
    if fields.get("onview") is True:
        view.arrivals.take_back(said.id)
        return True
    entered = seconds(fields.get("entered_at")) or seconds(fields.get("received_at")) or said.at
    known = view.arrivals.by_id.get(said.id)
    if known is not None and not fields.get("entered_at") and not fields.get("received_at"):
        entered = known.entered
    what = str(fields.get("type") or fields.get("type_code") or "")
    view.arrivals.put(said.id, Arrival(entered, what, fields.get("lat"), fields.get("lon")))
    return True
