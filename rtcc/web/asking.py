"""A page asks the past while Dash builds a part of it: the answer, or the sentence that stands where it would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import orjson
from fastapi import HTTPException, Request

from rtcc.access.asked_store import AccessAway
from rtcc.access.audit import AuditUnavailable
from rtcc.access.purposes import Subject
from rtcc.access.visibility import Audience
from rtcc.web.past import NoPlaceToAskError, Past, PastUnavailable, UnknownToPastError
from rtcc.web.reasoned import ReasonNeeded, Views, audience_for, grant_of, require_place
from rtcc.web.viewer import Viewer, viewer_of

Why = Literal["unknown", "no place", "away", "asks", "not here"]


@dataclass(frozen=True, slots=True)
class Untold:
    """There is no answer, and why: nothing is on record, it has no place that may be told, nobody can say now, or
    whoever asks must say first what for: then ``needs`` is what about.
    """

    why: Why
    sentence: str
    needs: Subject | None = None


async def ask_for_viewer(request: Request, question: str, incident_id: str, /, **more: Any) -> dict[str, Any] | Untold:
    """Ask about an incident for whoever makes the request, or say why they are not told."""
    try:
        viewer = await viewer_of(request)
        audience = await _allowed(request, viewer, question, incident_id)
    except ReasonNeeded as needed:
        return Untold("asks", str(needed), needed.subject)
    except (AccessAway, AuditUnavailable) as error:
        return Untold("away", str(error))
    except HTTPException as error:
        return Untold("away" if error.status_code == 503 else "not here", str(error.detail))
    return await ask(request, question, incident_id=incident_id, audience=audience, **more)


async def ask(request: Request, question: str, /, **arguments: Any) -> dict[str, Any] | Untold:
    """Ask the past of this server; ``arguments`` name the audience, and the past leaves out what it may not see."""
    past: Past | None = getattr(request.app.state, "past", None)
    if past is None:
        return Untold("away", "This server keeps no past.")
    try:
        answer: dict[str, Any] = orjson.loads(await past.ask(question, **arguments))
    except UnknownToPastError:
        return Untold("unknown", "There is no such incident on record.")
    except NoPlaceToAskError:
        return Untold("no place", "The incident has no place, or none that may be told here.")
    except PastUnavailable as error:
        return Untold("away", str(error))
    return answer


async def _allowed(request: Request, viewer: Viewer, question: str, incident_id: str) -> Audience:
    """Return as whom somebody is told, and put on record that they are. Raises ReasonNeeded and HTTPException."""
    if question == "address_history":
        await require_place(request, viewer, incident_id)
        subject, audience = ("place", incident_id), viewer.sees
    else:
        subject, audience = ("incident", incident_id), await audience_for(request, viewer, incident_id)
        if question == "around":
            # Plates are asked for one by one.
            audience = viewer.sees
    if granted := await grant_of(request, viewer, subject):
        views: Views = request.app.state.views
        await views.note(request, viewer, subject, granted.purpose)
    return audience
