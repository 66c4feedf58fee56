"""`POST /api/v1/feeds/{feed}`: payloads in a feed's own format; `GET /api/v1/feeds`: how every feed is."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from rtcc.access import keys as scopes
from rtcc.feeds.intake import Taken
from rtcc.feeds.payload import Payload
from rtcc.feeds.transports.push import SIGNATURE, TIMESTAMP, PushTable, SignatureError, require_signature
from rtcc.tasks import StoreUnavailable
from rtcc.web.answers import answer
from rtcc.web.api.body import read_body
from rtcc.web.api.callers import Caller
from rtcc.web.feed_desk import FeedDesk
from rtcc.web.gate import Backlogged, IngestGate
from rtcc.web.hub import Hub
from rtcc.web.metrics import ACCEPTED, REJECTED
from rtcc.web.rules import FEED, OVERSEE, by
from rtcc.web.viewer import Viewer

router = APIRouter()
#: Of one payload so many refusals are told.
_MOST_TOLD = 500


@router.get("/api/v1/feeds", openapi_extra=by(OVERSEE))
async def list_feeds(request: Request) -> Response:
    """Tell how every declared feed is, and every other source that was heard: 200."""
    hub: Hub = request.app.state.hub
    desk: FeedDesk = request.app.state.feeds
    try:
        letters = await asyncio.get_running_loop().run_in_executor(desk.threads, desk.dead_letters)
    except StoreUnavailable as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    now = time.time()
    declared = [health.told(now) | {"dead_letters": letters.get(health.feed.source, 0)} for health in hub.declared]
    return answer(200, {"as_of": datetime.now(UTC).isoformat(), "feeds": declared, "sources": hub.feeds()})


@router.post("/api/v1/feeds/{feed}", openapi_extra=by(FEED))
async def push_payload(request: Request, feed: str, viewer: Caller) -> Response:
    """Take one payload in: 202 with what came of its rows; see docs/feeds-transports.md for every other answer."""
    sender, table = _sender(request, feed, viewer)
    body = await read_body(request, table.limit_bytes)
    _require_signed(request, table, body)
    _require_room(request)
    desk: FeedDesk = request.app.state.feeds
    payload = Payload(datetime.now(UTC), sender, request.headers.get("content-type", ""), body)
    try:
        taken = await asyncio.get_running_loop().run_in_executor(desk.threads, desk.take, feed, payload)
    except StoreUnavailable as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    return _answer(taken)


def _sender(request: Request, feed: str, viewer: Viewer) -> tuple[str, PushTable]:
    """Return who pushes, and what is declared; 403 with another feed's key, 404 where nothing is declared."""
    if viewer.scope != scopes.FEED + feed:
        raise HTTPException(403, f"This key has scope {viewer.scope}; pushing here needs the scope of this feed.")
    desk: FeedDesk = request.app.state.feeds
    if feed not in desk.pushed:
        raise HTTPException(404, "No feed of this name is declared that takes what is pushed.")
    table = desk.pushed[feed]
    if table is None:
        raise HTTPException(503, "This feed cannot take anything as it is declared; the server's log says why.")
    return viewer.name, table


def _require_signed(request: Request, table: PushTable, body: bytes) -> None:
    if table.secret is None:
        return
    headers = request.headers
    try:
        require_signature(table.secret, headers.get(TIMESTAMP), headers.get(SIGNATURE), body, time.time())
    except SignatureError as error:
        raise HTTPException(401, str(error)) from None


def _require_room(request: Request) -> None:
    gate: IngestGate = request.app.state.gate
    try:
        gate.require_room(with_bytes=True)
    except Backlogged as error:
        raise HTTPException(429, str(error), {"Retry-After": str(error.retry_after_s)}) from error


def _answer(taken: Taken) -> Response:
    told = taken.told
    refused = [{"index": each.row, "reason": each.reason} for each in told.refused[:_MOST_TOLD]]
    REJECTED.inc(len(told.refused))
    if taken.held:
        # Kept, so nobody need send it again; told, so that whoever watches their own answers sees it.
        return answer(202, {"accepted": 0, "unchanged": 0, "rejected": refused, "held": taken.held})
    ACCEPTED.inc(len(told.events))
    accepted = max(0, told.rows - told.unchanged - len(told.refused))
    content: dict[str, Any] = {"accepted": accepted, "unchanged": told.unchanged, "rejected": refused}
    if accepted or told.unchanged:
        return answer(202, content)
    reason = told.refused[0].reason if told.refused else "The payload holds no row."
    return answer(422, {"detail": reason} | content)
