"""Rule feed_silent: a source has not spoken for much longer than it should."""

import pytest

from rtcc.feeds.feed_health import health_of
from rtcc.feeds.health import DEFAULT_INTERVAL_S, limits_s
from tests.alarm_center import Center
from tests.feed_parts import made_feed

ALARM = "feed_silent:avl"
_, STALE_S, LOST_S = limits_s(DEFAULT_INTERVAL_S)
DAY_S = 86_400
PARAMETERS = {"clear_after_s": 30, "forget_after_s": DAY_S}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["feed_silent"], feed_silent=PARAMETERS)


def test_it_is_raised_when_the_feed_is_stale() -> None:
    """Beyond the limit of its own interval, and not before, it is of medium severity."""
    center = watched()
    center.hear(avl=0)
    center.wait(STALE_S - 0.1)
    assert not center.is_open(ALARM)
    center.wait(0.2)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "medium")
    assert alarm["title"] == "Feed avl is stale"


def test_a_lost_feed_is_of_high_severity() -> None:
    """The same alarm says so when the feed counts as lost."""
    center = watched()
    center.hear(avl=0)
    center.wait(LOST_S - 0.1)
    assert center.alarm(ALARM)["severity"] == "medium"
    center.wait(0.2)
    assert (center.alarm(ALARM)["severity"], center.alarm(ALARM)["title"]) == ("high", "Feed avl is lost")
    assert center.times_raised(ALARM) == 1


def test_each_feed_has_its_own_interval() -> None:
    """One that speaks each few seconds is stale sooner than one of which nothing is known."""
    center = watched()
    center.hear(sim_avl=0, avl=0)
    center.wait(limits_s(5.0)[1] + 0.1)
    assert list(center.open()) == ["feed_silent:sim-avl"]


def test_a_feed_that_speaks_in_time_raises_none() -> None:
    """Late is not yet silent."""
    center = watched()
    for _ in range(50):
        center.hear(avl=0)
        center.wait(STALE_S - 1)
    assert center.times_raised(ALARM) == 0


def test_it_does_not_chatter() -> None:
    """A feed of which a word comes now and then is one alarm while it is silent again within the dead time."""
    center = Center(["feed_silent"], feed_silent={"clear_after_s": 600})
    for _ in range(20):
        center.hear(avl=0)
        center.wait(LOST_S + 1)
    assert center.times_raised(ALARM) == 1


def test_it_clears_when_the_feed_is_back_and_is_raised_anew() -> None:
    """After its dead time, by itself; silent once more, it is a new raise."""
    center = watched()
    center.hear(avl=0)
    center.wait(STALE_S + 1)
    center.hear(avl=0)
    assert center.alarm(ALARM)["clears_at"] == center.ago(-30)
    center.wait(29)
    assert center.is_open(ALARM)
    center.wait(1.1)
    assert center.alarm(ALARM)["state"] == "cleared"
    center.wait(STALE_S)
    assert center.alarm(ALARM)["state"] == "active"
    assert center.times_raised(ALARM) == 2


def test_a_source_that_has_been_away_for_a_day_is_no_feed_any_more() -> None:
    """Its alarm clears by itself; when it speaks again it is a feed again."""
    center = watched()
    center.hear(avl=0)
    center.wait(DAY_S - 1)
    assert "clears_at" not in center.alarm(ALARM)
    center.wait(1.1 + 30)
    assert not center.is_open(ALARM)
    center.hear(avl=0)
    center.wait(STALE_S + 1)
    assert center.times_raised(ALARM) == 2


@pytest.mark.parametrize(
    ("ago_s", "title"), [(100, None), (300, "Feed avl is stale"), (3_000, "Feed avl is lost"), (DAY_S + 1, None)]
)
def test_who_begins_knows_how_long_a_feed_has_been_silent(ago_s: float, title: str | None) -> None:
    """When the process begins, a silent feed is an alarm at once, and one that was forgotten is none."""
    center = watched()
    center.heard["avl"] = center.now.timestamp() - ago_s
    center.die()
    assert center.alarm(ALARM).get("title") == title


def test_a_feed_may_be_forgotten_before_it_is_stale() -> None:
    """Where an installation forgets early, there is no alarm between."""
    center = Center(["feed_silent"], feed_silent={"forget_after_s": 60})
    center.hear(avl=0)
    center.wait(DAY_S)
    assert center.times_raised(ALARM) == 0


def test_death_changes_nothing() -> None:
    """Who begins anew finds the same alarms and says nothing."""
    center = watched()
    center.hear(avl=0, cad=0)
    center.wait(STALE_S + 1)
    words = center.words
    center.die()
    assert center.words == words == 2


def test_a_declared_feed_is_never_forgotten() -> None:
    """A feed that is declared and silent for days is an alarm still, and does not leave it by its age."""
    center = watched()
    center.read_feeds(health_of(made_feed(source="avl"), {}))
    center.hear(avl=0)
    center.wait(3 * DAY_S)
    assert center.alarm(ALARM)["title"] == "Feed avl is lost"
    assert "clears_at" not in center.alarm(ALARM)
    assert center.times_raised(ALARM) == 1
