"""Rule break_glass: what somebody saw in an emergency, until a supervisor has asked why."""

from __future__ import annotations

from rtcc.model.break_glass import BreakGlass
from tests.alarm_center import Center

ALARM = "break_glass:17"
USED = BreakGlass(17, "2026-11-29T07:00:00Z", "Ann Roe", "officer", "plate", "det-1", "Child taken, seconds count")


def watched() -> Center:
    """Return a center that watches this rule alone."""
    return Center(["break_glass"])


def test_it_is_raised_until_somebody_has_reviewed_it() -> None:
    """At once; it says who did it and not about whom, for walls show alarms too; then it clears."""
    center = watched()
    center.read_glass(USED)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "high")
    assert alarm["title"] == "Ann Roe broke the glass to see the plate of a detection"
    assert not alarm["about"]
    center.wait(86_400)
    assert center.is_open(ALARM)
    center.read_glass()
    assert center.alarm(ALARM)["state"] == "cleared"


def test_each_use_is_an_alarm_of_its_own() -> None:
    """Looked at each second, each is raised once."""
    center = watched()
    other = BreakGlass(18, USED.at, "Ben Orr", "analyst", "incident", "i-1", "Somebody is in danger there")
    for _ in range(5):
        center.read_glass(USED, other)
        center.wait(1)
    assert center.times_raised(ALARM) == center.times_raised("break_glass:18") == 1
    center.read_glass(other)
    assert not center.is_open(ALARM)
    assert center.is_open("break_glass:18")


def test_death_changes_nothing() -> None:
    """Who begins anew finds the same alarm and says nothing; what was reviewed meanwhile clears."""
    center = watched()
    center.read_glass(USED)
    words = center.words
    center.die()
    assert center.is_open(ALARM)
    assert center.words == words
    center.glass = {}
    center.die()
    assert not center.is_open(ALARM)
