"""Tells how fresh a feed is, from when it last spoke and how often it should: old is never shown as current."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from rtcc.feeds.catalogue import shipped_mappings
from rtcc.feeds.declared import Feed
from rtcc.model.sources import ALARMS, OPERATORS

#: A source we know nothing of: one that pushes, and may well have a quiet minute.
DEFAULT_INTERVAL_S = 60.0
#: Calls and answers to the survey come when they come; at night half an hour between two answers says nothing.
SIMULATED = {"sim-avl": 5.0, "sim-cad": 60.0, "sim-911": 300.0, "sim-sensors": 60.0, "sim-survey": 3600.0}
#: The process that watches the rules; it renews its count of alarms this often.
WATCH = {ALARMS: 10.0}
#: Sources that are people: they speak when they have something to say, and their silence says nothing.
PERSONS = frozenset({OPERATORS})
STATES = ("live", "late", "stale", "lost")


def limits_s(interval_s: float) -> tuple[float, float, float]:
    """Return the ages in seconds up to which a feed is ``live``, ``late`` and ``stale``; beyond them it is ``lost``.

    The screens are given these numbers, so that they judge between two beats by the same ones.
    """
    return 2 * interval_s, 4 * interval_s, 10 * interval_s


def freshness(age_s: float, interval_s: float) -> str:
    """Return the state of a feed that was last heard so long ago."""
    passed = sum(age_s > limit for limit in limits_s(interval_s))
    return STATES[passed]


def interval_s(source: str) -> float:
    """Return how often, at the latest, a source is expected to speak where no feed is declared for it."""
    return _known().get(source, DEFAULT_INTERVAL_S)


def intervals_of(feeds: Iterable[Feed]) -> Callable[[str], float]:
    """Return ``interval_s`` as an installation with these feeds has it.

    Where feeds share one source, the one that speaks most often says when its silence means something.
    """
    declared: dict[str, float] = {}
    for feed in feeds:
        if feed.enabled:
            declared[feed.source] = min(feed.interval_s, declared.get(feed.source, feed.interval_s))
    return lambda source: declared[source] if source in declared else interval_s(source)


def is_feed(source: str) -> bool:
    """Say whether this source is one whose silence means something."""
    return source not in PERSONS


@cache
def _known() -> dict[str, float]:
    return SIMULATED | WATCH | {mapping.source: mapping.interval_s for mapping in shipped_mappings()}
