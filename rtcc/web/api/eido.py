"""An incident for other systems, as an EIDO document of what the caller may see of it."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, HTTPException, Request, Response

from rtcc.access.visibility import Audience
from rtcc.feeds.out.eido import Seen, write_eido
from rtcc.picture.replica import Entity
from rtcc.web.api.callers import Reader
from rtcc.web.api.picture import ready_hub
from rtcc.web.frames import visible
from rtcc.web.hub import Hub
from rtcc.web.rules import WATCH, by

router = APIRouter()


@router.get("/api/v1/incidents/{incident_id:path}/eido", openapi_extra=by(WATCH, "export", ("incident", "incident_id")))
async def get_eido(
    request: Request,
    incident_id: str,
    hub: Annotated[Hub, Depends(ready_hub)],
    audience: Reader,
) -> Response:
    """Return the incident with its units and notes as an EIDO (NENA-STA-021.1), as far as the audience may see."""
    entity = hub.replica.entities.get(("incident", incident_id))
    incident = None if entity is None else _seen(entity, audience)
    if entity is None or incident is None:
        raise HTTPException(404, "There is no such incident in the picture.")
    others = [one for (kind, _), one in hub.replica.entities.items() if kind in {"unit", "note"}]
    units = [one for one in others if one.kind == "unit" and one.fields.get("incident_id") == incident_id]
    this = {"kind": "incident", "id": incident_id}
    notes = [one for one in others if one.kind == "note" and this in (one.fields.get("about") or ())]
    document = write_eido(
        incident,
        [seen for one in units if (seen := _seen(one, audience)) is not None],
        [seen for one in notes if (seen := _seen(one, audience)) is not None and "text" in seen.fields],
        entity.agency,
        request.app.state.issuer,
    )
    return Response(orjson.dumps(document), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _seen(entity: Entity, audience: Audience) -> Seen | None:
    fields = visible(entity, audience)
    return None if fields is None else Seen(entity.id, fields, entity.occurred_at)
