"""What stands where there is nothing to show: nothing found, not told, not allowed, or still coming."""

from __future__ import annotations

from dash import html


def nothing(title: str, text: str = "") -> html.Div:
    """A title that says what is so, and where it helps a sentence that says why."""
    return html.Div([html.B(title), html.Span(text)] if text else html.B(title), className="empty")


def coming(what: str) -> html.Div:
    """The part is being asked for."""
    return html.Div(what, className="empty")
