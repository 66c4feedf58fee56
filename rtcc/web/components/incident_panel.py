"""What is chosen on a desk, beside its queues: a map of it, its own fields, who is near, what was there before."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from rtcc.web import ids

_SPOKEN: dict[str, Any] = {"aria-label": "Details of what is chosen"}
_ALL: dict[str, Any] = {"aria-label": "All that is known of it"}
_CLOSES: dict[str, Any] = {"aria-label": "Close the details"}


def incident_panel(stage: Component) -> html.Aside:
    """Return the panel around the map ``stage``; its parts are filled by the browser, and by the page's callbacks."""
    return html.Aside(
        id=ids.CHOSEN,
        className="panel chosen",
        children=[
            dcc.Store(id=ids.CHOSEN_ASKED),
            dcc.Store(id=ids.CHOSEN_ID),
            html.Div(
                className="chosen-head",
                children=[
                    html.Span(id=ids.CHOSEN_MARK, className="chosen-mark"),
                    html.Div(
                        className="chosen-name",
                        children=[
                            html.H2(id=ids.CHOSEN_TITLE, children="Nothing chosen"),
                            html.P(id=ids.CHOSEN_STATE, children="Take a row, or a mark on the map."),
                        ],
                    ),
                    html.A(["Open ", html.Kbd("o")], id=ids.CHOSEN_OPEN, className="act", href="", hidden=True),
                    html.Button("✕", id=ids.CHOSEN_CLOSE, className="tool", type="button", hidden=True, **_CLOSES),
                ],
            ),
            html.Div(className="chosen-map", children=[stage]),
            html.Div(
                id=ids.CHOSEN_EMPTY,
                className="empty",
                children=[
                    html.B("Choose an incident"),
                    html.Span(
                        [html.Kbd("j"), " ", html.Kbd("k"), " and ", html.Kbd("Enter"), ", or click a row or a mark"]
                    ),
                ],
            ),
            html.Div(
                id=ids.CHOSEN_BODY,
                className="chosen-body",
                hidden=True,
                tabIndex="0",
                role="group",
                children=[
                    html.Dl(id=ids.CHOSEN_FACTS, className="chosen-facts"),
                    _section("Alarms about it", html.Ul(id=ids.CHOSEN_ALARMS, className="chosen-alarms"), "alarms"),
                    _section("Nearest available units", html.Div(id=ids.CHOSEN_UNITS), "units"),
                    _section("Notes", _notes(), "notes"),
                    _section("Earlier at this address", html.Div(id=ids.CHOSEN_HISTORY), "history"),
                    _section("Cameras and places nearby", html.Div(id=ids.CHOSEN_CAMERAS), "cameras"),
                ],
                **_ALL,
            ),
        ],
        **_SPOKEN,
    )


def _section(heading: str, content: Component, name: str) -> html.Section:
    named: dict[str, Any] = {"data-part": name}
    return html.Section([html.H3(heading), content], className="chosen-part", **named)


def _notes() -> html.Div:
    spoken: dict[str, Any] = {"aria-label": "A new note"}
    form = html.Form(
        id=ids.CHOSEN_NOTE_FORM,
        className="note-form",
        hidden=True,
        children=[
            html.Textarea(
                id=ids.CHOSEN_NOTE_TEXT, rows=2, maxLength=4000, required=True, placeholder="Write a note", **spoken
            ),
            html.Button("Add note", className="act", type="submit"),
        ],
    )
    return html.Div(
        [
            html.Ul(id=ids.CHOSEN_NOTES, className="notes"),
            form,
            html.P(id=ids.CHOSEN_MAY_NOT, className="quiet", hidden=True),
        ]
    )
