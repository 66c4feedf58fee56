"""The second step of signing in: the code of an authenticator app, which is set up where there is none yet."""

from __future__ import annotations

import asyncio
import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from rtcc.access.account import Account
from rtcc.access.half_way import HalfWay
from rtcc.access.proof import ProofRefusedError
from rtcc.access.second_factor import new_recovery_codes, qr_svg, recovery_hash, spelled, step_of
from rtcc.web.at_the_door import at_the_door, door_of, door_page, form_of, said, status_of, told_when
from rtcc.web.entering import HALF_WAY_COOKIE, begin, enter, let_in, way_on
from rtcc.web.refusing import refused_on_record
from rtcc.web.rules import OPEN, by
from rtcc.web.sign_in_record import record
from rtcc.web.viewer import address_of

router = APIRouter()


@router.get("/login/second", openapi_extra=by(OPEN))
@at_the_door("Not now")
async def show_second(request: Request) -> Response:
    """Ask for a code."""
    half = await _half_way(request, "code")
    return _asked(request, half) if half else RedirectResponse("/login", 303)


@router.post("/login/second", openapi_extra=by(OPEN))
@at_the_door("Not signed in")
async def prove_second(request: Request) -> Response:
    """Let in whoever knows the code too."""
    half = await _half_way(request, "code")
    if half is None:
        return _begin_anew(request)
    code, proof = (await form_of(request)).get("code", ""), door_of(request).proof
    try:
        used = await proof.second_factor(half.name, code, address_of(request))
    except ProofRefusedError as refusal:
        await refused_on_record(request, refusal, half.name, "second factor")
        if refusal.why not in {"wrong", "too many", "still too many", "too busy"}:
            # There is nothing to go on with.
            await door_of(request).signing_in.end(_token(request))
            return said(request, status_of(refusal), "Not signed in", str(refusal))
        return told_when(_asked(request, half, status_of(refusal), str(refusal)), refusal)
    if not await door_of(request).signing_in.end(_token(request)):
        return _begin_anew(request)
    account = _account(request, half)
    if used == "recovery code":
        await record(request, "recovery code used", account.name, left=str(len(account.recovery)))
    await proof.is_in(account.name)
    return await enter(request, account.name, account.roles[0], "password", account=True, next_page=half.next)


@router.get("/login/authenticator", openapi_extra=by(OPEN))
@at_the_door("Not now")
async def show_set_up(request: Request) -> Response:
    """Show the secret of a second factor that is being set up, as a QR code and as text."""
    half = await _half_way(request, "set up")
    return _shown(request, half) if half else RedirectResponse("/login", 303)


@router.post("/login/authenticator", openapi_extra=by(OPEN))
@at_the_door("Not set up")
async def set_up(request: Request) -> Response:
    """Keep the second factor once its code has proved that the app has it; show the recovery codes, this once."""
    half = await _half_way(request, "set up")
    if half is None:
        return _begin_anew(request)
    step = step_of(half.secret, (await form_of(request)).get("code", ""), time.time())
    if step is None:
        sentence = "This is not the code of this secret at this moment. Is the clock of your phone right?"
        return _shown(request, half, 422, sentence)
    door, account = door_of(request), _account(request, half)
    door.proof.require_open(account)
    # Of two browsers that come this far with one password, one sets it up.
    if not await door.signing_in.end(_token(request)) or account.totp is not None:
        return _begin_anew(request)
    codes = new_recovery_codes()
    hashes = [recovery_hash(code) for code in codes]
    await asyncio.to_thread(door.accounts.set_second_factor, account.name, half.secret, hashes, step)
    await record(request, "second factor set", account.name)
    await door.proof.is_in(account.name)
    role = account.roles[0]
    token = await begin(request, account.name, role, "password", account=True)
    page = door_page(
        request, "login/codes.html", title="Keep your recovery codes", codes=codes, home=way_on(role, half.next)
    )
    return let_in(request, page, token)


async def _half_way(request: Request, then: str) -> HalfWay | None:
    half = await door_of(request).signing_in.find(_token(request))
    return half if half is not None and half.then == then else None


def _account(request: Request, half: HalfWay) -> Account:
    account = door_of(request).accounts.get(half.name)
    if account is None:
        raise ProofRefusedError("disabled", "There is no such account any more.")
    return account


def _token(request: Request) -> str:
    return request.cookies.get(HALF_WAY_COOKIE, "")


def _asked(request: Request, half: HalfWay, status: int = 200, refused: str | None = None) -> HTMLResponse:
    return door_page(request, "login/second.html", status, title="Second step", name=half.name, refused=refused)


def _shown(request: Request, half: HalfWay, status: int = 200, refused: str | None = None) -> HTMLResponse:
    return door_page(
        request,
        "login/authenticator.html",
        status,
        title="Set up your second factor",
        name=half.name,
        qr=qr_svg(half.secret, half.name),
        secret=spelled(half.secret),
        refused=refused,
    )


def _begin_anew(request: Request) -> Response:
    sentence = "This sign-in took too long, or has been gone through already. Begin anew with your name and password."
    return said(request, 401, "Not signed in", sentence, ("/login", "Sign in"))
