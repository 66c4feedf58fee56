"""When a failed poll is tried again: doubled, jittered, bounded, and as the server asks."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from rtcc.feeds.transports.retry import LAST_PAUSE_S, LONGEST_ASKED_S, asked_s, pause_s
from tests.factories import NOON


def test_it_doubles_and_ends_somewhere():
    """However long the server is away, it is asked again within minutes."""
    waits = [pause_s(failures, 60.0, lambda: 0.5) for failures in (1, 2, 3, 4, 50, 10_000)]
    assert waits == [5, 10, 20, 40, LAST_PAUSE_S, LAST_PAUSE_S]


def test_jitter_is_half_more_or_less():
    """So that a hundred feeds of one portal do not all come back in the same second."""
    assert pause_s(1, 60.0, lambda: 0.0) == 2.5
    assert pause_s(1, 60.0, lambda: 1.0) == 7.5


def test_a_feed_that_speaks_each_second_is_tried_each_second():
    """The first wait is never longer than its interval."""
    assert pause_s(1, 1.0, lambda: 0.5) == 1.0


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("99999999999999", LONGEST_ASKED_S),
        (format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOON - timedelta(days=1), usegmt=True), 0.0),
        (format_datetime(NOON + timedelta(days=900), usegmt=True), LONGEST_ASKED_S),
    ],
)
def test_retry_after_is_read_in_both_forms(said, wait_s):
    """Seconds or a date; anything else says nothing."""
    assert asked_s(said, NOON) == wait_s
