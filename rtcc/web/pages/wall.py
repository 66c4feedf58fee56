"""The wall display at /wall: map, alarms, queue and strip for a screen that nobody touches."""

from __future__ import annotations

from dash import dcc, html

from rtcc.web import ids
from rtcc.web.components.alarms import alarms
from rtcc.web.components.bar import bar
from rtcc.web.components.queue import queue
from rtcc.web.components.strip import strip
from rtcc.web.figures.city_map import city_map

PATH = "/wall"
TITLE = "Wall · RTCC"

# staticPlot would keep a copy of every frame (preserveDrawingBuffer); without the mode bar nothing else is on show.
_GRAPH: dcc.Graph.Config = {
    "displayModeBar": False,
    "scrollZoom": True,
    "doubleClick": False,
    "showTips": False,
    "responsive": True,
}


def layout() -> html.Div:
    """The whole page. The band is said aloud by screen readers when the picture stops being live."""
    return html.Div(
        id=ids.WALL,
        className="wall",
        children=[
            bar(),
            html.Main(
                id=ids.MAP_STAGE,
                className="stage",
                children=[
                    dcc.Graph(
                        id=ids.MAP,
                        className="stage-map",
                        figure=city_map(),
                        config=_GRAPH,
                        responsive=True,
                        style={"height": "100%", "width": "100%"},
                    ),
                    html.Div(id=ids.MAP_CREDIT, className="stage-credit"),
                    alarms(),
                ],
            ),
            queue(),
            strip(),
            html.Div(
                id=ids.BAND,
                className="band",
                role="alert",
                children=[
                    html.Div(id=ids.BAND_TITLE, className="band-title", children="Connecting"),
                    html.Div(id=ids.BAND_DETAIL, className="band-detail", children="Waiting for the picture"),
                ],
            ),
        ],
    )
