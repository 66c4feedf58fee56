"""The last hour for a page: as the past tells it, else as far as the live picture still knows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import HTTPException, Request

from rtcc.web.api.past import hour_of_picture
from rtcc.web.asking import Untold, ask
from rtcc.web.hub import Hub
from rtcc.web.viewer import viewer_of


async def hour_told(request: Request) -> dict[str, Any] | Untold:
    """Return the last hour for whoever asks; `whole` says whether all that was in it is known."""
    try:
        audience = (await viewer_of(request)).audience
    except HTTPException as error:
        return Untold("away", str(error.detail))
    told = await ask(request, "last_hour", audience=audience)
    hub: Hub | None = getattr(request.app.state, "hub", None)
    if isinstance(told, Untold) and hub is not None and hub.ready:
        return hour_of_picture(hub.replica, audience, datetime.now(UTC))
    return told
