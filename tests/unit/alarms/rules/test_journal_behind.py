"""Rule journal_behind: changes wait for the journal that should long be in it, or the room for them is used up."""

from typing import Any

import pytest

from rtcc.picture.journaled import JournalHealth
from tests.alarm_center import Center

ALARM = "journal_behind:center"
PARAMETERS = {"clear_after_s": 60, "after_s": 60, "critical_when_full": 0.5}
HOUR_S = 3_600


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["journal_behind"], journal_behind=PARAMETERS)


def health(center: Center, due_in_s: float | None = 0.0, **over: Any) -> JournalHealth:
    """Return a journal whose oldest waiting change is due then, and whose process has just spoken."""
    now = center.now.timestamp()
    due_at = None if due_in_s is None else now + due_in_s
    about = {"behind": 1, "raw_behind": 0, "full": 0.0, "due_at": due_at, "confirmed_at": now, "alive_at": now}
    return JournalHealth(**(about | {"trouble": ""} | over))


def fall_behind(center: Center) -> None:
    """Let the journal stand still until it is an alarm."""
    center.read_journal(health(center, -1))
    center.wait(60)
    center.read_journal(health(center, -61))
    assert center.is_open(ALARM)


def test_it_is_raised_when_a_change_is_late() -> None:
    """A minute after it should be in the journal, by time alone and not before, it is of high severity."""
    center = watched()
    center.read_journal(health(center, 10, alive_at=center.now.timestamp() + 60))
    center.wait(69.9)
    assert not center.is_open(ALARM)
    center.wait(0.2)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"], alarm["title"]) == ("active", "high", "Journal is behind")


def test_a_journal_that_keeps_up_raises_none() -> None:
    """There is always something that waits for the next segment, and sometimes it is a little late."""
    center = watched()
    for due_in_s in (10, -4, -18, None) * 20:
        center.read_journal(health(center, due_in_s))
        center.wait(14)
    assert center.times_raised(ALARM) == 0


def test_what_waits_since_a_center_was_switched_off_is_no_alarm() -> None:
    """Its last changes are hours old when it is switched on again, and are written down within seconds."""
    center = watched()
    center.journal = health(center, -8 * HOUR_S)
    center.die()
    center.wait(5)
    center.read_journal(health(center, None))
    center.wait(HOUR_S)
    assert center.times_raised(ALARM) == 0


def test_it_says_why() -> None:
    """An operator looks elsewhere where a process is silent than where a disk is full."""
    center = watched()
    fall_behind(center)
    for over, why in (
        ({}, "Journal is behind"),
        ({"trouble": "The journal cannot be written: No space left on device."}, "Journal cannot be kept"),
        ({"alive_at": center.now.timestamp() - 31}, "Journal process silent"),
        ({"alive_at": None, "confirmed_at": None}, "Journal process silent"),
        ({"full": 1.0}, "Journal full: no new events"),
    ):
        center.read_journal(health(center, -61, **over))
        assert center.alarm(ALARM)["title"] == why
    assert center.times_raised(ALARM) == 1


@pytest.mark.parametrize("due_in_s", [None, 10, -10])
def test_it_is_critical_when_the_room_is_half_used(due_in_s: float | None) -> None:
    """However late: more comes in than is written, and then nothing more is let in."""
    center = watched()
    center.read_journal(health(center, due_in_s, full=0.49))
    assert not center.is_open(ALARM)
    center.read_journal(health(center, due_in_s, full=0.5))
    assert center.alarm(ALARM)["severity"] == "critical"
    assert center.times_raised(ALARM) == 1


def test_it_does_not_chatter() -> None:
    """A journal that catches up for a moment, again and again, is one alarm."""
    center = watched()
    fall_behind(center)
    for _ in range(20):
        center.read_journal(health(center, None))
        center.wait(5)
        center.read_journal(health(center, -1))
        center.wait(55)
        center.read_journal(health(center, -56, full=0.5))
    assert center.times_raised(ALARM) == 1


def test_it_clears_when_the_journal_has_caught_up_and_is_raised_anew() -> None:
    """After its dead time, by itself; behind once more, it is a new raise."""
    center = watched()
    fall_behind(center)
    center.wait(1)
    center.read_journal(health(center, 5))
    assert center.alarm(ALARM)["clears_at"] == center.ago(-60)
    center.read_journal(health(center, None))
    center.wait(59)
    assert center.is_open(ALARM)
    center.wait(1.1)
    assert center.alarm(ALARM)["state"] == "cleared"
    fall_behind(center)
    assert center.times_raised(ALARM) == 2


def test_where_no_journal_is_kept_there_is_none() -> None:
    """Switched off, it clears what it has left open."""
    center = watched()
    fall_behind(center)
    center.read_journal(None)
    center.wait(61)
    assert center.alarm(ALARM)["state"] == "cleared"


def test_who_begins_remembers_since_when_it_is_behind() -> None:
    """The process may die as often as it will: a minute is a minute."""
    center = watched()
    center.read_journal(health(center, -1))
    for _ in range(5):
        center.wait(11)
        assert not center.is_open(ALARM)
        center.die()
    center.wait(5.1)
    assert center.is_open(ALARM)


def test_death_changes_nothing() -> None:
    """Who begins anew finds the same alarm and says nothing."""
    center = watched()
    fall_behind(center)
    words = center.words
    center.die()
    assert center.words == words
