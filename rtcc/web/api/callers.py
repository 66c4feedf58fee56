"""Who calls: the key in the Authorization header, and what it allows."""

from __future__ import annotations

from typing import cast

from fastapi import HTTPException, Request

from rtcc.access.keys import INGEST, OPERATE, Key, KeyRing
from rtcc.access.visibility import Audience

ANYONE_HERE = {"x-access": "anyone on this machine"}
INGEST_KEY = {"x-access": "key with scope ingest"}
OPERATOR = {"x-access": "key with scope operate"}
READER = {"x-access": "anyone on this machine as `wall`, or a key with scope read:<audience> or operate"}
#: What those see who answer alarms.
OPERATORS_AUDIENCE: Audience = "dispatcher"


def presented_key(request: Request) -> Key | None:
    """Return the key that the caller presents, None where there is none; 401 for one that is not ours."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, presented = header.partition(" ")
    keys: KeyRing = request.app.state.keys
    key = keys.find(presented.strip()) if scheme.lower() == "bearer" else None
    if key is None:
        raise HTTPException(401, "This key is not known here.", {"WWW-Authenticate": "Bearer"})
    return key


def ingest_key(request: Request) -> Key:
    """Return the caller's ingest key; 401 without one, 403 for a key of another scope."""
    return _key_of(request, INGEST, "pushing events")


def operator_key(request: Request) -> Key:
    """Return the operator's key, whose name is the operator's; 401 without one, 403 for a key of another scope."""
    return _key_of(request, OPERATE, "answering alarms")


def _key_of(request: Request, scope: str, doing: str) -> Key:
    key = presented_key(request)
    if key is None:
        detail = f"A key is needed: Authorization: Bearer <key>; `rtcc keys create NAME --scope {scope}` makes one."
        raise HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})
    if key.scope != scope:
        raise HTTPException(403, f"This key has scope {key.scope}; {doing} needs scope {scope}.")
    return key


def reading_audience(request: Request) -> Audience:
    """Return the audience the caller reads as: its key's, or `wall`, which this machine may always see."""
    key = presented_key(request)
    if key is not None and key.scope == OPERATE:
        return OPERATORS_AUDIENCE
    if key is None or not key.scope.startswith("read:"):
        return "wall"
    return cast("Audience", key.scope.removeprefix("read:"))
