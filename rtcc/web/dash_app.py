"""The Dash app on our own FastAPI server: which pages exist and how their files reach the browser."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from dash import Dash, Input, NoUpdate, Output, State, dcc, html, no_update
from dash.backends._fastapi import reset_current_request, set_current_request
from dash.development.base_component import Component
from dash.exceptions import DependencyException
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from rtcc.web import ids
from rtcc.web.components.late import build_late, late_asked
from rtcc.web.document import ASSETS, attributes, head, theme_of
from rtcc.web.page import LIBRARIES, Page
from rtcc.web.pages import admin, dispatch, incident, officer, supervisor, wall
from rtcc.web.ruled import ruled
from rtcc.web.rules import OPEN, WATCH, by
from rtcc.web.security_headers import POLICY, policy_of_maps
from rtcc.web.viewer import viewer_of

PAGES: tuple[Page, ...] = (wall.PAGE, dispatch.PAGE, supervisor.PAGE, incident.PAGE, admin.PAGE)

_INDEX = """<!DOCTYPE html>
<html lang="en" RTCC-ATTRIBUTES>
<head>
  {%metas%}
  <title>RTCC-TITLE</title>
  {%css%}
  RTCC-HEAD
</head>
<body>
  {%app_entry%}
  <footer class="dash-scripts">{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>
"""
_PLACES = re.compile(r"RTCC-[A-Z]+")
_LIBRARY = re.compile(r'<script src="[^"]*/_dash-component-suites/(\w+)/[^"]*"></script>\s*')


class _RevalidatedFiles(StaticFiles):
    """Asks the browser to check each file by its ETag, so that a wall which runs for weeks never mixes two versions."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def mount_dash(server: FastAPI) -> Dash:
    """Put the pages on `server`, after its API routes; an unknown path stays a 404 instead of becoming a page."""
    server.mount("/assets", _RevalidatedFiles(directory=ASSETS), name="assets")
    server.add_api_route("/", _to_wall, methods=["GET"], openapi_extra=by(OPEN))
    app = Dash(
        "rtcc",
        server=server,  # type: ignore[arg-type]  # Dash types it for Flask, and takes FastAPI
        include_assets_files=False,
        assets_folder=str(ASSETS),
        serve_locally=True,
        compress=False,
        title=wall.PAGE.title,
        update_title="",
        index_string=_INDEX,
        suppress_callback_exceptions=True,
    )
    # Dash would answer every unknown path with the page, /api/typo too, from the moment the server starts.
    # No page has a callback for Dash's own WebSocket, which would be opened, and kept open, all the same.
    app.backend.websocket_capability = False
    setattr(app.backend, "_setup_catchall", lambda: None)  # noqa: B010
    files = "serve_component_suites"
    setattr(app.backend, files, _or_not_there(getattr(app.backend, files)))
    app.layout = html.Div([dcc.Location(id=ids.ADDRESS, refresh=False), html.Div(id=ids.PAGE), *late_asked()])
    build_late(app)
    app.callback(Output(ids.PAGE, "children"), Input(ids.ADDRESS, "pathname"), State(ids.ADDRESS, "search"))(
        ruled(WATCH, _build)
    )
    for page in PAGES:
        if page.callbacks is not None:
            page.callbacks(app)
        server.add_api_route(page.path, _document_of(app, page), methods=["GET"], openapi_extra=page.access)
    officer.mount_officer(server)
    return app


async def _build(pathname: str, search: str) -> Component | NoUpdate:
    """Return the page at an address; every one of them comes with a document of its own, so this happens once."""
    for page in PAGES:
        said = page.said_by(pathname)
        if said is not None:
            return page.layout(**{**dict(parse_qsl(search.removeprefix("?"))), **said})
    return no_update


def _document_of(app: Dash, page: Page) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers with the page's document; the page itself is then built by Dash."""

    async def document(request: Request) -> Response:
        if page.before is not None and (instead := await page.before(request)) is not None:
            return instead
        viewer = await viewer_of(request)
        token = set_current_request(request)
        try:
            index: str = app.index()
        finally:
            reset_current_request(token)
        unused = LIBRARIES - page.libraries
        index = _LIBRARY.sub(lambda found: "" if found[1] in unused else found[0], index)
        said = {
            "RTCC-ATTRIBUTES": attributes(page.name, theme_of(request), viewer),
            "RTCC-TITLE": page.title,
            "RTCC-HEAD": head(page.name),
        }
        # In one pass: what stands for somebody's name is not looked at again.
        index = _PLACES.sub(lambda found: said.get(found[0], found[0]), index)
        policy = policy_of_maps(app.csp_hashes())
        return HTMLResponse(index, headers={"Cache-Control": "no-store", POLICY: policy})

    return document


def _or_not_there(serve: Callable[..., Response]) -> Callable[..., Response]:
    """Return what serves the files of Dash's libraries, and answers 404 for what is none of them, where Dash fails."""

    def served(*asked: Any) -> Response:
        try:
            return serve(*asked)
        except DependencyException:
            raise HTTPException(404) from None

    return served


async def _to_wall() -> RedirectResponse:
    return RedirectResponse(wall.PAGE.path)
