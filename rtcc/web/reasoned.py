"""The gate before plates, sensitive incidents and address histories: has this person said what for?

Programs with a key are asked nothing, for nobody sits there who could answer; each of their requests is on record.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import orjson
from fastapi import HTTPException, Request, Response

from rtcc.access.purposes import ASKED, ENTITY_OF, Subject, fields_opened, may_open
from rtcc.access.reasons import Granted, Reasons
from rtcc.access.visibility import Audience, hidden_fields, marks_of
from rtcc.web.answers import answer
from rtcc.web.check import noted
from rtcc.web.hub import Hub
from rtcc.web.on_record import put_on_record
from rtcc.web.past import Past, PastUnavailable, UnknownToPastError
from rtcc.web.viewer import Viewer

#: What a page asks again and again while somebody looks at it is one view.
_ONE_VIEW_S = 600.0
_MOST_VIEWS = 10_000
_FOR_PEOPLE: Final = "This is for people who sign in and say what for."


class ReasonNeeded(Exception):  # noqa: N818 - a question, not a mistake
    """Somebody who may see this must say what for first."""

    def __init__(self, subject: Subject, sentence: str = "Say first what you want to see this for.") -> None:
        """Keep what it is about."""
        super().__init__(sentence)
        self.subject = subject


async def say_needed(_: Request, needed: Exception) -> Response:
    """Answer that somebody must say what for: 403, with the subject for the form that asks."""
    subject = list(needed.subject) if isinstance(needed, ReasonNeeded) else []
    return answer(403, {"detail": str(needed), "needs": subject}, {"Cache-Control": "no-store"})


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a subject: whether it is sensitive, what a purpose opens, and whether a listed one can."""

    sensitive: bool
    fields: dict[str, Any]
    may_open: bool


def asking_address(subject: Subject, back: str) -> str:
    """Return the address of the page that asks what for, and then leads back."""
    return f"/reason?subject={quote(':'.join(subject), safe='')}&next={quote(back, safe='')}"


def reasons_of(request: Request) -> Reasons:
    """Return the purposes of this installation."""
    reasons: Reasons = request.app.state.reasons
    return reasons


def is_asked(viewer: Viewer) -> bool:
    """Say whether somebody is a person who can be asked what for."""
    return viewer.by == "session" and viewer.audience in ASKED


async def grant_of(request: Request, viewer: Viewer, subject: Subject) -> Granted | None:
    """Return for which purpose a person may see a subject now, None where they have not said."""
    if not is_asked(viewer):
        return None
    return (await reasons_of(request).granted(viewer.name, [subject])).get(subject)


async def behind(request: Request, viewer: Viewer, subject: Subject, *, break_glass: bool = False) -> Behind | None:
    """Return what stands behind a subject, live or on record; None where this viewer knows of no such thing."""
    kind, id_ = ENTITY_OF[subject[0]], subject[1]
    hub: Hub = request.app.state.hub
    entity = hub.replica.entities.get((kind, id_))
    if entity is None:
        return await _behind_on_record(request, viewer, subject, break_glass)
    marks = marks_of(kind, entity.fields)
    if hidden_fields(viewer.audience, kind, marks) is None:
        return None
    opened = fields_opened(viewer.audience, kind, marks, break_glass=break_glass)
    fields = {name: entity.fields[name] for name in sorted(opened) if entity.fields.get(name) is not None}
    return Behind(marks.sensitive, fields, may_open(viewer.audience, subject, marks))


async def audience_for(request: Request, viewer: Viewer, incident_id: str) -> Audience:
    """Return as whom somebody hears of an incident. Raises ReasonNeeded for a sensitive one without a purpose."""
    subject = "incident", incident_id
    if not is_asked(viewer):
        return viewer.sees
    granted = await grant_of(request, viewer, subject)
    if granted is not None:
        noted(request, purpose=granted.purpose)
        return viewer.audience
    found = await behind(request, viewer, subject)
    if found is not None and found.sensitive:
        raise ReasonNeeded(subject, "This incident is sensitive: say first what you want to see it for.")
    return viewer.sees


async def require_place(request: Request, viewer: Viewer, incident_id: str) -> None:
    """Let somebody pass who may see what happened at an incident's address before. Raises ReasonNeeded, 403."""
    if viewer.by == "key":
        return
    if not is_asked(viewer):
        raise HTTPException(403, _FOR_PEOPLE)
    subject = "place", incident_id
    granted = await grant_of(request, viewer, subject)
    if granted is None:
        raise ReasonNeeded(subject, "Say first what you want to see the address's history for.")
    noted(request, purpose=granted.purpose)


async def opened(request: Request, viewer: Viewer, subject: Subject) -> dict[str, Any]:
    """Return the fields that are withheld until somebody says what for. Raises ReasonNeeded, 403, 404."""
    granted = await grant_of(request, viewer, subject)
    if granted is None and viewer.by != "key":
        if not is_asked(viewer):
            raise HTTPException(403, _FOR_PEOPLE)
        raise ReasonNeeded(subject)
    if granted is not None:
        noted(request, purpose=granted.purpose)
    found = await behind(request, viewer, subject, break_glass=granted is not None and granted.break_glass)
    if found is None:
        raise HTTPException(404, "There is no such thing in the picture or on record.")
    if not found.may_open and (granted is None or not granted.break_glass):
        raise HTTPException(403, f"What {viewer.name} signed in with does not open this.")
    return found.fields


class Views:
    """Puts on record what pages are told by way of Dash, whose one route says nothing of what it was asked."""

    def __init__(self) -> None:
        """Nobody has looked yet."""
        self._last: dict[tuple[str, Subject], float] = {}

    async def note(self, request: Request, viewer: Viewer, subject: Subject, purpose: str | None) -> None:
        """Put a view on record, once for as long as somebody goes on looking. Raises AuditUnavailable."""
        seen, now = (viewer.id, subject), time.monotonic()
        if now - self._last.get(seen, -_ONE_VIEW_S) < _ONE_VIEW_S:
            return
        await put_on_record(request, viewer, "view", subject=subject, purpose=purpose)
        if len(self._last) >= _MOST_VIEWS:
            self._last.clear()
        self._last[seen] = now


async def _behind_on_record(request: Request, viewer: Viewer, subject: Subject, break_glass: bool) -> Behind | None:
    past: Past = request.app.state.past
    kind = ENTITY_OF[subject[0]]
    asked = {"kind": kind, "id_": subject[1], "audience": viewer.audience, "break_glass": break_glass}
    try:
        told = orjson.loads(await past.ask("withheld", **asked))
    except UnknownToPastError:
        return None
    except PastUnavailable as error:
        raise HTTPException(503, str(error), {"Retry-After": "5"}) from error
    marks = marks_of(kind, {"sensitive": told["sensitive"]})
    return Behind(told["sensitive"], told["fields"], may_open(viewer.audience, subject, marks))
