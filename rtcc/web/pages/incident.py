"""One incident whole at /incident/<id>: its timeline, its map, and what stands around it."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from rtcc.web import ids, incident_told
from rtcc.web.components import incident_page as parts
from rtcc.web.components.desk import desk
from rtcc.web.components.map_stage import map_stage
from rtcc.web.components.map_tools import map_tools
from rtcc.web.page import Page


def layout(incident_id: str, theme: str | None = None, **_: Any) -> Component:
    """The whole page; what the past and the server know is asked for at once, and again when something changes."""
    beside = html.Div([parts.notes_panel(), *parts.beside_panels()], className="incident-beside")
    return desk(
        ids.INCIDENT,
        dcc.Store(id=ids.INCIDENT_ID, data=incident_id),
        dcc.Store(id=ids.INCIDENT_ASKED, data=0),
        dcc.Store(id=ids.INCIDENT_AROUND_ASKED, data=0),
        dcc.Store(id=ids.INCIDENT_RECEIVED_ASKED),
        html.Div(id=ids.INCIDENT_TOLD, hidden=True),
        parts.head(),
        parts.timeline_panel(),
        html.Div(map_stage(map_tools()), className="incident-map"),
        parts.units_panel(),
        beside,
        parts.missing(),
        theme=theme,
    )


def callbacks(app: Dash) -> None:
    """What the server tells: the story with each change, its surroundings, and what was received when it is opened."""
    incident = State(ids.INCIDENT_ID, "data")
    app.callback(
        Output(ids.INCIDENT_TIMELINE, "children"),
        Output(ids.INCIDENT_TIMELINE_NOTE, "children"),
        Output(ids.INCIDENT_UNITS, "children"),
        Output(ids.INCIDENT_TOLD, "children"),
        Input(ids.INCIDENT_ASKED, "data"),
        incident,
    )(incident_told.story)
    app.callback(
        Output(ids.INCIDENT_AROUND, "children"),
        Output(ids.INCIDENT_PLACES, "children"),
        Output(ids.INCIDENT_HISTORY, "children"),
        Input(ids.INCIDENT_AROUND_ASKED, "data"),
        incident,
    )(incident_told.surroundings)
    app.callback(
        Output(ids.INCIDENT_RECEIVED, "children"),
        Input(ids.INCIDENT_RECEIVED_ASKED, "data"),
        incident,
        prevent_initial_call=True,
    )(incident_told.as_received)


PAGE = Page(
    name=ids.INCIDENT,
    path="/incident/{incident_id:path}",
    title="Incident · RTCC",
    layout=layout,
    libraries=frozenset({"dash_mantine_components"}),
    callbacks=callbacks,
)
