"""The breaker: opens beyond its share of enough rows, tries again less and less often, and forgets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.breaker import FIRST_TRY_S, LAST_TRY_S, Breaker

CLOSED = Breaker(share=0.5, least_rows=20)


@pytest.mark.parametrize(
    ("rows", "refused", "opens"), [(20, 10, False), (20, 11, True), (19, 19, False), (0, 0, False), (1000, 501, True)]
)
def test_it_opens_beyond_its_share_of_enough_rows(rows, refused, opens):
    """At the share it stays closed; a few rows say nothing."""
    assert (CLOSED.judged(rows, refused, 0.0).open_since is not None) is opens


def test_small_payloads_are_judged_together():
    """A feed that pushes row by row is stopped as one that tells a thousand at once."""
    breaker = CLOSED
    for _ in range(19):
        breaker = breaker.judged(1, 1, 0.0)
        assert breaker.open_since is None
    assert breaker.judged(1, 1, 5.0).open_since == 5.0


def test_a_good_past_does_not_hide_a_bad_present():
    """What was well for weeks is half forgotten again and again."""
    breaker = CLOSED
    for _ in range(10_000):
        breaker = breaker.judged(1, 0, 0.0)
    assert breaker.rows <= 201
    bad = 0
    while breaker.open_since is None:
        breaker = breaker.judged(1, 1, 0.0)
        bad += 1
    assert bad < 220


def test_an_open_one_holds_until_it_is_tried_and_waits_longer_each_time():
    """One payload is let through after each wait; one that is bad still doubles the wait, up to an hour."""
    breaker, now = CLOSED.judged(20, 20, 0.0), 0.0
    wait_s = FIRST_TRY_S
    for _ in range(10):
        assert breaker.holds(now + wait_s - 0.1)
        assert not breaker.holds(now + wait_s)
        now += wait_s
        breaker = breaker.judged(3, 3, now)
        assert breaker.open_since == 0.0
        wait_s = min(2 * wait_s, LAST_TRY_S)


def test_a_good_one_that_was_let_through_closes_it():
    """And nothing of before counts any more."""
    breaker = CLOSED.judged(20, 20, 0.0)
    assert breaker.judged(2, 1, 60.0) == CLOSED


def test_it_says_why():
    """In one sentence with the numbers."""
    assert CLOSED.judged(1200, 1100, 0.0).why == "1,100 of the last 1,200 rows were refused, which is more than 50%."


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=60), st.floats(0.05, 0.95))
def test_a_feed_below_its_share_is_never_stopped(told, share):
    """However its rows are cut into payloads, as long as each keeps within the share."""
    breaker = Breaker(share, 20)
    for rows, refused in told:
        breaker = breaker.judged(rows, min(refused, int(share * rows)), 0.0)
        assert breaker.open_since is None
