"""Who looks: the person, screen or program behind a request, and what that one may do and see."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from fastapi import HTTPException, Request

from rtcc.access.accounts import Accounts
from rtcc.access.asked_store import AccessAway
from rtcc.access.devices import Devices
from rtcc.access.keys import OPERATE, Key, KeyRing
from rtcc.access.session import Found
from rtcc.access.sessions import Sessions, role_of
from rtcc.access.visibility import Audience, screen_of
from rtcc.web.proxies import PROXIED

COOKIE: Final = "rtcc_session"
DEVICE_COOKIE: Final = "rtcc_device"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks. ``id`` tells the viewers of one machine apart, may be shown, and opens nothing.

    ``operates``: answers alarms and reviews detections. ``writes``: writes notes about incidents. ``roles``: in which
    the session may go on. ``locked_at`` (Unix s): since when its screen is locked. ``scope``: of a key.
    """

    name: str
    role: Audience
    audience: Audience
    operates: bool
    id: str
    writes: bool = False
    by: Literal["anyone", "nobody", "key", "session", "device"] = "anyone"
    roles: tuple[Audience, ...] = ()
    #: After so many seconds without a touch the screen is locked; 0 for never.
    locks_after_s: int = 0
    locked_at: float | None = None
    scope: str | None = None
    #: There is an account of that name behind the session.
    account: bool = False

    @property
    def sees(self) -> Audience:
        """As whom it receives: a person's screen gets some fields only when somebody says what for."""
        return screen_of(self.audience) if self.by == "session" else self.audience


#: Who sees to the center itself.
OVERSEERS: Final[frozenset[Audience]] = frozenset({"supervisor", "admin"})
#: Whoever is on this machine and has said no more, where the machine is the whole network.
ANYONE: Final = Viewer(name="", role="wall", audience="wall", operates=False, id="anyone")
#: Whoever has said nothing, everywhere else.
NOBODY: Final = Viewer(name="", role="public", audience="public", operates=False, id="nobody", by="nobody")


async def viewer_of(request: Request) -> Viewer:
    """Return who makes this request, as the access check has found (see check.py)."""
    known: Viewer | None = getattr(request.state, "viewer", None)
    if known is None:
        # A route that is open to everybody, where the check does not ask.
        known = request.state.viewer = await look(request)
    return known


async def look(request: Request) -> Viewer:
    """Find who makes this request: the owner of its key, else of its session, else of its device, else anyone.

    401 for a key that is not ours; 503 where there is a session's cookie and the store cannot say whose it is.
    """
    key = presented_key(request)
    if key is not None:
        return _by_key(key, request)
    return await _by_session(request) or _by_device(request) or _unsigned(request)


async def still(request: Request, viewer: Viewer) -> Literal["same", "locked", "other"]:
    """Say whether a request that goes on for long is still made by this viewer; the same while nobody can say."""
    try:
        now = await look(request)
    except HTTPException as error:
        return "same" if error.status_code == 503 else "other"
    if now.locked_at is not None:
        return "locked"
    return "same" if now == viewer else "other"


def presented_key(request: Request) -> Key | None:
    """Return the key that the caller presents, None where there is none; 401 for one that is not ours."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, presented = header.partition(" ")
    keys: KeyRing | None = getattr(request.app.state, "keys", None)
    key = keys.find(presented.strip()) if keys is not None and scheme.lower() == "bearer" else None
    if key is None:
        raise HTTPException(401, "This key is not known here.", {"WWW-Authenticate": "Bearer"})
    return key


def is_from_own_page(request: Request) -> bool:
    """Say whether a page of this server made the browser send the request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    # Browsers that do not say so yet say which page it was. Behind a declared proxy this is the browser's own name for
    # us (see proxies.py).
    origin = urlsplit(request.headers.get("origin", ""))
    named = request.headers.get("host", "")
    return bool(origin.netloc) and origin.netloc.lower() == named.lower()


def address_of(request: Request) -> str:
    """Return the address that a request comes from, as far as is known."""
    return "" if request.client is None else request.client.host


def _by_key(key: Key, request: Request) -> Viewer:
    operates, role = key.scope == OPERATE, role_of(key)
    seen_as = role or _unsigned(request).audience
    return Viewer(key.name, seen_as, seen_as, operates, _id_of(key), operates, by="key", scope=key.scope)


def _id_of(key: Key) -> str:
    return hashlib.sha256(f"{key.created_at} {key.name}".encode()).hexdigest()[:12]


async def _by_session(request: Request) -> Viewer | None:
    found = await found_session(request)
    if found is None:
        return None
    session = found.session
    roles: tuple[Audience, ...] = (session.role,)
    if session.account:
        accounts: Accounts = request.app.state.accounts
        if not accounts.stands(session.name, session.role):
            return None
        account = accounts.get(session.name)
        roles = roles if account is None else account.roles
    return Viewer(
        session.name,
        session.role,
        session.role,
        session.operates,
        session.id,
        session.writes,
        by="session",
        roles=roles,
        locks_after_s=sessions_of(request).lock_after_s if session.locks else 0,
        locked_at=found.locked_at,
        account=session.account,
    )


async def found_session(request: Request) -> Found | None:
    """Return the session that the request's cookie stands for; 503 where nobody can say."""
    token = request.cookies.get(COOKIE)
    sessions: Sessions | None = getattr(request.app.state, "sessions", None)
    if not token or sessions is None:
        return None
    try:
        found = await sessions.find(token)
    except AccessAway as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    key = None if found is None else found.session.key()
    keys: KeyRing = request.app.state.keys
    # Whoever's key was revoked since is signed in no more.
    return None if key is not None and not keys.stands(key) else found


def _by_device(request: Request) -> Viewer | None:
    secret = request.cookies.get(DEVICE_COOKIE)
    devices: Devices | None = getattr(request.app.state, "devices", None)
    device = devices.find(secret, address_of(request)) if secret and devices is not None else None
    if device is None or device.kind != "wall":
        return None
    return Viewer(device.name, "wall", "wall", operates=False, id=device.id, by="device")


def sessions_of(request: Request) -> Sessions:
    """Return the sessions of this server."""
    sessions: Sessions = request.app.state.sessions
    return sessions


def _unsigned(request: Request) -> Viewer:
    # A proxy that nobody has declared brings others than whoever is on this machine.
    open_here = getattr(request.app.state, "wall_is_open", True) and not request.scope.get(PROXIED, False)
    return ANYONE if open_here else NOBODY
