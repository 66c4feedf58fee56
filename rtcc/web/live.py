"""The live stream: server-sent events from the hub's frames to one listener, with resume and flow control."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal

from starlette.types import Receive, Scope, Send

from rtcc.access.visibility import Audience
from rtcc.picture.changes import SHIFT, cursor_of, position_of
from rtcc.web.frames import change_event, departures, other_event, whole_changes
from rtcc.web.hub import Hub, now_text

#: Whole states encoded between two turns of the event loop, so that one listener's backlog stops nobody.
_AT_ONCE = 500
#: A cursor may be so far ahead of us (in stream milliseconds) where another web process gave it out.
_AHEAD = 60_000 << SHIFT
#: A listener whose session has ended, or whose key was revoked, is told no more after at most this and one beat.
_LOOK_AGAIN_S = 5.0


class LiveStream:
    """The response to one listener; an ASGI application of its own because it writes for hours."""

    def __init__(
        self,
        hub: Hub,
        audience: Audience,
        cursor: str | None,
        listener_is: Callable[[], Awaitable[Literal["same", "locked", "other"]]] | None = None,
    ) -> None:
        """Begin after ``cursor`` (a stream id), or now where it is None.

        ``listener_is`` is asked from time to time whether the listener is still who it was: another must begin anew,
        and one whose screen is locked is told so.
        """
        self._hub = hub
        self._audience = audience
        self._cursor = cursor
        self._listener_is = listener_is

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write events until the listener goes away."""
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        writing = asyncio.ensure_future(self._write(send))
        leaving = asyncio.ensure_future(_until_gone(receive))
        self._hub.listeners += 1
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.listeners -= 1
            for task in (writing, leaving):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await writing

    async def _write(self, send: Send) -> None:
        looked_at = time.monotonic()
        async for body in self._events():
            if self._listener_is is not None and time.monotonic() - looked_at > _LOOK_AGAIN_S:
                listener = await self._listener_is()
                if listener != "same":
                    # What it holds may be more than it may have now: it takes the picture anew, as whoever it is now.
                    last = other_event("reset" if listener == "other" else "locked", {})
                    await send({"type": "http.response.body", "body": last, "more_body": False})
                    return
                looked_at = time.monotonic()
            # Returns only when the listener's socket takes more: that is the whole flow control.
            await send({"type": "http.response.body", "body": body, "more_body": True})

    async def _events(self) -> AsyncIterator[bytes]:
        hub, audience = self._hub, self._audience
        yield b"retry: 1000\n" + hub.beat_event()
        seen = hub.replica.position if self._cursor is None else position_of(self._cursor)
        number = -1
        while True:
            if number < hub.first_number:
                async for body in self._catch_up(seen):
                    yield body
                seen, number = hub.replica.position, hub.next_number
            await hub.frame_after(number)
            if number < hub.first_number:
                continue
            frames = hub.frames_from(number)
            number, seen = frames[-1].number + 1, frames[-1].position
            yield b"".join([frame.encoded(audience) for frame in frames])

    async def _catch_up(self, seen: int | None) -> AsyncIterator[bytes]:
        """Yield the latest state of what changed since ``seen``, or a reset where that cannot be told.

        Ends without a pause between the last look at the replica and the caller's next: nothing falls between.
        """
        hub = self._hub
        while True:
            replica = hub.replica
            if seen is None or seen < replica.horizon or seen > replica.position + _AHEAD:
                seen = max(replica.position, replica.horizon)
                yield other_event("reset", {}, seen)
                continue
            if seen >= replica.position:
                return
            until = replica.position
            departed = departures(replica.departed_since(seen), self._audience, seen)
            changed = replica.changed_since(seen)
            if len(changed) <= _AT_ONCE:
                changes = departed + whole_changes(changed, self._audience, seen)
                yield change_event(until, now_text(), changes)
                if hub.replica is replica and replica.position == until:
                    return
                seen = until
                continue
            yield change_event(until, now_text(), departed, resumable=False)
            for start in range(0, len(changed), _AT_ONCE):
                some = whole_changes(changed[start : start + _AT_ONCE], self._audience, seen)
                yield change_event(until, now_text(), some, resumable=False)
            # Only now the listener has all of it, and may resume from here.
            yield b"id: " + cursor_of(until).encode() + b"\n\n"
            seen = until


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
