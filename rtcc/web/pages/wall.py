"""The wall display at /wall: map, alarms, queue and strip for a screen that nobody touches."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.backends._fastapi import get_current_request

from rtcc.settings import Settings
from rtcc.web import ids
from rtcc.web.components.alarms import alarms
from rtcc.web.components.band import band
from rtcc.web.components.bar import bar
from rtcc.web.components.map_stage import map_stage
from rtcc.web.components.notices import notice_line
from rtcc.web.components.queue import queue
from rtcc.web.components.strip import strip
from rtcc.web.components.takeover import takeover
from rtcc.web.page import Page

_TOUR_S: int = Settings.model_fields["wall_tour_s"].default


def layout(tour: str | None = None, **_: Any) -> html.Div:
    """The whole page. ``tour`` is what this screen's address asks for: seconds at each district, 0 for none."""
    told: dict[str, Any] = {"data-tour": _seconds(tour)}
    return html.Div(
        id=ids.WALL,
        className="page wall",
        children=[bar(), map_stage(alarms(), notice_line(), takeover(), element=html.Main), queue(), strip(), band()],
        **told,
    )


def _seconds(asked: str | None) -> str:
    if asked is not None and asked.isdecimal():
        return asked
    return str(getattr(get_current_request().app.state, "wall_tour_s", _TOUR_S))


PAGE = Page(name=ids.WALL, path="/wall", title="Wall · RTCC", layout=layout)
