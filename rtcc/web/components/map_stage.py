"""The stage of the live map: Plotly's map, in which the browser hangs the ground and all that lives."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from rtcc.web import ids
from rtcc.web.components.late import late
from rtcc.web.figures.city_map import city_map

# staticPlot would keep a copy of every frame (preserveDrawingBuffer); without the mode bar nothing else is on show.
_GRAPH: dcc.Graph.Config = {
    "displayModeBar": False,
    "scrollZoom": True,
    "doubleClick": False,
    "showTips": False,
    "responsive": True,
}


def map_stage(*above: Component, element: type[html.Div | html.Main] = html.Div) -> Component:
    """The map with its credit, and what lies above it; as the page's main part where it is that."""
    graph = dcc.Graph(
        id=ids.MAP,
        className="stage-map",
        figure=city_map(),
        config=_GRAPH,
        responsive=True,
        style={"height": "100%", "width": "100%"},
    )
    return element(
        id=ids.MAP_STAGE,
        className="stage",
        children=[
            late("map", graph, className="stage-map"),
            html.Div(id=ids.MAP_CREDIT, className="stage-credit"),
            *above,
        ],
    )
