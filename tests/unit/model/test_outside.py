"""What is pushed cannot speak for the center or for its people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rtcc.model.event import EventError
from rtcc.model.outside import ANSWERED, OURS, PERSONAL, parse_outside

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SAID: dict[str, Any] = {
    "acknowledged_by": "Ann Roe",
    "acknowledged_at": "2026-05-01T11:59:00Z",
    "shelved_by": "Ann Roe",
    "shelved_until": "2026-05-01T13:00:00Z",
    "shelve_reason": "being mended",
    "reviewed_by": "Ann Roe",
    "reviewed_at": "2026-05-01T11:59:00Z",
}


def event(kind: str, data: dict[str, Any], source: str = "cad") -> dict[str, Any]:
    return {
        "kind": kind,
        "id": "1",
        "agency": "SFPD",
        "source": source,
        "occurred_at": "2026-05-01T11:59:00Z",
        "data": data,
    }


@pytest.mark.parametrize("source", sorted(OURS))
def test_nobody_outside_speaks_under_the_centers_own_names(source: str) -> None:
    """Not as the alarms, not as operators, not as retention."""
    with pytest.raises(EventError, match=f"source is {source}"):
        parse_outside(event("alarm", {"title": "x"}, source), NOW)


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, fields in PERSONAL.items() for field in fields])
def test_nobody_outside_says_that_one_of_ours_has_done_something(kind: str, field: str) -> None:
    """A value is refused; to clear it is to say that nobody has answered this raise, which makes nothing quiet."""
    with pytest.raises(EventError, match=f"{field} says what a person"):
        parse_outside(event(kind, {field: SAID[field]}), NOW)
    assert parse_outside(event(kind, {field: None}), NOW).data == {field: None}


@pytest.mark.parametrize("state", sorted(ANSWERED))
def test_nobody_outside_makes_an_alarm_quiet(state: str) -> None:
    """Acknowledged and shelved it is by an operator, and by nobody else."""
    with pytest.raises(EventError, match="state says what a person"):
        parse_outside(event("alarm", {"state": state}), NOW)


def test_what_happened_is_taken_as_it_is_told() -> None:
    """A detection that was looked at elsewhere says so; only not in the name of one of ours."""
    told = parse_outside(event("detection", {"detection_type": "gunshot", "review": "confirmed"}), NOW)
    assert told.data == {"detection_type": "gunshot", "review": "confirmed"}
