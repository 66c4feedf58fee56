"""Payloads as a transport hands them over, and formats of a feed called as the tests call theirs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rtcc.feeds.payload import FeedNames, Payload, Told

NAMES = FeedNames("outside", "outside", "CITY")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def payload(body: bytes | str, at: datetime = NOW) -> Payload:
    """Return bytes as they came at a moment."""
    return Payload(at, "tester", "", body.encode() if isinstance(body, str) else body)


def reasons(told: Told) -> list[str]:
    """Return why what was refused was."""
    return [refused.reason for refused in told.refused]


def said(told: Told) -> dict[tuple[str, str], dict[str, Any] | None]:
    """Return what the events say, by kind and id."""
    return {(event.kind, event.id): event.data for event in told.events}
