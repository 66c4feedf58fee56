"""Parts of a page that are built last: what takes seconds to start must not keep the lists waiting."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from rtcc.web import ids

_BUILD = "(asked, held) => (asked ? held : held.map(() => dash_clientside.no_update))"


def late(name: str, content: Component, **place: Any) -> html.Div:
    """A place whose content is built when the first lists are on the glass; ``place`` are its properties."""
    held = dcc.Store(id={"held": name}, data=content.to_plotly_json())
    return html.Div([html.Div(id={"late": name}, **place), held], className="late")


def late_asked() -> list[Component]:
    """What the browser sets when it is time (see `assets/js/late.js`)."""
    return [dcc.Store(id=ids.LATE_ASKED)]


def build_late(app: Dash) -> None:
    """Let the browser put everything that is held into its place."""
    app.clientside_callback(
        _BUILD,
        Output({"late": ALL}, "children"),
        Input(ids.LATE_ASKED, "data"),
        State({"held": ALL}, "data"),
        prevent_initial_call=True,
    )
