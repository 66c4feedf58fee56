"""The alarms on the wall: what somebody must answer now, laid over the map only for as long as there is something."""

from __future__ import annotations

from typing import Any

from dash import html

from rtcc.web import ids

_SPOKEN: dict[str, Any] = {"aria-label": "Alarms"}


def alarms() -> html.Section:
    """A list to be read and not touched; the browser fills it, counts what does not fit, and says who watches."""
    return html.Section(
        id=ids.ALARMS,
        className="alarms",
        hidden=True,
        children=[
            html.Div(
                className="alarms-head",
                children=[
                    html.Div(id=ids.ALARMS_BELL, className="alarms-bell"),
                    html.Div(id=ids.ALARMS_COUNT, className="alarms-count"),
                    html.Div(id=ids.ALARMS_FLOOD, className="alarms-flood", hidden=True),
                    html.Div(id=ids.ALARMS_LOAD, className="alarms-load"),
                ],
            ),
            html.Ol(id=ids.ALARMS_ROWS, className="alarms-rows"),
            html.Div(id=ids.ALARMS_REST, className="alarms-line", hidden=True),
        ],
        **_SPOKEN,
    )
