"""The payloads that a feed's open breaker holds back, whole, until its mapping is mended and they are sent again."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import orjson

from rtcc.feeds.payload import Payload
from rtcc.model.event import iso
from rtcc.store import keys
from rtcc.store.commands import Store

#: Bounded by number and by bytes: a feed that stays broken over a weekend must not fill the store. Beyond, the oldest
#: gives way; the journal has its bytes all the same, where one is kept.
MOST = 5_000
MOST_BYTES = 64 * 2**20
_FIELD = "p"
#: Fields of the feed's hash.
BYTES, COUNT, DROPPED = "held_bytes", "held", "held_dropped"


class HeldBack(NamedTuple):
    """Payloads that arrived together, such as the pages of one poll, under the id they are held by."""

    id: str
    payloads: tuple[Payload, ...]
    size: int


class Held:
    """What is held back of one feed."""

    def __init__(self, store: Store, feed: str) -> None:
        """Use this store for the feed of this name."""
        self._store = store
        self._feed = feed
        self._key = keys.feed_held(feed)

    def __len__(self) -> int:
        """Count what is held."""
        return int(self._store.xlen(self._key))

    def keep(self, payloads: Sequence[Payload]) -> None:
        """Hold payloads back together; the oldest give way where there are too many."""
        packed = _pack(payloads)
        held = int(self._store.hget(keys.feed(self._feed), BYTES) or 0)
        count = len(self)
        while count and (count >= MOST or held + len(packed) > MOST_BYTES):
            oldest = next(iter(self.all(1)))
            held -= oldest.size
            count -= 1
            self.remove(oldest, dropped=1)
        pipeline = self._store.pipeline()
        pipeline.xadd(self._key, {_FIELD: packed})
        pipeline.hincrby(keys.feed(self._feed), BYTES, len(packed))
        pipeline.hincrby(keys.feed(self._feed), COUNT, 1)
        pipeline.execute()

    def all(self, at_once: int = 20) -> Iterator[HeldBack]:
        """Yield what is held, the oldest first; some may be removed on the way."""
        after = "-"
        while entries := self._store.xrange(self._key, after, count=at_once):
            for id_, fields in entries:
                packed = fields[_FIELD.encode()]
                yield HeldBack(id_.decode(), tuple(_unpack(packed)), len(packed))
            after = f"({entries[-1][0].decode()}"

    def remove(self, held: HeldBack, *, dropped: int = 0) -> None:
        """Let go of what was taken after all, or ``dropped`` because there is too much."""
        pipeline = self._store.pipeline()
        pipeline.xdel(self._key, held.id)
        pipeline.hincrby(keys.feed(self._feed), BYTES, -held.size)
        pipeline.hincrby(keys.feed(self._feed), COUNT, -1)
        if dropped:
            pipeline.hincrby(keys.feed(self._feed), DROPPED, dropped)
        pipeline.execute()


def _pack(payloads: Sequence[Payload]) -> bytes:
    heads = [[iso(each.received_at), each.sender, each.content_type, len(each.body)] for each in payloads]
    return zlib.compress(orjson.dumps(heads) + b"\n" + b"".join(each.body for each in payloads), 1)


def _unpack(packed: bytes) -> Iterator[Payload]:
    heads, _, bodies = zlib.decompress(packed).partition(b"\n")
    at = 0
    for received_at, sender, content_type, size in orjson.loads(heads):
        yield Payload(datetime.fromisoformat(received_at), sender, content_type, bodies[at : at + size])
        at += size
