"""The ledger of one feed, kept in the store: what it has told, when, what was refused and why, and where it goes on.

Everything that a payload changes here is written in one transaction, after its events are kept: whoever dies between
the two reads the same again, and the picture takes no harm from that.
"""

from __future__ import annotations

import re
import struct
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rtcc.feeds.breaker import Breaker
from rtcc.feeds.declared import Feed
from rtcc.store import keys
from rtcc.store.commands import Pipeline, Store

#: Reasons are counted under so many names; what comes beyond them is counted together.
MOST_REASONS = 30
OTHER_REASONS = "other reasons"
#: So many lags are kept, of one payload at most so many: one long page must not be all that is known.
_LAGS, _LAGS_AT_ONCE = 512, 64
_MOST_BURIED = 5_000
_AT_ONCE = 5_000
_LONGEST_SENTENCE = 300

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NUMBERS = re.compile(r"\d+(?:[.,:]\d+)*")

SUCCESS_AT, ATTEMPT_AT, NEXT_AT, DECLARED_AT = "success_at", "attempt_at", "next_at", "declared_at"
ERROR, ERROR_AT, FAILURES = "error", "error_at", "failures"
ROWS, ACCEPTED, UNCHANGED, REFUSED, EVENTS = "rows", "accepted", "unchanged", "refused", "events"
COUNTS = (ROWS, ACCEPTED, UNCHANGED, REFUSED, EVENTS)
REASON = "reason:"
LAGS = "lags"
LOST_MESSAGES = "lost_messages"
_GENERATION = "generation"
_BREAKER = ("open_since", "try_at", "pause_s", "why", "window_rows", "window_refused")


def reason_class(reason: str) -> str:
    """Return a reason without the values in it, so that a thousand bad times are one reason and not a thousand."""
    return _NUMBERS.sub("#", _QUOTED.sub("'…'", reason))[:120]


@dataclass(slots=True)
class Entry:
    """What one payload, or several that belong together, changes. ``fields`` go into the feed's hash as they are."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    lags_s: Sequence[float] = ()
    remember: Mapping[str, bytes | None] = field(default_factory=dict)
    buried: Iterable[str] = ()
    fields: Mapping[str, str | float | int] = field(default_factory=dict)


class Ledger:
    """The ledger of one feed. Every method may raise a StoreAway error."""

    def __init__(self, store: Store, feed: Feed) -> None:
        """Use this store."""
        self.feed = feed
        self.store = store
        self._key = keys.feed(feed.name)

    def read(self) -> dict[str, str]:
        """Return all that stands in the feed's hash but the lags."""
        told = self.store.hgetall(self._key)
        return {name.decode(): value.decode() for name, value in told.items() if name != LAGS.encode()}

    def declare(self, now: float) -> None:
        """Note when the feed was first known here, so that one that never speaks can be missed."""
        pipeline = self.store.pipeline()
        pipeline.hsetnx(self._key, DECLARED_AT, now)
        pipeline.execute()

    def breaker(self) -> Breaker:
        """Return the feed's breaker as it stands."""
        return breaker_of(self.feed, self.read())

    def memory(self) -> tuple[str, dict[str, bytes]]:
        """Return what the feed remembers of its rows, and the name of this state of it."""
        # The name first: what is written in between makes it an old name, and the memory is read again.
        generation = (self.store.hget(self._key, _GENERATION) or b"").decode()
        marks = self.store.hgetall(keys.feed_memory(self.feed.name))
        return generation, {id_.decode(): mark for id_, mark in marks.items()}

    def generation(self) -> str:
        """Return the name of the present state of the memory."""
        return (self.store.hget(self._key, _GENERATION) or b"").decode()

    def are_buried(self, marks: Sequence[str]) -> list[bool]:
        """Say of each mark whether its row has become a dead letter already."""
        pipeline = self.store.pipeline()
        for mark in marks:
            pipeline.zscore(keys.feed_buried(self.feed.name), mark)
        return [score is not None for score in pipeline.execute()] if marks else []

    def note(self, fields: Mapping[str, str | float | int]) -> None:
        """Write fields that are no payload's: an attempt, when the next is due, what was refused to us."""
        self.store.hset(self._key, mapping=fields)

    def attempt(self, now: float) -> None:
        """Note that the feed is being asked."""
        self.note({ATTEMPT_AT: now})

    def fail(self, sentence: str, now: float, fields: Mapping[str, str | float | int] | None = None) -> None:
        """Note that the feed could not be read, and why, in one sentence."""
        pipeline = self.store.pipeline()
        pipeline.hset(self._key, mapping={ERROR: sentence[:_LONGEST_SENTENCE], ERROR_AT: now, **(fields or {})})
        pipeline.hincrby(self._key, FAILURES, 1)
        pipeline.execute()

    def lose(self, messages: int) -> None:
        """Count messages that came faster than they could be kept, and that nobody can be asked for again."""
        pipeline = self.store.pipeline()
        pipeline.hincrby(self._key, LOST_MESSAGES, messages)
        pipeline.execute()

    def succeed(self, entry: Entry, breaker: Breaker, now: float) -> str:
        """Write down what was taken in, in one transaction; return the memory's new state, "" if unchanged."""
        pipeline = self.store.pipeline()
        generation = self._remember(pipeline, entry.remember)
        known = self.store.hgetall(self._key)
        pipeline.hset(
            self._key,
            mapping={
                **entry.fields,
                **_told_of(breaker),
                SUCCESS_AT: now,
                FAILURES: 0,
                LAGS: _with_lags(known.get(LAGS.encode(), b""), entry.lags_s),
            },
        )
        self._count(pipeline, entry, {name.decode() for name in known}, now)
        # The word of a feed that has nothing new is a word too: it is live, though no event came of it.
        pipeline.hset(keys.HEARD, mapping={self.feed.source: now})
        pipeline.execute()
        return generation

    def hold(self, entry: Entry, breaker: Breaker, now: float) -> None:
        """Write down that a payload was held back: it counts as refused, and as no success."""
        pipeline = self.store.pipeline()
        pipeline.hset(self._key, mapping={**entry.fields, **_told_of(breaker)})
        self._count(pipeline, entry, {name.decode() for name in self.store.hgetall(self._key)}, now)
        pipeline.execute()

    def resume(self) -> None:
        """Close the breaker: somebody has mended what was wrong, or takes it as it is."""
        breaker = Breaker(self.feed.breaker_share, self.feed.breaker_rows)
        self.note(_told_of(breaker) | {NEXT_AT: 0, "etag": "", "modified": ""})

    def _remember(self, pipeline: Pipeline, remember: Mapping[str, bytes | None]) -> str:
        key = keys.feed_memory(self.feed.name)
        kept = [(id_, mark) for id_, mark in remember.items() if mark is not None]
        gone = [id_ for id_, mark in remember.items() if mark is None]
        for start in range(0, len(kept), _AT_ONCE):
            pipeline.hset(key, mapping=dict(kept[start : start + _AT_ONCE]))
        for start in range(0, len(gone), _AT_ONCE):
            pipeline.hdel(key, *gone[start : start + _AT_ONCE])
        if not remember:
            return ""
        generation = uuid.uuid4().hex
        pipeline.hset(self._key, mapping={_GENERATION: generation})
        return generation

    def _count(self, pipeline: Pipeline, entry: Entry, known: set[str], now: float) -> None:
        for name, count in entry.counts.items():
            if count:
                pipeline.hincrby(self._key, name, count)
        room = MOST_REASONS - sum(name.startswith(REASON) for name in known)
        for reason, count in entry.reasons.items():
            name = REASON + reason
            if name not in known:
                name, room = (name, room - 1) if room > 0 else (REASON + OTHER_REASONS, room)
            pipeline.hincrby(self._key, name, count)
        marks = dict.fromkeys(entry.buried, now)
        if marks:
            key = keys.feed_buried(self.feed.name)
            pipeline.zadd(key, marks)
            pipeline.zremrangebyrank(key, 0, -_MOST_BURIED - 1)


def breaker_of(feed: Feed, told: Mapping[str, str]) -> Breaker:
    """Return a feed's breaker from what stands in its hash."""
    since = told.get("open_since", "")
    return Breaker(
        feed.breaker_share,
        feed.breaker_rows,
        rows=int(told.get("window_rows", 0)),
        refused=int(told.get("window_refused", 0)),
        open_since=float(since) if since else None,
        try_at=float(told.get("try_at", 0)),
        pause_s=float(told.get("pause_s", 0)),
        why=told.get("why", ""),
    )


def lags_of(packed: bytes) -> list[float]:
    """Return the lags that a feed's hash holds, in seconds, the oldest first."""
    return list(struct.unpack(f"<{len(packed) // 4}f", packed[: len(packed) // 4 * 4]))


def _told_of(breaker: Breaker) -> dict[str, Any]:
    since = "" if breaker.open_since is None else repr(breaker.open_since)
    values = (since, breaker.try_at, breaker.pause_s, breaker.why, breaker.rows, breaker.refused)
    return dict(zip(_BREAKER, values, strict=True))


def _with_lags(packed: bytes, lags_s: Sequence[float]) -> bytes:
    step = max(1, -(-len(lags_s) // _LAGS_AT_ONCE))
    some = lags_s[::step]
    return (packed + struct.pack(f"<{len(some)}f", *some))[-4 * _LAGS :]
