"""From a request through the gate, for events and commands alike: they are kept, or the caller is told to come back."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import HTTPException, Request

from rtcc.model.event import Event
from rtcc.tasks import StoreUnavailable
from rtcc.web.gate import Backlogged, IngestGate
from rtcc.web.metrics import ACCEPTED


async def keep(request: Request, events: Sequence[Event]) -> None:
    """Return when the events are kept; 429 while too much waits, 503 where the store does not answer."""
    gate: IngestGate = request.app.state.gate
    try:
        await gate.submit(events)
    except Backlogged as error:
        detail = "More events wait than can be taken in soon; send these again later."
        raise HTTPException(429, detail, {"Retry-After": str(error.retry_after_s)}) from error
    except StoreUnavailable as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    ACCEPTED.inc(len(events))
