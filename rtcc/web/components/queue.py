"""The queue of the wall: incidents that wait, in the order in which somebody must go."""

from __future__ import annotations

from dash import html

from rtcc.web import ids


def queue() -> html.Aside:
    """An ordered list that the browser fills with as many rows as fit; the rest is said as counts."""
    return html.Aside(
        className="queue",
        children=[
            html.Div(
                className="queue-head",
                children=[
                    html.Span(id=ids.QUEUE_COUNT, className="queue-count"),
                    html.Span(id=ids.QUEUE_GOING, className="queue-going"),
                    html.Span(id=ids.QUEUE_AGE, className="panel-age", hidden=True),
                    html.Span(id=ids.QUEUE_OVER, className="queue-over"),
                ],
            ),
            html.Div(
                className="queue-body",
                children=[
                    html.Ol(id=ids.QUEUE_ROWS, className="queue-rows"),
                    html.Div(
                        id=ids.QUEUE_EMPTY,
                        className="queue-empty",
                        hidden=True,
                        children=[
                            html.P("No incidents", className="queue-empty-title"),
                            html.P("Nobody waits for a unit, and none is on scene.", className="queue-empty-text"),
                        ],
                    ),
                ],
            ),
            html.Div(id=ids.QUEUE_REST, className="queue-rest"),
        ],
    )
