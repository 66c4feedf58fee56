"""The process that listens for the feeds that never end, wired: `python -m workers.listen` starts here.

No Celery task: a connection lasts. One process at a time has it, by a lock in the store that ends by itself; a second
one waits, and takes over within seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
import time
from collections.abc import Mapping, Sequence

from rtcc.feeds.declared import LONG_LIVED, Feed, load_feeds
from rtcc.feeds.intake import Intake
from rtcc.feeds.ledger import Ledger
from rtcc.feeds.payload import FeedTableError, Payload
from rtcc.feeds.transports.batches import Batches
from rtcc.feeds.transports.file_tail import FileTail
from rtcc.feeds.transports.listen import Listener
from rtcc.feeds.transports.mqtt import MqttListener
from rtcc.feeds.transports.retry import pause_s
from rtcc.picture.feed_inlet import FeedInlet
from rtcc.settings import Settings, load_settings
from rtcc.store import keys
from rtcc.store.commands import Lock
from rtcc.store.connection import LockLost, NoStoreError, StoreAway, StoreRefused
from rtcc.tasks import StoreUnavailable

log = logging.getLogger(__name__)

LEASE_S = 10.0
_RENEW_S = 1.0
_AGAIN_S = 0.5
#: What is on its way when the process ends may take so long.
_FLUSH_S = 2.0


class Desk:
    """One feed's way in, for code that must not block: each call goes to a thread."""

    def __init__(self, feed: Feed, inlet: FeedInlet) -> None:
        self.feed = feed
        self.ledger = Ledger(inlet.store, feed)
        self._inlet = inlet
        self._intake = Intake(feed, self.ledger, inlet.put, inlet.bury)

    def take(
        self,
        payloads: Sequence[Payload],
        together: bool = False,
        always: Mapping[str, str | float | int] | None = None,
    ) -> None:
        """Return when payloads are kept; raises StoreUnavailable while they cannot be."""
        try:
            self._inlet.require_room()
            self._intake.take(payloads, together=together, always=always)
        except (StoreRefused, *StoreAway) as error:
            raise StoreUnavailable("The store does not answer.") from error

    def fail(self, sentence: str) -> None:
        """Write down why nothing is heard."""
        with contextlib.suppress(StoreRefused, *StoreAway):
            self.ledger.fail(sentence, time.time())

    def lose(self, messages: int) -> None:
        """Count what was lost."""
        with contextlib.suppress(StoreRefused, *StoreAway):
            self.ledger.lose(messages)


async def listen(settings: Settings, feeds: Sequence[Feed]) -> None:
    """Listen for these feeds until SIGTERM, whenever it is our turn."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        try:
            inlet = FeedInlet(settings)
            lock = inlet.store.lock(keys.LISTENER, timeout=LEASE_S, blocking=False, thread_local=False)
            if await asyncio.to_thread(lock.acquire):
                await _listen(inlet, lock, feeds, stopping)
        except (NoStoreError, StoreRefused, *StoreAway) as error:
            log.warning("Nobody listens yet: %s.", type(error).__name__)
        await asyncio.wait([stopping], timeout=_AGAIN_S)


async def _listen(inlet: FeedInlet, lock: Lock, feeds: Sequence[Feed], stopping: asyncio.Task[bool]) -> None:
    desks = [Desk(feed, inlet) for feed in feeds]
    batches = {desk.feed.name: Batches(desk.feed.name, desk.take, desk.lose) for desk in desks}
    ours = asyncio.create_task(_keep_lock(inlet, lock))
    hearing = [asyncio.create_task(_hear(desk, batches[desk.feed.name])) for desk in desks]
    handing = [asyncio.create_task(each.run()) for each in batches.values()]
    await asyncio.wait([stopping, ours], return_when=asyncio.FIRST_COMPLETED)
    # First nobody is heard any more, then what was heard is handed on.
    await _end(hearing)
    await _end(handing)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FLUSH_S):
            await asyncio.gather(*(each.flush() for each in batches.values()))
    await _end([ours])
    with contextlib.suppress(LockLost, *StoreAway):
        await asyncio.to_thread(lock.release)


async def _keep_lock(inlet: FeedInlet, lock: Lock) -> None:
    """Return when the lock is somebody else's; a store that is away for a moment does not make it so."""

    def renew() -> None:
        lock.reacquire()
        inlet.store.set(keys.LISTENING, time.time())

    while True:
        try:
            await asyncio.to_thread(renew)
        except LockLost:
            log.warning("Another process listens by now.")
            return
        except (StoreRefused, *StoreAway) as error:
            log.warning("The store does not answer: %s.", type(error).__name__)
        await asyncio.sleep(_RENEW_S)


async def _hear(desk: Desk, batches: Batches) -> None:
    """Hear one feed for ever; what fails is written down, and tried again later each time."""
    failures = 0
    while True:
        try:
            await _run(desk, batches)
        except FeedTableError as error:
            log.error("%s", error)  # noqa: TRY400 - the sentence says all
            await asyncio.to_thread(desk.fail, str(error))
            return
        except OSError as error:
            why = f"It cannot be heard: {error.strerror or type(error).__name__}."
        except Exception as error:
            log.exception("The listener of %s failed.", desk.feed.name)
            why = f"Its listener failed: {type(error).__name__}."
        failures += 1
        await asyncio.to_thread(desk.fail, why)
        await asyncio.sleep(min(pause_s(failures, 1.0), 30.0))


async def _run(desk: Desk, batches: Batches) -> None:
    if desk.feed.transport_name == "listen":
        await Listener(desk.feed, batches, desk.fail).run()
    elif desk.feed.transport_name == "mqtt":
        await MqttListener(desk.feed, batches, desk.fail).run()
    else:
        await _tail(FileTail(desk.feed, desk.ledger, desk.take))


async def _tail(tail: FileTail) -> None:
    while True:
        try:
            more = await asyncio.to_thread(tail.look)
        except StoreUnavailable as error:
            log.warning("A file waits: %s", error)
            more = False
        if not more:
            await asyncio.sleep(tail.table.look_s)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """Begin; where nothing is to be listened for it ends at once, where a feed cannot be used with a sentence."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = load_settings()
    try:
        feeds = [each for each in load_feeds(settings.feeds_path()) if each.enabled]
    except FeedTableError as error:
        print(f"rtcc: {error}", file=sys.stderr)  # noqa: T201 - it speaks to who starts it
        sys.exit(2)
    chosen = [feed for feed in feeds if feed.transport_name in LONG_LIVED]
    if chosen:
        asyncio.run(listen(settings, chosen))


if __name__ == "__main__":
    main()
