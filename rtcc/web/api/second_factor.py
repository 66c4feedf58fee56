"""One's own second factor: set up anew, and recovery codes for the day when the phone is lost."""

from __future__ import annotations

import asyncio
import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from rtcc.access.half_way import HalfWay
from rtcc.access.proof import ProofRefusedError
from rtcc.access.second_factor import new_recovery_codes, new_secret, qr_svg, recovery_hash, spelled, step_of
from rtcc.web.api.account import account_page, refused, to_account
from rtcc.web.api.callers import Caller
from rtcc.web.at_the_door import door_of, form_of
from rtcc.web.check import noted
from rtcc.web.plain_page import plain_page
from rtcc.web.rules import SIGNED, by
from rtcc.web.viewer import Viewer, address_of

router = APIRouter()


@router.post("/account/second-factor/begin", openapi_extra=by(SIGNED, "account changed"))
async def begin(request: Request, viewer: Caller) -> Response:
    """Show a new secret to whoever knows the password; nothing is changed until a code of it comes back."""
    noted(request, what="second factor begun")
    form, door = await form_of(request), door_of(request)
    try:
        account = await door.proof.password(viewer.name, form.get("current", ""), address_of(request))
    except ProofRefusedError as refusal:
        return await refused(request, viewer, refusal, "factor")
    half = HalfWay(account.name, "set up", new_secret())
    return _set_up(request, half, await door.signing_in.begin(half))


@router.post("/account/second-factor", openapi_extra=by(SIGNED, "second factor set"))
async def confirm(request: Request, viewer: Caller) -> Response:
    """Take the new secret over once an app has proved to know it, and show new recovery codes."""
    form, door = await form_of(request), door_of(request)
    token = form.get("token", "")
    half = await door.signing_in.find(token)
    if half is None or half.name != own_name(request, viewer) or half.then != "set up":
        return await account_page(request, viewer, 409, wrong=("factor", "That took too long; begin once more."))
    step = step_of(half.secret, form.get("code", ""), time.time())
    if step is None:
        return _set_up(request, half, token, "This code is not right. Type the one that the app shows now.")
    if not await door.signing_in.end(token):
        return to_account("factor")
    codes = new_recovery_codes()
    await asyncio.to_thread(door.accounts.set_second_factor, half.name, half.secret, map(recovery_hash, codes), step)
    return _codes(request, codes, "Your second factor is set up")


@router.post("/account/recovery-codes", openapi_extra=by(SIGNED, "account changed"))
async def renew_codes(request: Request, viewer: Caller) -> Response:
    """Show new recovery codes to whoever knows the password; the old ones are worth nothing from now on."""
    noted(request, what="recovery codes")
    form, door = await form_of(request), door_of(request)
    try:
        account = await door.proof.password(viewer.name, form.get("current", ""), address_of(request))
    except ProofRefusedError as refusal:
        return await refused(request, viewer, refusal, "factor")
    codes = new_recovery_codes()
    await asyncio.to_thread(door.accounts.set_recovery, account.name, map(recovery_hash, codes))
    return _codes(request, codes, "Your new recovery codes")


def own_name(request: Request, viewer: Viewer) -> str | None:
    """Return the account's own way to write the name of whoever is signed in."""
    account = door_of(request).accounts.get(viewer.name)
    return None if account is None else account.name


def _set_up(request: Request, half: HalfWay, token: str, refusal: str | None = None) -> HTMLResponse:
    return plain_page(
        request,
        "account/second_factor.html",
        200 if refusal is None else 422,
        title="Set up your second factor",
        qr=qr_svg(half.secret, half.name),
        secret=spelled(half.secret),
        token=token,
        refusal=refusal,
    )


def _codes(request: Request, codes: list[str], title: str) -> HTMLResponse:
    return plain_page(request, "account/codes.html", title=title, codes=codes)
