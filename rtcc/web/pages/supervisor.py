"""The sergeant's screen at /supervisor: coverage, what takes too long, alarm load, and how the last hour went."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from dash import Dash, Input, Output, State, html
from dash.backends._fastapi import get_current_request
from dash.development.base_component import Component

from rtcc.web import ids
from rtcc.web.asking import Untold
from rtcc.web.city_time import city_time
from rtcc.web.components.alarm_desk import alarm_desk
from rtcc.web.components.desk import desk
from rtcc.web.components.hour_charts import CHARTS, captions, hour_charts
from rtcc.web.components.map_stage import map_stage
from rtcc.web.components.map_tools import map_tools
from rtcc.web.components.supervisor_panels import alarm_load, figures, listing
from rtcc.web.document import theme_here
from rtcc.web.figures import last_hour
from rtcc.web.hour_told import hour_told
from rtcc.web.page import Page
from rtcc.web.ruled import ruled
from rtcc.web.rules import WATCH


def layout(theme: str | None = None, **_: Any) -> Component:
    """The whole page."""
    stage = html.Div(map_stage(map_tools()), className="supervisor-map")
    return desk(
        ids.SUPERVISOR,
        alarm_desk(),
        figures(),
        stage,
        hour_charts(last_hour.blank(theme_here(theme))),
        html.Div(
            [listing(ids.SUPERVISOR_BEATS, "Coverage by beat"), listing(ids.SUPERVISOR_UNITS, "Busiest units")],
            className="supervisor-lists",
        ),
        html.Div(
            [
                listing(ids.SUPERVISOR_OVER, "Over target"),
                listing(ids.SUPERVISOR_SCENES, "Long on scene"),
                alarm_load(),
            ],
            className="supervisor-lists",
        ),
        theme=theme,
    )


def callbacks(app: Dash) -> None:
    """The last hour, when the page comes and every half minute from then on."""
    app.callback(
        *(Output(name, "figure") for name, _ in CHARTS),
        *(Output(f"{name}-says", "children") for name, _ in CHARTS),
        Output(ids.HOUR_NOTE, "children"),
        Input(ids.HOUR_TURN, "n_intervals"),
        State(ids.ADDRESS, "search"),
    )(ruled(WATCH, _hour))


async def _hour(_: int | None, search: str | None) -> tuple[Any, ...]:
    request = get_current_request()
    theme = theme_here(next(iter(parse_qs((search or "").removeprefix("?")).get("theme", [])), None))
    told = await hour_told(request)
    if isinstance(told, Untold):
        return (*[last_hour.blank(theme)] * len(CHARTS), *["–"] * len(CHARTS), told.sentence)
    time = city_time(request)
    charts = [
        draw(told, time, theme)
        for draw in (last_hour.arrivals, last_hour.pending, last_hour.response, last_hour.answer)
    ]
    note = "" if told["whole"] else "from the live picture only: what has ended is missing"
    return (*charts, *captions(told), note)


PAGE = Page(
    name=ids.SUPERVISOR,
    path="/supervisor",
    title="Supervisor · RTCC",
    layout=layout,
    libraries=frozenset({"dash_mantine_components"}),
    callbacks=callbacks,
)
