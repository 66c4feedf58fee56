"""The last sixty minutes as four small charts: what came in, what waited, and how long responses and answers took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go

from rtcc.model.checks import parse_instant
from rtcc.web.city_time import CityTime
from rtcc.web.document import Theme
from rtcc.web.figures.tokens import colours

#: Priorities as the record counts them, each with the colour of its mark; the most urgent lies lowest, to be compared.
PRIORITIES = (("1", "p1"), ("2", "p2"), ("3", "p3"), ("4+", "p4"))
ANSWER_TARGET_S = 15
_STEP = timedelta(minutes=5)
_MINUTE_S = 60
_FONT = "Inter, Segoe UI, Helvetica Neue, Liberation Sans, Arial, sans-serif"
_SIZE = 12
#: Room at the right for the words beside the lines' ends.
_WORDS_PX = 92


def arrivals(told: Mapping[str, Any], time: CityTime, theme: Theme) -> go.Figure:
    """Stacked bars, one a step, by priority."""
    token, at = colours(theme), _middles(told, time)
    figure = _bare(theme, at, words_px=12)
    for name, colour in PRIORITIES:
        counts = [step["arrivals"][name] for step in told["steps"]]
        figure.add_bar(
            x=at,
            y=counts,
            name=f"priority {name}",
            marker={"color": token[colour], "line": {"color": token["panel"], "width": 1}},
            hovertemplate="%{y}",
        )
    figure.update_layout(barmode="stack", bargap=0.25)
    _count_axis(figure, [sum(step["arrivals"].values()) for step in told["steps"]])
    return figure


def pending(told: Mapping[str, Any], time: CityTime, theme: Theme) -> go.Figure:
    """How many calls for service waited for a unit at the end of each step."""
    at, counts = _ends(told, time), [step["pending"] for step in told["steps"]]
    figure = _bare(theme, at)
    _line(figure, at, counts, "text", "pending", theme, f"{counts[-1]} now", step=True)
    _count_axis(figure, counts)
    return figure


def response(told: Mapping[str, Any], time: CityTime, theme: Theme) -> go.Figure:
    """Median and 90th percentile of the responses that ended in each step, in minutes."""
    at = _ends(told, time)
    figure = _bare(theme, at)
    # The 90th percentile never ends below the median: half a line apart, their words never lie on one another.
    for name, word, colour, shift_px in (("p90_s", "p90", "p2", 7), ("median_s", "median", "text", -7)):
        minutes = [_minutes(step["response"]["all"][name]) for step in told["steps"]]
        _line(figure, at, minutes, colour, word, theme, word, shift_px=shift_px)
    figure.update_yaxes(rangemode="tozero", ticksuffix=" min", nticks=4)
    return figure


def answer(told: Mapping[str, Any], time: CityTime, theme: Theme) -> go.Figure:
    """The 90th percentile of the answer times of the calls that were answered in each step, against the target."""
    at, token = _ends(told, time), colours(theme)
    figure = _bare(theme, at)
    seconds = [(step["answer"] or {}).get("p90_s") for step in told["steps"]]
    _line(figure, at, seconds, "text", "answer p90", theme, "p90")
    figure.add_hline(y=ANSWER_TARGET_S, line={"color": token["quiet"], "width": 1, "dash": "dot"})
    # At the left, where the line of the answers begins: at the right both may end at the same height.
    figure.add_annotation(
        x=0,
        xref="paper",
        y=ANSWER_TARGET_S,
        text=f"{ANSWER_TARGET_S} s target",
        showarrow=False,
        xanchor="left",
        yshift=8,
        font={"color": token["quiet"], "size": _SIZE},
    )
    most = max([one for one in seconds if one is not None], default=0)
    figure.update_yaxes(range=[0, max(ANSWER_TARGET_S * 1.3, most * 1.15)], ticksuffix=" s", nticks=4)
    return figure


def blank(theme: Theme) -> go.Figure:
    """The same frame with nothing in it: until there is an answer, and where there is none."""
    figure = _bare(theme, [])
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure


def _bare(theme: Theme, at: Sequence[datetime], words_px: int = _WORDS_PX) -> go.Figure:
    token = colours(theme)
    axis = {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "color": token["quiet"],
        "tickfont": {"size": _SIZE},
        "automargin": False,
    }
    figure = go.Figure()
    figure.update_layout(
        uirevision="hour",
        autosize=True,
        margin={"l": 44, "r": words_px, "t": 10, "b": 24},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": _FONT, "size": _SIZE, "color": token["quiet"]},
        showlegend=False,
        dragmode=False,
        hovermode="x unified",
        hoverlabel={"bgcolor": token["raised"], "bordercolor": token["line"], "font": {"color": token["text"]}},
        xaxis=axis
        | {"tickformat": "%H:%M", "hoverformat": "%H:%M", "nticks": 4, "linecolor": token["line"], "showline": True},
        yaxis=axis | {"showgrid": True, "gridcolor": token["line"], "gridwidth": 1},
    )
    if at:
        figure.update_xaxes(range=[at[0] - _STEP / 2, at[-1] + _STEP / 2])
    return figure


def _line(
    figure: go.Figure,
    at: Sequence[datetime],
    values: Sequence[float | None],
    colour: str,
    name: str,
    theme: Theme,
    word: str,
    *,
    step: bool = False,
    shift_px: int = 0,
) -> None:
    """Draw a line, and its word beside its last point: a legend would have to be looked up."""
    token = colours(theme)
    # A step in which nothing ended leaves a gap; a point between two gaps would not be seen without its mark.
    figure.add_scatter(
        x=at,
        y=values,
        name=name,
        mode="lines+markers",
        line={"color": token[colour], "width": 2, "shape": "hv" if step else "linear"},
        marker={"color": token[colour], "size": 5},
        hovertemplate="%{y:.3~g}",
    )
    last = next((number for number in range(len(values) - 1, -1, -1) if values[number] is not None), None)
    if last is not None:
        _word(figure, values[last] or 0.0, colour, word, theme, shift_px)


def _word(figure: go.Figure, value: float, colour: str, word: str, theme: Theme, shift_px: int = 0) -> None:
    """Write a word at the right edge, as high as its line ends."""
    figure.add_annotation(
        x=1,
        xref="paper",
        y=value,
        text=word,
        showarrow=False,
        xanchor="left",
        xshift=6,
        yshift=shift_px,
        font={"color": colours(theme)[colour], "size": _SIZE},
    )


def _count_axis(figure: go.Figure, counts: Sequence[int]) -> None:
    """Whole numbers from nought; never an axis of fractions because little happened."""
    few = 4
    most = max(few, *counts)
    figure.update_yaxes(range=[0, most * 1.1], nticks=4, tickformat="d")


def _middles(told: Mapping[str, Any], time: CityTime) -> list[datetime]:
    return [end - _STEP / 2 for end in _ends(told, time)]


def _ends(told: Mapping[str, Any], time: CityTime) -> list[datetime]:
    """Return the end of each step by the city's clock: Plotly knows no time zones."""
    ends = [parse_instant(step["to"]) for step in told["steps"]]
    return [time.at(end).replace(tzinfo=None) for end in ends if end is not None]


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / _MINUTE_S
