from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.health import DEFAULT_INTERVAL_S, STATES, freshness, interval_s, is_feed


@pytest.mark.parametrize(
    ("age_s", "state"),
    [(0, "live"), (20, "live"), (20.1, "late"), (40, "late"), (41, "stale"), (100, "stale"), (101, "lost")],
)
def test_a_feed_ages_by_its_own_interval(age_s, state):
    """Two intervals are live, four late, ten stale, and then it is lost."""
    assert freshness(age_s, 10) == state


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0.1, 1e6))
def test_a_feed_only_gets_older(earlier, later, interval):
    """More age is never a better state."""
    young, old = sorted((earlier, later))
    assert STATES.index(freshness(young, interval)) <= STATES.index(freshness(old, interval))


def test_each_source_has_its_own_interval():
    """A shipped mapping declares it, the simulator's are known, and a stranger gets the default."""
    assert interval_s("sf-cad") == 90
    assert interval_s("sim-avl") == 5
    assert interval_s("rtcc-alarms") == 10
    assert interval_s("anybody") == DEFAULT_INTERVAL_S


def test_people_are_no_feed():
    """An operator who says nothing is not late; the process that watches the alarms would be."""
    assert not is_feed("rtcc-operators")
    assert all(map(is_feed, ("rtcc-alarms", "sim-avl", "anybody")))
