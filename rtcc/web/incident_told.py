"""What the server tells on an incident's page: answers of the past and of the city, written as parts of the page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from dash import no_update
from dash.backends._fastapi import get_current_request
from fastapi import Request

from rtcc.model.checks import parse_instant
from rtcc.web.api.past import RECEIVED_BYTES_SHOWN_TO
from rtcc.web.asking import Untold, ask, ask_for_viewer
from rtcc.web.city_time import CityTime, city_time
from rtcc.web.components import incident_surroundings as beside
from rtcc.web.components.incident_received import received
from rtcc.web.components.incident_timeline import timeline
from rtcc.web.components.incident_units import units
from rtcc.web.components.states import nothing
from rtcc.web.incident_moments import Moment, moments_of
from rtcc.web.viewer import viewer_of

_AROUND = {"radius_m": 300.0, "minutes": 30.0}
_NEAREST = 6


async def story(turn: int, incident_id: str) -> tuple[Any, ...]:
    """Return the timeline, its note, the units, and what the browser paints; ``turn`` counts how often it was asked."""
    request = get_current_request()
    told = await ask_for_viewer(request, "incident_story", incident_id)
    if isinstance(told, Untold):
        if told.why == "away":
            # What is already on the page stays right, and the browser asks again.
            part = no_update if turn else nothing("The record cannot be read now", told.sentence)
            return part, told.sentence if turn else "", part, _json({"why": told.why, "sentence": told.sentence})
        if told.needs is not None:
            part = beside.untold(told)
            return part, "", "", _json({"why": told.why, "sentence": told.sentence})
        part = nothing("Nothing is on record", told.sentence)
        return part, "", part, _json({"why": told.why, "sentence": told.sentence})
    time = city_time(request)
    moments = moments_of(told["timeline"])
    return timeline(moments, time), _note(moments, time), units(told["units"], time), _json(_for_browser(told))


async def surroundings(_: int, incident_id: str) -> tuple[Any, ...]:
    """Return what was around the incident, what stands there, and what happened there before."""
    request = get_current_request()
    time = city_time(request)
    # First, while the timeline asks the same: equal questions at one moment are one.
    told = await ask_for_viewer(request, "incident_story", incident_id)
    seen = await ask_for_viewer(request, "around", incident_id, **_AROUND)
    earlier = await ask_for_viewer(request, "address_history", incident_id)
    fields = {} if isinstance(told, Untold) else told["incident"]
    near = await _near(request, fields)
    began = parse_instant(fields.get("entered_at")) or parse_instant(fields.get("received_at"))
    return beside.around(seen, time, began), beside.places(near), beside.history(earlier, time)


async def as_received(_: Any, incident_id: str) -> Any:
    """Return the bytes behind the incident, for whoever may see all that stands in them."""
    request = get_current_request()
    if (await viewer_of(request)).audience not in RECEIVED_BYTES_SHOWN_TO:
        return nothing("For supervisors and admins", "Whoever sees a request as it came in sees everything in it.")
    told = await ask_for_viewer(request, "incident_story", incident_id)
    if isinstance(told, Untold) and told.why == "asks":
        return beside.untold(told)
    return received(await ask(request, "raw_behind", incident_id=incident_id), city_time(request))


async def _near(request: Request, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the cameras and places near it, None where it has no position that may be told."""
    city = getattr(request.app.state, "nearby", None)
    if city is None or "lat" not in fields or "lon" not in fields:
        return None
    near: dict[str, Any] = await asyncio.to_thread(city.near, fields["lat"], fields["lon"], [], _NEAREST)
    return {"cameras": near["cameras"], "places": near["places"]}


def _for_browser(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the browser paints: the head, the intervals, the notes, and the ways on the map."""
    written = [
        {"id": row["id"], **{one["field"]: one["to"] for one in row["changed"]}}
        for row in told["timeline"]
        if row["kind"] == "note"
    ]
    names = ("id", "callsign", "assigned_at", "on_scene_at", "way")
    ways = [{name: unit[name] for name in names} for unit in told["units"]]
    known = {f"{row['kind']} {row['id']}" for row in told["timeline"]} | {
        f"unit {unit['id']}" for unit in told["units"]
    }
    return {
        "incident": told["incident"],
        "intervals": told["intervals"],
        "notes": written,
        "units": ways,
        "known": sorted(known),
    }


def _note(moments: Sequence[Moment], time: CityTime) -> str:
    """Return how much is told, in which order, and by whose clock."""
    zone = f" · {time.zone_name(moments[-1].at)}" if moments else ""
    return f"{len(moments)} {'moment' if len(moments) == 1 else 'moments'} · oldest first{zone}"


def _json(content: Mapping[str, Any]) -> str:
    return orjson.dumps(content).decode()
