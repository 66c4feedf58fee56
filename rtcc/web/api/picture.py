"""Reading the picture: whole, live, and as GeoJSON; all from the hub's replica."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, HTTPException, Request, Response

from rtcc.model.fields import KINDS
from rtcc.picture.changes import cursor_of
from rtcc.web.api.callers import Caller, Reader
from rtcc.web.frames import visible
from rtcc.web.hub import Hub, now_text
from rtcc.web.live import LiveStream
from rtcc.web.rules import WATCH, by
from rtcc.web.viewer import still

router = APIRouter()


def ready_hub(request: Request) -> Hub:
    """Return the hub, or 503 while it has never seen the picture."""
    hub: Hub = request.app.state.hub
    if not hub.ready:
        raise HTTPException(503, "The picture is not loaded yet.", {"Retry-After": "1"})
    return hub


_ReadyHub = Annotated[Hub, Depends(ready_hub)]


@router.get("/api/v1/picture", openapi_extra=by(WATCH))
async def get_picture(hub: _ReadyHub, audience: Reader) -> Response:
    """Return everything the audience may see now, and the cursor from which the live stream continues it."""
    entities: dict[str, dict[str, Any]] = {}
    for (kind, id_), entity in hub.replica.entities.items():
        fields = visible(entity, audience)
        if fields is not None:
            entities.setdefault(kind, {})[id_] = fields
    picture = {"cursor": cursor_of(hub.replica.position), "as_of": now_text(), "entities": entities}
    return Response(orjson.dumps(picture), headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.get("/api/v1/live", openapi_extra=by(WATCH), response_class=Response)
async def get_live(request: Request, hub: _ReadyHub, viewer: Caller, cursor: str | None = None) -> Any:
    """Stream changes as server-sent events after `Last-Event-ID` or `cursor`, or from now on without either."""
    begin = request.headers.get("last-event-id") or cursor
    return _Streaming(LiveStream(hub, viewer.sees, begin, partial(still, request, viewer)))


@router.get("/api/v1/geojson/{kind}", openapi_extra=by(WATCH))
async def get_geojson(kind: str, hub: _ReadyHub, audience: Reader) -> Response:
    """Return all of a kind that have a position as an RFC 7946 FeatureCollection."""
    if kind not in KINDS:
        raise HTTPException(404, f"kind is not known; it must be one of {', '.join(KINDS)}.")
    features = []
    for (entity_kind, id_), entity in hub.replica.entities.items():
        fields = visible(entity, audience) if entity_kind == kind else None
        if fields is not None and "lat" in fields and "lon" in fields:
            point = {"type": "Point", "coordinates": [fields.pop("lon"), fields.pop("lat")]}
            features.append({"type": "Feature", "id": id_, "geometry": point, "properties": fields})
    collection = {"type": "FeatureCollection", "features": features}
    return Response(orjson.dumps(collection), headers={"Cache-Control": "no-store"}, media_type="application/geo+json")


class _Streaming(Response):
    """Hands the connection to the stream."""

    def __init__(self, stream: LiveStream) -> None:
        super().__init__()
        self._stream = stream

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._stream(scope, receive, send)
