"""Supervisors review each use of break glass: who, when, what and why; nobody reviews their own."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from rtcc.access.account import folded
from rtcc.model.break_glass import SUBJECTS, BreakGlass
from rtcc.model.checks import parse_instant
from rtcc.web.api.callers import Caller
from rtcc.web.at_the_door import form_of
from rtcc.web.city_time import city_time
from rtcc.web.on_record import put_on_record
from rtcc.web.plain_page import plain_page
from rtcc.web.reasoned import reasons_of
from rtcc.web.rules import UNRECORDED, Rule, by
from rtcc.web.viewer import OVERSEERS, Viewer

router = APIRouter()
REVIEW = Rule(
    "a session of a supervisor or admin",
    # Whoever came with a key that reads as a supervisor does not act as one.
    lambda viewer: viewer.by == "session" and viewer.audience in OVERSEERS and viewer.operates,
    "reviewing what others have seen",
)
#: Where each subject can be looked at; a detection has no page of its own.
_PAGES = {"incident": "/incident/", "place": "/incident/"}


@router.get("/admin/review", openapi_extra=by(REVIEW))
async def list_uses(request: Request, viewer: Caller) -> Response:
    """Show the uses of break glass that nobody has reviewed, the oldest first."""
    return await _page(request, viewer)


# Its record is written before the use leaves the queue, and not only before the answer is sent.
@router.post("/admin/review/{number}", openapi_extra=by(REVIEW, UNRECORDED))
async def review(request: Request, number: int, viewer: Caller) -> Response:
    """Say that one has asked, and what came of it."""
    note = " ".join((await form_of(request)).get("note", "").split())
    used = await reasons_of(request).find(number)
    if used is None:
        return await _page(request, viewer, 404, "It waits for review no more: somebody has reviewed it meanwhile.")
    subject = "break glass", str(number)
    if folded(used.who) == folded(viewer.name):
        await put_on_record(request, viewer, "reviewed", subject=subject, outcome="refused", why="their own use")
        return await _page(request, viewer, 403, "Nobody reviews what they did themselves; somebody else must.")
    if not (3 <= len(note) <= 300 and note.isprintable()):
        return await _page(request, viewer, 422, "note is too short or too long; it must be 3 to 300 characters.")
    await put_on_record(request, viewer, "reviewed", subject=subject, of=used.who, note=note)
    await reasons_of(request).reviewed(number)
    return RedirectResponse(f"/admin/review?reviewed={number}", 303)


async def _page(request: Request, viewer: Viewer, status: int = 200, refused: str = "") -> Response:
    used = await reasons_of(request).to_review()
    reviewed = request.query_params.get("reviewed", "") if status == 200 else ""
    if reviewed and not reviewed.isdecimal():
        raise HTTPException(422, "reviewed is no number.")
    return plain_page(
        request,
        "review/list.html",
        status,
        title="Review",
        uses=[_told(request, viewer, each) for each in used],
        waiting_reviews=len(used),
        reviewed=reviewed,
        refused=refused,
    )


def _told(request: Request, viewer: Viewer, used: BreakGlass) -> dict[str, Any]:
    time, at = city_time(request), parse_instant(used.at)
    page = _PAGES.get(used.kind)
    return {
        "number": used.number,
        "at": used.at,
        "when": used.at if at is None else f"{time.day(at)} {time.clock(at)}",
        "who": used.who,
        "role": used.role,
        "what": SUBJECTS.get(used.kind, used.kind),
        "id": used.id,
        "page": page,
        "why": used.why,
        "own": folded(used.who) == folded(viewer.name),
    }
