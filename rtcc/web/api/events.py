"""`POST /api/v1/events`: events in, answered when they are kept."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from rtcc.model.event import iso
from rtcc.picture.deadletters import DeadLetters
from rtcc.picture.received import Received
from rtcc.store.connection import NoStoreError, StoreAway
from rtcc.web.answers import answer
from rtcc.web.api.body import BodyError, Parsed, Refused, parse_body, read_body
from rtcc.web.api.callers import Caller
from rtcc.web.api.keep import keep, keep_refused
from rtcc.web.metrics import REJECTED
from rtcc.web.rules import INGEST, by

router = APIRouter()
#: Of one request's refused events so many become dead letters: one bad export must not push out all others.
_MOST_LETTERS = 500


@router.post("/api/v1/events", openapi_extra=by(INGEST))
async def push_events(request: Request, viewer: Caller) -> Response:
    """Take events in: 202 with what was accepted and rejected; see the README for every other answer."""
    body = await read_body(request)
    # Every event of the body carries this moment, so each leads back to the bytes it came in.
    received = Received(datetime.now(UTC), viewer.name, request.headers.get("content-type", ""), body)
    try:
        parsed = await parse_body(body, received.content_type, received.received_at)
    except BodyError as error:
        await keep_refused(request, received)
        await _bury(request, [Refused(0, str(error), body, None)], received)
        REJECTED.inc()
        return answer(422, {"detail": str(error)})
    if parsed.events:
        await keep(request, parsed.events, received)
    else:
        await keep_refused(request, received)
    return await _answer(request, parsed, received)


async def _answer(request: Request, parsed: Parsed, received: Received) -> Response:
    content: dict[str, Any] = {"accepted": len(parsed.events), "rejected": []}
    if parsed.refused:
        REJECTED.inc(len(parsed.refused))
        await _bury(request, parsed.refused[:_MOST_LETTERS], received)
        content["rejected"] = [{"index": refused.index, "reason": refused.reason} for refused in parsed.refused]
    if parsed.events:
        return answer(202, content)
    return answer(422, {"detail": parsed.refused[0].reason} | content)


async def _bury(request: Request, refused: list[Refused], received: Received) -> None:
    letters = [(item.source or received.key, item.reason, item.raw) for item in refused]
    received_at = iso(received.received_at)

    def add() -> None:
        # The sender was told the reason; a store that is away right now must not turn that into a failure.
        with contextlib.suppress(NoStoreError, *StoreAway):
            DeadLetters(request.app.state.store()).add_all(letters, received_at)

    await asyncio.get_running_loop().run_in_executor(None, add)
