"""The top bar of the wall: city, the honest clock, every feed's age and the latency meter."""

from __future__ import annotations

from dash import html

from rtcc.web import ids


def bar() -> html.Header:
    """Names only; the clock, feeds and meter are written by the browser each second."""
    return html.Header(
        className="bar",
        children=[
            html.Div(
                className="bar-name",
                children=[
                    html.H1("Real-Time Crime Center", className="bar-title"),
                    html.Span(id=ids.CITY, className="bar-city"),
                ],
            ),
            html.Div(
                className="bar-clock",
                children=[
                    html.Span(id=ids.TIME, className="bar-time", children="--:--:--"),
                    html.Span(id=ids.DATE, className="bar-date"),
                ],
            ),
            html.Div(
                className="bar-health",
                children=[html.Ul(id=ids.FEEDS, className="feeds"), html.Div(id=ids.LATENCY, className="meter")],
            ),
        ],
    )
