"""The clock that feeds are given: now, and waiting, so that a test can move time and a signal can end a wait."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present as an aware UTC datetime."""

    def wait(self, seconds: float) -> bool:
        """Let time pass; True means that somebody wants the feed to stop, and then it may return early."""


class SystemClock:
    """The machine's clock; ``stop`` ends every wait at once and for good."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait(self, seconds: float) -> bool:
        return self._stop.wait(max(seconds, 0.0))
