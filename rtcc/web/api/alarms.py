"""Operators answer alarms: each command becomes an event and goes the way of all events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from rtcc.alarms import commands
from rtcc.model.checks import parse_instant
from rtcc.model.commands import TEXT, note
from rtcc.model.event import Event, EventError
from rtcc.web.answers import answer
from rtcc.web.api.callers import Caller
from rtcc.web.api.keep import keep
from rtcc.web.api.picture import ready_hub
from rtcc.web.api.said import hold, said
from rtcc.web.frames import visible
from rtcc.web.hub import Hub
from rtcc.web.rules import OPERATE, by

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What an operator says to an alarm that is open."""

    alarm: dict[str, Any]
    body: dict[str, Any]
    by: str
    #: Whose alarm it is: an answer in another's name would be about an alarm of its own.
    agency: str


async def asked(
    alarm_id: str,
    viewer: Caller,
    body: Annotated[dict[str, Any], Depends(said)],
    hub: Annotated[Hub, Depends(ready_hub)],
) -> Asked:
    """Return what is asked of which alarm by whom; 404 where there is no such alarm, 409 where it has cleared."""
    entity = hub.replica.entities.get(("alarm", alarm_id))
    alarm = visible(entity, viewer.audience) if entity else None
    if entity is None or alarm is None:
        raise HTTPException(404, "There is no such alarm in the picture.")
    if alarm.get("state") == "cleared":
        raise HTTPException(409, "The alarm has cleared; there is nothing left to answer.")
    return Asked(alarm, body, viewer.name, entity.agency)


_Asked = Annotated[Asked, Depends(asked)]


@router.post("/api/v1/alarms/{alarm_id:path}/acknowledge", openapi_extra=by(OPERATE, "command", ("alarm", "alarm_id")))
async def acknowledge(request: Request, alarm_id: str, ask: _Asked) -> Response:
    """Answer the current raise of an alarm; of several who do, the first stands in the picture."""
    hold(ask.body, {}, {"raised_at": commands.RAISED_AT})
    raised_at, seen = ask.alarm.get("raised_at", ""), ask.body.get("raised_at")
    if seen is not None and parse_instant(seen) != parse_instant(raised_at):
        raise HTTPException(409, "raised_at is not the current raise of this alarm; look at it again.")
    by, at = ask.alarm.get("acknowledged_by"), ask.alarm.get("acknowledged_at")
    if by is not None:
        detail = f"The alarm was acknowledged by {by} at {at}."
        return answer(409, {"detail": detail, "acknowledged_by": by, "acknowledged_at": at})
    return await _command(request, lambda now: commands.acknowledge(alarm_id, raised_at, ask.by, now, ask.agency))


@router.post("/api/v1/alarms/{alarm_id:path}/shelve", openapi_extra=by(OPERATE, "command", ("alarm", "alarm_id")))
async def shelve(request: Request, alarm_id: str, ask: _Asked) -> Response:
    """Put an alarm aside for a while, with a reason."""
    hold(ask.body, {"for_s": commands.shelf_s(ask.alarm.get("severity")), "reason": commands.REASON})
    for_s, reason = ask.body["for_s"], ask.body["reason"]
    return await _command(request, lambda now: commands.shelve(alarm_id, ask.by, for_s, reason, now, ask.agency))


@router.post("/api/v1/alarms/{alarm_id:path}/unshelve", openapi_extra=by(OPERATE, "command", ("alarm", "alarm_id")))
async def unshelve(request: Request, alarm_id: str, ask: _Asked) -> Response:
    """Take an alarm from its shelf before its time."""
    hold(ask.body, {})
    return await _command(request, lambda now: commands.unshelve(alarm_id, now, ask.agency))


@router.post("/api/v1/alarms/{alarm_id:path}/notes", openapi_extra=by(OPERATE, "command", ("alarm", "alarm_id")))
async def write_note(request: Request, alarm_id: str, ask: _Asked) -> Response:
    """Write a note about an alarm."""
    hold(ask.body, {"text": TEXT})
    about = [{"kind": "alarm", "id": alarm_id}]
    return await _command(request, lambda now: note(about, ask.body["text"], ask.by, now))


async def _command(request: Request, command: Callable[[datetime], Event]) -> Response:
    try:
        event = command(datetime.now(UTC))
    except EventError as error:
        # What was asked is right; the alarm itself, of whoever raised it, cannot be answered.
        raise HTTPException(409, f"The alarm cannot be answered: {error}") from error
    await keep(request, [event])
    return answer(202, {"accepted": True})
