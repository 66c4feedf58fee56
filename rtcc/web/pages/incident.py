"""One incident whole at /incident/<id>: its timeline, its map, and what stands around it."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from rtcc.access.visibility import marks_of
from rtcc.web import ids, incident_told
from rtcc.web.check import noted
from rtcc.web.components import incident_page as parts
from rtcc.web.components.desk import desk
from rtcc.web.components.map_stage import map_stage
from rtcc.web.components.map_tools import map_tools
from rtcc.web.page import Page
from rtcc.web.reasoned import asking_address, grant_of, is_asked
from rtcc.web.ruled import ruled
from rtcc.web.rules import WATCH, by
from rtcc.web.viewer import viewer_of


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
    )(ruled(WATCH, incident_told.story))
    app.callback(
        Output(ids.INCIDENT_AROUND, "children"),
        Output(ids.INCIDENT_PLACES, "children"),
        Output(ids.INCIDENT_HISTORY, "children"),
        Input(ids.INCIDENT_AROUND_ASKED, "data"),
        incident,
    )(ruled(WATCH, incident_told.surroundings))
    app.callback(
        Output(ids.INCIDENT_RECEIVED, "children"),
        Input(ids.INCIDENT_RECEIVED_ASKED, "data"),
        incident,
        prevent_initial_call=True,
    )(ruled(WATCH, incident_told.as_received))


async def _asks_first(request: Request) -> Response | None:
    """Lead a person who has not said what for to the page that asks, where the incident is sensitive now.

    Of one that has left the picture the parts of the page ask, when the past has told them that it was sensitive.
    """
    incident_id: str = request.path_params["incident_id"]
    viewer, hub = await viewer_of(request), request.app.state.hub
    entity = hub.replica.entities.get(("incident", incident_id))
    if entity is None or not marks_of("incident", entity.fields).sensitive or not is_asked(viewer):
        return None
    granted = await grant_of(request, viewer, ("incident", incident_id))
    if granted is not None:
        noted(request, purpose=granted.purpose)
        return None
    noted(request, shown="the question what for")
    back = f"{request.url.path}?{request.url.query}".rstrip("?")
    return RedirectResponse(asking_address(("incident", incident_id), back), 303)


PAGE = Page(
    name=ids.INCIDENT,
    path="/incident/{incident_id:path}",
    title="Incident · RTCC",
    layout=layout,
    libraries=frozenset({"dash_mantine_components"}),
    callbacks=callbacks,
    access=by(WATCH, "view", ("incident", "incident_id")),
    before=_asks_first,
)
