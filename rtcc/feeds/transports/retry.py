"""When a feed that could not be read is tried again: later each time, not all at once, or when its server says."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_PAUSE_S, LAST_PAUSE_S = 5.0, 600.0
#: A server may ask for patience, and not for a week of it.
LONGEST_ASKED_S = 3600.0


def pause_s(failures: int, interval_s: float, jitter: Callable[[], float] = random.random) -> float:
    """Return how long to wait after so many failures in a row (1 or more): doubled each time, by half more or less.

    Never longer than the feed's interval needs to be missed: a daily feed is not tried each ten minutes less often.
    """
    first = min(FIRST_PAUSE_S, interval_s)
    last = max(LAST_PAUSE_S, min(interval_s, LONGEST_ASKED_S))
    return min(first * 2.0 ** min(failures - 1, 20), last) * (0.5 + jitter())


def asked_s(retry_after: str | None, now: datetime) -> float | None:
    """Return how long a ``Retry-After`` asks to wait, in seconds or as a date; None where it says nothing we know."""
    if retry_after is None:
        return None
    said = retry_after.strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_ASKED_S)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - now).total_seconds()), LONGEST_ASKED_S)
