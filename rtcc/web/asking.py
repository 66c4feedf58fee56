"""A page asks the past while Dash builds a part of it: the answer, or the sentence that stands where it would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import orjson
from fastapi import HTTPException, Request

from rtcc.web.past import NoPlaceToAskError, Past, PastUnavailable, UnknownToPastError
from rtcc.web.viewer import viewer_of

Why = Literal["unknown", "no place", "away"]


@dataclass(frozen=True, slots=True)
class Untold:
    """There is no answer, and why: nothing is on record, it has no place that may be told, or nobody can say now."""

    why: Why
    sentence: str


async def ask_for_viewer(request: Request, question: str, incident_id: str, /, **more: Any) -> dict[str, Any] | Untold:
    """Ask about an incident for whoever makes the request, or say why nobody knows who that is."""
    try:
        audience = (await viewer_of(request)).audience
    except HTTPException as error:
        return Untold("away", str(error.detail))
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
