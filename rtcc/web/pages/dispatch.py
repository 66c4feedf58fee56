"""The dispatcher's queues at /dispatch: calls waiting, incidents and units, and the chosen one beside them."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from rtcc.web import chosen_told, ids
from rtcc.web.components.alarm_desk import alarm_desk
from rtcc.web.components.desk import desk
from rtcc.web.components.filters import IN_ADDRESS, filters
from rtcc.web.components.incident_panel import incident_panel
from rtcc.web.components.map_stage import map_stage
from rtcc.web.components.map_tools import map_tools
from rtcc.web.components.queue_grid import queue_grid
from rtcc.web.page import Page
from rtcc.web.ruled import ruled
from rtcc.web.rules import WATCH

_SHOWN = (("calls", "Calls"), ("incidents", "Incidents"), ("units", "Units"))
_FIRST_SHOWN: dict[str, Any] = {"data-shown": "incidents"}
# The filters act on what the browser has: nothing is asked of the server.
_TELL_FILTERS = "(...said) => void dispatchEvent(new CustomEvent('rtcc:filters', {detail: said}))"
_TELL_COLUMN = f"(shown) => void (document.getElementById('{ids.COLUMNS}').dataset.shown = shown)"


def layout(theme: str | None = None, **said: Any) -> Component:
    """The whole page; ``said`` are the filters of its address."""
    return desk(
        ids.DISPATCH,
        alarm_desk(),
        filters(said),
        dmc.SegmentedControl(
            id=ids.COLUMN_SHOWN,
            className="column-shown",
            value="incidents",
            fullWidth=True,
            data=[{"value": value, "label": label} for value, label in _SHOWN],
        ),
        html.Div(
            id=ids.COLUMNS,
            className="columns",
            children=[
                queue_grid(ids.CALLS_QUEUE, "Calls", "No call is waiting", "Every 911 call has been answered."),
                queue_grid(
                    ids.INCIDENTS_QUEUE, "Incidents", "No incidents", "Nothing is open, or the filter hides it."
                ),
                queue_grid(ids.UNITS_QUEUE, "Units", "No units", "Nobody is on duty, or the filter hides them."),
                incident_panel(map_stage(map_tools())),
            ],
            **_FIRST_SHOWN,
        ),
        theme=theme,
    )


def callbacks(app: Dash) -> None:
    """The filters tell the browser's own program; what is chosen is asked of the server."""
    told = [Input(element, "value") for element in IN_ADDRESS.values()]
    app.clientside_callback(_TELL_FILTERS, *told, prevent_initial_call=True)
    app.clientside_callback(_TELL_COLUMN, Input(ids.COLUMN_SHOWN, "value"), prevent_initial_call=True)
    asked = Input(ids.CHOSEN_ASKED, "data")
    app.callback(
        Output(ids.CHOSEN_UNITS, "children"), Output(ids.CHOSEN_CAMERAS, "children"), asked, prevent_initial_call=True
    )(ruled(WATCH, chosen_told.surroundings))
    # The past takes longer than the present: neither waits for the other.
    app.callback(Output(ids.CHOSEN_HISTORY, "children"), Input(ids.CHOSEN_ID, "data"), prevent_initial_call=True)(
        ruled(WATCH, chosen_told.earlier)
    )


PAGE = Page(
    name=ids.DISPATCH,
    path="/dispatch",
    title="Dispatch · RTCC",
    layout=layout,
    libraries=frozenset({"dash_ag_grid", "dash_mantine_components"}),
    callbacks=callbacks,
)
