"""The charts of the last hour, each with a caption that says in words and figures what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from rtcc.web import ids
from rtcc.web.components.late import late
from rtcc.web.figures.last_hour import ANSWER_TARGET_S, PRIORITIES

CHARTS = (
    (ids.HOUR_ARRIVALS, "Arrivals"),
    (ids.HOUR_PENDING, "Pending"),
    (ids.HOUR_RESPONSE, "Response"),
    (ids.HOUR_ANSWER, "Answer"),
)
#: The shape of each priority's mark, so that no chart is read by colour alone.
_SHAPES = {"1": "▲", "2": "◆", "3": "●", "4+": "■"}
_MINUTE_S = 60
_CONFIG: dcc.Graph.Config = {
    "displayModeBar": False,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
    "responsive": True,
}


def hour_charts(blank: go.Figure) -> html.Section:
    """The four charts in their places, of a fixed height: nothing moves when their figures come."""
    head = html.Div(
        [html.H2("Last 60 minutes"), html.Span("Asking …", id=ids.HOUR_NOTE, role="status")], className="panel-head"
    )
    charts = [_chart(id_, word, blank) for id_, word in CHARTS]
    turn = dcc.Interval(id=ids.HOUR_TURN, interval=30_000)
    return html.Section(
        [head, late("hour", html.Div([*charts, turn], className="hour-charts"), className="late")],
        className="panel hour",
    )


def _chart(id_: str, word: str, blank: go.Figure) -> html.Figure:
    graph = dcc.Graph(
        id=id_,
        figure=blank,
        config=_CONFIG,
        responsive=True,
        className="hour-chart",
        style={"height": "100%", "width": "100%"},
    )
    caption = html.Figcaption([html.H3(word), html.Span("–", id=f"{id_}-says")])
    return html.Figure([caption, html.Div(graph, className="hour-plot", **{"aria-hidden": "true"})])  # type: ignore[arg-type]


def captions(told: Mapping[str, Any]) -> tuple[list[Component | str], str, str, str]:
    """Return what stands beside the names of the charts: each says the hour in figures."""
    hour = told["hour"]
    counts: list[Component | str] = [f"{sum(hour['arrivals'].values())} · "]
    for name, colour in PRIORITIES:
        counts.append(
            html.Span(f"{_SHAPES[name]} {hour['arrivals'][name]}", className=f"hour-{colour}", title=f"Priority {name}")
        )
    steps = [step["pending"] for step in told["steps"]]
    every, high = hour["response"]["all"], hour["response"]["high"]
    spread = (
        f"median {_clock(every['median_s'])} · p90 {_clock(every['p90_s'])} · priority 1–2 p90 {_clock(high['p90_s'])}"
    )
    return counts, f"{steps[-1]} now · most {max(steps)}", spread, _answers(hour["answer"])


def _answers(answer: Mapping[str, Any] | None) -> str:
    if answer is None:
        return "not shown to this role"
    if not answer["count"]:
        return "no calls"
    within = answer[f"within_{ANSWER_TARGET_S}_s"]
    calls = "1 call" if answer["count"] == 1 else f"{answer['count']} calls"
    return f"{calls} · p90 {answer['p90_s']:.0f} s · {within:.0%} within {ANSWER_TARGET_S} s"


def _clock(seconds: float | None) -> str:
    return "–" if seconds is None else f"{int(seconds) // _MINUTE_S}:{int(seconds) % _MINUTE_S:02d}"
