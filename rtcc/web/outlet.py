"""The web process's way out: sending events to the workers, and counting what waits for them."""

from __future__ import annotations

from collections.abc import Sequence

from rtcc.model.event import Event
from rtcc.settings import Settings
from rtcc.store.commands import Store
from rtcc.store.connection import NoStoreError, StoreAway, connect, store_url
from rtcc.tasks import INGEST_QUEUE, Sender, StoreUnavailable, client


class Outlet:
    """Blocking calls to the store, each opened when first needed; used from the gate's own thread."""

    def __init__(self, settings: Settings) -> None:
        """Read the store's address when it is first needed: it may not run yet."""
        self._settings = settings
        self._sender: Sender | None = None
        self._store: Store | None = None

    def store(self) -> Store:
        """Return a client of the store. Raises NoStoreError where none is known."""
        if self._store is None:
            self._store = connect(self._settings)
        return self._store

    def send(self, events: Sequence[Event]) -> None:
        """Return when the events are kept; raises StoreUnavailable otherwise."""
        if self._sender is None:
            try:
                self._sender = Sender(client(store_url(self._settings)))
            except NoStoreError as error:
                raise StoreUnavailable(str(error)) from error
        self._sender.send(events)

    def backlog(self) -> int:
        """Count the micro-batches that wait for a worker; raises StoreUnavailable where it cannot be asked."""
        try:
            return int(self.store().llen(INGEST_QUEUE))
        except (NoStoreError, *StoreAway) as error:
            raise StoreUnavailable("The store does not answer.") from error
