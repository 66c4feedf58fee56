"""How a declared feed is, from its ledger: what beat, meters, alarms, doctor and `rtcc feeds list` tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rtcc.feeds import held
from rtcc.feeds import ledger as words
from rtcc.feeds.breaker import Breaker
from rtcc.feeds.declared import Feed
from rtcc.feeds.health import STATES, freshness, limits_s
from rtcc.feeds.ledger import LAGS, REASON, breaker_of, lags_of
from rtcc.model.event import iso
from rtcc.store import keys
from rtcc.store.commands import Store


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """All times are Unix seconds, None where it never was. ``error`` is empty unless it is newer than the last success.

    ``reasons`` counts refused rows by why, without the values in them.
    """

    feed: Feed
    success_at: float | None
    attempt_at: float | None
    declared_at: float | None
    error: str
    error_at: float | None
    next_at: float | None
    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    lag_p50_s: float | None
    lag_p95_s: float | None
    breaker: Breaker
    held: int
    dropped: int
    lost_messages: int

    def age_s(self, now: float) -> float | None:
        """Return how long ago it last spoke; None where it never did."""
        return None if self.success_at is None else max(0.0, now - self.success_at)

    def state(self, now: float) -> str:
        """Return ``live``, ``late``, ``stale`` or ``lost``, by its own interval; one never heard is lost."""
        age_s = self.age_s(now)
        return STATES[-1] if age_s is None else freshness(age_s, self.feed.interval_s)

    @property
    def stopped(self) -> bool:
        """Say whether its breaker is open."""
        return self.breaker.open_since is not None

    def told(self, now: float) -> dict[str, Any]:
        """Return all of it as JSON."""
        age_s = self.age_s(now)
        return {
            "feed": self.feed.name,
            "title": self.feed.title,
            "source": self.feed.source,
            "transport": self.feed.transport_name,
            "format": self.feed.format_name,
            "interval_s": self.feed.interval_s,
            "limits_s": limits_s(self.feed.interval_s),
            "state": self.state(now),
            "age_s": None if age_s is None else round(age_s, 1),
            "success_at": _iso(self.success_at),
            "attempt_at": _iso(self.attempt_at),
            "next_at": _iso(self.next_at),
            "error": self.error or None,
            "error_at": _iso(self.error_at) if self.error else None,
            "lag_p50_s": self.lag_p50_s,
            "lag_p95_s": self.lag_p95_s,
            **self.counts,
            "reasons": dict(sorted(self.reasons.items(), key=lambda item: -item[1])),
            "stopped_since": _iso(self.breaker.open_since),
            "stopped_why": self.breaker.why if self.stopped else None,
            "try_at": _iso(self.breaker.try_at) if self.stopped else None,
            "held": self.held,
            "held_dropped": self.dropped,
            "lost_messages": self.lost_messages,
        }


def health_of(feed: Feed, entry: Mapping[bytes, bytes]) -> FeedHealth:
    """Return how a feed is, from its ledger's hash as the store holds it."""
    lags = sorted(lags_of(entry.get(LAGS.encode(), b"")))
    told = {name.decode(): value.decode() for name, value in entry.items() if name != LAGS.encode()}
    success_at, error_at = _number(told, words.SUCCESS_AT), _number(told, words.ERROR_AT)
    failed_since = error_at is not None and (success_at is None or error_at > success_at)
    return FeedHealth(
        feed=feed,
        success_at=success_at,
        attempt_at=_number(told, words.ATTEMPT_AT),
        declared_at=_number(told, words.DECLARED_AT),
        error=told.get(words.ERROR, "") if failed_since else "",
        error_at=error_at,
        next_at=_number(told, words.NEXT_AT),
        counts={name: int(told.get(name, 0)) for name in words.COUNTS},
        reasons={name.removeprefix(REASON): int(count) for name, count in told.items() if name.startswith(REASON)},
        lag_p50_s=_quantile(lags, 0.5),
        lag_p95_s=_quantile(lags, 0.95),
        breaker=breaker_of(feed, told),
        held=int(told.get(held.COUNT, 0)),
        dropped=int(told.get(held.DROPPED, 0)),
        lost_messages=int(told.get(words.LOST_MESSAGES, 0)),
    )


def read_all(store: Store, feeds: Iterable[Feed]) -> list[FeedHealth]:
    """Return how every feed is that is switched on, in their order. Raises a StoreAway error."""
    chosen = [feed for feed in feeds if feed.enabled]
    pipeline = store.pipeline()
    for feed in chosen:
        pipeline.hgetall(keys.feed(feed.name))
    entries = pipeline.execute() if chosen else []
    return [health_of(feed, entry) for feed, entry in zip(chosen, entries, strict=True)]


def worst_by_source(healths: Iterable[FeedHealth], now: float) -> dict[str, FeedHealth]:
    """Return for each source the feed of it that is in the worst state: what one feed hears says nothing of another."""
    worst: dict[str, FeedHealth] = {}
    for health in healths:
        known = worst.get(health.feed.source)
        if known is None or _trouble(health, now) > _trouble(known, now):
            worst[health.feed.source] = health
    return worst


def _trouble(health: FeedHealth, now: float) -> tuple[int, float]:
    age_s = health.age_s(now)
    return STATES.index(health.state(now)), float("inf") if age_s is None else age_s / health.feed.interval_s


def _quantile(lags: Sequence[float], share: float) -> float | None:
    return round(lags[min(len(lags) - 1, int(share * len(lags)))], 3) if lags else None


def _number(told: Mapping[str, str], name: str) -> float | None:
    said = told.get(name)
    return float(said) if said and float(said) else None


def _iso(at: float | None) -> str | None:
    return None if at is None else iso(datetime.fromtimestamp(at, UTC))
