"""Gathers the messages of a feed that never ends into batches, and hands each to the intake until it is kept."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from rtcc.feeds.payload import Payload
from rtcc.tasks import BATCH, StoreUnavailable

log = logging.getLogger(__name__)

#: A batch waits so long for more messages.
LINGER_S = 0.05
#: Messages that may wait here; then whoever sends has to wait, or where that cannot be, some are lost and counted.
MOST_WAITING = 5_000
_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.1, 5.0


class Message(NamedTuple):
    """One message; consecutive ones with the same ``joiner`` become one payload, joined by it, unless that is None."""

    content_type: str
    body: bytes
    joiner: bytes | None


class _Waiting(NamedTuple):
    received_at: datetime
    message: Message
    kept: asyncio.Future[None] | None


class Batches:
    """The batches of one feed; ``run`` it beside whatever adds messages."""

    def __init__(
        self,
        feed_name: str,
        take: Callable[[Sequence[Payload]], object],
        lose: Callable[[int], None] = lambda _: None,
        *,
        linger_s: float = LINGER_S,
        most: int = MOST_WAITING,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``take`` returns when payloads are kept or raises StoreUnavailable; ``lose`` counts the lost. Both block."""
        self._feed_name = feed_name
        self._take = take
        self._lose = lose
        self._linger_s = linger_s
        self._most = most
        self._now = now
        self._waiting: deque[_Waiting] = deque()
        self._something = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._lost = 0

    async def add(self, message: Message) -> None:
        """Add a message, waiting while too many wait: so its sender is held up and nothing is lost."""
        while not self._room.is_set():
            await self._room.wait()
        self._append(message, None)

    def offer(self, message: Message) -> bool:
        """Add a message whose sender cannot be held up; False where it is lost, which is counted."""
        if self._room.is_set():
            self._append(message, None)
            return True
        self._lost += 1
        return False

    def keep(self, message: Message) -> asyncio.Future[None]:
        """Add a message whose sender waits for a word, and return what is done when it is kept."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._append(message, kept)
        return kept

    async def run(self) -> None:
        """Hand batches on until cancelled."""
        while True:
            await self._something.wait()
            if len(self._waiting) < BATCH:
                await asyncio.sleep(self._linger_s)
            await self._hand_on()

    async def flush(self) -> None:
        """Hand on what waits still, once: the process ends."""
        while self._waiting:
            await self._hand_on()

    def _append(self, message: Message, kept: asyncio.Future[None] | None) -> None:
        self._waiting.append(_Waiting(self._now(), message, kept))
        self._something.set()
        if len(self._waiting) >= self._most:
            self._room.clear()

    async def _hand_on(self) -> None:
        batch = [self._waiting[index] for index in range(min(BATCH, len(self._waiting)))]
        payloads = self._payloads(batch)
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                # Shielded: what has begun is brought to its end, or nobody would know whether it was kept.
                await asyncio.shield(asyncio.to_thread(self._take, payloads))
                break
            except StoreUnavailable as error:
                log.warning("A batch of %s waits: %s", self._feed_name, error)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LAST_PAUSE_S)
        for each in batch:
            self._waiting.popleft()
            if each.kept is not None and not each.kept.done():
                each.kept.set_result(None)
        if not self._waiting:
            self._something.clear()
        if len(self._waiting) < self._most:
            self._room.set()
        if self._lost:
            lost, self._lost = self._lost, 0
            with contextlib.suppress(StoreUnavailable):
                await asyncio.to_thread(self._lose, lost)

    def _payloads(self, batch: Sequence[_Waiting]) -> list[Payload]:
        payloads: list[Payload] = []
        joined: list[_Waiting] = []
        for each in batch:
            if joined and (each.message.joiner is None or each.message[::2] != joined[0].message[::2]):
                payloads.append(self._joined(joined, payloads))
                joined = []
            joined.append(each)
        if joined:
            payloads.append(self._joined(joined, payloads))
        return payloads

    def _joined(self, some: Sequence[_Waiting], before: Sequence[Payload]) -> Payload:
        at = some[0].received_at
        if before and at <= before[-1].received_at:
            # Each has a moment of its own, by which its events lead back to its bytes.
            at = before[-1].received_at + timedelta(microseconds=1)
        joiner = some[0].message.joiner or b""
        body = joiner.join(each.message.body for each in some)
        return Payload(at, self._feed_name, some[0].message.content_type, body)
