"""Signing in and out: by a one-time address or a key, into a session whose token only the browser's cookie holds."""

from __future__ import annotations

import contextlib
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from rtcc.access.keys import KeyRing
from rtcc.access.sessions import SESSION_S, Session, Sessions, SessionsAway
from rtcc.access.visibility import Audience
from rtcc.web import login_page
from rtcc.web.answers import answer
from rtcc.web.api.body import read_body
from rtcc.web.api.callers import ANYONE_HERE
from rtcc.web.document import theme_of
from rtcc.web.viewer import ANYONE, COOKIE, Viewer, is_from_own_page, viewer_of

router = APIRouter()
BY_ADDRESS = {"x-access": "whoever holds the sign-in address"}

#: Where each role begins; whoever does not stand here begins at the wall.
HOME: dict[Audience, str] = {
    "dispatcher": "/dispatch",
    "supervisor": "/supervisor",
    "admin": "/supervisor",
    "analyst": "/supervisor",
    "officer": "/officer",
}
_LARGEST_FORM = 4 * 1024
_AWAY = "The store does not answer, so nobody can be signed in or out just now. Try again in a moment."
_FOREIGN = "This request comes from another site's page. Go to RTCC itself and do it there."


@router.get("/api/v1/me", openapi_extra=ANYONE_HERE)
async def get_me(viewer: Annotated[Viewer, Depends(viewer_of)]) -> Response:
    """Return who the caller is here, and whether that one commands."""
    me = {"name": viewer.name, "role": viewer.role, "audience": viewer.audience, "operates": viewer.operates}
    return answer(200, me, {"Cache-Control": "no-store"})


@router.get("/login", openapi_extra=ANYONE_HERE)
async def show_how(request: Request) -> Response:
    """Say how to sign in, or that one is."""
    theme, viewer = theme_of(request), ANYONE
    # Whose session it is may be unknown now; how to sign in can be said all the same.
    with contextlib.suppress(HTTPException):
        viewer = await viewer_of(request)
    if viewer.name:
        return login_page.signed_in(theme, viewer, _home(viewer.role))
    return login_page.how_to(theme)


@router.post("/login", openapi_extra=ANYONE_HERE)
async def sign_in_with_key(request: Request) -> Response:
    """Begin a session that may what the key in the form may."""
    theme = theme_of(request)
    if not is_from_own_page(request):
        return login_page.said(403, theme, "Not signed in", _FOREIGN)
    body = await read_body(request, _LARGEST_FORM)
    presented = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8).get("key", [""])[0].strip()
    keys: KeyRing = request.app.state.keys
    key = keys.find(presented)
    if key is None:
        return login_page.how_to(theme, (401, "This key is not known here."))
    try:
        begun = await _sessions(request).begin_with(key)
    except SessionsAway:
        return login_page.said(503, theme, "Not signed in", _AWAY)
    if begun is None:
        return login_page.how_to(
            theme, (403, f"This key has scope {key.scope}; it is for a program and signs nobody in.")
        )
    return await _enter(request, *begun)


@router.get("/login/{token}", openapi_extra=BY_ADDRESS)
async def show_invitation(request: Request, token: str) -> Response:
    """Show whom the address is for; only its button uses it, so that a preview of the link does not."""
    theme = theme_of(request)
    try:
        invited = await _sessions(request).invited(token)
        return await _no_address(request, token) if invited is None else login_page.invitation(theme, invited)
    except SessionsAway:
        return login_page.said(503, theme, "Not now", _AWAY)


@router.post("/login/{token}", openapi_extra=BY_ADDRESS)
async def sign_in(request: Request, token: str) -> Response:
    """Use the address up, and begin the session of whom it is for."""
    theme = theme_of(request)
    if not is_from_own_page(request):
        return login_page.said(403, theme, "Not signed in", _FOREIGN)
    try:
        begun = await _sessions(request).accept(token)
        return await _no_address(request, token) if begun is None else await _enter(request, *begun)
    except SessionsAway:
        return login_page.said(503, theme, "Not signed in", _AWAY)


@router.post("/logout", openapi_extra=ANYONE_HERE)
async def sign_out(request: Request) -> Response:
    """End the session, here and in the store."""
    theme = theme_of(request)
    if not is_from_own_page(request):
        return login_page.said(403, theme, "Not signed out", _FOREIGN)
    try:
        await _sessions(request).end(request.cookies.get(COOKIE, ""))
    except SessionsAway:
        return login_page.said(503, theme, "Not signed out", _AWAY)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE, path="/", secure=_is_https(request), httponly=True, samesite="strict")
    return response


async def _no_address(request: Request, token: str) -> Response:
    theme = theme_of(request)
    if await _sessions(request).was_used(token):
        sentence = (
            "Somebody has signed in with it, and it works once. If that was not you, tell whoever runs RTCC here."
        )
        return login_page.said(410, theme, "This address has been used", sentence)
    sentence = "There is no such sign-in address, or its 24 hours are over. Ask whoever runs RTCC here for a new one."
    return login_page.said(404, theme, "This address leads nowhere", sentence)


async def _enter(request: Request, token: str, session: Session) -> Response:
    before = request.cookies.get(COOKIE)
    if before:
        with contextlib.suppress(SessionsAway):
            await _sessions(request).end(before)
    response = RedirectResponse(_home(session.role), 303, {"Cache-Control": "no-store"})
    response.set_cookie(
        COOKIE, token, max_age=SESSION_S, path="/", secure=_is_https(request), httponly=True, samesite="strict"
    )
    return response


def _is_https(request: Request) -> bool:
    # The server has read X-Forwarded-Proto already, from a proxy on this machine and from nobody else.
    return request.url.scheme == "https"


def _home(role: Audience) -> str:
    return HOME.get(role, "/wall")


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions
