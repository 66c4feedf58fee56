"""Rule feed_stopped: the breaker of a declared feed is open."""

from __future__ import annotations

from dataclasses import replace

from rtcc.feeds.breaker import Breaker
from rtcc.feeds.feed_health import FeedHealth, health_of
from tests.alarm_center import Center
from tests.feed_parts import made_feed

ALARM = "feed_stopped:town"


def health(*, stopped: bool) -> FeedHealth:
    """Return how the town's feed is."""
    breaker = Breaker(0.5, 20, open_since=1.0 if stopped else None)
    return replace(health_of(made_feed(), {}), breaker=breaker)


def watched() -> Center:
    """Return a center that watches this rule alone."""
    return Center(["feed_stopped"], feed_stopped={"clear_after_s": 30})


def test_it_is_raised_while_the_breaker_is_open() -> None:
    """At once, and it says which feed."""
    center = watched()
    center.read_feeds(health(stopped=False))
    assert not center.is_open(ALARM)
    center.read_feeds(health(stopped=True))
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"], alarm["title"]) == ("active", "high", "Feed town is stopped")


def test_it_does_not_chatter() -> None:
    """Looked at each second it is one alarm; a breaker that closes and opens within the dead time is the same one."""
    center = watched()
    for second in range(60):
        center.read_feeds(health(stopped=second % 10 != 0))
        center.wait(1)
    assert center.times_raised(ALARM) == 1


def test_it_clears_when_the_feed_goes_on_and_is_raised_anew() -> None:
    """After its dead time, by itself."""
    center = watched()
    center.read_feeds(health(stopped=True))
    center.read_feeds(health(stopped=False))
    center.wait(31)
    assert center.alarm(ALARM)["state"] == "cleared"
    center.read_feeds(health(stopped=True))
    assert center.times_raised(ALARM) == 2


def test_a_feed_that_is_declared_no_more_has_no_alarm() -> None:
    """Who begins anew without the feed clears what was open."""
    center = watched()
    center.read_feeds(health(stopped=True))
    center.feeds = {}
    center.die()
    center.wait(31)
    assert not center.is_open(ALARM)


def test_death_changes_nothing() -> None:
    """Who begins anew finds the same alarm and says nothing."""
    center = watched()
    center.read_feeds(health(stopped=True))
    words = center.words
    center.die()
    assert center.is_open(ALARM)
    assert center.words == words
