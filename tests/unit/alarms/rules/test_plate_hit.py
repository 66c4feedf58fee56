"""Rule plate_hit: a camera has read a plate that somebody is looking for."""

import pytest

from tests.alarm_center import Center

ALARM = "plate_hit:D-1"
PARAMETERS = {"confidence": 0.7, "clear_after_s": 0}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["plate_hit"], plate_hit=PARAMETERS)


def read(center: Center, **fields: object) -> None:
    """A camera reads a plate, or somebody looks at what it read."""
    said = {"detection_type": "plate_hit", "review": "unreviewed", "camera_id": "K-7", "plate": "7ABC123"} | fields
    center.say("detection", "D-1", source="plates", **said)


@pytest.mark.parametrize("detection_type", ["plate", "plate_hit"])
def test_it_is_raised_at_once(detection_type: str) -> None:
    """A hit raises a high alarm about it and its camera; its title holds no plate."""
    center = watched()
    read(center, detection_type=detection_type, confidence=0.93)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "high")
    assert alarm["raised_at"] == center.ago(0)
    assert alarm["about"] == [{"kind": "detection", "id": "D-1"}, {"kind": "camera", "id": "K-7"}]
    assert alarm["title"] == "Plate hit"


def test_only_a_reading_that_is_sure_enough_is_one() -> None:
    """Just below the bound it is none, at the bound it is; a reading that says nothing of it counts as sure."""
    center = watched()
    read(center, confidence=0.69)
    assert not center.is_open(ALARM)
    read(center, confidence=0.7)
    assert center.is_open(ALARM)
    read(center, confidence=0.5)
    assert not center.is_open(ALARM)
    read(center, confidence=None)
    assert center.is_open(ALARM)


def test_an_installation_chooses_how_sure() -> None:
    """The bound is a parameter."""
    center = Center(["plate_hit"], plate_hit={"confidence": 0.95})
    read(center, confidence=0.94)
    assert not center.open()
    read(center, confidence=0.96)
    assert center.is_open(ALARM)


@pytest.mark.parametrize("detection_type", ["gunshot", "panic", "vehicle", None])
def test_other_detections_raise_none(detection_type: str | None) -> None:
    """It is about plates."""
    center = watched()
    read(center, detection_type=detection_type)
    assert not center.open()


def test_it_does_not_chatter() -> None:
    """Read again and again, more or less exactly, it is one alarm."""
    center = watched()
    for turn in range(50):
        read(center, confidence=0.7 + turn / 200, camera_id=f"K-{turn % 3}")
        center.wait(1)
    assert center.times_raised(ALARM) == 1


def test_it_clears_when_reviewed_and_is_raised_anew() -> None:
    """Confirmed or dismissed, it clears at once; taken back, it is raised again."""
    center = watched()
    for times, review in enumerate(("confirmed", "dismissed"), 1):
        read(center, review=None)
        assert center.times_raised(ALARM) == times
        read(center, review=review)
        assert center.alarm(ALARM)["state"] == "cleared"
    read(center)
    center.wait(1)
    center.withdraw("detection", "D-1")
    assert not center.open()


def test_one_without_a_camera_is_about_itself() -> None:
    """A reader in a car has no camera of the city."""
    center = watched()
    read(center, camera_id=None)
    assert center.alarm(ALARM)["about"] == [{"kind": "detection", "id": "D-1"}]
