"""People say what they want to see something for, on a page or within one, and are shown what a purpose opens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from rtcc.access.purposes import (
    ENTITY_OF,
    LISTED,
    Purpose,
    PurposeRefusedError,
    Subject,
    break_glass_purpose,
    listed_purpose,
)
from rtcc.model.break_glass import SUBJECTS, BreakGlass
from rtcc.model.checks import text
from rtcc.model.event import iso
from rtcc.web.answers import answer
from rtcc.web.api.callers import Caller
from rtcc.web.api.said import said
from rtcc.web.at_the_door import form_of
from rtcc.web.home import HOME, own_path
from rtcc.web.on_record import put_on_record
from rtcc.web.plain_page import plain_page
from rtcc.web.reasoned import behind, is_asked, opened, reasons_of
from rtcc.web.rules import SIGNED, UNRECORDED, WATCH, by
from rtcc.web.viewer import Viewer

router = APIRouter()
_ID = text(64)
_NOTHING_THERE = "There is no such thing in the picture or on record."


@router.get("/api/v1/reasons", openapi_extra=by(SIGNED))
async def list_reasons(viewer: Caller) -> Response:
    """Return the purposes that the caller may give."""
    listed = [
        {"reason": name, "words": each.words, "needs": each.needs or None}
        for name, each in LISTED.items()
        if each.is_for(viewer.audience)
    ]
    return answer(200, {"reasons": listed}, {"Cache-Control": "no-store"})


# Its record is written before the purpose opens anything, and not only before the answer is sent.
@router.post("/api/v1/reasons", openapi_extra=by(SIGNED, UNRECORDED))
async def give_reason(request: Request, viewer: Caller, body: Annotated[dict[str, Any], Depends(said)]) -> Response:
    """Say what one wants to see one subject for, or break the glass: 204."""
    kind_and_id = body.get("subject")
    if type(kind_and_id) is not list or len(kind_and_id) != 2 or not all(type(part) is str for part in kind_and_id):
        raise HTTPException(422, 'subject is missing or no subject; it must be a kind and an id: ["plate", "det-1"].')
    if body.keys() - {"subject", "reason", "case", "break_glass", "why"}:
        raise HTTPException(422, "The body may hold subject, reason, case, break_glass and why, and nothing else.")
    words = {name: body.get(name) or "" for name in ("reason", "case", "why")}
    if not all(type(word) is str for word in words.values()) or type(body.get("break_glass", False)) is not bool:
        raise HTTPException(422, "reason, case and why must be texts, and break_glass true or false.")
    await _give(request, viewer, (kind_and_id[0], kind_and_id[1]), words, break_glass=body.get("break_glass", False))
    return Response(status_code=204)


@router.get("/reason", openapi_extra=by(SIGNED))
async def ask_reason(request: Request, viewer: Caller, subject: str = "", next: str = "") -> Response:  # noqa: A002
    """Ask what somebody wants to see something for."""
    return _page(request, viewer, _subject(subject), _back(viewer, next))


@router.post("/reason", openapi_extra=by(SIGNED, UNRECORDED))
async def say_reason(request: Request, viewer: Caller) -> Response:
    """Take the form, and lead back to what was to be seen."""
    form = await form_of(request)
    subject, back = _subject(form.get("subject", "")), _back(viewer, form.get("next", ""))
    break_glass = form.get("break_glass") == "yes"
    try:
        await _give(request, viewer, subject, form, break_glass=break_glass)
    except HTTPException as error:
        if error.status_code not in {403, 422}:
            raise
        return _page(request, viewer, subject, back, error.status_code, form, str(error.detail))
    return RedirectResponse(back, 303)


@router.get("/api/v1/detections/{detection_id:path}/plate", openapi_extra=by(WATCH, "view", ("plate", "detection_id")))
async def get_plate(request: Request, detection_id: str, viewer: Caller) -> Response:
    """Return the plate of a detection."""
    fields = await opened(request, viewer, ("plate", detection_id))
    return answer(200, {"plate": fields.get("plate")}, {"Cache-Control": "no-store"})


@router.get(
    "/api/v1/incidents/{incident_id:path}/withheld", openapi_extra=by(WATCH, "view", ("incident", "incident_id"))
)
async def get_withheld(request: Request, incident_id: str, viewer: Caller) -> Response:
    """Return narrative and caller's name of a sensitive incident, as far as the caller may have them."""
    fields = await opened(request, viewer, ("incident", incident_id))
    return answer(200, fields, {"Cache-Control": "no-store"})


async def _give(
    request: Request, viewer: Viewer, subject: Subject, words: dict[str, Any], *, break_glass: bool
) -> None:
    """Put on record what somebody says, then let them see. Raises HTTPException 403, 404, 422."""
    _hold(subject)
    action = "break glass" if break_glass else "purpose given"

    async def refused(status: int, why: str) -> HTTPException:
        await put_on_record(request, viewer, action, subject=subject, outcome="refused", why=why)
        return HTTPException(status, why)

    if not is_asked(viewer):
        raise await refused(403, f"What {viewer.name} signed in with shows nothing that asks for a reason.")
    found = await behind(request, viewer, subject)
    if found is None:
        raise HTTPException(404, _NOTHING_THERE)
    try:
        purpose = _purpose(viewer, words, break_glass)
    except PurposeRefusedError as error:
        raise HTTPException(422, str(error)) from error
    if not break_glass and not found.may_open:
        raise await refused(403, f"No purpose opens this to the role {viewer.role}; in an emergency break the glass.")
    number = await put_on_record(request, viewer, action, subject=subject, purpose=purpose.words)
    if break_glass:
        used = BreakGlass(number, iso(datetime.now(UTC)), viewer.name, viewer.role, *subject, purpose.words)
        # Before it opens anything: what nobody would review must not be shown.
        await reasons_of(request).break_glass(used)
    await reasons_of(request).grant(viewer.name, subject, purpose)


def _purpose(viewer: Viewer, words: dict[str, Any], break_glass: bool) -> Purpose:
    if break_glass:
        return break_glass_purpose(words.get("why", ""))
    return listed_purpose(viewer.audience, words.get("reason", ""), words.get("case", ""))


def _subject(asked: str) -> Subject:
    kind, _, id_ = asked.partition(":")
    _hold((kind, id_))
    return kind, id_


def _hold(subject: Subject) -> None:
    kind, id_ = subject
    if kind not in SUBJECTS or not _ID.accepts(id_):
        allowed = f"one of {', '.join(SUBJECTS)}, and the id of the {' or '.join(sorted(set(ENTITY_OF.values())))}"
        raise HTTPException(422, f"subject is no subject that asks for a reason; it must be {allowed}.")


def _back(viewer: Viewer, asked: str) -> str:
    return own_path(asked) or HOME.get(viewer.role, "/wall")


def _page(
    request: Request,
    viewer: Viewer,
    subject: Subject,
    back: str,
    status: int = 200,
    form: dict[str, str] | None = None,
    refused: str = "",
) -> Response:
    kind, id_ = subject
    return plain_page(
        request,
        "reasons/ask.html",
        status,
        title="What for?",
        what=SUBJECTS[kind],
        id=id_,
        subject=f"{kind}:{id_}",
        back=back,
        listed={name: each for name, each in LISTED.items() if each.is_for(viewer.audience)},
        form={name: (form or {}).get(name, "") for name in ("reason", "case", "why")},
        refused=refused,
    )
