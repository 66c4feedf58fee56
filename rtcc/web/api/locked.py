"""The page of a screen that is locked: whoever locked it proves to be there, and the session goes on where it was."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from rtcc.access.accounts import Accounts
from rtcc.access.proof import ProofRefusedError
from rtcc.access.session import By, Found, Session
from rtcc.settings import OpenIdSettings
from rtcc.web.at_the_door import at_the_door, door_of, form_of, said, status_of, told_when
from rtcc.web.check import noted
from rtcc.web.city_time import city_time
from rtcc.web.entering import way_on
from rtcc.web.home import own_path
from rtcc.web.plain_page import plain_page
from rtcc.web.rules import OPEN, by
from rtcc.web.session_cookie import forget_session
from rtcc.web.sign_in_record import record, record_session
from rtcc.web.viewer import COOKIE, address_of, found_session, sessions_of

router = APIRouter()
_TITLE = "This screen is locked"
#: Whoever is refused for these reasons has no session any more. An account that others' failures elsewhere have locked
#: is none of them: its owner unlocks the screen when an administrator has opened it.
_OVER = frozenset({"just locked", "disabled", "unused"})
_CAME_IN: dict[By, str] = {
    "link": "with a one-time address",
    "key": "with a key",
    "openid": "with single sign-on",
    "password": "with a password that has been taken back since",
}


@router.get("/locked", openapi_extra=by(OPEN))
@at_the_door("Not now")
async def show_locked(request: Request) -> Response:
    """Ask who is there; a screen that is not locked goes on."""
    way = request.query_params.get("next")
    found = await found_session(request)
    return _elsewhere(found, way) if found is None or not found.locked else _locked(request, found, way)


@router.post("/locked", openapi_extra=by(OPEN, "session unlocked"))
@at_the_door("Not unlocked")
async def unlock(request: Request) -> Response:
    """Unlock the session for whoever knows its account's password; who fails too often has no session any more."""
    form = await form_of(request)
    way = form.get("next")
    found = await found_session(request)
    if found is None or not found.locked:
        return _elsewhere(found, way)
    session, door = found.session, door_of(request)
    if not _has_password(request, session):
        return _locked(request, found, way, status=403)
    try:
        account = await door.proof.password(session.name, form.get("password", ""), address_of(request))
    except ProofRefusedError as refusal:
        noted(request, why=refusal.why)
        if refusal.why in _OVER:
            return await _end(request, session, refusal)
        return told_when(_locked(request, found, way, str(refusal), status_of(refusal)), refusal)
    await door.proof.is_in(account.name)
    await sessions_of(request).unlock(request.cookies.get(COOKIE, ""))
    return RedirectResponse(way_on(session.role, way), 303, {"Cache-Control": "no-store"})


async def _end(request: Request, session: Session, refusal: ProofRefusedError) -> Response:
    """End what somebody may have tried to take over, and say why."""
    if refusal.why == "just locked":
        await record(request, "account locked", session.name)
    await record_session(request, "session ended", session, why=refusal.why)
    await sessions_of(request).end(request.cookies.get(COOKIE, ""))
    response = said(request, status_of(refusal), "Signed out", str(refusal))
    forget_session(request, response)
    return response


def _elsewhere(found: Found | None, way: str | None) -> Response:
    if found is not None:
        to = way_on(found.session.role, way)
    else:
        back = own_path(way)
        to = f"/login?next={quote(back, safe='/')}" if back else "/login"
    return RedirectResponse(to, 303, {"Cache-Control": "no-store"})


def _locked(
    request: Request, found: Found, way: str | None, refusal: str | None = None, status: int = 200
) -> HTMLResponse:
    session, clock = found.session, city_time(request)
    since = datetime.fromtimestamp(found.locked_at or found.seen_at, UTC)
    openid: OpenIdSettings | None = request.app.state.settings.access.openid
    return plain_page(
        request,
        "login/locked.html",
        status,
        title=_TITLE,
        session=session,
        since=clock.clock(since),
        zone=clock.zone_name(since),
        next=way_on(session.role, way),
        has_password=_has_password(request, session),
        came_in=_CAME_IN[session.by],
        openid=openid.name if openid is not None and session.by == "openid" else None,
        refusal=refusal,
    )


def _has_password(request: Request, session: Session) -> bool:
    accounts: Accounts = request.app.state.accounts
    account = accounts.get(session.name) if session.account else None
    return account is not None and account.password is not None
