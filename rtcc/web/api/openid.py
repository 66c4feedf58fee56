"""Signing in with the agency's own provider: to it and back, by OpenID Connect."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from rtcc.access.account import Account
from rtcc.access.accounts import AccountRefusedError, Accounts
from rtcc.access.openid import WAY_S, OpenId, Vouched
from rtcc.access.openid_provider import OpenIdAway, OpenIdRefusedError
from rtcc.access.proof import ProofRefusedError
from rtcc.web.at_the_door import at_the_door, door_of, door_page, said
from rtcc.web.entering import begin, let_in, way_on
from rtcc.web.home import own_path
from rtcc.web.refusing import refused_on_record
from rtcc.web.rules import OPEN, by
from rtcc.web.session_cookie import is_https
from rtcc.web.sign_in_record import UNKNOWN, record
from rtcc.web.viewer import address_of

router = APIRouter()
#: Holds the browser's half of a sign-in that is under way. The provider's page leads back here, so it must come along
#: from another site's page; it opens nothing without the other half.
COOKIE: Final = "rtcc_openid"
_PATH: Final = "/login/openid"
_TITLE: Final = "Not signed in"


@router.get(_PATH, openapi_extra=by(OPEN))
@at_the_door(_TITLE)
async def go(request: Request) -> Response:
    """Lead to the provider."""
    openid = _openid(request)
    if openid is None:
        return _none(request)
    try:
        await door_of(request).throttle.visit(address_of(request))
        back = str(request.url.replace(path=f"{_PATH}/back", query="", fragment=""))
        address, browser = await openid.begin(back, own_path(request.query_params.get("next")))
    except OpenIdAway as error:
        return said(request, 503, _TITLE, str(error))
    response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    response.set_cookie(
        COOKIE, browser, max_age=WAY_S, path=_PATH, secure=is_https(request), httponly=True, samesite="lax"
    )
    return response


@router.get(f"{_PATH}/back", openapi_extra=by(OPEN))
@at_the_door(_TITLE)
async def come_back(request: Request) -> Response:
    """Let in for whom the provider vouches, if they have an account here."""
    openid = _openid(request)
    if openid is None:
        return _none(request)
    door = door_of(request)
    attempt = await door.throttle.begin_from(address_of(request))
    try:
        vouched = await openid.end(request.query_params, request.cookies.get(COOKIE, ""))
    except OpenIdRefusedError as error:
        await record(request, "sign in failed", UNKNOWN, "refused", by="openid", why=str(error))
        return said(request, 403, _TITLE, str(error))
    except OpenIdAway as error:
        return said(request, 503, _TITLE, str(error))
    await door.throttle.forgive(attempt)
    try:
        account = _account_for(door.accounts, vouched)
    except AccountRefusedError as error:
        await record(request, "sign in failed", UNKNOWN, "refused", by="openid", why="no account")
        return said(request, 403, _TITLE, str(error))
    try:
        door.proof.require_open(account)
    except ProofRefusedError as refusal:
        await refused_on_record(request, refusal, account.name, "openid")
        return said(request, 403, _TITLE, str(refusal))
    if account.subject is None:
        await asyncio.to_thread(door.accounts.bind, account.name, vouched.subject)
        await record(request, "account changed", account.name, what="bound to the provider's person")
    if account.roles != vouched.roles:
        await asyncio.to_thread(door.accounts.set_roles, account.name, vouched.roles)
        await record(request, "account changed", account.name, roles=", ".join(vouched.roles))
    await door.proof.is_in(account.name)
    role = vouched.roles[0]
    token = await begin(request, account.name, role, "openid", account=True)
    # A page and no redirect: on a way that another site began, a browser would not bring the session's cookie along.
    home = way_on(role, vouched.next)
    response = let_in(
        request, door_page(request, "login/back.html", title="Signed in", name=account.name, home=home), token
    )
    response.delete_cookie(COOKIE, path=_PATH, secure=is_https(request), httponly=True, samesite="lax")
    return response


def _account_for(accounts: Accounts, vouched: Vouched) -> Account:
    """Return the account of whom the provider vouches for. Raises AccountRefusedError where there is none for them."""
    account = accounts.by_subject(vouched.subject)
    if account is not None:
        return account
    account = accounts.get(vouched.name)
    # A name may be chosen there: it opens an account once, and only one that nobody has made theirs otherwise.
    if account is None or account.subject is not None or account.password is not None:
        raise AccountRefusedError(
            "There is no account here for you. An administrator makes one under your name: "
            "in RTCC under People, or with `rtcc users link`."
        )
    return account


def _openid(request: Request) -> OpenId | None:
    openid: OpenId | None = request.app.state.openid
    return openid


def _none(request: Request) -> Response:
    return said(request, 404, "No such way in", "Nobody signs in with another provider here.", ("/login", "Sign in"))
