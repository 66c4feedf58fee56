"""Signing in and out: by name and password, by a key; into a session whose token only the browser's cookie holds."""

from __future__ import annotations

import contextlib
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from rtcc.access.keys import KeyRing
from rtcc.access.proof import ProofRefusedError
from rtcc.settings import Settings
from rtcc.web.answers import answer
from rtcc.web.api.callers import Caller
from rtcc.web.at_the_door import at_the_door, door_of, door_page, form_of, status_of, told_when
from rtcc.web.entering import enter_with, go_on, way_on
from rtcc.web.home import own_path
from rtcc.web.refusing import refused_on_record
from rtcc.web.rules import OPEN, WATCH, by
from rtcc.web.session_cookie import forget_session
from rtcc.web.sign_in_record import UNKNOWN, record, record_session
from rtcc.web.viewer import ANYONE, COOKIE, address_of, sessions_of, viewer_of

router = APIRouter()
_UNKNOWN_KEY: Final = "This key is not known here."


@router.get("/api/v1/me", openapi_extra=by(WATCH))
async def get_me(viewer: Caller) -> Response:
    """Return who the caller is here, and whether that one commands."""
    me = {"name": viewer.name, "role": viewer.role, "audience": viewer.audience, "operates": viewer.operates}
    return answer(200, me, {"Cache-Control": "no-store"})


@router.get("/login", openapi_extra=by(OPEN))
async def show(request: Request) -> Response:
    """Ask for name and password, or say that one is signed in."""
    viewer = ANYONE
    # Whose session it is may be unknown now; how to sign in can be said all the same.
    with contextlib.suppress(HTTPException):
        viewer = await viewer_of(request)
    if viewer.by == "session":
        home = way_on(viewer.role, request.query_params.get("next"))
        return door_page(request, "login/signed_in.html", title="Signed in", home=home)
    return _asked(request)


@router.post("/login", openapi_extra=by(OPEN))
@at_the_door("Not signed in")
async def sign_in(request: Request) -> Response:
    """Go on with whoever knows a name and its password; begin a session that may what a key in the form may."""
    form = await form_of(request)
    if "key" in form or "name" not in form:
        return await _by_key(request, form.get("key", "").strip())
    name = form["name"].strip()
    try:
        account = await door_of(request).proof.password(name, form.get("password", ""), address_of(request))
    except ProofRefusedError as refusal:
        await refused_on_record(request, refusal, name, "password")
        return told_when(_asked(request, status_of(refusal), str(refusal), name=name), refusal)
    return await go_on(request, account, request.query_params.get("next"))


@router.post("/logout", openapi_extra=by(OPEN))
@at_the_door("Not signed out")
async def sign_out(request: Request) -> Response:
    """End the session, here and in the store."""
    sessions, token = sessions_of(request), request.cookies.get(COOKIE, "")
    found = await sessions.find(token)
    await sessions.end(token)
    if found is not None:
        await record_session(request, "sign out", found.session)
    response = RedirectResponse("/login", 303)
    forget_session(request, response)
    return response


async def _by_key(request: Request, presented: str) -> Response:
    keys: KeyRing = request.app.state.keys
    key = keys.find(presented)
    if key is None:
        # Nobody guesses a key; but the record is not filled by those who try.
        await door_of(request).throttle.visit(address_of(request))
        await record(request, "sign in failed", UNKNOWN, "refused", by="key", why="unknown key")
        return _asked(request, 401, _UNKNOWN_KEY, of_key=True)
    entered = await enter_with(request, key)
    if entered is None:
        await record(request, "sign in failed", key.name, "refused", by="key", why=f"scope {key.scope}")
        sentence = f"This key has scope {key.scope}; it is for a program and signs nobody in."
        return _asked(request, 403, sentence, of_key=True)
    return entered


def _asked(
    request: Request, status: int = 200, refused: str | None = None, *, name: str = "", of_key: bool = False
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    openid, next_page = settings.access.openid, own_path(request.query_params.get("next"))
    return door_page(
        request,
        "login/sign_in.html",
        status,
        title="Sign in",
        refused=refused,
        key_refused=of_key,
        name=name,
        query=f"?{urlencode({'next': next_page})}" if next_page else "",
        openid=None if openid is None else openid.name,
        wall_is_open=request.app.state.wall_is_open,
    )
