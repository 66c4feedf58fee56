"""The officer's page at /officer: a plain document for a phone in a car, without Dash and its megabytes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path
from typing import Any

import plotly
from dash import dcc
from dash.fingerprint import build_fingerprint
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from rtcc.web.document import attributes, head, theme_of
from rtcc.web.ids import OFFICER
from rtcc.web.rules import WATCH, by
from rtcc.web.security_headers import POLICY, policy_of_maps
from rtcc.web.viewer import Viewer, viewer_of

PATH = "/officer"
_TEMPLATE = Path(__file__).with_name("officer.html")
_NOTE = """<form id="officer-write" class="officer-write" hidden>
        <label for="officer-text">Add a note</label>
        <textarea id="officer-text" name="text" rows="2" maxlength="2000" required></textarea>
        <button class="officer-button">Add the note</button>
      </form>"""
_NO_NOTE = """<form id="officer-write" class="officer-write" hidden>
        <p class="officer-quiet">Who is signed in can add notes. <a href="/login">Sign in</a></p>
      </form>"""
_SIGNED_IN = """<h2>{name} · {role}</h2>
        {roles}<a class="officer-button" href="/account">Account and sessions</a>
        <button class="officer-button" type="button" data-lock hidden>Lock now</button>
        <form method="post" action="/logout"><button class="officer-button">Sign out</button></form>"""
_ROLES = """<form class="officer-sign" method="post" action="/session/role">{buttons}</form>
        """
_ROLE = """<button class="officer-button" name="role" value="{role}">Go on as {role}</button>"""
_SIGNED_OUT = """<a class="officer-button" href="/login">Sign in</a>"""


def mount_officer(server: FastAPI) -> None:
    """Put the page on the server; its map, if it is asked for, uses the library that Dash serves for its own."""
    server.add_api_route(PATH, _document(_library()), methods=["GET"], openapi_extra=by(WATCH))


def _document(library: tuple[str, int]) -> Callable[[Request], Awaitable[HTMLResponse]]:
    address, size = library
    offer = f"Up to {size / 1e6:.1f} MB, once." if address else "This server has no map for phones."

    async def officer(request: Request) -> HTMLResponse:
        viewer = await viewer_of(request)
        said = {
            "ATTRIBUTES": attributes(OFFICER, theme_of(request), viewer),
            "HEAD": head(OFFICER),
            "PLOTLY": escape(address),
            "OFFER": offer,
            "NOTE": _NOTE if viewer.writes else _NO_NOTE,
            "SIGN": _sign(viewer),
        }
        page = re.sub(r"RTCC-([A-Z]+)", lambda found: said[found[1]], _TEMPLATE.read_text())
        return HTMLResponse(page, headers={"Cache-Control": "no-store", POLICY: policy_of_maps()})

    return officer


def _sign(viewer: Viewer) -> str:
    if not viewer.name:
        return _SIGNED_OUT
    buttons = "".join(_ROLE.format(role=role) for role in viewer.roles if role != viewer.role)
    roles = _ROLES.format(buttons=buttons) if buttons else ""
    return _SIGNED_IN.format(name=escape(viewer.name), role=viewer.role, roles=roles)


def _library() -> tuple[str, int]:
    """Return the address and the size of Plotly's own bundle as Dash serves it; nothing where Dash names none."""
    files: list[dict[str, Any]] = getattr(dcc, "_js_dist", [])
    for file in files:
        if file.get("namespace") == "plotly":
            inside = str(file["relative_package_path"])
            there = Path(plotly.__file__).parent / inside
            named = build_fingerprint(inside, plotly.__version__, int(there.stat().st_mtime))
            return f"/_dash-component-suites/plotly/{named}", there.stat().st_size
    return "", 0
