"""Rule gunshot: sensors heard shots, and whoever called about them belongs to the same alarm."""

from datetime import timedelta
from itertools import permutations

import pytest

from tests.alarm_center import Center

#: A degree of latitude is about 111.2 km.
METRE = 1 / 111_195
LAT, LON = 37.76, -122.42
PARAMETERS = {"radius_m": 300, "within_s": 600, "clear_after_s": 0}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["gunshot"], gunshot=PARAMETERS)


def hear(center: Center, id_: str = "D-1", north_m: float = 0, ago_s: float = 0, **fields: object) -> None:
    """A sensor heard shots, so far north of the corner and so long ago."""
    said = {"detection_type": "gunshot", "review": "unreviewed", "lat": LAT + north_m * METRE, "lon": LON} | fields
    center.say("detection", id_, source="sensors", at=center.now - timedelta(seconds=ago_s), **said)


def call(center: Center, id_: str, north_m: float = 0, ago_s: float = 0) -> None:
    """Somebody calls 911."""
    place = {"lat": LAT + north_m * METRE, "lon": LON}
    center.say("call", id_, source="911", state="answered", started_at=center.ago(ago_s), **place)


def incident(center: Center, id_: str, north_m: float = 0, ago_s: float = 0) -> None:
    """Somebody enters an incident."""
    place = {"lat": LAT + north_m * METRE, "lon": LON}
    center.say("incident", id_, priority=2, received_at=center.ago(ago_s), **place)


def about(center: Center, alarm: str = "gunshot:D-1") -> list[str]:
    """Return the ids that an alarm is about."""
    return [each["id"] for each in center.alarm(alarm)["about"]]


def test_it_is_raised_at_once() -> None:
    """A detection that waits for review raises a critical alarm; one of another kind, or reviewed, none."""
    center = watched()
    hear(center, "D-8", detection_type="panic")
    hear(center, "D-9", review="confirmed")
    assert not center.open()
    hear(center, rounds=3)
    alarm = center.alarm("gunshot:D-1")
    assert (alarm["state"], alarm["severity"]) == ("active", "critical")
    assert alarm["raised_at"] == center.ago(0)
    assert alarm["title"] == "Gunshots, 3 rounds"
    assert list(center.open()) == ["gunshot:D-1"]


def test_one_without_a_place_is_one_of_its_own() -> None:
    """A sensor that does not say where raises one all the same."""
    center = watched()
    hear(center)
    hear(center, "D-2", lat=None, lon=None, review=None)
    assert set(center.open()) == {"gunshot:D-1", "gunshot:D-2"}
    assert center.alarm("gunshot:D-2")["title"] == "Gunshot"


def test_it_does_not_chatter() -> None:
    """Twenty sensors that hear the same shots, each twice and more and more exactly, are one alarm about all."""
    center = watched()
    for number in range(40):
        hear(center, f"D-{number % 20 + 10}", north_m=number, rounds=number + 1)
        center.wait(1)
    assert center.times_raised("gunshot:D-10") == len(center.raises) == 1
    assert about(center, "gunshot:D-10") == [f"D-{number}" for number in range(10, 30)]


def test_it_clears_when_reviewed_and_is_raised_anew() -> None:
    """Confirmed or dismissed, it clears at once; taken back, it is raised again."""
    center = watched()
    for times, review in enumerate(("confirmed", "dismissed"), 1):
        hear(center, review="unreviewed")
        assert center.times_raised("gunshot:D-1") == times
        hear(center, review=review)
        assert center.alarm("gunshot:D-1")["state"] == "cleared"
    hear(center)
    center.wait(1)
    center.withdraw("detection", "D-1")
    assert not center.open()


def test_who_called_about_it_is_joined() -> None:
    """Calls and incidents within the distance and time are in the alarm, whichever came first; others are not."""
    center = watched()
    call(center, "C-1", north_m=299, ago_s=599)
    call(center, "C-far", north_m=301)
    call(center, "C-old", ago_s=601)
    hear(center)
    assert about(center) == ["D-1", "C-1"]
    assert center.alarm("gunshot:D-1")["title"] == "Gunshot, 1 call about it"
    incident(center, "I-far", north_m=-301)
    incident(center, "I-1", north_m=-299)
    assert about(center) == ["D-1", "C-1", "I-1"]
    center.wait(599)
    call(center, "C-2")
    center.wait(2)
    call(center, "C-late")
    assert about(center) == ["D-1", "C-1", "C-2", "I-1"]
    assert center.alarm("gunshot:D-1")["title"] == "Gunshot, 3 calls about it"
    assert center.times_raised("gunshot:D-1") == 1


def test_a_call_that_turns_out_to_be_elsewhere_is_let_go() -> None:
    """A better position of the caller takes the call out of the alarm, and one that leaves the picture too."""
    center = watched()
    hear(center)
    call(center, "C-1")
    call(center, "C-1", north_m=900)
    assert about(center) == ["D-1"]
    call(center, "C-1")
    assert about(center) == ["D-1", "C-1"]
    center.wait(1)
    center.withdraw("call", "C-1")
    assert about(center) == ["D-1"]


@pytest.mark.parametrize(("north_m", "ago_s"), [(301, 0), (0, 601)])
def test_shots_elsewhere_or_earlier_are_others(north_m: float, ago_s: float) -> None:
    """Beyond the distance or the time of each other, two detections are two alarms."""
    center = watched()
    hear(center)
    hear(center, "D-2", north_m=north_m, ago_s=ago_s)
    assert set(center.open()) == {"gunshot:D-1", "gunshot:D-2"}


def test_when_the_first_is_reviewed_the_next_goes_on() -> None:
    """The alarm goes over to the next that waits, until none does."""
    center = watched()
    for number in (1, 2, 3):
        hear(center, f"D-{number}")
    call(center, "C-1")
    hear(center, "D-1", review="confirmed")
    assert list(center.open()) == ["gunshot:D-2"]
    assert about(center, "gunshot:D-2") == ["D-2", "D-3", "C-1"]
    hear(center, "D-3", review="dismissed")
    assert about(center, "gunshot:D-2") == ["D-2", "C-1"]
    hear(center, "D-2", review="confirmed")
    assert not center.open()


def test_the_review_of_a_link_parts_the_chain() -> None:
    """Two that only a third linked are two alarms when the third is reviewed."""
    center = watched()
    for number, north_m in enumerate((0, 290, 580), 1):
        hear(center, f"D-{number}", north_m=north_m)
    assert list(center.open()) == ["gunshot:D-1"]
    assert about(center) == ["D-1", "D-2", "D-3"]
    hear(center, "D-2", north_m=290, review="dismissed")
    assert set(center.open()) == {"gunshot:D-1", "gunshot:D-3"}


def test_the_order_of_arrival_does_not_matter() -> None:
    """However late each of them comes, the same alarm is open in the end, and about the same."""
    parts = [
        lambda center: hear(center, "D-1", ago_s=20),
        lambda center: hear(center, "D-2", north_m=200, ago_s=10),
        lambda center: call(center, "C-1", north_m=250),
        lambda center: incident(center, "I-1", north_m=100),
    ]
    for order in permutations(parts):
        center = watched()
        for part in order:
            part(center)
        assert list(center.open()) == ["gunshot:D-1"]
        assert about(center) == ["D-1", "D-2", "C-1", "I-1"]


def test_death_changes_nothing() -> None:
    """Who begins anew finds the same alarms, about the same, and says nothing."""
    center = watched()
    hear(center)
    call(center, "C-1")
    center.wait(700)
    hear(center, "D-2")
    words = center.words
    center.die()
    assert center.words == words
    assert {id_: about(center, id_) for id_ in center.open()} == {"gunshot:D-1": ["D-1", "C-1"], "gunshot:D-2": ["D-2"]}
