"""The process that watches the alarms: follows the stream of changes, lets the engine decide, and writes what it says.

One process at a time, by a lock in the store that ends by itself; a second one waits, and takes over within seconds.
What it says goes into the picture by the same script as all else, and not through the inbox: an alarm must not queue
behind the reports of a busy hour. Everything it knows is in the picture or kept beside it, so when anything fails it
begins anew from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rtcc.alarms import kept
from rtcc.alarms.engine import Change, Engine, Known
from rtcc.alarms.load import alarm_load
from rtcc.alarms.parameters import AlarmPlan
from rtcc.alarms.standing import text
from rtcc.alarms.view import View
from rtcc.feeds.declared import Feed
from rtcc.feeds.feed_health import FeedHealth, read_all, worst_by_source
from rtcc.feeds.health import is_feed
from rtcc.feeds.ledger import Ledger
from rtcc.model.event import Event
from rtcc.model.sources import ALARMS, CENTER
from rtcc.model.version import instant_at, microseconds
from rtcc.picture import changes as stream
from rtcc.picture.journaled import read_health
from rtcc.picture.snapshot import StoredEntity, load
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import AsyncStore, Lock, Store
from rtcc.store.connection import LockLost, NoStoreError, StoreAway, StoreRefused, connect, connect_async

log = logging.getLogger(__name__)

#: Without a word for so long, the watch is free for another process.
LEASE_S = 3.0
_RENEW_S = 0.5
#: Feeds and the journal are looked at, and the load is said anew where it changed, at most so often.
_LOOK_S = 1.0
#: The heartbeat: the load is said at least so often, or screens say that nobody watches.
_SAY_S = 5.0
_AGAIN_S = 0.25
#: Changes are gathered for so long: a busy stream is read forty times a second and not two hundred, which leaves the
#: cores to those who draw, and costs an alarm a few hundredths of the time that it has.
_GATHER_S = 0.02
LOAD_ID = "center"


class AlarmWatch:
    """Runs until stopped. ``make_view`` gives an empty view of the city each time it begins anew."""

    def __init__(
        self, settings: Settings, plan: AlarmPlan, make_view: Callable[[], View], feeds: Sequence[Feed] = ()
    ) -> None:
        """``plan`` is what the settings say of the rules; ``feeds`` are those that are declared."""
        self._feeds = [feed for feed in feeds if feed.enabled]
        self._settings = settings
        self._plan = plan
        self._make_view = make_view
        self._said: dict[str, Any] = {}
        self._said_at = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Watch, through every loss of the store, until ``stop`` is set."""
        away = False
        while not stop.is_set():
            try:
                store = connect(self._settings)
                lock = store.lock(keys.ALARM_WATCH, timeout=LEASE_S, blocking=False, thread_local=False)
                if lock.acquire():
                    away = False
                    await self._watch(store, lock, stop)
                else:
                    store.close()
            except (NoStoreError, LockLost, StoreRefused, *StoreAway) as error:
                if not away:
                    log.warning("The alarms are not watched: %s.", type(error).__name__)
                away = True
            if not stop.is_set():
                await asyncio.sleep(_AGAIN_S)

    async def _watch(self, store: Store, lock: Lock, stop: asyncio.Event) -> None:
        following = connect_async(self._settings)
        try:
            await self._follow(store, following, lock, stop)
        finally:
            with contextlib.suppress(LockLost, *StoreAway):
                lock.release()
            with contextlib.suppress(*StoreAway):
                await following.aclose()
            store.close()

    async def _follow(self, store: Store, following: AsyncStore, lock: Lock, stop: asyncio.Event) -> None:
        writer = PictureWriter(store, self._settings)
        view = self._make_view()
        view.memory, view.arrivals = kept.read_memory(store), kept.read_arrivals(store)
        for feed in self._feeds:
            Ledger(store, feed).declare(time.time())
        view.feeds = self._look_at_feeds(store)
        view.heard = await _heard(following, view.feeds)
        view.journal = read_health(store, self._settings)
        view.broken_glass = kept.read_broken_glass(store)
        engine = Engine(self._plan.rules(view), view, kept.read_raises(store), self._plan.switched_off)
        position = await stream.last_position(following)
        stored = [entity async for entity in load(following)]
        known = [_known(entity) for entity in stored]
        ahead = {(entity.kind, entity.id): entity.position for entity in stored if entity.position > position}
        self._said = next((dict(each.fields) for each in known if each.kind == "alarm_load"), {})
        # Loading a large picture takes a while, and the watch must still be ours.
        lock.reacquire()
        us = renewed = looked = _now_us()
        self._write(writer, store, engine, engine.begin(known, us), us)
        while not stop.is_set():
            us = _now_us()
            found = await stream.changes_after(following, position, _wait_ms(engine, us, looked))
            us = _now_us()
            events: list[Event] = []
            for change in found:
                position = max(position, change.position)
                # What was loaded may be newer than where we begin to follow, and must not be undone by it.
                if change.position > ahead.get((change.kind, change.id), 0):
                    events += engine.take([_change(change)], us)
            events += engine.due(us)
            if us - renewed > _RENEW_S * 1e6:
                lock.reacquire()
                renewed = us
            if us - looked > _LOOK_S * 1e6:
                looked = us
                feeds = self._look_at_feeds(store)
                events += engine.read_feeds(feeds, us)
                events += engine.hear(await _heard(following, feeds), us)
                events += engine.read_journal(read_health(store, self._settings), us)
                events += engine.read_glass(kept.read_broken_glass(store), us)
                if not await stream.reaches_back_to(following, position):
                    log.warning("The stream has left the alarms behind; they begin anew.")
                    return
            self._write(writer, store, engine, events, us)
            if found:
                await asyncio.sleep(_GATHER_S)

    def _look_at_feeds(self, store: Store) -> dict[str, FeedHealth]:
        return {health.feed.name: health for health in read_all(store, self._feeds)}

    def _write(self, writer: PictureWriter, store: Store, engine: Engine, events: list[Event], us: int) -> None:
        if us - self._said_at >= _LOOK_S * 1e6:
            events = [*events, *self._load(engine, us)]
        if events:
            writer.apply(events)
        kept.save(store, engine.view.memory, engine.view.arrivals, engine.raises)

    def _load(self, engine: Engine, us: int) -> list[Event]:
        engine.view.arrivals.drop_old(us / 1e6)
        says = alarm_load(engine.raises, engine.alarms.values(), self._plan.operators, self._said, us)
        news = {name: value for name, value in says.items() if self._said.get(name) != value}
        if not news and us - self._said_at < _SAY_S * 1e6:
            return []
        self._said = says
        self._said_at = us
        at = instant_at(us)
        return [Event("alarm_load", LOAD_ID, CENTER, ALARMS, at, at, None, says | {"looked_at": text(us)})]


async def _heard(store: AsyncStore, feeds: Mapping[str, FeedHealth]) -> dict[str, float]:
    heard = {source.decode(): float(at) for source, at in (await store.hgetall(keys.HEARD)).items()}
    # A declared feed is as old as its last success. Of one that has never spoken, it counts since when we wait for it.
    for source, health in worst_by_source(feeds.values(), time.time()).items():
        heard[source] = health.success_at or health.declared_at or time.time()
    return {source: at for source, at in heard.items() if is_feed(source) and source != ALARMS}


def _known(entity: StoredEntity) -> Known:
    at = stream.seconds_of(entity.position)
    source = entity.sources.get("fix_at", "")
    return Known(entity.kind, entity.id, entity.fields, source, at, entity.newest_us)


def _change(change: stream.Change) -> Change:
    # Our own spelling, so it need not be checked again: that took a twentieth of all that a change costs here.
    us = microseconds(datetime.fromisoformat(change.occurred_at))
    return Change(change.kind, change.id, change.fields, change.source, us)


def _wait_ms(engine: Engine, us: int, looked: int) -> int:
    """Return how long to wait for a change at most: until something is due, or feeds must be looked at."""
    due = engine.next_at()
    until = looked / 1e6 + _LOOK_S
    wait_s = min(until, until if due is None else due) - us / 1e6
    # Never longer, also where the clock was set back.
    return max(1, min(int(wait_s * 1000) + 1, int(_LOOK_S * 1000)))


def _now_us() -> int:
    return time.time_ns() // 1000
