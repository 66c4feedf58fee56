"""Tells how fresh a feed is, from when it last spoke and how often it should: old is never shown as current."""

from __future__ import annotations

from functools import cache

from rtcc.feeds.catalogue import shipped_mappings

#: A source we know nothing of: one that pushes, and may well have a quiet minute.
DEFAULT_INTERVAL_S = 60.0
SIMULATED = {"sim-avl": 5.0, "sim-cad": 60.0}
STATES = ("live", "late", "stale", "lost")


def freshness(age_s: float, interval_s: float) -> str:
    """Return ``live`` up to 2 intervals, ``late`` up to 4, ``stale`` up to 10, then ``lost``."""
    if age_s <= 2 * interval_s:
        return "live"
    if age_s <= 4 * interval_s:
        return "late"
    return "stale" if age_s <= 10 * interval_s else "lost"


def interval_s(source: str) -> float:
    """Return how often, at the latest, this source is expected to speak while all is well."""
    return _intervals().get(source, DEFAULT_INTERVAL_S)


@cache
def _intervals() -> dict[str, float]:
    return SIMULATED | {mapping.source: mapping.interval_s for mapping in shipped_mappings()}
