"""Who calls: what a route asks of whoever makes a request, by key or by session, before it does anything."""

from __future__ import annotations

from typing import NoReturn

from fastapi import HTTPException, Request

from rtcc.access.keys import INGEST, OPERATE, Key
from rtcc.access.visibility import Audience
from rtcc.web.viewer import OVERSEERS, Viewer, presented_key, viewer_of

ANYONE_HERE = {"x-access": "anyone on this machine"}
INGEST_KEY = {"x-access": "key with scope ingest"}
FEED_KEY = {"x-access": "key with scope feed:<name> of that feed"}
OVERSEER = {
    "x-access": "session of a supervisor or admin, or a key with scope read:supervisor or read:admin",
}
OPERATOR = {"x-access": "session of a dispatcher, supervisor or admin, or a key with scope operate"}
WRITER = {"x-access": "session of a dispatcher, supervisor, officer or admin, or a key with scope operate"}
READER = {
    "x-access": "anyone on this machine as `wall`, a session as its role, a key with scope read:<audience> or operate"
}


def ingest_key(request: Request) -> Key:
    """Return the caller's ingest key; 401 without one, 403 for a key of another scope."""
    key = presented_key(request)
    if key is None:
        detail = f"A key is needed: Authorization: Bearer <key>; `rtcc keys create NAME --scope {INGEST}` makes one."
        raise HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})
    if key.scope != INGEST:
        raise HTTPException(403, f"This key has scope {key.scope}; pushing events needs scope {INGEST}.")
    return key


async def reading_audience(request: Request) -> Audience:
    """Return the audience the caller reads as: its key's, its role's, or `wall`, which this machine may always see."""
    return (await viewer_of(request)).audience


async def operator(request: Request) -> Viewer:
    """Return the operator who commands; 401 for nobody in particular, 403 for somebody who is none."""
    viewer = await viewer_of(request)
    if not viewer.operates:
        _refuse(request, viewer, "answering alarms")
    return viewer


async def overseer(request: Request) -> Viewer:
    """Return who sees to the center itself; 401 for nobody in particular, 403 for somebody who does not."""
    viewer = await viewer_of(request)
    if viewer.audience not in OVERSEERS:
        key = presented_key(request)
        if key is None and not viewer.name:
            raise HTTPException(401, "Sign in at /login, or present a key.", {"WWW-Authenticate": "Bearer"})
        raise HTTPException(403, "How the feeds are is for supervisors and administrators.")
    return viewer


async def writer(request: Request) -> Viewer:
    """Return who writes a note; 401 for nobody in particular, 403 for somebody who only looks."""
    viewer = await viewer_of(request)
    if not viewer.writes:
        _refuse(request, viewer, "writing notes")
    return viewer


def _refuse(request: Request, viewer: Viewer, doing: str) -> NoReturn:
    key = presented_key(request)
    if key is not None:
        raise HTTPException(403, f"This key has scope {key.scope}; {doing} needs scope {OPERATE}.")
    if viewer.name:
        raise HTTPException(403, f"What {viewer.name} signed in with does not allow {doing}.")
    detail = (
        "Sign in at /login, or present a key: Authorization: Bearer <key>; "
        f"`rtcc keys create NAME --scope {OPERATE}` makes one."
    )
    raise HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})
