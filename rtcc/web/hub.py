"""The hub: one reader of the stream per web process, one replica, and the frames that every listener reads.

Frames stand in one ring that all listeners share; a listener is only a number in it. So a slow one costs nothing
but its socket's buffer, slows nobody, and when the ring has passed it by it is given the latest state instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from rtcc.access.visibility import MARK_NAMES, Marks, marks_of
from rtcc.feeds.declared import Feed
from rtcc.feeds.feed_health import FeedHealth, health_of, worst_by_source
from rtcc.feeds.health import freshness, is_feed, limits_s
from rtcc.model.event import iso
from rtcc.picture.changes import Change, changes_after, cursor_of, last_changes, last_position, reaches_back_to
from rtcc.picture.replica import Replica
from rtcc.picture.snapshot import load
from rtcc.store import keys
from rtcc.store.commands import AsyncStore, OpenAsync
from rtcc.store.connection import NoStoreError, StoreAway, StoreRefused
from rtcc.web.frames import Beat, Entry, Frame, other_event

log = logging.getLogger(__name__)

BEAT_S = 5.0
#: Changes are held back at most this long, and only while telling the listeners takes a good part of it.
LONGEST_GAP_S = 0.05
_SHORTEST_GAP_S = 0.012
_RING_FRAMES = 2_000
_RING_ENTRIES = 20_000
_PAST = 20_000
#: Blocking reads end and begin anew this often, and a store that hangs is noticed little later: the glass has 6 s.
_BLOCK_MS = 2_000
_FIRST_ANSWER_S = 1.5
#: A read that lasts so much longer than it may, on a paused machine for one, is given up, and its connection with it.
_STUCK_S = 8.0

#: Kind and id, and a position where one entity needs more than one entry in a frame.
_EntryKey = tuple[str, str, int]


def now_text() -> str:
    """Return this moment to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def not_cancelled() -> bool:
    """Return True; raises CancelledError where this task was told to end and something on the way kept that from it.

    redis-py sends with `asyncio.wait_for`, which before Python 3.12 loses a cancellation that comes as the sending
    ends. Whoever lost it would go on for ever: beats without changes, every screen old and looking live.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
    return True


class Hub:
    """Follows the picture and keeps what listeners need; run() it once in the process's event loop."""

    def __init__(self, connect: OpenAsync, intervals: Callable[[str], float], feeds: Iterable[Feed] = ()) -> None:
        """``connect`` opens a client of the store; ``intervals`` gives a source's declared interval in seconds.

        Of ``feeds``, the declared ones, each that is switched on is told of, also while it has never spoken.
        """
        self._connect = connect
        self._intervals = intervals
        self.replica = Replica()
        self.frames: deque[Frame | Beat] = deque()
        self.ready = False
        self.listeners = 0
        self.resets = 0
        self._next_number = 0
        self._entries_kept = 0
        self._wake: asyncio.Future[None] | None = None
        self._gap_s = _SHORTEST_GAP_S
        self._heard: dict[str, float] = {}
        #: How each declared feed is, as last looked at.
        self.declared = [health_of(feed, {}) for feed in feeds if feed.enabled]
        #: What each source speaks of, as far as the picture shows: a screen's list is as old as its oldest feed.
        self._kinds_of: dict[str, set[str]] = {}
        self._lost_at: str | None = None

    @property
    def first_number(self) -> int:
        """The number of the oldest frame in the ring, or of the next one where it is empty."""
        return self.frames[0].number if self.frames else self._next_number

    @property
    def next_number(self) -> int:
        """The number that the next frame will have."""
        return self._next_number

    @property
    def store_lost_at(self) -> str | None:
        """Since when the store does not answer, or None while it does."""
        return self._lost_at

    async def frame_after(self, number: int) -> None:
        """Wait until there is a frame with this number or a later one."""
        while self._next_number <= number:
            if self._wake is None:
                self._wake = asyncio.get_running_loop().create_future()
            # Shielded: one listener that goes away must not cancel what all of them wait for.
            await asyncio.shield(self._wake)

    def frames_from(self, number: int) -> list[Frame | Beat]:
        """Return the frames from this number on; the caller has seen that the ring still holds it."""
        start = number - self.first_number
        return [self.frames[i] for i in range(start, len(self.frames))]

    async def run(self) -> None:
        """Follow the picture until cancelled, through every loss of the store."""
        while not_cancelled():
            store: AsyncStore | None = None
            try:
                store = self._connect()
                async with asyncio.timeout(_FIRST_ANSWER_S):
                    goes_on = self.ready and await reaches_back_to(store, self.replica.position)
                if not goes_on:
                    await self._load(store)
                self._lost_at = None
                self.ready = True
                await self._hear(store)
            except (NoStoreError, StoreRefused, *StoreAway) as error:
                if self._lost_at is None:
                    self._lost_at = now_text()
                    log.warning("The store does not answer: %s.", type(error).__name__)
                self._beat()
                await asyncio.sleep(0.25)
            finally:
                if store is not None:
                    with contextlib.suppress(*StoreAway):
                        await store.aclose()

    async def _hear(self, store: AsyncStore) -> None:
        # No task group: before Python 3.13 it leaves its parent marked as cancelled when a child fails.
        readers = [asyncio.create_task(self._follow(store)), asyncio.create_task(self._pulse(store))]
        try:
            await asyncio.wait(readers, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for reader in readers:
                reader.cancel()
            results = await asyncio.gather(*readers, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _load(self, store: AsyncStore) -> None:
        position = await last_position(store)
        stored = [entity async for entity in load(store)]
        for entity in stored:
            for source in set(entity.sources.values()):
                self._kinds_of.setdefault(source, set()).add(entity.kind)
        replica = Replica.of(stored, position, MARK_NAMES)
        # Up to now, not to where we began to load: an entity may have been loaded with marks that are newer.
        replica.learn_past(await last_changes(store, await last_position(store), _PAST))
        if self.ready:
            self.resets += 1
        self.replica = replica
        # An empty ring sends every listener through the question whether it can go on from where it is.
        self.frames.clear()
        self._entries_kept = 0
        self._next_number += 1
        self._beat()

    async def _follow(self, store: AsyncStore) -> None:
        last_flush = 0.0
        while not_cancelled():
            async with asyncio.timeout(_STUCK_S):
                changes = await changes_after(store, self.replica.position, _BLOCK_MS)
            if not changes:
                continue
            entries: dict[_EntryKey, Entry] = {}
            self._take(changes, entries)
            wait = last_flush + self._gap_s - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
                async with asyncio.timeout(_STUCK_S):
                    self._take(await changes_after(store, self.replica.position, None), entries)
            last_flush = time.monotonic()
            self._publish(Frame(self._next_number, self.replica.position, now_text(), list(entries.values())))
            # After one turn of the loop every listener has written its frame: that is what telling them costs.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            cost = time.monotonic() - last_flush
            self._gap_s = min(LONGEST_GAP_S, max(_SHORTEST_GAP_S, 2 * cost))

    def _take(self, changes: list[Change], entries: dict[_EntryKey, Entry]) -> None:
        replica = self.replica
        for change in changes:
            self._kinds_of.setdefault(change.source, set()).add(change.kind)
            identity = change.kind, change.id
            known = replica.entities.get(identity)
            before = marks_of(change.kind, known.fields) if known else None
            news = replica.apply(change)
            if news is not None:
                self._merge(news, before, entries)

    def _merge(self, change: Change, before: Marks | None, entries: dict[_EntryKey, Entry]) -> None:
        identity: _EntryKey = (change.kind, change.id, 0)
        fields = change.fields
        earlier = entries.pop(identity, None)
        if earlier is not None and earlier.fields is None:
            # It left and is back within one frame: listeners must let go of the old one first.
            entries[change.kind, change.id, change.position] = earlier
        elif earlier is not None:
            before = earlier.before
            fields = None if fields is None or earlier.fields is None else earlier.fields | fields
        entity = self.replica.entities.get((change.kind, change.id))
        after, whole = before or Marks(), None
        if entity is not None:
            after = marks_of(entity.kind, entity.fields)
            if before is not None and after != before:
                whole = dict(entity.fields)
        entries[identity] = Entry(
            change.kind, change.id, fields, change.occurred_at, change.received_at, before, after, whole
        )

    def _publish(self, frame: Frame | Beat) -> None:
        self.frames.append(frame)
        self._next_number = frame.number + 1
        self._entries_kept += len(frame.entries)
        while len(self.frames) > _RING_FRAMES or self._entries_kept > _RING_ENTRIES:
            if len(self.frames) == 1:
                break
            self._entries_kept -= len(self.frames.popleft().entries)
        if self._wake is not None:
            wake, self._wake = self._wake, None
            wake.set_result(None)

    async def _pulse(self, store: AsyncStore) -> None:
        while not_cancelled():
            async with asyncio.timeout(_STUCK_S):
                heard = await store.hgetall(keys.HEARD)
                self.declared = await _look_at(store, [health.feed for health in self.declared])
            self._heard = {source.decode(): float(at) for source, at in heard.items()}
            self._beat()
            await asyncio.sleep(BEAT_S)

    def _beat(self) -> None:
        self._publish(Beat(self._next_number, self.replica.position, self.beat_event()))

    def feeds(self) -> list[dict[str, Any]]:
        """Return each feed's freshness by its own interval, the longest silent first.

        A declared feed is as old as its last success, with or without news; ``age_s`` is None for one never heard.
        """
        now = time.time()
        declared = worst_by_source(self.declared, now)
        stopped = {health.feed.source for health in self.declared if health.stopped}
        heard: dict[str, float | None] = {source: at for source, at in self._heard.items() if is_feed(source)}
        heard |= {source: health.success_at for source, health in declared.items()}
        feeds = []
        for source, at in sorted(heard.items(), key=lambda item: item[1] or 0.0):
            known = declared.get(source)
            interval_s = self._intervals(source) if known is None else known.feed.interval_s
            age_s = None if at is None else max(0.0, now - at)
            feeds.append(
                {
                    "source": source,
                    "state": "lost" if age_s is None else freshness(age_s, interval_s),
                    "stopped": source in stopped,
                    "age_s": None if age_s is None else round(age_s, 1),
                    "interval_s": interval_s,
                    "limits_s": limits_s(interval_s),
                    "kinds": sorted(self._kinds_of.get(source, ())),
                    "last_received_at": None if at is None else iso(datetime.fromtimestamp(at, UTC)),
                }
            )
        return feeds

    def beat_event(self) -> bytes:
        """Return a pulse of this moment: server time, every feed's freshness, and whether the store answers."""
        return other_event(
            "beat",
            {
                "server_time": now_text(),
                "cursor": cursor_of(self.replica.position),
                "store_lost_at": self._lost_at,
                "feeds": self.feeds(),
            },
        )


async def _look_at(store: AsyncStore, feeds: list[Feed]) -> list[FeedHealth]:
    pipeline = store.pipeline(transaction=False)
    for feed in feeds:
        pipeline.hgetall(keys.feed(feed.name))
    entries = await pipeline.execute() if feeds else []
    return [health_of(feed, entry) for feed, entry in zip(feeds, entries, strict=True)]
