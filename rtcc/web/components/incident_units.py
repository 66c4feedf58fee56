"""The units of an incident, and when each was assigned, drove, arrived and left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from rtcc.model.checks import parse_instant
from rtcc.web.city_time import CityTime
from rtcc.web.components.incident_words import span
from rtcc.web.components.states import nothing

_MOMENTS = (
    ("assigned_at", "Assigned"),
    ("enroute_at", "En route"),
    ("on_scene_at", "On scene"),
    ("cleared_at", "Cleared"),
)


def units(told: Sequence[Mapping[str, Any]], time: CityTime) -> html.Div | html.Table:
    """A row a unit, in the order in which they were assigned."""
    if not told:
        return nothing("No unit yet", "Nobody has been sent, or nobody that this screen may know of.")
    head = html.Tr([html.Th(word, scope="col") for word in ("Unit", *(word for _, word in _MOMENTS), "Came in")])
    return html.Table([html.Thead(head), html.Tbody([_row(unit, time) for unit in told])], className="table")


def _row(unit: Mapping[str, Any], time: CityTime) -> html.Tr:
    named: dict[str, Any] = {"data-unit": unit["id"]}
    cells = [html.Td(time.written(unit.get(name)) or "–") for name, _ in _MOMENTS]
    name = unit.get("callsign") or unit["id"]
    return html.Tr([html.Th(name, scope="row"), *cells, html.Td(_came_in(unit))], **named)


def _came_in(unit: Mapping[str, Any]) -> str:
    """Return how long it took from being sent until it was there."""
    sent, there = parse_instant(unit.get("assigned_at")), parse_instant(unit.get("on_scene_at"))
    return "–" if sent is None or there is None or there < sent else span((there - sent).total_seconds())
