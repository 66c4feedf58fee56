"""How an incident's page writes what the wire calls by its codes: fields, values, statuses and sources."""

from __future__ import annotations

from typing import Any

from rtcc.model.checks import parse_instant
from rtcc.model.sources import ALARMS, OPERATORS, RETENTION
from rtcc.web.city_time import CityTime

STATUSES = {
    "pending": "Pending",
    "dispatched": "Dispatched",
    "enroute": "En route",
    "on_scene": "On scene",
    "cleared": "Cleared",
    "closed": "Closed",
    "cancelled": "Cancelled",
}
_FIELDS = {
    "type_code": "Type code",
    "priority_label": "Priority label",
    "received_at": "Received at",
    "entered_at": "Entered at",
    "dispatched_at": "Dispatched at",
    "enroute_at": "En route at",
    "on_scene_at": "On scene at",
    "cleared_at": "Cleared at",
    "accuracy_m": "Accuracy in m",
    "onview": "Seen by an officer",
    "caller_name": "Caller",
    "position": "Position",
}
_SOURCES = {ALARMS: "alarm rules", OPERATORS: "operators", RETENTION: "retention"}
_INTERVALS = {
    "answer": "Answer",
    "processing": "Processing",
    "queue": "Queue",
    "turnout": "Turnout",
    "travel": "Travel",
    "response": "Response",
    "on-scene": "On scene",
    "total": "Total",
}
INTERVALS = tuple(_INTERVALS.items())


def field_word(name: str) -> str:
    """Return what a field is called on the page."""
    return _FIELDS.get(name) or name.replace("_", " ").capitalize()


def source_word(source: str) -> str:
    """Return what a source is called on the page."""
    return _SOURCES.get(source, source)


def value_word(name: str, value: Any, time: CityTime) -> str:
    """Return a value as people read it; "–" for what is empty."""
    if value is None or value == []:
        return "–"
    if name == "status":
        return STATUSES.get(value, str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if name.endswith(("_at", "_until")) and (moment := parse_instant(value)) is not None:
        return time.clock(moment)
    return str(value)


def calmly(text: str) -> str:
    """Return text that shouts in capitals as a sentence; mixed case stays as the agency wrote it."""
    return text[:1] + text[1:].lower() if text == text.upper() else text


def span(seconds: float) -> str:
    """Return a length of time: 42 s, 4 min, 3 h, 2 d."""
    whole = max(0, round(seconds))
    for limit, size, unit in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if whole < limit:
            return f"{whole // size} {unit}"
    return f"{whole // 86_400} d"


def far(metres: float) -> str:
    """Return a distance: 120 m, 1.4 km."""
    nearly_a_kilometre = 995
    return f"{round(metres / 10) * 10} m" if metres < nearly_a_kilometre else f"{metres / 1000:.1f} km"
