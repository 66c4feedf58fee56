"""One's own account: who I am here, my password, and where else I am signed in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from rtcc.access.account import Account
from rtcc.access.accounts import Accounts
from rtcc.access.passwords import PasswordRefusedError, TooBusyError
from rtcc.access.proof import ProofRefusedError
from rtcc.access.sessions import SESSION_S
from rtcc.web.api.callers import Caller
from rtcc.web.at_the_door import door_of, form_of, status_of, told_when
from rtcc.web.check import noted
from rtcc.web.city_time import city_time
from rtcc.web.plain_page import plain_page
from rtcc.web.rules import SIGNED, by
from rtcc.web.sessions_told import SIGNED_IN_BY, moment, told_sessions
from rtcc.web.sign_in_record import record
from rtcc.web.viewer import COOKIE, Viewer, address_of, sessions_of

router = APIRouter()
_DONE: Final = {
    "password": "Your password is changed. Every other session of yours has ended.",
    "ended": "That session has ended.",
    "others": "Every other session of yours has ended.",
    "factor": "Your second factor is set up.",
}


@router.get("/account", openapi_extra=by(SIGNED))
async def show_account(request: Request, viewer: Caller) -> Response:
    """Show who one is here, and what of it can be changed."""
    return await account_page(request, viewer, done=_DONE.get(request.query_params.get("done", "")))


@router.post("/account/password", openapi_extra=by(SIGNED, "account changed"))
async def change_password(request: Request, viewer: Caller) -> Response:
    """Set another password for whoever knows the one that there is; their other sessions end."""
    noted(request, what="password")
    form, door = await form_of(request), door_of(request)
    new = form.get("new", "")
    if new != form.get("again", ""):
        return await account_page(request, viewer, 422, wrong=("password", "The new password is not the same twice."))
    try:
        account = await door.proof.password(viewer.name, form.get("current", ""), address_of(request))
        await asyncio.to_thread(door.rules.require, new, account.name)
        hashed = await door.hashing.make(new, address_of(request))
    except ProofRefusedError as refusal:
        return await refused(request, viewer, refusal, "password")
    except PasswordRefusedError as refusal:
        return await account_page(request, viewer, 422, wrong=("password", str(refusal)))
    except TooBusyError as busy:
        return await account_page(request, viewer, 503, wrong=("password", str(busy)))
    await asyncio.to_thread(door.accounts.set_password, account.name, hashed)
    # Whoever knew the old one may have used it elsewhere.
    await sessions_of(request).end_all(viewer.name, but=viewer.id)
    return to_account("password")


@router.post("/account/sessions/{session_id}/end", openapi_extra=by(SIGNED, "session ended", ("session", "session_id")))
async def end_session(request: Request, session_id: str, viewer: Caller) -> Response:
    """End one of one's own sessions; one that has ended already is no matter."""
    await sessions_of(request).end_by_id(viewer.name, session_id)
    return to_account("ended")


@router.post("/account/sessions/end-others", openapi_extra=by(SIGNED, "session ended"))
async def end_others(request: Request, viewer: Caller) -> Response:
    """End every session of one's own but this one."""
    ended = await sessions_of(request).end_all(viewer.name, but=viewer.id)
    noted(request, sessions=str(ended))
    return to_account("others")


async def account_page(
    request: Request,
    viewer: Viewer,
    status: int = 200,
    *,
    done: str | None = None,
    wrong: tuple[str, str] | None = None,
) -> HTMLResponse:
    """Return the page; ``wrong`` is what could not be done, and why."""
    clock, account = city_time(request), own_account(request, viewer)
    found = await sessions_of(request).of(viewer.name)
    here = next((each.session for each in found if each.session.id == viewer.id), None)
    began = datetime.now(UTC) if here is None else datetime.fromisoformat(here.created_at)
    return plain_page(
        request,
        "account/account.html",
        status,
        title="Account",
        account=account,
        signed_in_by=SIGNED_IN_BY["link" if here is None else here.by],
        since=moment(began.isoformat(), clock),
        until=f"{clock.at(datetime.fromtimestamp(began.timestamp() + SESSION_S, UTC)):%H:%M}",
        zone=clock.zone_name(datetime.now(UTC)),
        sessions=told_sessions(found, viewer.id, clock),
        password_min=door_of(request).rules.shortest,
        done=done,
        wrong=wrong,
    )


async def refused(request: Request, viewer: Viewer, refusal: ProofRefusedError, what: str) -> Response:
    """Say why somebody could not prove to be who they are; whoever failed too often here is signed out here."""
    noted(request, why=refusal.why)
    if refusal.why == "just locked":
        await record(request, "account locked", viewer.name)
        await sessions_of(request).end(request.cookies.get(COOKIE, ""))
        return RedirectResponse("/login", 303)
    page = await account_page(request, viewer, status_of(refusal), wrong=(what, str(refusal)))
    return told_when(page, refusal)


def own_account(request: Request, viewer: Viewer) -> Account | None:
    """Return the account behind the session, None for one that came with a key."""
    accounts: Accounts = request.app.state.accounts
    return accounts.get(viewer.name) if viewer.account else None


def to_account(done: str) -> Response:
    """Lead back to the page, which says what was done."""
    return RedirectResponse(f"/account?done={done}", 303, {"Cache-Control": "no-store"})
