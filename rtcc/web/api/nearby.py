"""Around an incident: who could be there first, which cameras see it, and what stands nearby."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from rtcc.access.visibility import Audience
from rtcc.model.checks import parse_instant
from rtcc.picture.replica import Replica
from rtcc.web.api.callers import Reader
from rtcc.web.api.picture import ready_hub
from rtcc.web.frames import visible
from rtcc.web.hub import Hub
from rtcc.web.rules import WATCH, by

router = APIRouter()

#: Where a unit was longer ago than this says nothing of who is nearest now.
FIX_MAX_AGE = timedelta(seconds=120)


@router.get("/api/v1/incidents/{incident_id:path}/nearby", openapi_extra=by(WATCH))
async def get_nearby(
    request: Request,
    incident_id: str,
    hub: Annotated[Hub, Depends(ready_hub)],
    audience: Reader,
    k: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Response:
    """Return the k nearest available units, cameras and places around an incident, as far as the audience may see."""
    entity = hub.replica.entities.get(("incident", incident_id))
    incident = visible(entity, audience) if entity else None
    if incident is None:
        raise HTTPException(404, "There is no such incident in the picture.")
    if "lat" not in incident or "lon" not in incident:
        raise HTTPException(409, "The incident has no position, or none that this key may see.")
    units = available_units(hub.replica, audience, datetime.now(UTC))
    near = await asyncio.to_thread(request.app.state.nearby.near, incident["lat"], incident["lon"], units, k)
    answer = {"incident": incident_id, **near}
    return Response(orjson.dumps(answer), headers={"Cache-Control": "no-store"}, media_type="application/json")


def available_units(replica: Replica, audience: Audience, now: datetime) -> list[tuple[str, float, float]]:
    """Return (id, lat, lon) of the units that could be sent and whose position is known and fresh."""
    units = []
    for (kind, id_), entity in replica.entities.items():
        # Told apart before anything is copied: most entities are of other kinds or at work.
        if kind != "unit" or entity.fields.get("status") != "available":
            continue
        fields = visible(entity, audience)
        if fields and "lat" in fields and "lon" in fields and _fresh(fields.get("fix_at"), now):
            units.append((id_, fields["lat"], fields["lon"]))
    return units


def _fresh(fix_at: Any, now: datetime) -> bool:
    at = parse_instant(fix_at)
    return at is not None and now - at <= FIX_MAX_AGE
