"""The bottom strip of the wall: what waits by priority, response, calls, and units by status (also the map's key)."""

from __future__ import annotations

from dash import html

from rtcc.web import ids


def strip() -> html.Footer:
    """Cells of fixed width, so that no figure moves when another grows."""
    return html.Footer(
        className="strip",
        children=[
            html.Div(
                className="cell strip-waits",
                children=[
                    html.Div("Pending · oldest", className="cell-name"),
                    html.Div(id=ids.STRIP_PENDING, className="strip-pending"),
                ],
            ),
            html.Div(id=ids.STRIP_RESPONSE, className="cell"),
            html.Div(id=ids.STRIP_CALLS, className="cell"),
            html.Div(id=ids.STRIP_UNITS, className="cell strip-units"),
        ],
    )
