"""The honest clock of every bar: the time of the city, each feed's age, and how late this screen itself is."""

from __future__ import annotations

from dash import html

from rtcc.web import ids


def clock() -> html.Div:
    """The city's time and date; the browser writes them each second, by the server's clock."""
    return html.Div(
        className="bar-clock",
        children=[
            html.Span(id=ids.TIME, className="bar-time", children="--:--:--"),
            html.Span(id=ids.DATE, className="bar-date"),
        ],
    )


def health() -> html.Div:
    """The feeds and the latency meter."""
    return html.Div(
        className="bar-health",
        children=[html.Ul(id=ids.FEEDS, className="feeds"), html.Div(id=ids.LATENCY, className="meter")],
    )
