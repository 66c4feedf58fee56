"""How large a request may be, and which paths are none: refused while it comes in, before anything looks at it."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rtcc.web.answers import answer

_KIB: Final = 1024
#: By the beginning of a path, what a body may hold; the first that fits. What programs push in bulk is bounded where it
#: is read (see body.py), for each feed by its own limit, so that the excess is answered with its reason.
_BODIES: Final[tuple[tuple[str, int | None], ...]] = (
    ("/api/v1/events", None),
    ("/api/v1/feeds/", None),
    ("/_dash-update-component", 256 * _KIB),
    ("/api/", 64 * _KIB),
    # Forms of people.
    ("/", 16 * _KIB),
)
_LONGEST_TARGET: Final = 8 * _KIB
_MOST_HEADERS: Final = 100
_LARGEST_HEADERS: Final = 32 * _KIB
#: What comes after too much is read and thrown away up to here, so that a sender that still writes sees our answer.
_DRAINED: Final = 1024 * _KIB
#: A sender may pause so long within a body.
_PAUSE_S: Final = 20.0
#: A part that is empty or of dots, as it was sent: browsers send none, and encode the slashes of an id.
_ODD_PARTS: Final = re.compile(rb"\\|//|(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class RequestLimits:
    """Lets a request through whose target, headers and body are of a size that ours can have."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 400, 404, 408, 413, 414 or 431 to what is not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = _head_refused(scope)
        if refusal is not None:
            status, sentence = refusal
            await answer(status, {"detail": sentence}, {"Connection": "close"})(scope, receive, send)
            return
        largest = next(size for start, size in _BODIES if scope["path"].startswith(start))
        if largest is None or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        await _Bounded(self._app, scope, receive, send, largest).run()


class _Bounded:
    """One request with a body, counted while it comes in."""

    def __init__(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, largest: int) -> None:
        self._app, self._scope, self._receive, self._send = app, scope, receive, send
        self._largest = largest
        self._size = 0
        self._whole = self._started = False
        self._refusal: tuple[int, str] | None = None

    async def run(self) -> None:
        announced = _announced(self._scope)
        if announced > self._largest:
            await self._drain(announced)
            self._refuse_as_too_large()
            await self._answer()
            return
        with contextlib.suppress(_BodyRefusedError):
            await self._app(self._scope, self.receive, self.send)
        await self._answer()

    async def receive(self) -> Message:
        if self._whole:
            # Not the body any more: whoever asks now waits for the sender to go away, which takes what it takes.
            return await self._receive()
        try:
            async with asyncio.timeout(_PAUSE_S):
                message = await self._receive()
        except TimeoutError:
            self._refusal = 408, f"The body paused for over {_PAUSE_S:.0f} s; send it again."
            raise _BodyRefusedError from None
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._size > self._largest:
                if not self._whole:
                    await self._drain(_DRAINED)
                self._refuse_as_too_large()
                raise _BodyRefusedError
        return message

    async def send(self, message: Message) -> None:
        if self._refusal is None:
            self._started = True
            await self._send(message)

    def _refuse_as_too_large(self) -> None:
        self._refusal = 413, f"The body is over {self._largest // _KIB:,} KB; send less at once."

    async def _drain(self, announced: int) -> None:
        drained = 0
        while announced <= _DRAINED and drained <= _DRAINED:
            try:
                async with asyncio.timeout(_PAUSE_S):
                    message = await self._receive()
            except TimeoutError:
                return
            drained += len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body", False):
                return

    async def _answer(self) -> None:
        """Say what was wrong, whatever the application made of a body that ended in the middle."""
        if self._refusal is not None and not self._started:
            status, sentence = self._refusal
            await answer(status, {"detail": sentence}, {"Connection": "close"})(self._scope, self._receive, self._send)


class _BodyRefusedError(Exception):
    """Ends whatever reads a body that is refused."""


def _head_refused(scope: Scope) -> tuple[int, str] | None:
    if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > _LONGEST_TARGET:
        return 414, f"The address is over {_LONGEST_TARGET // _KIB} KB."
    size = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name == b"upgrade" and b"websocket" in value.lower():
            return 400, "There is no WebSocket here; the live stream is GET /api/v1/live."
    if size > _LARGEST_HEADERS or len(scope["headers"]) > _MOST_HEADERS:
        return 431, f"There are over {_MOST_HEADERS} headers, or over {_LARGEST_HEADERS // _KIB} KB of them."
    if _CONTROL.search(scope["path"]) or _ODD_PARTS.search(scope.get("raw_path", b"")):
        return 404, "Not Found"
    return None


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _announced(scope: Scope) -> int:
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(told) if told.isdigit() else 0
