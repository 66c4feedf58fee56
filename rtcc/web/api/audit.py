"""Supervisors and administrators read the audit log, filtered, or take it as CSV; each reading is on record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from rtcc.access.audit import ACTIONS, folder_of
from rtcc.access.audit_export import as_csv
from rtcc.access.audit_read import AuditFilter, AuditPage, newest_page, oldest_first
from rtcc.model.checks import parse_instant
from rtcc.settings import Settings
from rtcc.web.answers import answer
from rtcc.web.check import noted
from rtcc.web.city_time import CityTime, city_time
from rtcc.web.plain_page import plain_page
from rtcc.web.rules import OVERSEE, by

router = APIRouter()
PAGE = 100
OUTCOMES = ("done", "refused", "failed")
_ASKED = ("who", "action", "subject", "outcome", "text", "since", "until", "before")
_LONGEST = 100
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the log: as it was written, as a filter, and below which number to go on."""

    form: dict[str, str]
    wanted: AuditFilter
    before: int | None


def asked(request: Request) -> Asked:
    """Return what the query asks for; 422 with one sentence about what cannot be read."""
    form = {name: request.query_params.get(name, "").strip() for name in _ASKED}
    for name, value in form.items():
        if len(value) > _LONGEST or not value.isprintable():
            raise HTTPException(422, f"{name} is too long or no plain text; it must be at most {_LONGEST} characters.")
    if form["outcome"] not in ("", *OUTCOMES):
        raise HTTPException(422, f"outcome is no outcome; it must be one of {', '.join(OUTCOMES)}.")
    before = form.pop("before")
    if before and not (before.isascii() and before.isdecimal()):
        raise HTTPException(422, "before is no number; it must be the number of a record.")
    time = city_time(request)
    since, until = _instant("since", form["since"], time), _instant("until", form["until"], time, end=True)
    wanted = AuditFilter(
        who=form["who"],
        action=form["action"],
        subject=form["subject"],
        outcome=form["outcome"],
        text=form["text"],
        since=since,
        until=until,
    )
    return Asked(form, wanted, int(before) if before else None)


_Asked = Annotated[Asked, Depends(asked)]


@router.get("/admin/audit", openapi_extra=by(OVERSEE, "audit read"))
async def show_audit(request: Request, ask: _Asked) -> Response:
    """Show what is on record, a page at a time."""
    page = await _read(request, ask)
    time = city_time(request)
    own = {name: value for name, value in ask.form.items() if value}
    return plain_page(
        request,
        "audit/list.html",
        title="Audit",
        form=ask.form,
        actions=ACTIONS,
        outcomes=OUTCOMES,
        records=[_told(record, time) for record in page.records],
        zone=time.zone_name(datetime.now(UTC)),
        older=None if page.older is None else "/admin/audit?" + urlencode({**own, "before": page.older}),
        newest=None if ask.before is None else "/admin/audit?" + urlencode(own),
        csv="/admin/audit.csv?" + urlencode(own),
    )


@router.get("/api/v1/audit", openapi_extra=by(OVERSEE, "audit read"))
async def get_audit(request: Request, ask: _Asked) -> Response:
    """Return what is on record, the newest first; ``older`` is the ``before`` of the next page."""
    page = await _read(request, ask)
    return answer(200, {"records": page.records, "older": page.older}, {"Cache-Control": "no-store"})


@router.get("/admin/audit.csv", openapi_extra=by(OVERSEE, "export"))
async def export_audit(request: Request, ask: _Asked) -> Response:
    """Return what is on record as CSV, the oldest first."""
    noted(request, subject=("audit", "csv"), filter=ask.wanted.said())
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="audit.csv"'}
    lines = as_csv(oldest_first(_folder(request), ask.wanted))
    return StreamingResponse(_pieces(lines), media_type="text/csv; charset=utf-8", headers=headers)


async def _read(request: Request, ask: Asked) -> AuditPage:
    below = "" if ask.before is None else f"; below number {ask.before}"
    noted(request, filter=ask.wanted.said() + below)
    return await asyncio.to_thread(partial(newest_page, _folder(request), ask.wanted, before=ask.before, most=PAGE))


def _folder(request: Request) -> Path:
    settings: Settings = request.app.state.settings
    return folder_of(settings.data_dir)


def _pieces(lines: Iterator[str]) -> Iterator[str]:
    """Gather lines, for each piece goes through a thread of its own."""
    piece: list[str] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size >= _PIECE:
            yield "".join(piece)
            piece, size = [], 0
    yield "".join(piece)


def _instant(name: str, text: str, time: CityTime, *, end: bool = False) -> datetime | None:
    """Return the instant that a text names: a day by the city's clock, its beginning or its end, or an instant."""
    if not text:
        return None
    if (at := parse_instant(text)) is not None:
        return at
    try:
        day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
        return datetime(day.year, day.month, day.day, tzinfo=time.zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise HTTPException(422, f"{name} is no day; it must be a day such as 2026-11-29, or an instant.") from error


def _told(record: Mapping[str, Any], time: CityTime) -> dict[str, Any]:
    at = parse_instant(record["at"])
    details = [f"{name}: {value}" for name, value in record["details"].items() if name != "route"]
    return {
        **record,
        "day": "" if at is None else time.day(at),
        "clock": record["at"] if at is None else time.clock(at),
        "subject": " ".join(record["subject"] or ()),
        "route": record["details"].get("route", "").replace(":path}", "}"),
        "told": details,
    }
