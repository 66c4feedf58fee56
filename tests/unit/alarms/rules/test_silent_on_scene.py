"""Rule silent_on_scene: a unit has been there for long without a word."""

from rtcc.alarms import commands
from tests.alarm_center import Center

ALARM = "silent_on_scene:3D12"
AFTER_S = 2_700
ALONE_S = 600
PARAMETERS = {"after_s": AFTER_S, "alone_after_s": ALONE_S, "clear_after_s": 0}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["silent_on_scene"], silent_on_scene=PARAMETERS)


def arrive(center: Center, **fields: object) -> None:
    """The unit is on scene from now on, or something else is said of it."""
    center.say("unit", "3D12", **({"status": "on_scene", "status_since": center.ago(0)} | fields))


def acknowledge(center: Center) -> None:
    """An operator has raised the unit on the radio, and says so."""
    center.events([commands.acknowledge(ALARM, center.alarm(ALARM)["raised_at"], "Ann Roe", center.now)])


def test_it_is_raised_after_its_time() -> None:
    """So long on scene, and not before; it names the unit and what it was sent to."""
    center = watched()
    arrive(center, incident_id="I-1")
    center.wait(AFTER_S - 1)
    assert not center.is_open(ALARM)
    center.wait(1.1)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "high")
    assert alarm["about"] == [{"kind": "unit", "id": "3D12"}, {"kind": "incident", "id": "I-1"}]
    assert alarm["title"] == "Unit silent on scene"


def test_a_position_is_no_word_and_no_chatter() -> None:
    """Fixes that the radio sends by itself neither put it off nor raise it twice."""
    center = watched()
    arrive(center)
    for _ in range(2 * AFTER_S // 60):
        center.wait(60)
        center.say("unit", "3D12", source="avl", lat=37.76, lon=-122.42, fix_at=center.ago(0))
    assert center.times_raised(ALARM) == 1


def test_a_status_that_flaps_is_no_alarm() -> None:
    """Every status is a word: who says one each quarter of an hour is not silent."""
    center = watched()
    for _ in range(10):
        arrive(center)
        center.wait(900)
        arrive(center, status="busy")
        center.wait(1)
    assert center.times_raised(ALARM) == 0


def test_it_clears_when_the_unit_leaves_the_scene() -> None:
    """Any other status ends it, and so does a unit that leaves the picture."""
    center = watched()
    arrive(center)
    center.wait(AFTER_S + 1)
    arrive(center, status="available")
    assert center.alarm(ALARM)["state"] == "cleared"
    arrive(center)
    center.wait(AFTER_S + 1)
    assert center.times_raised(ALARM) == 2
    center.withdraw("unit", "3D12")
    assert not center.is_open(ALARM)


def test_acknowledging_is_the_word() -> None:
    """It clears, and the time begins anew from there; then it is raised again, and nobody has answered that."""
    center = watched()
    arrive(center)
    center.wait(AFTER_S + 100)
    acknowledge(center)
    assert center.alarm(ALARM)["state"] == "cleared"
    assert center.alarm(ALARM)["acknowledged_by"] == "Ann Roe"
    center.wait(AFTER_S - 1)
    assert not center.is_open(ALARM)
    center.wait(1.1)
    assert center.alarm(ALARM)["state"] == "active"
    assert "acknowledged_by" not in center.alarm(ALARM)
    assert center.times_raised(ALARM) == 2


def test_the_word_outlives_who_heard_it() -> None:
    """A process that begins after the word knows of it, whenever the one before died."""
    center = watched()
    arrive(center)
    center.wait(AFTER_S + 100)
    acknowledge(center)
    center.die()
    assert not center.is_open(ALARM)
    center.wait(AFTER_S / 2)
    center.die()
    center.wait(AFTER_S / 2 - 1)
    assert not center.is_open(ALARM)
    center.wait(1.1)
    assert center.times_raised(ALARM) == 2


def test_a_word_that_nobody_heard_counts() -> None:
    """Said while no process watched, it is found in the picture by the next."""
    center = watched()
    arrive(center)
    center.wait(AFTER_S + 100)
    word = commands.acknowledge(ALARM, center.alarm(ALARM)["raised_at"], "Ann Roe", center.now)
    center.picture.apply(word)
    center.die()
    assert not center.is_open(ALARM)
    center.wait(AFTER_S - 1)
    assert not center.is_open(ALARM)


def test_a_word_about_an_earlier_scene_counts_no_more() -> None:
    """At the next scene the time begins with the arrival, not with the old word."""
    center = watched()
    arrive(center)
    center.wait(AFTER_S + 1)
    acknowledge(center)
    arrive(center, status="enroute")
    center.wait(600)
    arrive(center)
    center.wait(AFTER_S - 1)
    assert not center.is_open(ALARM)
    center.wait(1.1)
    assert center.is_open(ALARM)


def test_without_status_since_it_is_since_it_was_heard() -> None:
    """Then the time runs from when it was first said to be on scene, through what else is said and any death."""
    center = watched()
    center.say("unit", "3D12", status="on_scene")
    center.wait(1_000)
    center.say("unit", "3D12", status="on_scene", callsign="3 David 12")
    center.die()
    center.wait(AFTER_S - 1_001)
    assert not center.is_open(ALARM)
    center.wait(1.1)
    assert center.is_open(ALARM)
    center.say("unit", "3D12", status="available")
    center.say("unit", "3D12", status="on_scene")
    assert not center.is_open(ALARM)


def test_of_a_covert_unit_it_is_covert() -> None:
    """Who may not know of the unit may not know of its alarm."""
    center = watched()
    arrive(center, covert=True)
    center.wait(AFTER_S + 1)
    assert center.alarm(ALARM)["covert"] is True


def test_a_unit_alone_where_it_is_dangerous_is_asked_for_sooner() -> None:
    """At a priority 1, and while no other unit is on scene there."""
    center = watched()
    center.say("incident", "I-1", priority=1, status="on_scene")
    arrive(center, incident_id="I-1")
    center.wait(ALONE_S - 1)
    assert not center.is_open(ALARM)
    center.wait(1.1)
    assert center.is_open(ALARM)


def test_who_has_company_is_not_alone() -> None:
    """With a second unit there the long time holds; when that one leaves, the short one begins."""
    center = watched()
    center.say("incident", "I-1", priority=1, status="on_scene")
    arrive(center, incident_id="I-1")
    center.say("unit", "3D13", status="on_scene", status_since=center.ago(0), incident_id="I-1")
    center.wait(ALONE_S + 1)
    assert not center.is_open(ALARM)
    center.say("unit", "3D13", status="available", status_since=center.ago(0))
    center.wait(ALONE_S - 1)
    center.die()
    assert not center.is_open(ALARM)
    center.wait(1.1)
    assert center.is_open(ALARM)


def test_the_priority_decides_whenever_it_is_said() -> None:
    """Raised to priority 1, the short time holds; before, it does not."""
    center = watched()
    center.say("incident", "I-1", priority=3, status="on_scene")
    arrive(center, incident_id="I-1")
    center.wait(ALONE_S + 1)
    assert not center.is_open(ALARM)
    center.say("incident", "I-1", priority=1)
    assert center.is_open(ALARM)
