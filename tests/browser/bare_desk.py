"""A desk with nothing on it but the live map, on which the map is tested without any one desk's own parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dash import html
from dash.development.base_component import Component
from fastapi import FastAPI
from fastapi.responses import FileResponse

from rtcc.web import dash_app
from rtcc.web.components.desk import desk
from rtcc.web.components.map_stage import map_stage
from rtcc.web.components.map_tools import map_tools
from rtcc.web.page import Page

_START = Path(__file__).parent / "js" / "bare_desk.js"


def layout(theme: str | None = None, **_: Any) -> Component:
    style = {"height": "100%", "display": "grid"}
    return desk("bare", html.Div(map_stage(map_tools()), style=style), theme=theme)


PAGE = Page("bare", "/bare", "Bare", layout, frozenset({"dash_mantine_components"}))


def add_bare_desk(app: FastAPI) -> None:
    """Serve the page's start, and have Dash build it with the others."""
    app.add_api_route("/assets/js/pages/bare.js", lambda: FileResponse(_START, media_type="text/javascript"))
    if PAGE not in dash_app.PAGES:
        dash_app.PAGES = (*dash_app.PAGES, PAGE)
