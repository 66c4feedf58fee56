"""Rule priority_1: an incident of priority 1 to which nobody has come yet."""

from tests.alarm_center import Center

ALARM = "priority_1:I-1"


def robbery(center: Center, **fields: object) -> None:
    """An incident of priority 1 is entered, or said to be otherwise."""
    center.say("incident", "I-1", **({"priority": 1, "status": "pending", "type": "Robbery"} | fields))


def test_it_is_raised_at_once() -> None:
    """A new incident of priority 1 raises a critical alarm that says what it is and what to do."""
    center = Center()
    robbery(center, entered_at=center.ago(1))
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "critical")
    assert alarm["title"] == "Priority 1: Robbery"
    assert alarm["about"] == [{"kind": "incident", "id": "I-1"}]
    assert alarm["response"]


def test_it_does_not_chatter() -> None:
    """Said again and again, dispatched and back, it is one alarm."""
    center = Center()
    for _ in range(20):
        robbery(center, entered_at=center.ago(1))
        center.wait(1)
        robbery(center, status="on_scene")
        center.wait(1)
    assert center.times_raised(ALARM) == 1


def test_it_clears_when_somebody_is_there() -> None:
    """With a unit on scene it clears, after its dead time and by itself."""
    center = Center()
    robbery(center, entered_at=center.ago(1))
    robbery(center, status="enroute")
    center.wait(60)
    assert center.is_open(ALARM)
    robbery(center, status="on_scene")
    assert center.alarm(ALARM)["clears_at"] == center.ago(-30)
    center.wait(29)
    assert center.is_open(ALARM)
    center.wait(1.1)
    assert center.alarm(ALARM)["state"] == "cleared"
    assert "clears_at" not in center.alarm(ALARM)


def test_it_is_raised_anew() -> None:
    """When its condition comes back after it cleared, it is raised again, and nobody has answered it yet."""
    center = Center()
    robbery(center, entered_at=center.ago(1))
    robbery(center, status="on_scene")
    center.wait(91)
    assert not center.is_open(ALARM)
    center.wait(60)
    robbery(center, status="pending")
    assert center.alarm(ALARM)["state"] == "active"
    assert center.alarm(ALARM)["raised_at"] == center.ago(0)
    assert center.times_raised(ALARM) == 2


def test_what_is_old_is_not_new() -> None:
    """After its time it is no longer new, whoever is still awaited."""
    center = Center()
    robbery(center, entered_at=center.ago(0))
    center.wait(899)
    assert "clears_at" not in center.alarm(ALARM)
    center.wait(1.1 + 30)
    assert not center.is_open(ALARM)
    robbery(center, type="Robbery, armed")
    assert not center.is_open(ALARM)


def test_one_told_whole_is_raised_too() -> None:
    """An incident whose whole life is told in one second still raises one alarm."""
    center = Center()
    robbery(center, entered_at=center.ago(0))
    robbery(center, status="closed")
    assert center.times_raised(ALARM) == 1
    assert center.is_open(ALARM)


def test_other_priorities_raise_none() -> None:
    """Priority 2 raises none; raised to 1 it does."""
    center = Center()
    robbery(center, priority=2, entered_at=center.ago(0))
    assert not center.is_open(ALARM)
    robbery(center, priority=1)
    assert center.is_open(ALARM)


def test_one_that_an_officer_came_upon_is_raised_too() -> None:
    """With somebody on scene from the first moment it is an alarm for a minute, and its dead time."""
    center = Center()
    robbery(center, status="on_scene", entered_at=center.ago(0))
    assert center.is_open(ALARM)
    center.wait(60 + 30 + 1)
    assert not center.is_open(ALARM)
