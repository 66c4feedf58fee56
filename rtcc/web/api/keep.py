"""From a request through the gate, for events and commands alike: they are kept, or the caller is told to come back."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from fastapi import HTTPException, Request

from rtcc.model.event import Event
from rtcc.picture.received import Received
from rtcc.tasks import StoreUnavailable
from rtcc.web.gate import Backlogged, IngestGate
from rtcc.web.metrics import ACCEPTED


async def keep(request: Request, events: Sequence[Event], received: Received | None = None) -> None:
    """Return when the events are kept, and the bytes in which they were ``received``.

    429 while too much waits, 503 where the store does not answer.
    """
    gate: IngestGate = request.app.state.gate
    try:
        await gate.submit(events, received)
    except Backlogged as error:
        raise HTTPException(429, str(error), {"Retry-After": str(error.retry_after_s)}) from error
    except StoreUnavailable as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    ACCEPTED.inc(len(events))


async def keep_refused(request: Request, received: Received) -> None:
    """Keep a body of which nothing was taken, if that is possible now: its sender is told the reason either way."""
    gate: IngestGate = request.app.state.gate
    with contextlib.suppress(Backlogged, StoreUnavailable):
        await gate.submit([], received)
