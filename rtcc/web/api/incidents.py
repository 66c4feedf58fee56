"""People write notes about incidents and review detections: each becomes an event and goes the way of all events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from rtcc.access.visibility import Audience
from rtcc.model.checks import one_of
from rtcc.model.commands import TEXT, note, review
from rtcc.picture.replica import Entity
from rtcc.web.answers import answer
from rtcc.web.api.callers import Caller
from rtcc.web.api.keep import keep
from rtcc.web.api.picture import ready_hub
from rtcc.web.api.said import hold, said
from rtcc.web.frames import visible
from rtcc.web.hub import Hub
from rtcc.web.rules import OPERATE, WRITE, by

router = APIRouter()
_TELLS_INCIDENT = by(WRITE, "command", ("incident", "incident_id"))
_REVIEWS = by(OPERATE, "command", ("detection", "detection_id"))
#: What somebody who has looked can say; back to "nobody has looked" there is no way.
VERDICT = one_of("confirmed", "dismissed")

_Body = Annotated[dict[str, Any], Depends(said)]
_ReadyHub = Annotated[Hub, Depends(ready_hub)]


@router.post("/api/v1/incidents/{incident_id:path}/notes", openapi_extra=_TELLS_INCIDENT)
async def write_note(request: Request, incident_id: str, viewer: Caller, body: _Body, hub: _ReadyHub) -> Response:
    """Write a note about an incident."""
    if _known(hub, "incident", incident_id, viewer.audience) is None:
        detail = (
            "There is no such incident in the live picture; a closed one leaves it some minutes after it has closed."
        )
        raise HTTPException(404, detail)
    hold(body, {"text": TEXT})
    about = [{"kind": "incident", "id": incident_id}]
    await keep(request, [note(about, body["text"], viewer.name, datetime.now(UTC))])
    return answer(202, {"accepted": True})


@router.post("/api/v1/detections/{detection_id:path}/review", openapi_extra=_REVIEWS)
async def review_detection(
    request: Request, detection_id: str, viewer: Caller, body: _Body, hub: _ReadyHub
) -> Response:
    """Say what a detection is, after having looked; the last to look stands in the picture, all in the journal."""
    detection = _known(hub, "detection", detection_id, viewer.audience)
    if detection is None:
        raise HTTPException(
            404, "There is no such detection in the live picture; each leaves it some time after it was made."
        )
    hold(body, {"review": VERDICT})
    await keep(request, [review(detection_id, body["review"], viewer.name, datetime.now(UTC), detection.agency)])
    return answer(202, {"accepted": True})


def _known(hub: Hub, kind: str, id_: str, audience: Audience) -> Entity | None:
    entity = hub.replica.entities.get((kind, id_))
    return None if entity is None or visible(entity, audience) is None else entity
