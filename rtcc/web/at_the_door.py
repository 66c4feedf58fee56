"""What all pages of the sign-in have in common: who may send their forms, and what they say when something is away."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, Final, ParamSpec, cast
from urllib.parse import parse_qs

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from rtcc.access.accounts import AccountRefusedError
from rtcc.access.asked_store import AccessAway
from rtcc.access.audit import AuditUnavailable
from rtcc.access.door import Door
from rtcc.access.proof import ProofRefusedError, Why
from rtcc.access.throttle import TooManyError
from rtcc.web.api.body import read_body
from rtcc.web.check import SAFE
from rtcc.web.plain_page import plain_page
from rtcc.web.viewer import is_from_own_page

P = ParamSpec("P")
Handler = Callable[Concatenate[Request, P], Awaitable[Response]]
_LARGEST_FORM: Final = 4 * 1024
_AWAY = "The store does not answer, so nobody can be signed in or out just now. Try again in a moment."
_FOREIGN = "This request comes from another site's page. Go to RTCC itself and do it there."
_STATUS: Final[dict[Why, int]] = {"wrong": 401, "too many": 429, "still too many": 429, "too busy": 503}

#: Stricter than for other pages: what is typed here, no program reads, not even one of ours.
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def at_the_door(title: str) -> Callable[[Handler[P]], Handler[P]]:
    """Let a handler answer only forms of our own pages, and say under this title what stands in the way."""

    def guarded(handler: Handler[P]) -> Handler[P]:
        @functools.wraps(handler)
        async def answered(request: Request, *arguments: P.args, **named: P.kwargs) -> Response:
            if request.method not in SAFE and not is_from_own_page(request):
                return said(request, 403, title, _FOREIGN)
            try:
                return await handler(request, *arguments, **named)
            except AccessAway:
                return said(request, 503, title, _AWAY)
            except AuditUnavailable as error:
                return said(request, 503, title, str(error))
            except TooManyError as error:
                page = said(request, 429, title, str(error))
                page.headers["Retry-After"] = str(error.wait_s)
                return page
            except AccountRefusedError as error:
                return said(request, 403, title, str(error))
            except ProofRefusedError as refusal:
                return told_when(said(request, status_of(refusal), title, str(refusal)), refusal)

        return cast("Handler[P]", answered)

    return guarded


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a form. Raises NotReadError for one that is larger than any of ours."""
    body = await read_body(request, _LARGEST_FORM)
    try:
        sent = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=16)
    except ValueError:
        return {}
    return {name: values[0] for name, values in sent.items()}


def door_page(request: Request, template: str, status: int = 200, *, title: str, **told: Any) -> HTMLResponse:
    """Return a page of the sign-in, which runs no program."""
    page = plain_page(request, template, status, title=title, **told)
    page.headers["Content-Security-Policy"] = _POLICY
    return page


def said(
    request: Request, status: int, title: str, sentence: str, link: tuple[str, str] = ("/login", "How to sign in")
) -> HTMLResponse:
    """Return a page that says one thing, and where to go from there."""
    href, label = link
    page = door_page(request, "login/said.html", status, title=title, sentence=sentence, href=href, label=label)
    if status == 503:
        page.headers["Retry-After"] = "1"
    return page


def status_of(refusal: ProofRefusedError) -> int:
    """Return the status of an answer to somebody who is not let in."""
    return _STATUS.get(refusal.why, 403)


def told_when(page: HTMLResponse, refusal: ProofRefusedError) -> HTMLResponse:
    """Return a page that tells programs, too, after how many seconds another attempt may be made."""
    if refusal.wait_s is not None:
        page.headers["Retry-After"] = str(refusal.wait_s)
    return page


def door_of(request: Request) -> Door:
    """Return what this server lets people in by."""
    door: Door = request.app.state.door
    return door
