"""The declared feeds in the web process: where pushed payloads go in, and where their ledgers are read."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from rtcc.feeds.declared import Feed
from rtcc.feeds.intake import Intake, Taken
from rtcc.feeds.ledger import Ledger
from rtcc.feeds.payload import FeedTableError, Payload
from rtcc.feeds.transports.push import PushTable
from rtcc.picture.deadletters import DeadLetters
from rtcc.picture.feed_inlet import FeedInlet
from rtcc.settings import Settings
from rtcc.store.connection import NoStoreError, StoreAway, StoreRefused
from rtcc.tasks import StoreUnavailable

log = logging.getLogger(__name__)

#: Feeds that push at the same time; each waits for its own intake alone.
_THREADS = 4
#: Dead letters are read whole to be counted.
_COUNT_S = 30.0


class FeedDesk:
    """One of a web process. What it does is blocking, and belongs into its ``threads``."""

    def __init__(self, settings: Settings, feeds: Sequence[Feed]) -> None:
        """Know the feeds that are declared and switched on.

        Of ``pushed`` feeds one is None that is declared in a way that cannot be used: no reason to show no screen.
        """
        self.feeds = {feed.name: feed for feed in feeds if feed.enabled}
        self.pushed = {feed.name: _table(feed) for feed in self.feeds.values() if feed.transport_name == "push"}
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="feed-desk")
        self._settings = settings
        self._inlet: FeedInlet | None = None
        self._intakes: dict[str, Intake] = {}
        self._lock = threading.Lock()
        self._letters: dict[str, int] = {}
        self._counted_at = -_COUNT_S

    def take(self, name: str, payload: Payload) -> Taken:
        """Take a pushed payload in; raises StoreUnavailable where it may not be kept."""
        try:
            return self._intake(name).take([payload])
        except (NoStoreError, StoreRefused, *StoreAway) as error:
            raise StoreUnavailable("The store does not answer.") from error

    def dead_letters(self) -> dict[str, int]:
        """Return how many dead letters are open by source, counted at most each half minute."""
        now = time.monotonic()
        if now - self._counted_at > _COUNT_S:
            try:
                self._letters = DeadLetters(self._opened().store).by_source()
            except (NoStoreError, StoreRefused, *StoreAway) as error:
                raise StoreUnavailable("The store does not answer.") from error
            self._counted_at = now
        return self._letters

    def close(self) -> None:
        """Let go of the threads."""
        self.threads.shutdown(wait=False)

    def _intake(self, name: str) -> Intake:
        inlet = self._opened()
        with self._lock:
            if name not in self._intakes:
                feed = self.feeds[name]
                self._intakes[name] = Intake(feed, Ledger(inlet.store, feed), inlet.put, inlet.bury)
            return self._intakes[name]

    def _opened(self) -> FeedInlet:
        with self._lock:
            if self._inlet is None:
                # The store's address is not known before the store runs, and this process may start first.
                self._inlet = FeedInlet(self._settings)
            return self._inlet


def _table(feed: Feed) -> PushTable | None:
    try:
        return PushTable.from_table(feed.name, feed.transport)
    except FeedTableError as error:
        log.error("%s", error)  # noqa: TRY400 - the sentence says all
        return None
