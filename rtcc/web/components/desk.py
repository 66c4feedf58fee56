"""The frame of a desk: the pages at which somebody sits, with their bar, their keys and what was last said to them."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from rtcc.web import ids
from rtcc.web.components.band import band
from rtcc.web.components.health import clock, health
from rtcc.web.document import theme_here

#: The pages in the order of the bar: root element, address, word, and the key that follows `g`.
DESKS = (
    (ids.WALL, "/wall", "Wall"),
    (ids.DISPATCH, "/dispatch", "Dispatch"),
    (ids.SUPERVISOR, "/supervisor", "Supervisor"),
    (ids.OFFICER, "/officer", "Officer"),
    (ids.ADMIN, "/admin", "Admin"),
)
#: Pages that are named only to those who see to the center itself (see `data-oversees` of the document).
_FOR_OVERSEERS = frozenset({ids.ADMIN})
_THEME: dict[str, Any] = {
    "fontFamily": "var(--font)",
    "primaryColor": "blue",
    "defaultRadius": "0.3rem",
    "respectReducedMotion": True,
    "cursorType": "pointer",
}


def desk(page: str, *children: Component, theme: str | None = None) -> Component:
    """Return the frame around what stands on the page; ``theme`` is what its address asked for, if anything."""
    provider: Component = dmc.MantineProvider(
        theme=_THEME,
        forceColorScheme=theme_here(theme),
        children=html.Div(
            id=page,
            className=f"page desk {page}",
            children=[_bar(page), html.Main(className="main", children=list(children)), band(), _keys(), _said()],
        ),
    )
    return provider


def _bar(page: str) -> html.Header:
    links = [html.A(word, href=address, className=_for(name), **_spoken(name == page)) for name, address, word in DESKS]
    pages: dict[str, Any] = {"aria-label": "Pages"}
    return html.Header(
        className="desk-bar",
        children=[
            html.H1([html.Span("Real-Time Crime Center "), html.Span(id=ids.CITY, className="bar-city")]),
            html.Nav(links, className="desk-nav", **pages),
            clock(),
            health(),
            html.Div(
                className="desk-tools",
                children=[
                    html.Button(id=ids.SOUND_SWITCH, className="tool", type="button"),
                    html.Button(id=ids.THEME_SWITCH, className="tool", type="button"),
                    html.Button("?", id=ids.KEYS_BUTTON, className="tool", type="button", title="Keys"),
                    html.Div(id=ids.VIEWER),
                ],
            ),
        ],
    )


def _for(page: str) -> str | None:
    return "for-overseers" if page in _FOR_OVERSEERS else None


def _spoken(here: bool) -> dict[str, Any]:
    return {"aria-current": "page"} if here else {}


def _keys() -> html.Dialog:
    spoken: dict[str, Any] = {"aria-label": "Keys"}
    return html.Dialog(
        id=ids.KEYS_DIALOG,
        className="dialog",
        children=[
            html.H2("Keys"),
            html.Ul(id=ids.KEYS_LIST, className="keys"),
            html.Div(
                className="dialog-foot",
                children=[
                    html.Button("Keys are on", id=ids.KEYS_ON, className="act", type="button"),
                    html.Button("Close", id=ids.KEYS_CLOSE, className="act", type="button"),
                ],
            ),
        ],
        **spoken,
    )


def _said() -> html.Div:
    return html.Div(id=ids.SAID, className="said", role="status", hidden=True)
