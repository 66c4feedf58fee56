"""The web process's way out: events into the inbox, and counting what waits there."""

from __future__ import annotations

from collections.abc import Sequence

from rtcc.model.event import Event
from rtcc.picture.inbox import Inbox, open_inbox
from rtcc.picture.journaled import JournalHealth, read_health
from rtcc.picture.received import Received
from rtcc.settings import Settings
from rtcc.store.commands import Store
from rtcc.store.connection import NoStoreError, StoreAway, connect
from rtcc.tasks import StoreUnavailable


class Outlet:
    """Blocking calls to the store, each opened when first needed; used from the gate's own thread."""

    def __init__(self, settings: Settings) -> None:
        """Read the store's address when it is first needed: it may not run yet."""
        self._settings = settings
        self._inbox: Inbox | None = None
        self._store: Store | None = None

    def store(self) -> Store:
        """Return a client of the store. Raises NoStoreError where none is known."""
        if self._store is None:
            self._store = connect(self._settings)
        return self._store

    def send(self, events: Sequence[Event], received: Sequence[Received]) -> None:
        """Return when the events are kept, and for the journal the bytes they came in; raises StoreUnavailable."""
        self._opened().put(events, received if self._settings.keeps_journal() else ())

    def backlog(self) -> int:
        """Count the micro-batches that are not in the picture yet; raises StoreUnavailable where nobody can say."""
        try:
            return self._opened().waiting()
        except StoreAway as error:
            raise StoreUnavailable("The store does not answer.") from error

    def journal(self) -> JournalHealth | None:
        """Return how far the journal is behind, None where none is kept; raises StoreUnavailable."""
        try:
            return read_health(self.store(), self._settings)
        except (NoStoreError, *StoreAway) as error:
            raise StoreUnavailable("The store does not answer.") from error

    def _opened(self) -> Inbox:
        if self._inbox is None:
            try:
                self._inbox = open_inbox(self._settings)
            except NoStoreError as error:
                raise StoreUnavailable(str(error)) from error
        return self._inbox
