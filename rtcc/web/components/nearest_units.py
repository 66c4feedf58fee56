"""Who could be there first, as a list that says by which way that was reckoned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from rtcc.web.components.incident_words import far, span
from rtcc.web.components.states import nothing


def nearest_units(near: Mapping[str, Any], callsigns: Mapping[str, str]) -> html.Div:
    """The units in the order in which they would arrive, each with its distance and, by road, its time."""
    if not near["units"]:
        return nothing("No unit is available", "No available unit has a position of the last two minutes.")
    by_road = near["method"] == "drive_time"
    how = "by road, as the streets allow" if by_road else "in a straight line: no streets are known here"
    rows = [_unit(unit, callsigns.get(unit["id"], unit["id"])) for unit in near["units"]]
    return html.Div([html.Ol(rows, className="nearest"), html.P(how, className="quiet")])


def _unit(unit: Mapping[str, Any], callsign: str) -> html.Li:
    drive_s = unit["drive_s"]
    time = "straight line" if drive_s is None else span(drive_s)
    return html.Li(
        [
            html.B(callsign),
            html.Span(time, className="nearest-time"),
            html.Span(far(unit["distance_m"]), className="nearest-far"),
        ]
    )
