"""Letting somebody in who has proved who they are: a session of their own, its cookie, and the record of it."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from rtcc.access.account import Account
from rtcc.access.audit import AuditUnavailable
from rtcc.access.devices import Devices
from rtcc.access.half_way import HalfWay, lasts_s
from rtcc.access.keys import Key
from rtcc.access.second_factor import new_secret
from rtcc.access.session import By, Entrance, Session
from rtcc.access.sessions import SESSION_S
from rtcc.access.visibility import Audience
from rtcc.web.at_the_door import door_of
from rtcc.web.home import HOME, own_path
from rtcc.web.session_cookie import is_https, set_session
from rtcc.web.sign_in_record import record_session
from rtcc.web.viewer import COOKIE, DEVICE_COOKIE, address_of, sessions_of

#: Holds the token of a sign-in that is under way; only the pages of the sign-in get it back.
HALF_WAY_COOKIE = "rtcc_signing_in"
_HALF_WAY_PATH = "/login"


async def enter(
    request: Request, name: str, role: Audience, by: By, *, account: bool, next_page: str | None = None
) -> Response:
    """Begin a session and lead to the page that its owner was on their way to, else to where the role begins."""
    token = await begin(request, name, role, by, account=account)
    return let_in(request, RedirectResponse(way_on(role, next_page), 303, {"Cache-Control": "no-store"}), token)


async def enter_with(request: Request, key: Key) -> Response | None:
    """Begin a session that may what a key may; None for a key that is not for people."""
    begun = await sessions_of(request).begin_with(
        key, address_of(request), agent_of(request), locks=_locks(request), replaces=request.cookies.get(COOKIE)
    )
    if begun is None:
        return None
    token, session = begun
    await _keep_on_record(request, token, session)
    return let_in(request, RedirectResponse(way_on(session.role), 303, {"Cache-Control": "no-store"}), token)


async def begin(request: Request, name: str, role: Audience, by: By, *, account: bool) -> str:
    """Begin a session in the place of the one that this browser has, and return its token; it is on record then."""
    entrance = Entrance(name, role, by, account, address_of(request), agent_of(request), _locks(request))
    token, session = await sessions_of(request).begin(entrance, request.cookies.get(COOKIE))
    await _keep_on_record(request, token, session)
    return token


def let_in(request: Request, response: Response, token: str) -> Response:
    """Let the browser hold the session, and nothing any more of how it came to it."""
    set_session(request, response, token, SESSION_S)
    if HALF_WAY_COOKIE in request.cookies:
        forget_half_way(request, response)
    return response


async def go_on(request: Request, account: Account, next_page: str | None) -> Response:
    """Lead whoever knows the password of an account to what is still to be proved or set up, else in."""
    door = door_of(request)
    if account.totp is None and not door.needs_second_factor:
        await door.proof.is_in(account.name)
        return await enter(request, account.name, account.roles[0], "password", account=True, next_page=next_page)
    if account.totp is not None:
        half = HalfWay(account.name, "code", next=own_path(next_page))
    else:
        half = HalfWay(account.name, "set up", new_secret(), own_path(next_page))
    way = "/login/second" if half.then == "code" else "/login/authenticator"
    response = RedirectResponse(way, 303, {"Cache-Control": "no-store"})
    response.set_cookie(
        HALF_WAY_COOKIE,
        await door.signing_in.begin(half),
        max_age=lasts_s(half),
        path=_HALF_WAY_PATH,
        secure=is_https(request),
        httponly=True,
        samesite="strict",
    )
    return response


def forget_half_way(request: Request, response: Response) -> None:
    """Let the browser forget a sign-in that was under way."""
    response.delete_cookie(
        HALF_WAY_COOKIE, path=_HALF_WAY_PATH, secure=is_https(request), httponly=True, samesite="strict"
    )


def way_on(role: Audience, next_page: str | None = None) -> str:
    """Return where somebody begins who has just come in."""
    return own_path(next_page) or HOME.get(role, "/wall")


def agent_of(request: Request) -> str:
    """Return what the browser says of itself."""
    return request.headers.get("user-agent", "")


async def _keep_on_record(request: Request, token: str, session: Session) -> None:
    try:
        await record_session(request, "sign in", session, by=session.by)
    except AuditUnavailable:
        # Nobody is in of whom the record does not say so.
        await sessions_of(request).end(token)
        raise


def _locks(request: Request) -> bool:
    """Say whether a session that begins here is locked when nobody has touched it: not at a dispatch position."""
    secret = request.cookies.get(DEVICE_COOKIE)
    devices: Devices | None = getattr(request.app.state, "devices", None)
    device = devices.find(secret, address_of(request)) if secret and devices is not None else None
    return device is None or device.kind != "position"
