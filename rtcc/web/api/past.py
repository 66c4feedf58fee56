"""The past over HTTP: an incident's story, what was at its address and around it, the day's heat, the last hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, HTTPException, Query, Request, Response

from rtcc.access.visibility import Audience, Marks, hidden_fields
from rtcc.insights.last_hour import call_of, incident_of, last_hour
from rtcc.picture.changes import instant_of
from rtcc.picture.replica import Replica
from rtcc.web.api.callers import Caller, Reader
from rtcc.web.hub import Hub
from rtcc.web.past import NoPlaceToAskError, Past, PastUnavailable, UnknownToPastError
from rtcc.web.reasoned import audience_for, require_place
from rtcc.web.rules import OVERSEE, WATCH, by

router = APIRouter()

#: Whoever sees a request as it came in sees everything in it, callers' numbers and other incidents among that.
RECEIVED_BYTES_SHOWN_TO: frozenset[Audience] = frozenset({"supervisor", "admin"})
SEES_ALL = replace(OVERSEE, doing="seeing what was received, in which everything stands,")
_INCIDENT = ("incident", "incident_id")


@router.get("/api/v1/incidents/{incident_id:path}/story", openapi_extra=by(WATCH, "view", _INCIDENT))
async def get_story(request: Request, incident_id: str, viewer: Caller) -> Response:
    """Return every change of an incident, what was said about it, its intervals, and who came."""
    audience = await audience_for(request, viewer, incident_id)
    return await _told(request, "incident_story", incident_id=incident_id, audience=audience)


@router.get("/api/v1/incidents/{incident_id:path}/history", openapi_extra=by(WATCH, "view", ("place", "incident_id")))
async def get_history(request: Request, incident_id: str, viewer: Caller) -> Response:
    """Return earlier incidents at the same address or within a few steps, the latest first."""
    await require_place(request, viewer, incident_id)
    return await _told(request, "address_history", incident_id=incident_id, audience=viewer.sees)


@router.get("/api/v1/incidents/{incident_id:path}/around", openapi_extra=by(WATCH, "view", _INCIDENT))
async def get_around(
    request: Request,
    incident_id: str,
    viewer: Caller,
    radius_m: Annotated[float, Query(ge=1, le=5_000)] = 300.0,
    minutes: Annotated[float, Query(ge=0, le=240)] = 30.0,
) -> Response:
    """Return the detections and alarms near an incident while it lasted, some minutes before and after with it."""
    await audience_for(request, viewer, incident_id)
    # The plates that were read there are asked for one by one, whatever the incident was opened for.
    question: dict[str, Any] = {"incident_id": incident_id, "audience": viewer.sees}
    return await _told(request, "around", **question, radius_m=radius_m, minutes=minutes)


@router.get("/api/v1/incidents/{incident_id:path}/raw", openapi_extra=by(SEES_ALL, "view", _INCIDENT))
async def get_raw(request: Request, incident_id: str, viewer: Caller) -> Response:
    """Return the bytes in which an incident's events were received."""
    await audience_for(request, viewer, incident_id)
    return await _told(request, "raw_behind", incident_id=incident_id)


@router.get("/api/v1/heat", openapi_extra=by(WATCH))
async def get_heat(request: Request, audience: Reader) -> Response:
    """Return where the incidents of the last 24 hours were, in cells, as GeoJSON with a weight `w`."""
    return await _told(request, "heat", media_type="application/geo+json", audience=audience)


@router.get("/api/v1/hour", openapi_extra=by(WATCH))
async def get_hour(request: Request, audience: Reader) -> Response:
    """Return the last hour in steps of five minutes; from the picture alone, and not whole, without the past."""
    past: Past = request.app.state.past
    try:
        return _answer(await past.ask("last_hour", audience=audience))
    except PastUnavailable as error:
        hub: Hub = request.app.state.hub
        if not hub.ready:
            raise HTTPException(503, str(error), {"Retry-After": "5"}) from error
        return _answer(orjson.dumps(hour_of_picture(hub.replica, audience, datetime.now(UTC))))


def hour_of_picture(replica: Replica, audience: Audience, now: datetime) -> dict[str, Any]:
    """Return the last hour as far as the live picture still tells it: what ended some minutes ago has left it."""
    of_kind: dict[str, list[dict[str, Any]]] = {"incident": [], "call": []}
    for (kind, _), entity in replica.entities.items():
        if kind in of_kind:
            of_kind[kind].append(entity.fields)
    incidents = [known for fields in of_kind["incident"] if (known := incident_of(fields))]
    may_know = hidden_fields(audience, "call", Marks()) is not None
    calls = [call for fields in of_kind["call"] if (call := call_of(fields))] if may_know else None
    return {"as_of": instant_of(replica.position)} | last_hour(incidents, calls, now, whole=False)


async def _told(request: Request, question: str, /, media_type: str = "application/json", **arguments: Any) -> Response:
    past: Past = request.app.state.past
    try:
        return _answer(await past.ask(question, **arguments), media_type)
    except UnknownToPastError as error:
        raise HTTPException(404, "There is no such incident on record.") from error
    except NoPlaceToAskError as error:
        raise HTTPException(409, "The incident has no place, or none that may be told here.") from error
    except PastUnavailable as error:
        raise HTTPException(503, str(error), {"Retry-After": "5"}) from error


def _answer(body: bytes, media_type: str = "application/json") -> Response:
    return Response(body, headers={"Cache-Control": "no-store"}, media_type=media_type)
