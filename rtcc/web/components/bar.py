"""The top bar of the wall: where it looks, the honest clock, every feed's age and the latency meter."""

from __future__ import annotations

from dash import html

from rtcc.web import ids
from rtcc.web.components.health import clock, health


def bar() -> html.Header:
    """Names only; the clock, feeds and meter are written by the browser each second."""
    return html.Header(
        className="bar",
        children=[
            html.Div(
                className="bar-name",
                children=[
                    html.H1(
                        className="bar-title",
                        children=[html.Span("Real-Time Crime Center", className="unseen"), html.Span(id=ids.CITY)],
                    ),
                    html.Span(id=ids.WHERE, className="bar-where"),
                ],
            ),
            clock(),
            health(),
        ],
    )
