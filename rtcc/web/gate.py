"""The gate of ingest: group commit. Requests wait here until the micro-batch that carries their events is kept.

While one batch is on its way the next one gathers, so an idle system sends at once and a busy one sends more at
a time, up to 500 events or 20 ms. One thread talks to the store; the event loop never waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from rtcc.model.event import Event
from rtcc.picture.journaled import JournalHealth
from rtcc.picture.received import Received
from rtcc.tasks import BATCH, StoreUnavailable

#: Batches closer together than this cost the worker more than they gain the glass.
_GAP_S = 0.006
#: Events that may wait in this process before senders are told to come back later.
_MOST_WAITING = 50_000
#: The same for the bytes in which they were received, and how many of those travel with one micro-batch.
_MOST_BYTES_WAITING = 64 * 2**20
_BYTES_AT_ONCE = 4 * 2**20
_LOOK_AT_BACKLOG_S = 0.25


class Backlogged(RuntimeError):  # noqa: N818 - the domain's word, as in the API's 429
    """More waits than can be taken in soon; the message is a sentence, ``retry_after_s`` says when to come back."""

    def __init__(self, why: str, retry_after_s: int) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


class _Part(NamedTuple):
    """What of a request travels in one micro-batch, and who waits for it; its bytes travel with its first part."""

    events: Sequence[Event]
    received: Received | None
    kept: asyncio.Future[None]

    @property
    def size(self) -> int:
        return 0 if self.received is None else len(self.received.body)


class IngestGate:
    """Takes events of many requests, sends them in micro-batches, and lets each request go when its own are kept."""

    def __init__(
        self,
        send: Callable[[Sequence[Event], Sequence[Received]], None],
        backlog: Callable[[], int],
        backlog_limit: int,
        journal: Callable[[], JournalHealth | None] = lambda: None,
    ) -> None:
        """``send`` returns when events, and the bytes that came with them, are kept; ``backlog`` counts batches
        that wait for a worker; ``journal`` says how far the past is behind, where one is kept. All may block.
        """
        self._send = send
        self._count_backlog = backlog
        self._backlog_limit = backlog_limit
        self._read_journal = journal
        self._waiting: deque[_Part] = deque()
        self._events_waiting = self._bytes_waiting = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ingest-gate")
        self._something = asyncio.Event()
        self.backlog = 0
        self.journal: JournalHealth | None = None

    async def submit(self, events: Sequence[Event], received: Received | None = None) -> None:
        """Return when the events are kept, and the bytes in which they were ``received``; those may come without any.

        Raises Backlogged or StoreUnavailable; then they must be sent again.
        """
        self.require_room(with_bytes=received is not None)
        loop = asyncio.get_running_loop()
        parts = [
            _Part(events[start : start + BATCH], received if start == 0 else None, loop.create_future())
            for start in range(0, max(1, len(events)), BATCH)
        ]
        for part in parts:
            self._waiting.append(part)
            self._events_waiting += len(part.events)
            self._bytes_waiting += part.size
        self._something.set()
        # All of them are awaited, even when one failed, so that no failure goes unheard.
        for result in await asyncio.gather(*(part.kept for part in parts), return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    def require_room(self, *, with_bytes: bool) -> None:
        """Raise Backlogged while more waits than can be taken in soon."""
        too_much = self._events_waiting >= _MOST_WAITING or self._bytes_waiting >= _MOST_BYTES_WAITING
        if too_much or self.backlog >= self._backlog_limit:
            raise Backlogged("More events wait than can be taken in soon; send these again later.", 1)
        # Operators' commands come without bytes, and few: an alarm must be answered whatever has become of a disk.
        if with_bytes and self.journal is not None and self.journal.is_full:
            raise Backlogged("The journal is too far behind to take in more; send these again later.", 5)

    async def run(self) -> None:
        """Send what waits, until cancelled; what then still waits is refused."""
        loop = asyncio.get_running_loop()
        looked_at = 0.0
        requests: list[asyncio.Future[None]] = []
        try:
            while True:
                if not self._waiting:
                    self._something.clear()
                    await self._something.wait()
                began = time.monotonic()
                events, received, requests = self._gather()
                try:
                    await loop.run_in_executor(self._thread, self._send, events, received)
                    if began - looked_at > _LOOK_AT_BACKLOG_S:
                        looked_at = began
                        self.backlog = await loop.run_in_executor(self._thread, self._count_backlog)
                except StoreUnavailable as error:
                    _settle(requests, error)
                else:
                    _settle(requests, None)
                if self._events_waiting < BATCH:
                    await asyncio.sleep(max(0.0, began + _GAP_S - time.monotonic()))
        finally:
            # Those on their way too: they may be kept or not, and whoever sent them must not wait for ever.
            _settle([*requests, *(part.kept for part in self._waiting)], StoreUnavailable("The server is stopping."))
            self._thread.shutdown(wait=False)

    async def watch_backlog(self) -> None:
        """Look at the backlog and the journal once a second, so that both are seen to shrink while nothing enters."""
        while True:
            await asyncio.sleep(1.0)
            with contextlib.suppress(StoreUnavailable):
                await asyncio.get_running_loop().run_in_executor(self._thread, self._look)

    def _look(self) -> None:
        self.backlog = self._count_backlog()
        self.journal = self._read_journal()

    def _gather(self) -> tuple[list[Event], list[Received], list[asyncio.Future[None]]]:
        events: list[Event] = []
        received: list[Received] = []
        requests: list[asyncio.Future[None]] = []
        size = 0
        while self._waiting and len(events) + len(self._waiting[0].events) <= BATCH and size < _BYTES_AT_ONCE:
            part = self._waiting.popleft()
            events += part.events
            requests.append(part.kept)
            if part.received is not None:
                received.append(part.received)
                size += part.size
        self._events_waiting -= len(events)
        self._bytes_waiting -= size
        return events, received, requests


def _settle(requests: Sequence[asyncio.Future[None]], error: StoreUnavailable | None) -> None:
    for kept in requests:
        if kept.done():
            continue
        if error is None:
            kept.set_result(None)
        else:
            kept.set_exception(error)
