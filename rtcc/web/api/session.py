"""A person's own sessions: somebody is at the screen, lock it, go on in another role, list and end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from rtcc.access.session import Found
from rtcc.access.sessions import SESSION_S
from rtcc.model.event import iso
from rtcc.web.answers import answer
from rtcc.web.api.body import read_body
from rtcc.web.api.callers import Caller
from rtcc.web.check import noted
from rtcc.web.home import HOME
from rtcc.web.rules import SIGNED, UNRECORDED, by
from rtcc.web.session_cookie import set_session
from rtcc.web.viewer import COOKIE, sessions_of

router = APIRouter()
_LARGEST_FORM = 4 * 1024


# Once a minute from every screen: what people do there is on record, that they are there is not.
@router.post("/api/v1/session/active", openapi_extra=by(SIGNED, UNRECORDED))
async def stay(request: Request) -> Response:
    """Note that somebody is at the screen: 204."""
    await sessions_of(request).touch(_token(request))
    return Response(status_code=204)


@router.post("/api/v1/session/lock", openapi_extra=by(SIGNED, "session locked"))
async def lock(request: Request) -> Response:
    """Lock every screen of the session: 204."""
    await sessions_of(request).lock(_token(request))
    return Response(status_code=204)


@router.post("/session/role", openapi_extra=by(SIGNED, "role switched"))
async def switch_role(request: Request, viewer: Caller) -> Response:
    """Go on in another role of one's own, under a new token, at where that role begins."""
    body = await read_body(request, _LARGEST_FORM)
    asked = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8).get("role", [""])[0]
    role = next((role for role in viewer.roles if role == asked), None)
    if role is None:
        raise HTTPException(403, f"role is none of {viewer.name}'s; it must be one of {', '.join(viewer.roles)}.")
    noted(request, role=role)
    token = await sessions_of(request).switch_role(_token(request), role)
    if token is None:
        raise HTTPException(401, "The session has ended; sign in at /login.")
    response = RedirectResponse(HOME.get(role, "/wall"), 303)
    set_session(request, response, token, SESSION_S)
    return response


@router.get("/api/v1/sessions", openapi_extra=by(SIGNED))
async def list_own(request: Request, viewer: Caller) -> Response:
    """Return the caller's sessions, the latest first; ``here`` is the one that asks."""
    found = await sessions_of(request).of(viewer.name)
    return answer(200, {"sessions": [_told(each, viewer.id) for each in found]}, {"Cache-Control": "no-store"})


@router.post("/api/v1/sessions/{session_id}/end", openapi_extra=by(SIGNED, "session ended", ("session", "session_id")))
async def end_own(request: Request, session_id: str, viewer: Caller) -> Response:
    """End one of the caller's own sessions: 204; 404 where there is none of this id."""
    ended = await sessions_of(request).end_by_id(viewer.name, session_id)
    if not ended:
        raise HTTPException(404, "There is no such session of yours.")
    return Response(status_code=204)


def _told(found: Found, here: str) -> dict[str, Any]:
    session = found.session
    return {
        "id": session.id,
        "here": session.id == here,
        "role": session.role,
        "by": session.by,
        "address": session.address,
        "agent": session.agent,
        "created_at": session.created_at,
        "seen_at": iso(datetime.fromtimestamp(found.seen_at, UTC)),
        "locked": found.locked,
    }


def _token(request: Request) -> str:
    return request.cookies.get(COOKIE, "")
