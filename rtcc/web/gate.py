"""The gate of ingest: group commit. Requests wait here until the micro-batch that carries their events is kept.

While one batch is on its way the next one gathers, so an idle system sends at once and a busy one sends more at
a time, up to 500 events or 20 ms. One thread talks to the store; the event loop never waits for it.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from rtcc.model.event import Event
from rtcc.tasks import BATCH, StoreUnavailable

#: Batches closer together than this cost the worker more than they gain the glass.
_GAP_S = 0.006
#: Events that may wait in this process before senders are told to come back later.
_MOST_WAITING = 50_000
_LOOK_AT_BACKLOG_S = 0.25


class Backlogged(RuntimeError):  # noqa: N818 - the domain's word, as in the API's 429
    """More waits than the workers can take in soon; ``retry_after_s`` says when to come back."""

    retry_after_s = 1


class IngestGate:
    """Takes events of many requests, sends them in micro-batches, and lets each request go when its own are kept."""

    def __init__(self, send: Callable[[Sequence[Event]], None], backlog: Callable[[], int], backlog_limit: int) -> None:
        """``send`` returns when events are kept; ``backlog`` counts batches that wait for a worker. Both may block."""
        self._send = send
        self._count_backlog = backlog
        self._backlog_limit = backlog_limit
        self._waiting: deque[tuple[Sequence[Event], asyncio.Future[None]]] = deque()
        self._events_waiting = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ingest-gate")
        self._something = asyncio.Event()
        self.backlog = 0

    async def submit(self, events: Sequence[Event]) -> None:
        """Return when the events are kept. Raises Backlogged or StoreUnavailable; then they must be sent again."""
        if self.backlog >= self._backlog_limit or self._events_waiting >= _MOST_WAITING:
            raise Backlogged
        done = []
        for start in range(0, len(events), BATCH):
            part = events[start : start + BATCH]
            kept = asyncio.get_running_loop().create_future()
            self._waiting.append((part, kept))
            self._events_waiting += len(part)
            done.append(kept)
        self._something.set()
        # All of them are awaited, even when one failed, so that no failure goes unheard.
        for result in await asyncio.gather(*done, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

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
                events, requests = self._gather()
                try:
                    await loop.run_in_executor(self._thread, self._send, events)
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
            _settle([*requests, *(kept for _, kept in self._waiting)], StoreUnavailable("The server is stopping."))
            self._thread.shutdown(wait=False)

    async def watch_backlog(self) -> None:
        """Look at the backlog once a second, so that it is seen to shrink while nothing is let in."""
        while True:
            await asyncio.sleep(1.0)
            try:
                backlog = await asyncio.get_running_loop().run_in_executor(self._thread, self._count_backlog)
            except StoreUnavailable:
                continue
            self.backlog = backlog

    def _gather(self) -> tuple[list[Event], list[asyncio.Future[None]]]:
        events: list[Event] = []
        requests: list[asyncio.Future[None]] = []
        while self._waiting and len(events) + len(self._waiting[0][0]) <= BATCH:
            part, kept = self._waiting.popleft()
            events += part
            requests.append(kept)
        self._events_waiting -= len(events)
        return events, requests


def _settle(requests: Sequence[asyncio.Future[None]], error: StoreUnavailable | None) -> None:
    for kept in requests:
        if kept.done():
            continue
        if error is None:
            kept.set_result(None)
        else:
            kept.set_exception(error)
