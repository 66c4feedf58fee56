"""Rule cluster: several incidents of one kind, close in time and place."""

from itertools import permutations

import pytest

from tests.alarm_center import Center

ALARM = "cluster:I-1"
#: A degree of latitude is about 111.2 km.
METRE = 1 / 111_195
WITHIN_S = 1_800
PARAMETERS = {"incidents": 4, "radius_m": 400, "within_s": WITHIN_S, "clear_after_s": 0}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["cluster"], cluster=PARAMETERS)


def enter(center: Center, number: int, north_m: float = 0, ago_s: float = 0, **fields: object) -> None:
    """A theft is entered so far north of the corner, so long ago."""
    said = {"type": "Theft", "lat": 37.76 + north_m * METRE, "lon": -122.42, "entered_at": center.ago(ago_s)} | fields
    center.say("incident", f"I-{number}", **said)


def chain(center: Center, *numbers: int, step_m: float = 0, from_m: float = 0) -> None:
    """Thefts are entered a minute apart, each so far north of the one before; the first of them longest ago."""
    for place, number in enumerate(numbers):
        enter(center, number, from_m + place * step_m, 60 * (len(numbers) - place))


def about(center: Center, alarm: str = ALARM) -> list[str]:
    """Return the ids that an alarm is about."""
    return [each["id"] for each in center.alarm(alarm)["about"]]


def test_it_is_raised_by_the_fourth() -> None:
    """Three are none, four are a medium alarm about all of them, the last first."""
    center = watched()
    chain(center, 1, 2, 3)
    assert not center.open()
    enter(center, 4)
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "medium")
    assert alarm["raised_at"] == center.ago(0)
    assert alarm["title"] == "4 close together: Theft"
    assert about(center) == ["I-4", "I-3", "I-2", "I-1"]
    assert list(center.open()) == [ALARM]


def test_links_make_a_chain() -> None:
    """Each needs to be near one of the others only, in place and time."""
    center = watched()
    for number in range(1, 7):
        enter(center, number, north_m=399 * number, ago_s=(6 - number) * (WITHIN_S - 1))
    assert about(center) == [f"I-{number}" for number in range(6, 0, -1)]


@pytest.mark.parametrize(
    "fields", [{"type": "Robbery"}, {"type": None}, {"lat": None, "lon": None}, {"onview": True}], ids=str
)
def test_what_is_of_another_kind_does_not_count(fields: dict[str, object]) -> None:
    """Another type or none, no place, or begun by officers themselves."""
    center = watched()
    chain(center, 1, 2, 3)
    enter(center, 4, **fields)
    assert not center.open()


@pytest.mark.parametrize(("north_m", "ago_s"), [(401, 0), (-401, 0), (0, 180 + WITHIN_S + 1)])
def test_what_is_too_far_or_too_early_does_not_count(north_m: float, ago_s: float) -> None:
    """Beyond the distance or the time of all others."""
    center = watched()
    chain(center, 1, 2, 3)
    enter(center, 4, north_m, ago_s)
    assert not center.open()


def test_what_comes_too_late_does_not_count() -> None:
    """The last of the others was too long ago."""
    center = watched()
    chain(center, 1, 2, 3)
    center.wait(WITHIN_S - 60 + 1)
    enter(center, 4)
    assert not center.open()


def test_a_code_is_a_kind_where_no_type_is_said() -> None:
    """Incidents that say only a code are of one kind where that is the same."""
    center = watched()
    for number in range(1, 5):
        enter(center, number, type=None, type_code="459")
    assert center.alarm(ALARM)["title"] == "4 close together: 459"


def test_it_does_not_chatter() -> None:
    """Incident after incident, each said again in every status, is one alarm that grows."""
    center = watched()
    for number in range(1, 20):
        for status in ("pending", "enroute", "closed"):
            enter(center, number, status=status)
        center.wait(10)
    assert center.times_raised(ALARM) == len(center.raises) == 1
    assert center.alarm(ALARM)["title"] == "19 close together: Theft"


def test_too_many_to_follow_are_one_alarm_about_their_type() -> None:
    """When a chain grows over twenty, its alarm gives way to one about the type, which ends with the last."""
    center = watched()
    for number in range(1, 40):
        enter(center, number)
    assert set(center.open()) == {"cluster:everywhere Theft"}
    assert center.alarm("cluster:everywhere Theft")["title"] == "Over 20 close together: Theft"
    center.wait(WITHIN_S + 1)
    assert not center.open()


def test_what_has_left_the_picture_still_belongs_to_it() -> None:
    """Also after a death; and the alarm stands when none of them is in the picture any more."""
    center = watched()
    chain(center, 1, 2, 3)
    center.wait(1)
    for number in (1, 2, 3):
        center.withdraw("incident", f"I-{number}")
    center.die()
    enter(center, 4)
    assert len(about(center)) == 4
    center.wait(1)
    center.withdraw("incident", "I-4")
    words = center.words
    center.die()
    assert center.is_open(ALARM)
    assert center.words == words


def test_it_clears_when_none_has_followed_and_is_raised_anew() -> None:
    """So long after the last, by itself; one that links to the last in time raises it again."""
    center = watched()
    chain(center, 1, 2, 3, 4)
    center.wait(WITHIN_S - 61)
    enter(center, 5)
    center.wait(WITHIN_S - 1)
    assert center.is_open(ALARM)
    center.wait(1.1)
    assert center.alarm(ALARM)["state"] == "cleared"
    enter(center, 6, ago_s=1)
    assert center.times_raised(ALARM) == 2


def test_two_chains_that_meet_are_one() -> None:
    """The alarm of the older goes on and is about all; that of the younger clears."""
    center = watched()
    chain(center, 1, 2, 3, 4)
    center.wait(30)
    chain(center, 11, 12, 13, 14, from_m=600)
    assert set(center.open()) == {ALARM, "cluster:I-11"}
    enter(center, 20, north_m=300)
    assert list(center.open()) == [ALARM]
    assert center.alarm(ALARM)["title"] == "9 close together: Theft"
    assert center.times_raised(ALARM) == 1


def test_what_turns_out_to_be_something_else_parts_the_chain() -> None:
    """The link of two chains is of another type, elsewhere, at another time or begun by officers: two alarms again."""
    for other in ({"type": "Robbery"}, {"lat": 37.9, "lon": -122.42}, {"ago_s": 90_000}, {"onview": True}):
        center = Center(["surge", "cluster"], cluster=PARAMETERS)
        chain(center, 1, 2, 3, 4)
        center.wait(30)
        chain(center, 11, 12, 13, 14, from_m=600)
        enter(center, 20, north_m=300)
        enter(center, 20, **({"north_m": 300} | other))
        assert set(center.open()) == {ALARM, "cluster:I-11"}, other


def test_the_order_of_arrival_does_not_matter() -> None:
    """However late each of them comes, the same alarm is open in the end, and about the same."""
    for order in permutations((1, 2, 3, 4)):
        center = watched()
        for number in order:
            enter(center, number, north_m=300 * number, ago_s=600 - 60 * number)
        assert list(center.open()) == [ALARM]
        assert about(center) == ["I-4", "I-3", "I-2", "I-1"]


def test_what_is_common_says_nothing_by_being_near() -> None:
    """Of a type that is more than a fifth of all arrivals no chain is told; of a rarer one it is."""
    center = watched()
    for number in range(100):
        # Ten kilometres apart, of ten types.
        center.say("incident", f"O-{number}", type=f"Other {number % 10}", lat=30 + number / 10, lon=-122.4)
    for number in range(30):
        center.say("incident", f"P-{number}", type="Parking", lat=20 + number / 10, lon=-122.4)
    for number in range(1, 5):
        enter(center, number, type="Parking")
    assert not center.open()
    for number in range(1, 5):
        enter(center, number + 10, type="Other 1")
    assert len(center.open()) == 1
