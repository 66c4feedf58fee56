"""What the server tells of the chosen incident: who is near, what stands there, what was there before."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from dash.backends._fastapi import get_current_request
from dash.development.base_component import Component
from fastapi import HTTPException

from rtcc.access.visibility import Audience
from rtcc.web.api.nearby import available_units
from rtcc.web.asking import ask_for_viewer
from rtcc.web.city_time import city_time
from rtcc.web.components.incident_surroundings import history, places
from rtcc.web.components.nearest_units import nearest_units
from rtcc.web.components.states import nothing
from rtcc.web.frames import visible
from rtcc.web.hub import Hub
from rtcc.web.viewer import viewer_of

_NEAREST = 5


async def surroundings(asked: dict[str, Any] | None) -> tuple[Any, Any]:
    """Return the nearest units, and the cameras and places, of the incident that is asked for."""
    if not asked:
        return [], []
    request = get_current_request()
    hub: Hub | None = getattr(request.app.state, "hub", None)
    city = getattr(request.app.state, "nearby", None)
    if hub is None or city is None:
        return _twice(nothing("Not known here", "This server has no city to look around in."))
    try:
        audience = (await viewer_of(request)).audience
    except HTTPException as error:
        return _twice(nothing("Not known now", str(error.detail)))
    entity = hub.replica.entities.get(("incident", asked["id"]))
    incident = visible(entity, audience) if entity else None
    if incident is None:
        return _twice(nothing("Not in the picture", "It has left the live picture, or this screen may not see it."))
    if "lat" not in incident or "lon" not in incident:
        return _twice(nothing("No position", "It has none, or none that this screen may see."))
    units = available_units(hub.replica, audience, datetime.now(UTC))
    near = await asyncio.to_thread(city.near, incident["lat"], incident["lon"], units, _NEAREST)
    callsigns = {unit["id"]: _callsign(hub, unit["id"], audience) for unit in near["units"]}
    return nearest_units(near, callsigns), places(near)


async def earlier(incident_id: str | None) -> Any:
    """Return what is on record of the place of an incident."""
    if not incident_id:
        return []
    request = get_current_request()
    told = await ask_for_viewer(request, "address_history", incident_id)
    return history(told, city_time(request))


def _callsign(hub: Hub, unit_id: str, audience: Audience) -> str:
    entity = hub.replica.entities.get(("unit", unit_id))
    fields = visible(entity, audience) if entity else None
    return str((fields or {}).get("callsign", unit_id))


def _twice(part: Component) -> tuple[Component, Component]:
    return part, part
