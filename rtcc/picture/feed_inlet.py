"""The way of a feed into the picture: events and their bytes into the inbox, refusals to the dead letters."""

from __future__ import annotations

from collections.abc import Sequence

from rtcc.model.event import Event
from rtcc.picture.deadletters import DeadLetters
from rtcc.picture.inbox import Inbox, open_inbox
from rtcc.picture.journaled import read_health
from rtcc.picture.received import Received
from rtcc.settings import Settings
from rtcc.store.commands import Store
from rtcc.store.connection import StoreAway, StoreRefused, connect
from rtcc.tasks import StoreUnavailable


class NoRoom(StoreUnavailable):
    """More waits than can be taken in soon; nothing was kept."""


class FeedInlet:
    """Blocking, for any thread; opened once a process. Raises NoStoreError where there is no store."""

    def __init__(self, settings: Settings) -> None:
        """Open the store of this installation."""
        self._settings = settings
        self.store: Store = connect(settings)
        self._inbox: Inbox = open_inbox(settings)

    def put(self, events: Sequence[Event], payloads: Sequence[tuple[object, str, str, bytes]]) -> None:
        """Return when events are kept, and for the journal the payloads they came in; raises StoreUnavailable."""
        received = [Received(*payload) for payload in payloads] if self._settings.keeps_journal() else []  # type: ignore[arg-type]
        if events or received:
            self._inbox.put(events, received)

    def bury(self, letters: Sequence[tuple[str, str, bytes]], received_at: str) -> None:
        """Keep what was refused as dead letters: (source, reason, raw bytes) each. Raises StoreUnavailable."""
        try:
            DeadLetters(self.store).add_all(letters, received_at)
        except (StoreRefused, *StoreAway) as error:
            raise StoreUnavailable("The store does not answer.") from error

    def require_room(self) -> None:
        """Raise NoRoom while more waits for the picture or the journal than can be taken in soon."""
        try:
            if self._inbox.waiting() >= self._settings.backlog_limit:
                raise NoRoom("More events wait for the picture than can be taken in soon.")
            health = read_health(self.store, self._settings)
        except StoreAway as error:
            raise StoreUnavailable("The store does not answer.") from error
        if health is not None and health.is_full:
            raise NoRoom("The journal is too far behind to take in more.")
