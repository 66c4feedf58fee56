"""The Dash app on our own FastAPI server: which pages exist and how their files reach the browser."""

from __future__ import annotations

from pathlib import Path

from dash import Dash
from dash.backends._fastapi import reset_current_request, set_current_request
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from rtcc.web.api.callers import ANYONE_HERE
from rtcc.web.pages import wall

ASSETS = Path(__file__).resolve().parents[2] / "assets"
STYLES = ("00-tokens.css", "10-shell.css", "20-components.css")

_INDEX = """<!DOCTYPE html>
<html lang="en" data-theme="dark">
<head>
  {%metas%}
  <title>{%title%}</title>
  <link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
  {%css%}
  STYLES
  <link rel="modulepreload" href="/assets/js/main.js">
</head>
<body>
  {%app_entry%}
  <footer class="dash-scripts">{%config%}{%scripts%}{%renderer%}</footer>
  <script type="module" src="/assets/js/main.js"></script>
</body>
</html>
""".replace("STYLES", "\n  ".join(f'<link rel="stylesheet" href="/assets/css/{name}">' for name in STYLES))


class _RevalidatedFiles(StaticFiles):
    """Asks the browser to check each file by its ETag, so that a wall which runs for weeks never mixes two versions."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def mount_dash(server: FastAPI) -> Dash:
    """Put the pages on `server`, after its API routes; an unknown path stays a 404 instead of becoming a page."""
    server.mount("/assets", _RevalidatedFiles(directory=ASSETS), name="assets")
    server.add_api_route("/", _to_wall, methods=["GET"], openapi_extra=ANYONE_HERE)
    app = Dash(
        "rtcc",
        server=server,  # type: ignore[arg-type]  # Dash types it for Flask, and takes FastAPI
        include_assets_files=False,
        assets_folder=str(ASSETS),
        serve_locally=True,
        compress=False,
        title=wall.TITLE,
        update_title="",
        index_string=_INDEX,
    )
    # Dash would answer every unknown path with the page, /api/typo too, from the moment the server starts.
    # No page has a callback for Dash's own WebSocket, which would be opened, and kept open, all the same.
    app.backend.websocket_capability = False
    setattr(app.backend, "_setup_catchall", lambda: None)  # noqa: B010
    app.layout = wall.layout

    async def page(request: Request) -> HTMLResponse:
        token = set_current_request(request)
        try:
            return HTMLResponse(app.index(), headers={"Cache-Control": "no-cache"})
        finally:
            reset_current_request(token)

    server.add_api_route(wall.PATH, page, methods=["GET"], openapi_extra=ANYONE_HERE)
    return app


async def _to_wall() -> RedirectResponse:
    return RedirectResponse(wall.PATH)
