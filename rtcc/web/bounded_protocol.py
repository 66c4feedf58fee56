"""The HTTP protocol of uvicorn with bounds that it has none of itself: how large a request's head is, and how slow."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

#: A request line and headers, while they come in; what has come in whole is held to less (see request_limits.py).
_LARGEST_HEAD: Final = 64 * 1024
#: So long the head of a request may take, from when its connection is made or its first byte came.
_HEAD_S: Final = 20.0


class BoundedProtocol(HttpToolsProtocol):
    """One connection. Whoever sends a head without end, or byte by byte, is cut off."""

    _head = 0
    _in_head = True
    #: Whether what just came in was more than a part of one head.
    _went_on = False
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._waiting = self.loop.call_later(_HEAD_S, self._cut_off)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came in, and look whether a head has gone on for too long."""
        self._went_on = not self._in_head
        super().data_received(data)
        if self._went_on or self.transport.is_closing():
            return
        self._head += len(data)
        if self._head > _LARGEST_HEAD:
            self._cut_off(431)
        elif self._waiting is None:
            self._waiting = self.loop.call_later(_HEAD_S, self._cut_off)

    def on_headers_complete(self) -> None:
        """Note that the head is whole."""
        self._in_head, self._went_on, self._head = False, True, 0
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the next head may begin."""
        self._in_head = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, and wait no more."""
        self._stop_waiting()
        super().send_400_response(msg)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: it is answered as if no upgrade were asked for, and no stranger fills our log."""

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _cut_off(self, status: int = 408) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.write(STATUS_LINE[status] + b"connection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()
