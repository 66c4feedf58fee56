"""Rule beat_uncovered: a beat has had no available unit for too long."""

import pytest

from tests.alarm_center import Center

B1, B2 = "beat_uncovered:B1", "beat_uncovered:B2"
AFTER_S = 2_700
CLEAR_AFTER_S = 120
PARAMETERS = {"after_s": AFTER_S, "clear_after_s": CLEAR_AFTER_S}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["beat_uncovered"], beat_uncovered=PARAMETERS)


def unit(center: Center, id_: str, status: str = "available", beat: str | None = "B1") -> None:
    """A unit is somewhere in some status."""
    center.say("unit", id_, status=status, beat=beat)


def one_uncovered() -> Center:
    """Return a center whose B1 is covered, and whose B2 has been uncovered since a moment ago."""
    center = watched()
    unit(center, "1A1")
    return center


def test_it_is_raised_after_its_time() -> None:
    """So long without an available unit, and not before; a covered beat is none."""
    center = one_uncovered()
    center.wait(AFTER_S - 1)
    assert not center.open()
    center.wait(1.1)
    alarm = center.alarm(B2)
    assert (alarm["state"], alarm["severity"]) == ("active", "low")
    assert alarm["title"] == "No unit available in beat B2"
    assert list(center.open()) == [B2]


@pytest.mark.parametrize("status", ["dispatched", "enroute", "on_scene", "busy"])
def test_a_unit_that_is_not_available_covers_nothing(status: str) -> None:
    """Whatever it does in the beat; from when it last was available the time runs."""
    center = one_uncovered()
    unit(center, "1A2", beat="B2")
    center.wait(1_000)
    unit(center, "1A2", status, beat="B2")
    center.wait(AFTER_S - 1)
    assert not center.is_open(B2)
    center.wait(1.1)
    assert center.is_open(B2)


def test_without_units_on_duty_there_is_nothing_to_cover_with() -> None:
    """No units, or none on duty: no alarm; those that are open clear when the last goes home."""
    center = watched()
    unit(center, "1A1", "off_duty")
    unit(center, "1A2", "out_of_service")
    center.wait(2 * AFTER_S)
    assert not center.open()
    unit(center, "1A1", "busy")
    center.wait(AFTER_S - 1)
    assert not center.open()
    center.wait(1.1)
    assert set(center.open()) == {B1, B2}
    unit(center, "1A1", "off_duty")
    center.wait(CLEAR_AFTER_S + 0.1)
    assert not center.open()
    unit(center, "1A1", "busy")
    center.wait(AFTER_S - 1)
    assert not center.open()


def test_a_unit_that_drives_through_covers_nothing() -> None:
    """One that leaves again within the dead time neither clears the alarm nor puts it off."""
    center = one_uncovered()
    center.wait(AFTER_S - 300)
    unit(center, "1A1", beat="B2")
    center.wait(60)
    unit(center, "1A1", beat="B1")
    center.wait(239)
    assert not center.is_open(B2)
    center.wait(1.1)
    assert center.is_open(B2)
    unit(center, "1A1", beat="B2")
    center.wait(60)
    unit(center, "1A1", beat="B1")
    center.wait(2 * CLEAR_AFTER_S)
    assert center.is_open(B2)
    assert "clears_at" not in center.alarm(B2)
    assert center.times_raised(B2) == 1


def test_it_does_not_chatter() -> None:
    """However often units pass through, it is one alarm."""
    center = one_uncovered()
    center.wait(AFTER_S + 1)
    for _ in range(100):
        unit(center, "1A2", beat="B2")
        center.wait(30)
        unit(center, "1A2", beat="B1")
        center.wait(30)
    assert center.times_raised(B2) == len(center.raises) == 1


def test_it_clears_when_a_unit_stays() -> None:
    """After its dead time, by itself."""
    center = one_uncovered()
    center.wait(AFTER_S + 1)
    unit(center, "1A2", beat="B2")
    assert center.alarm(B2)["clears_at"] == center.ago(-CLEAR_AFTER_S)
    center.wait(CLEAR_AFTER_S - 1)
    assert center.is_open(B2)
    center.wait(1.1)
    assert center.alarm(B2)["state"] == "cleared"


def test_it_is_raised_anew() -> None:
    """When the beat has been left for so long once more, and not before."""
    center = one_uncovered()
    center.wait(AFTER_S + 1)
    unit(center, "1A2", beat="B2")
    center.wait(CLEAR_AFTER_S + 1)
    center.withdraw("unit", "1A2")
    center.wait(AFTER_S - 1)
    assert not center.is_open(B2)
    center.wait(1.1)
    assert center.times_raised(B2) == 2


def test_one_of_several_units_that_leaves_uncovers_nothing() -> None:
    """A beat is covered while any available unit is in it."""
    center = one_uncovered()
    for id_ in ("1A2", "1A3"):
        unit(center, id_, beat="B2")
    center.wait(AFTER_S)
    unit(center, "1A2", "busy", beat="B2")
    center.wait(2 * AFTER_S)
    assert not center.open()


def test_a_unit_outside_all_beats_covers_none() -> None:
    """One whose beat is unknown, or none of the city's, is on duty and nowhere."""
    center = watched()
    unit(center, "1A1", beat=None)
    unit(center, "1A2", beat="elsewhere")
    center.wait(AFTER_S + 0.1)
    assert set(center.open()) == {B1, B2}


def test_a_death_neither_hastens_nor_delays() -> None:
    """Who begins anew knows since when a beat is uncovered, however long ago its units last said something."""
    center = one_uncovered()
    unit(center, "1A2", beat="B2")
    center.wait(AFTER_S)
    unit(center, "1A2", "busy", beat="B2")
    center.wait(100)
    center.die()
    center.wait(AFTER_S - 101)
    assert not center.open()
    center.die()
    center.wait(1.1)
    assert list(center.open()) == [B2]
    center.die()
    assert center.times_raised(B2) == 1
