"""Events that could not be taken, kept with their reason, source and raw bytes until someone looks."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rtcc.picture.changes import position_of
from rtcc.store import keys
from rtcc.store.commands import Store

#: Bounded by number and by size, so that a bad deploy upstream can fill neither memory nor disk.
MOST = 5_000
LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One event that could not be taken; ``raw`` is cut at LONGEST bytes, and ``whole`` says whether it was not.

    ``received_at`` (ISO 8601) leads to the bytes that it came in, which the journal has; "" where nobody knows it.
    """

    id: str
    source: str
    reason: str
    raw: bytes
    whole: bool
    received_at: str


def fields(source: str, reason: str, raw: bytes, received_at: str) -> dict[str, str | bytes]:
    """Return a dead letter as the fields of its stream entry."""
    return {
        "source": source,
        "reason": reason,
        "raw": base64.b64encode(raw[:LONGEST]),
        "whole": "1" if len(raw) <= LONGEST else "0",
        "received_at": received_at,
    }


class DeadLetters:
    """The bounded stream of dead letters, for plain code."""

    def __init__(self, store: Store) -> None:
        """Use this store."""
        self._store = store

    def add(self, source: str, reason: str, raw: bytes, received_at: str = "") -> None:
        """Keep one more; the oldest gives way when there are too many."""
        self.add_all([(source, reason, raw)], received_at)

    def add_all(self, letters: Iterable[tuple[str, str, bytes]], received_at: str = "") -> None:
        """Keep more that were received at one moment, each as source, reason and raw bytes."""
        pipeline = self._store.pipeline()
        count = 0
        for source, reason, raw in letters:
            pipeline.xadd(keys.DEAD_LETTERS, fields(source, reason, raw, received_at), maxlen=MOST, approximate=False)
            count += 1
        pipeline.hincrby(keys.COUNTERS, "deadletters", count)
        pipeline.execute()

    def __len__(self) -> int:
        """Count those kept now."""
        return int(self._store.xlen(keys.DEAD_LETTERS))

    def newest(self, most: int) -> Iterator[DeadLetter]:
        """Yield the newest first."""
        for id_, entry in self._store.xrevrange(keys.DEAD_LETTERS, count=most):
            yield _read(id_, entry)

    def all(self) -> Iterator[DeadLetter]:
        """Yield every one, the oldest first."""
        for id_, entry in self._store.xrange(keys.DEAD_LETTERS):
            yield _read(id_, entry)

    def by_source(self) -> dict[str, int]:
        """Count those kept now by their source. It reads all of them, so ask seldom."""
        counts: dict[str, int] = {}
        after = "-"
        while entries := self._store.xrange(keys.DEAD_LETTERS, after, count=500):
            for _, entry in entries:
                source = entry[b"source"].decode()
                counts[source] = counts.get(source, 0) + 1
            after = f"({entries[-1][0].decode()}"
        return counts

    def find(self, id_: str) -> DeadLetter | None:
        """Return one by its id, as ``rtcc doctor`` shows it; None where there is none (any more)."""
        if position_of(id_) is None:
            return None
        found = self._store.xrange(keys.DEAD_LETTERS, id_, id_)
        return _read(*found[0]) if found else None

    def remove(self, letter: DeadLetter) -> None:
        """Forget one that was taken after all."""
        self._store.xdel(keys.DEAD_LETTERS, letter.id)


def _read(id_: bytes, entry: dict[bytes, bytes]) -> DeadLetter:
    return DeadLetter(
        id=id_.decode(),
        source=entry[b"source"].decode(),
        reason=entry[b"reason"].decode(),
        raw=base64.b64decode(entry[b"raw"]),
        whole=entry[b"whole"] == b"1",
        received_at=entry.get(b"received_at", b"").decode(),
    )
