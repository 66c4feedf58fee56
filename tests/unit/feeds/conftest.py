"""What the tests of feeds share: a clock that only a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest


class MovedClock:
    """Waiting is moving on; from ``stop_at`` it says stop."""

    def __init__(self):
        self.present = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.stop_at = None
        self.waits = []

    def now(self):
        return self.present

    def wait(self, seconds):
        self.waits.append(seconds)
        self.present += timedelta(seconds=max(seconds, 0))
        return self.stop_at is not None and self.present >= self.stop_at


@pytest.fixture
def clock():
    return MovedClock()
