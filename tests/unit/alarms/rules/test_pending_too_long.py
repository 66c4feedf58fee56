"""Rule pending_too_long: an urgent incident waits for a unit beyond what the city owes it."""

import pytest

from tests.alarm_center import TARGETS_S, Center

ALARM = "pending_too_long:I-1"
#: Twice its target may priority 1 wait, twelve times its target priority 2.
MAY_WAIT_S = {1: 2 * TARGETS_S[1], 2: 12 * TARGETS_S[2]}
PARAMETERS = {"times_target": {"1": 2, "2": 12}, "clear_after_s": 30}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["pending_too_long"], pending_too_long=PARAMETERS)


def incident(center: Center, **fields: object) -> None:
    """An incident of priority 1 waits, or is said to be otherwise."""
    center.say("incident", "I-1", **({"priority": 1, "status": "pending", "type": "Robbery"} | fields))


@pytest.mark.parametrize(("priority", "severity"), [(1, "critical"), (2, "high")])
def test_each_priority_has_its_own_limit(priority: int, severity: str) -> None:
    """It is raised when the time of its priority has passed since it was entered, and not before."""
    center = watched()
    incident(center, priority=priority, entered_at=center.ago(0))
    center.wait(MAY_WAIT_S[priority] - 1)
    assert not center.is_open(ALARM)
    center.wait(1.1)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", severity)
    assert alarm["title"] == f"Pending too long, priority {priority}: Robbery"
    assert alarm["about"] == [{"kind": "incident", "id": "I-1"}]


def test_what_is_left_out_may_wait() -> None:
    """A priority without a time, or without a target of the city, raises none; none at all neither."""
    center = Center(["pending_too_long"], pending_too_long={"times_target": {"1": 2, "4": 1}})
    for priority in (2, 3, 4, None):
        incident(center, priority=priority, entered_at=center.ago(90_000))
    assert not center.open()
    incident(center, priority=1)
    assert center.is_open(ALARM)


def test_an_installation_chooses_the_times() -> None:
    """A priority that is named waits so many times its target; below 2 it is of medium severity."""
    center = Center(["pending_too_long"], pending_too_long={"times_target": {"3": 0.5}})
    incident(center, priority=3, entered_at=center.ago(0))
    center.wait(TARGETS_S[3] / 2 - 1)
    assert not center.is_open(ALARM)
    center.wait(1.1)
    assert center.alarm(ALARM)["severity"] == "medium"


def test_without_entered_at_it_waits_since_it_was_first_heard_of() -> None:
    """Also through the death of the process that watches; what is received counts before what is heard."""
    center = watched()
    incident(center)
    center.wait(60)
    incident(center, type="Robbery, armed")
    center.die()
    center.wait(59)
    assert not center.is_open(ALARM)
    center.wait(1.1)
    assert center.is_open(ALARM)
    center.say("incident", "I-2", priority=1, received_at=center.ago(119))
    center.wait(1.1)
    assert center.is_open("pending_too_long:I-2")


def test_it_does_not_chatter() -> None:
    """Said again and again, dispatched and back at once, it is one alarm."""
    center = watched()
    incident(center, entered_at=center.ago(121))
    for _ in range(20):
        incident(center, status="dispatched")
        center.wait(2)
        incident(center, status="pending")
        center.wait(2)
    assert center.times_raised(ALARM) == 1
    assert center.is_open(ALARM)


@pytest.mark.parametrize("status", ["dispatched", "on_scene", "cancelled"])
def test_it_clears_when_it_waits_no_more(status: str) -> None:
    """With a unit on its way, or when it has ended, it clears after its dead time, by itself."""
    center = watched()
    incident(center, entered_at=center.ago(121))
    incident(center, status=status)
    assert center.alarm(ALARM)["clears_at"] == center.ago(-30)
    center.wait(29)
    assert center.is_open(ALARM)
    center.wait(1.1)
    assert center.alarm(ALARM)["state"] == "cleared"


def test_it_clears_when_it_leaves_the_picture() -> None:
    """What is not there waits for nobody."""
    center = watched()
    incident(center, entered_at=center.ago(121))
    center.wait(1)
    center.withdraw("incident", "I-1")
    center.wait(30.1)
    assert not center.is_open(ALARM)


def test_it_is_raised_anew() -> None:
    """When its unit is taken from it after it cleared, it waits again, and has waited long enough already."""
    center = watched()
    incident(center, entered_at=center.ago(121))
    incident(center, status="dispatched")
    center.wait(31)
    incident(center, status="pending")
    assert center.alarm(ALARM)["raised_at"] == center.ago(0)
    assert center.times_raised(ALARM) == 2


def test_severity_follows_the_priority() -> None:
    """Raised to priority 1 it is critical from then on, and not another alarm."""
    center = watched()
    incident(center, priority=2, entered_at=center.ago(3601))
    incident(center, priority=1)
    assert center.alarm(ALARM)["severity"] == "critical"
    assert center.times_raised(ALARM) == 1
