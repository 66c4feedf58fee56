"""Rule unit_emergency: an officer has pressed the emergency button."""

from tests.alarm_center import Center

ALARM = "unit_emergency:3D12"
PARAMETERS = {"clear_after_s": 10}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["unit_emergency"], unit_emergency=PARAMETERS)


def press(center: Center, pressed: bool = True, **fields: object) -> None:
    """The button of the unit is pressed, or released."""
    center.say("unit", "3D12", source="radio", emergency=pressed, **fields)


def test_it_is_raised_at_once() -> None:
    """Before the button there is none, with it a critical one about the unit and what it was sent to."""
    center = watched()
    center.say("unit", "3D12", status="on_scene", incident_id="I-1")
    assert not center.is_open(ALARM)
    press(center)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "critical")
    assert alarm["raised_at"] == center.ago(0)
    assert alarm["about"] == [{"kind": "unit", "id": "3D12"}, {"kind": "incident", "id": "I-1"}]
    assert (alarm["title"], "covert" in alarm) == ("Officer emergency", False)


def test_a_button_that_bounces_is_one_emergency() -> None:
    """Pressed and released many times, with fixes between, it is one alarm."""
    center = watched()
    for turn in range(60):
        press(center, pressed=turn % 2 == 0, lat=37.76 + turn / 1e5, lon=-122.42)
        center.wait(9)
    assert center.times_raised(ALARM) == 1


def test_it_clears_ten_seconds_after_the_button() -> None:
    """Released, it clears by itself after its dead time."""
    center = watched()
    press(center)
    press(center, pressed=False)
    center.wait(9.9)
    assert center.is_open(ALARM)
    center.wait(0.2)
    assert center.alarm(ALARM)["state"] == "cleared"


def test_it_is_raised_anew() -> None:
    """Pressed again after it cleared, it is a new raise."""
    center = watched()
    press(center)
    press(center, pressed=False)
    center.wait(11)
    press(center)
    assert center.alarm(ALARM)["state"] == "active"
    assert center.times_raised(ALARM) == 2


def test_a_unit_that_leaves_the_picture_is_no_emergency() -> None:
    """What is withdrawn clears as what is released does."""
    center = watched()
    press(center)
    center.wait(1)
    center.withdraw("unit", "3D12")
    center.wait(10.1)
    assert not center.is_open(ALARM)


def test_of_a_covert_unit_it_is_covert() -> None:
    """Covert as long as the unit is, whenever that is said."""
    center = watched()
    press(center, covert=True)
    assert center.alarm(ALARM)["covert"] is True
    press(center, covert=False)
    assert "covert" not in center.alarm(ALARM)
    press(center, covert=True)
    assert center.alarm(ALARM)["covert"] is True
    assert center.times_raised(ALARM) == 1


def test_it_follows_what_the_unit_is_on() -> None:
    """Sent elsewhere while in emergency, the same alarm is about the new incident."""
    center = watched()
    press(center, incident_id="I-1")
    center.say("unit", "3D12", incident_id="I-2")
    assert center.alarm(ALARM)["about"][1] == {"kind": "incident", "id": "I-2"}
    assert center.times_raised(ALARM) == 1
