"""Who looks: the person or program behind a request, by its key or its session, and what that one may do and see."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fastapi import HTTPException, Request

from rtcc.access.keys import OPERATE, Key, KeyRing
from rtcc.access.sessions import Session, Sessions, SessionsAway, role_of
from rtcc.access.visibility import Audience

COOKIE: Final = "rtcc_session"
#: Methods that change nothing, so that it does not matter which page made a browser send them.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks. ``id`` tells the viewers of one machine apart, may be shown, and opens nothing.

    ``operates``: answers alarms and reviews detections. ``writes``: writes notes about incidents.
    """

    name: str
    role: Audience
    audience: Audience
    operates: bool
    id: str
    writes: bool = False


#: Who sees to the center itself.
OVERSEERS: Final[frozenset[Audience]] = frozenset({"supervisor", "admin"})
#: Whoever is on this machine and has said no more: what hangs on the wall is for them.
ANYONE: Final = Viewer(name="", role="wall", audience="wall", operates=False, id="anyone")


async def viewer_of(request: Request) -> Viewer:
    """Return who makes this request: the owner of its key, else of its session, else anyone on this machine.

    401 for a key that is not ours; 403 where another site's page made the browser change something under a session;
    503 where there is a session's cookie and the store cannot say whose it is.
    """
    key = presented_key(request)
    if key is not None:
        return _viewer_by_key(key)
    session = await _session_of(request)
    if session is None:
        return ANYONE
    if request.method not in _SAFE:
        require_own_page(request)
    return Viewer(session.name, session.role, session.role, session.operates, session.id, session.writes)


async def is_still(request: Request, viewer: Viewer) -> bool:
    """Say whether a request that goes on for long is still made by this viewer; yes while nobody can say."""
    try:
        return await viewer_of(request) == viewer
    except HTTPException as error:
        return error.status_code == 503


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


def require_own_page(request: Request) -> None:
    """Refuse with 403 what a page of another site made the browser send, with whatever cookie is here."""
    if not is_from_own_page(request):
        raise HTTPException(403, "This request comes from another site's page; go to RTCC itself and do it there.")


def is_from_own_page(request: Request) -> bool:
    """Say whether a page of this server made the browser send the request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    # Browsers that do not say so yet say which page it was. Behind a proxy the browser's own name for us comes beside
    # the proxy's; no page of another site can make a browser send that header.
    origin = urlsplit(request.headers.get("origin", ""))
    named = request.headers.get("x-forwarded-host") or request.headers.get("host", "")
    return bool(origin.netloc) and origin.netloc.lower() == named.lower()


def _viewer_by_key(key: Key) -> Viewer:
    operates = key.scope == OPERATE
    role = role_of(key) or ANYONE.role
    return Viewer(key.name, role, role, operates, _id_of(key), operates)


def _id_of(key: Key) -> str:
    return hashlib.sha256(f"{key.created_at} {key.name}".encode()).hexdigest()[:12]


async def _session_of(request: Request) -> Session | None:
    token = request.cookies.get(COOKIE)
    sessions: Sessions | None = getattr(request.app.state, "sessions", None)
    if not token or sessions is None:
        return None
    try:
        session = await sessions.find(token)
    except SessionsAway as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    key = None if session is None else session.key()
    keys: KeyRing = request.app.state.keys
    # Whoever's key was revoked since is signed in no more.
    return None if key is not None and not keys.stands(key) else session
