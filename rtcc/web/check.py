"""The one check: every request passes here and is held to its route's rule, and what must be on record is put there.

A path without a route ends here, so that nothing can be reached that no rule was declared for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse
from fastapi.routing import iter_route_contexts
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtcc.access.audit import AuditUnavailable, Outcome
from rtcc.web.answers import answer
from rtcc.web.on_record import put_on_record
from rtcc.web.plain_page import plain_page
from rtcc.web.rules import DECLARED, FEED, INGEST, OPEN, RECORDED, UNRECORDED, WATCH, Recorded, Rule
from rtcc.web.viewer import ANYONE, Viewer, is_from_own_page, look

#: What comes with Dash, and the files of the pages: the same for everyone, or asked again by each callback's own rule.
THEIRS: Final[dict[str, Rule]] = {
    "/assets": OPEN,
    "/_dash-component-suites/{package_name}/{fingerprinted_path:path}": OPEN,
    "/_favicon.ico": OPEN,
    "/_dash-dependencies": WATCH,
    "/_dash-layout": WATCH,
    "/_dash-update-component": WATCH,
    "/_reload-hash": WATCH,
}
#: Methods that change nothing, so that it does not matter which page made a browser send them.
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: Dash asks by POST; its answers change nothing.
_ASKS_BY_POST = frozenset({"/_dash-update-component"})
#: Whoever makes up addresses fills no memory of ours.
_MOST_FOUND = 2_000
_FOREIGN = "This request comes from another site's page; go to RTCC itself and do it there."
_LOCKED = "This screen is locked; unlock it first."


@dataclass(frozen=True, slots=True)
class _Door:
    """One route as the check knows it."""

    path: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    rule: Rule | None
    recorded: Recorded | None

    def leaves_record(self, method: str, viewer: Viewer) -> Recorded | None:
        """Return under what a request goes on record, None where it does not."""
        if self.recorded is not None:
            # Who only watches as anyone on this machine is nobody whose looks could be told apart.
            return self.recorded if self.recorded.action != UNRECORDED and viewer.name else None
        if method in SAFE or self.rule in {OPEN, INGEST, FEED} or self.path in _ASKS_BY_POST:
            return None
        return Recorded("command")

    def leaves_record_of_refusal(self, method: str, viewer: Viewer, status: int) -> Recorded | None:
        """Return under what it goes on record that somebody who is known was refused."""
        if not viewer.name or status != 403 or self.rule in {INGEST, FEED}:
            return None
        return self.leaves_record(method, viewer) or Recorded("view")


class AccessCheck:
    """Lets a request through to where the viewer may go."""

    def __init__(self, app: ASGIApp, server: FastAPI) -> None:
        """Guard ``app``; ``server`` has the routes and, in its state, who is known."""
        self._app, self._server = app, server
        self._doors: list[_Door] = []
        #: By path and method, as asked for lately: a page asks for a hundred files again and again.
        self._found: dict[tuple[str, str], tuple[_Door | None, dict[str, str]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is not allowed; pass the rest on, and put on record what asks for it."""
        if scope["type"] == "websocket":
            # There is no route for one, and none may come in beside the check.
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        door, ids = self._door(scope["path"], scope["method"])
        if door is None:
            await answer(404, {"detail": "Not Found"})(scope, receive, send)
            return
        # As the application itself will do, but the check comes before it.
        scope["app"] = self._server
        request = Request(scope, receive)
        viewer = ANYONE
        try:
            # What is open to everybody is sent whoever it is, also while nobody can say who: its handlers may ask.
            if door.rule is not OPEN or door.recorded is not None:
                viewer = request.state.viewer = await look(request)
            if door.rule is not OPEN:
                _require(request, door, viewer)
        except HTTPException as refusal:
            response: ASGIApp = _refused(request, viewer, refusal)
            recorded = door.leaves_record_of_refusal(request.method, viewer, refusal.status_code)
        else:
            response, recorded = self._app, door.leaves_record(request.method, viewer)
        if recorded is not None:
            send = _Recording(request, door, ids, recorded, send).send
        await response(scope, receive, send)

    def _door(self, path: str, method: str) -> tuple[_Door | None, dict[str, str]]:
        found = self._found.get((path, method))
        if found is None:
            if len(self._found) >= _MOST_FOUND:
                self._found.clear()
            found = self._found[path, method] = self._find(path, method)
        return found

    def _find(self, path: str, method: str) -> tuple[_Door | None, dict[str, str]]:
        if not self._doors:
            self._doors = doors_of(self._server)
        other = None
        for door in self._doors:
            found = door.pattern.match(path)
            if found and method in door.methods:
                return door, found.groupdict()
            if found and other is None:
                # The path is known and the method is not: the router says so, to whoever may know the path.
                other = door
        return other, {}


def doors_of(server: FastAPI) -> list[_Door]:
    """Return every route of an application with its rule, None where it declares none; in the order of the router."""
    doors = []
    for route in iter_route_contexts(server.routes):
        name, declared = str(route.path), getattr(route, "openapi_extra", None) or {}
        # A folder of files is one route without methods.
        known = getattr(route, "methods", None)
        path, methods = (name, frozenset(known)) if known else (f"{name}/{{path:path}}", SAFE)
        rule = declared.get(DECLARED, THEIRS.get(name))
        doors.append(_Door(name, compile_path(path)[0], methods, rule, declared.get(RECORDED)))
    return doors


def noted(request: Request, purpose: str | None = None, subject: tuple[str, str] | None = None, **details: str) -> None:
    """Add to what the record of this request will say; only what may be read by whoever reads the record."""
    known: dict[str, Any] = getattr(request.state, "noted", {})
    more = {"purpose": purpose, "subject": subject}
    known |= {name: value for name, value in more.items() if value is not None}
    known["details"] = known.get("details", {}) | details
    request.state.noted = known


def _require(request: Request, door: _Door, viewer: Viewer) -> None:
    """Refuse what the route's rule does not allow this viewer. Raises HTTPException."""
    if door.rule is None:
        raise HTTPException(403, "Nobody has said who may use this.")
    if viewer.locked_at is not None:
        raise HTTPException(401, _LOCKED, {"X-RTCC-Locked": "1"})
    if not door.rule.allows(viewer):
        refuse(viewer, door.rule)
    if viewer.by in {"session", "device"} and request.method not in SAFE and not is_from_own_page(request):
        raise HTTPException(403, _FOREIGN)


def refuse(viewer: Viewer, rule: Rule) -> NoReturn:
    """Say why somebody is not allowed: 401 for nobody in particular, else 403."""
    if viewer.by == "key":
        needs = f"needs scope {rule.scope}" if rule.scope else "is not for keys"
        raise HTTPException(403, f"This key has scope {viewer.scope}; {rule.doing} {needs}.")
    if viewer.name:
        raise HTTPException(403, f"What {viewer.name} signed in with does not allow {rule.doing}.")
    way = "Sign in at /login."
    if rule.scope:
        made = f"`rtcc keys create NAME --scope {rule.scope}` makes one."
        way = f"Sign in at /login, or present a key: Authorization: Bearer <key>; {made}"
    raise HTTPException(401, way, {"WWW-Authenticate": "Bearer"})


def _refused(request: Request, viewer: Viewer, refusal: HTTPException) -> Response:
    """Return the refusal: a window is led to where somebody can do something about it, or says why on a page."""
    headers = dict(refusal.headers or {})
    if "text/html" not in request.headers.get("accept", "") or "authorization" in request.headers:
        return answer(refusal.status_code, {"detail": refusal.detail}, headers)
    if refusal.status_code == 401:
        way = "/login" if viewer.locked_at is None else "/locked"
        if request.method == "GET":
            there = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""), safe="/")
            way = f"{way}?next={there}"
        return RedirectResponse(way, 303, {"Cache-Control": "no-store"})
    title = "Not now" if refusal.status_code == 503 else "Not for you"
    page = plain_page(request, "login/refused.html", refusal.status_code, title=title, sentence=refusal.detail)
    page.headers.update(headers)
    return page


class _Recording:
    """Puts a request on record before the first byte of its answer is sent; without a record there is no answer."""

    def __init__(self, request: Request, door: _Door, ids: dict[str, str], recorded: Recorded, send: Send) -> None:
        self._request, self._door, self._ids, self._recorded = request, door, ids, recorded
        self._send = send
        self._failed = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            try:
                await self._keep(message["status"])
            except AuditUnavailable as error:
                self._failed = True
                instead = answer(503, {"detail": str(error)}, {"Retry-After": "5"})
                await instead(self._request.scope, self._request.receive, self._send)
        if not self._failed:
            await self._send(message)

    async def _keep(self, status: int) -> None:
        viewer: Viewer = self._request.state.viewer
        said: dict[str, Any] = getattr(self._request.state, "noted", {})
        subject = self._recorded.subject
        about = None if subject is None or subject[1] not in self._ids else (subject[0], self._ids[subject[1]])
        details = {"route": f"{self._request.method} {self._door.path}", **said.get("details", {})}
        if about is None and self._ids:
            details |= self._ids
        await put_on_record(
            self._request,
            viewer,
            self._recorded.action,
            subject=said.get("subject", about),
            outcome=_outcome(status),
            purpose=said.get("purpose"),
            **details,
        )


def _outcome(status: int) -> Outcome:
    if status < 400:
        return "done"
    return "refused" if status in {401, 403, 429} else "failed"
