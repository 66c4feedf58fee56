"""Addresses that work once: one signs in by its button, the other lets a person set up their account first."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from rtcc.access.accounts import AccountRefusedError
from rtcc.access.passwords import PasswordRefusedError, TooBusyError
from rtcc.access.proof import ProofRefusedError
from rtcc.access.session import Invited
from rtcc.access.sessions import SESSION_S
from rtcc.web.at_the_door import at_the_door, door_of, door_page, form_of, said, status_of
from rtcc.web.entering import enter, go_on
from rtcc.web.refusing import refused_on_record
from rtcc.web.rules import OPEN, by
from rtcc.web.sign_in_record import UNKNOWN, record
from rtcc.web.viewer import address_of, sessions_of

router = APIRouter()
_USED: Final = "Somebody has signed in with it, and it works once. If that was not you, tell whoever runs RTCC here."
_SET_UP: Final = "This account has been set up already. Sign in with your name and password."


@router.get("/login/{token}", openapi_extra=by(OPEN))
@at_the_door("Not now")
async def show(request: Request, token: str) -> Response:
    """Show whom the address is for; only its button uses it, so that a preview of the link does not."""
    invited = await sessions_of(request).invited(token)
    if invited is None:
        return await _no_address(request, token)
    if invited.account:
        refused = await _shut(request, invited)
        if refused is not None:
            return refused
    if invited.enroll:
        return _asked(request, invited)
    return door_page(request, "login/address.html", title="Sign in", invited=invited, hours=SESSION_S // 3600)


@router.post("/login/{token}", openapi_extra=by(OPEN))
@at_the_door("Not signed in")
async def accept(request: Request, token: str) -> Response:
    """Use the address up: begin the session of whom it is for, or set the password that it asked for."""
    sessions = sessions_of(request)
    invited = await sessions.invited(token)
    if invited is None:
        return await _no_address(request, token)
    if invited.account:
        refused = await _shut(request, invited)
        if refused is not None:
            return refused
    if invited.enroll:
        return await _enroll(request, token, invited)
    if await sessions.use(token) is None:
        return await _no_address(request, token)
    if invited.account:
        await door_of(request).proof.is_in(invited.name)
    return await enter(request, invited.name, invited.role, "link", account=invited.account)


async def _enroll(request: Request, token: str, invited: Invited) -> Response:
    form, door = await form_of(request), door_of(request)
    password = form.get("password", "")
    if password != form.get("again", password):
        return _asked(request, invited, 422, "The two are not the same; write the password once more.")
    try:
        await asyncio.to_thread(door.rules.require, password, invited.name)
    except PasswordRefusedError as error:
        return _asked(request, invited, 422, str(error))
    try:
        hashed = await door.hashing.make(password, address_of(request))
    except TooBusyError as error:
        return said(request, 503, "Not now", str(error), (request.url.path, "Try again"))
    if await sessions_of(request).use(token) is None:
        return await _no_address(request, token)
    try:
        account = await asyncio.to_thread(door.accounts.set_first_password, invited.name, hashed)
    except AccountRefusedError:
        return said(request, 410, "Set up already", _SET_UP, ("/login", "Sign in"))
    await record(request, "account changed", account.name, what="password set by invitation")
    # Whoever was in before the password was theirs is not in any more.
    await sessions_of(request).end_all(account.name)
    return await go_on(request, account, None)


async def _shut(request: Request, invited: Invited) -> Response | None:
    """Return the page that refuses whom an address was made for, None where they are let in; it is not used up."""
    door = door_of(request)
    account = door.accounts.get(invited.name)
    if account is None or invited.role not in account.roles:
        return _nowhere(request)
    if invited.enroll and account.password is not None:
        return said(request, 410, "Set up already", _SET_UP, ("/login", "Sign in"))
    try:
        door.proof.require_open(account)
    except ProofRefusedError as refusal:
        await refused_on_record(request, refusal, account.name, "invitation" if invited.enroll else "link")
        return said(request, status_of(refusal), "Not signed in", str(refusal))
    return None


def _asked(request: Request, invited: Invited, status: int = 200, refused: str | None = None) -> HTMLResponse:
    door = door_of(request)
    return door_page(
        request,
        "login/invitation.html",
        status,
        title="Set up your account",
        invited=invited,
        shortest=door.rules.shortest,
        second_factor=door.needs_second_factor,
        refused=refused,
    )


async def _no_address(request: Request, token: str) -> Response:
    if await sessions_of(request).was_used(token):
        if request.method == "POST":
            await door_of(request).throttle.visit(address_of(request))
            await record(request, "sign in failed", UNKNOWN, "refused", by="link", why="used before")
        return said(request, 410, "This address has been used", _USED)
    return _nowhere(request)


def _nowhere(request: Request) -> Response:
    sentence = "There is no such sign-in address, or its 24 hours are over. Ask whoever runs RTCC here for a new one."
    return said(request, 404, "This address leads nowhere", sentence)
