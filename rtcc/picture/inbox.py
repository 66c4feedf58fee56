"""The inbox: micro-batches that are kept in the store until they are in the picture, whatever becomes of the messages.

A Celery message is only a wake-up with the name of a batch. Between taking a message off its list and noting down
that it did so, a worker or the store can die, and the message is gone; the batch is not. Batches that nobody has
finished after a while are woken again, and applying one twice changes nothing.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Sequence

from rtcc.model.event import Event
from rtcc.model.wire import encode
from rtcc.picture.received import FIELD, Received, pack
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Pipeline, Store
from rtcc.store.connection import StoreAway, StoreRefused, connect, store_url
from rtcc.tasks import BATCH, StoreUnavailable, client, waker

#: A batch that waits longer than this has most likely lost its message; with the sweep it starts within 30 s.
FORGOTTEN_AFTER_S = 15.0
_WOKEN_AT_ONCE = 200


class Inbox:
    """Keeps batches, and wakes workers for them."""

    def __init__(self, store: Store, wake: Callable[[str], None]) -> None:
        """``wake`` tells a worker the name of a batch; it raises StoreUnavailable where it could not."""
        self._store = store
        self._wake = wake

    def put(self, events: Sequence[Event], received: Sequence[Received] = ()) -> None:
        """Return when all events are kept, and for the journal the bytes in which they, or others, were received.

        Raises StoreUnavailable where that is not certain.
        """
        pipeline = self._store.pipeline()
        if received:
            # In the transaction of the first batch: no event is ever kept without the bytes behind it.
            pipeline.xadd(keys.RAW, {FIELD: pack(received)})
            if not events:
                _execute(pipeline)
        for start in range(0, len(events), BATCH):
            self._put_batch(events[start : start + BATCH], pipeline)
            pipeline = self._store.pipeline()

    def _put_batch(self, events: Sequence[Event], pipeline: Pipeline) -> None:
        name = uuid.uuid4().hex
        pipeline.set(keys.batch(name), encode(events))
        pipeline.zadd(keys.BATCHES, {name: time.time()})
        _execute(pipeline)
        # Kept is kept: a batch whose message could not be sent is woken with the forgotten ones.
        with contextlib.suppress(StoreUnavailable):
            self._wake(name)

    def take(self, name: str) -> bytes | None:
        """Return a batch as ``encode`` made it, or None where it has been finished already."""
        return self._store.get(keys.batch(name))

    def finish(self, name: str) -> None:
        """Let go of a batch that is in the picture."""
        pipeline = self._store.pipeline()
        pipeline.unlink(keys.batch(name))
        pipeline.zrem(keys.BATCHES, name)
        pipeline.execute()

    def waiting(self) -> int:
        """Count the batches that are not in the picture yet."""
        return self._store.zcard(keys.BATCHES)

    def wake_forgotten(self, older_than_s: float = FORGOTTEN_AFTER_S) -> int:
        """Wake workers for batches that have waited too long; return how many."""
        now = time.time()
        names = self._store.zrangebyscore(keys.BATCHES, "-inf", now - older_than_s, start=0, num=_WOKEN_AT_ONCE)
        for name in names:
            self._wake(name.decode())
        if names:
            # Their wait begins anew, so that a long queue is not filled with the same names again and again.
            pipeline = self._store.pipeline()
            pipeline.zadd(keys.BATCHES, {name.decode(): now for name in names}, xx=True)
            pipeline.execute()
        return len(names)


def _execute(pipeline: Pipeline) -> None:
    try:
        pipeline.execute()
    except (StoreRefused, *StoreAway) as error:
        raise StoreUnavailable("The store does not answer; nothing was acknowledged.") from error


def open_inbox(settings: Settings) -> Inbox:
    """Return the inbox of this installation. Raises NoStoreError where there is no store."""
    return Inbox(connect(settings), waker(client(store_url(settings))))
