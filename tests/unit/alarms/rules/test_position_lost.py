"""Rule position_lost: a unit at work has not said where it is for too long, while its feed goes on."""

import pytest

from tests.alarm_center import Center

ALARM = "position_lost:3D12"
AFTER_S = 300
PARAMETERS = {"after_s": AFTER_S, "clear_after_s": 20}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["position_lost"], position_lost=PARAMETERS)


def fix(center: Center, unit: str = "3D12", **fields: object) -> None:
    """The unit's radio says where it is; the feed is heard by that."""
    center.say("unit", unit, source="avl", lat=37.76, lon=-122.42, fix_at=center.ago(0), **fields)
    center.hear(avl=0)


def wait(center: Center, seconds: float) -> None:
    """Let time pass while the feed goes on, by the words of other units."""
    while seconds > 0:
        center.wait(min(60, seconds))
        center.hear(avl=0)
        seconds -= 60


def test_it_is_raised_after_its_time() -> None:
    """So long without a fix, and not before; it names the unit and what it was sent to."""
    center = watched()
    fix(center, status="enroute", incident_id="I-1")
    wait(center, AFTER_S - 1)
    assert not center.is_open(ALARM)
    wait(center, 1.1)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "medium")
    assert alarm["about"] == [{"kind": "unit", "id": "3D12"}, {"kind": "incident", "id": "I-1"}]


@pytest.mark.parametrize("status", ["available", "busy", "out_of_service", "off_duty", None])
def test_a_unit_that_is_not_at_work_raises_none(status: str | None) -> None:
    """Nobody waits for a parked car to move; sent out with an old fix, its position is lost at once."""
    center = watched()
    fix(center, status=status)
    wait(center, 2 * AFTER_S)
    assert not center.is_open(ALARM)
    center.say("unit", "3D12", status="dispatched")
    assert center.is_open(ALARM)


def test_a_unit_without_any_fix_raises_none() -> None:
    """What never had a position has lost none."""
    center = watched()
    center.say("unit", "3D12", status="on_scene")
    wait(center, 2 * AFTER_S)
    assert not center.open()


def test_it_does_not_chatter() -> None:
    """A thousand fixes raise none; a status that comes and goes while the position is lost is one alarm."""
    center = watched()
    for _ in range(1_000):
        fix(center, status="enroute")
        center.wait(5)
    assert center.times_raised(ALARM) == 0
    wait(center, AFTER_S)
    for _ in range(10):
        center.say("unit", "3D12", status="available")
        wait(center, 10)
        center.say("unit", "3D12", status="enroute")
        wait(center, 10)
    assert center.times_raised(ALARM) == 1


def test_it_clears_with_its_dead_time_and_is_raised_anew() -> None:
    """A fix clears it some seconds later; lost once more, it is a new raise."""
    center = watched()
    fix(center, status="on_scene")
    wait(center, AFTER_S + 1)
    fix(center)
    assert center.alarm(ALARM)["clears_at"] == center.ago(-20)
    wait(center, 19)
    assert center.is_open(ALARM)
    wait(center, 1.1)
    assert center.alarm(ALARM)["state"] == "cleared"
    wait(center, AFTER_S)
    assert center.is_open(ALARM)
    assert center.times_raised(ALARM) == 2


def test_a_feed_that_is_out_is_not_an_alarm_for_each_unit() -> None:
    """While the feed of its fixes is stale or lost none is raised; it is when the feed is back and the unit is not."""
    center = watched()
    fix(center, status="enroute")
    center.wait(10 * AFTER_S)
    assert not center.open()
    center.hear(avl=0)
    center.wait(31)
    assert center.is_open(ALARM)


def test_an_open_one_clears_when_the_feed_goes_out() -> None:
    """Then the feed's own alarm speaks for all of its units."""
    center = watched()
    fix(center, status="enroute")
    wait(center, AFTER_S + 1)
    assert center.is_open(ALARM)
    center.wait(4 * 60 + 30 + 20 + 1)
    assert not center.is_open(ALARM)


def test_another_source_that_speaks_of_the_unit_is_not_the_feed_of_its_fixes() -> None:
    """Dispatch goes on while the radio's feed is out: what it says of a unit's status makes no fix its own."""
    center = watched()
    fix(center, status="enroute")
    for number in range(20):
        center.wait(60)
        center.hear(cad=0)
        center.say("unit", "3D12", source="cad", status="on_scene", incident_id=f"I-{number}")
        center.say("unit", "3D12", source="cad", status="enroute")
    assert center.times_raised(ALARM) == 0


def test_a_source_that_is_no_feed_suppresses_nothing() -> None:
    """Fixes of a source that was never heard as a feed are judged by their age alone."""
    center = watched()
    center.say("unit", "3D12", source="tracker", status="enroute", fix_at=center.ago(0))
    center.wait(AFTER_S + 1)
    assert center.is_open(ALARM)


def test_death_neither_raises_nor_forgets() -> None:
    """Who begins anew knows the feed of the fixes, and the alarms that stand."""
    center = watched()
    fix(center, status="enroute")
    center.wait(AFTER_S + 1)
    center.die()
    assert not center.open()
    fix(center)
    wait(center, AFTER_S + 1)
    center.die()
    assert center.times_raised(ALARM) == 1
    assert center.is_open(ALARM)


def test_of_a_covert_unit_it_is_covert() -> None:
    """Who may not know of the unit may not know of its alarm."""
    center = watched()
    fix(center, status="on_scene", covert=True)
    wait(center, AFTER_S + 1)
    assert center.alarm(ALARM)["covert"] is True


def test_a_unit_that_leaves_the_picture_has_lost_nothing() -> None:
    """What is withdrawn clears."""
    center = watched()
    fix(center, status="on_scene")
    wait(center, AFTER_S + 1)
    center.withdraw("unit", "3D12")
    wait(center, 21)
    assert not center.is_open(ALARM)
