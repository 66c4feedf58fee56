"""Rule surge: far more incidents come than this hour of the day usually brings."""

from tests.alarm_center import Center

ALARM = "surge:city"
DAY_S = 86_400
WINDOW_S = 1_800
#: Fewer than this are no surge, whatever is usual.
LEAST = 15
PARAMETERS = {"window_s": WINDOW_S, "deviations": 5, "least": LEAST, "days": 3, "clear_after_s": 900}


def watched() -> Center:
    """Return a center that watches this rule alone, by these parameters."""
    return Center(["surge"], surge=PARAMETERS)


def enter(center: Center, number: int, ago_s: float = 0, name: str = "now", **fields: object) -> None:
    """Incidents are entered within a minute, so long ago."""
    for each in range(number):
        entered_at = center.ago(ago_s + 60 * each / number)
        center.say("incident", f"{name}-{int(ago_s)}-{each}", entered_at=entered_at, **fields)


def usual(center: Center, number: int, days: int = 4) -> None:
    """On each of so many earlier days so many incidents came at this time, and one was the first of all."""
    center.say("incident", "first", entered_at=center.ago(days * DAY_S + WINDOW_S + 60))
    for day in range(1, days + 1):
        enter(center, number, day * DAY_S + 600, "usual")
        # Twelve hours off: without anything the day would not be known.
        enter(center, 8, day * DAY_S + 43_200, "elsewhere")


def test_it_is_raised_by_the_one_that_is_too_many() -> None:
    """Nine are usual, with a deviation of three: 24 are many, 25 are a surge."""
    center = watched()
    usual(center, 9)
    enter(center, 24)
    assert not center.is_open(ALARM)
    enter(center, 1, name="one more")
    alarm = center.alarm(ALARM)
    assert (alarm["state"], alarm["severity"]) == ("active", "medium")
    assert alarm["raised_at"] == center.ago(0)


def test_few_are_no_surge_whatever_is_usual() -> None:
    """Where nothing is usual, it takes the least number."""
    center = watched()
    usual(center, 0)
    enter(center, LEAST - 1)
    assert not center.is_open(ALARM)
    enter(center, 1, name="one more")
    assert center.is_open(ALARM)


def test_it_needs_days_to_compare_with() -> None:
    """Before three days are known nothing is unusual, however many come."""
    for days, unusual in ((2, False), (3, True)):
        center = watched()
        usual(center, 0, days)
        enter(center, 50)
        assert center.is_open(ALARM) == unusual


def test_days_that_brought_nothing_are_not_known() -> None:
    """One incident that has been open for weeks does not make the weeks between usual."""
    center = watched()
    usual(center, 9, 2)
    center.say("incident", "old", entered_at=center.ago(20 * DAY_S))
    enter(center, 60)
    assert not center.is_open(ALARM)


def test_it_compares_with_the_same_time_of_earlier_days() -> None:
    """A busy evening says nothing of the morning, and a busy morning says that this one is as usual."""
    evenings = watched()
    usual(evenings, 0)
    for day in range(1, 5):
        enter(evenings, 40, day * DAY_S - 6 * 3_600, "evening")
        enter(evenings, 40, day * DAY_S + WINDOW_S + 60, "just before")
    enter(evenings, LEAST)
    assert evenings.is_open(ALARM)
    mornings = watched()
    usual(mornings, 40)
    enter(mornings, 60)
    assert not mornings.is_open(ALARM)


def test_days_that_differ_widen_what_is_usual() -> None:
    """Where one day brings none and the next forty, forty are nothing unusual."""
    center = watched()
    usual(center, 0)
    for day, number in enumerate((0, 40, 0, 40), 1):
        enter(center, number, day * DAY_S + 600, "usual")
    enter(center, 60)
    assert not center.is_open(ALARM)


def test_what_officers_begin_themselves_does_not_count() -> None:
    """Whether that is said at once or later."""
    center = watched()
    usual(center, 0)
    enter(center, 40, onview=True)
    enter(center, LEAST - 1, name="called")
    assert not center.is_open(ALARM)
    enter(center, 1, name="one more")
    assert center.is_open(ALARM)
    enter(center, 1, name="one more", onview=True)
    assert center.alarm(ALARM)["clears_at"]


def test_what_has_left_the_picture_still_counts() -> None:
    """An incident that ended within minutes came all the same."""
    center = watched()
    usual(center, 0)
    for number in range(LEAST):
        enter(center, 1, name=str(number))
        center.wait(60)
        center.withdraw("incident", f"{number}-0-0")
    assert center.is_open(ALARM)


def test_what_does_not_say_when_it_was_entered_came_when_it_was_first_heard_of() -> None:
    """Said again later, it does not come again."""
    center = watched()
    usual(center, 0)
    for number in range(LEAST - 1):
        center.say("incident", f"I-{number}", type="Theft")
    center.wait(WINDOW_S + 1)
    for number in range(LEAST - 1):
        center.say("incident", f"I-{number}", type="Theft from a car")
    enter(center, 1, name="one more")
    assert not center.is_open(ALARM)


def test_it_does_not_chatter() -> None:
    """A surge that ebbs and rises, and incidents that are said again and again, are one alarm."""
    center = watched()
    usual(center, 0)
    for wave in range(5):
        enter(center, 20, name=str(wave))
        enter(center, 20, name=str(wave), status="enroute")
        center.wait(WINDOW_S + 600)
    assert center.times_raised(ALARM) == 1


def test_it_clears_when_the_window_has_emptied_and_is_raised_anew() -> None:
    """By time alone: the window, a look, and its dead time; the next surge raises it again."""
    center = watched()
    usual(center, 0)
    enter(center, LEAST)
    center.wait(WINDOW_S - 61)
    assert "clears_at" not in center.alarm(ALARM)
    center.wait(61 + 15)
    assert center.alarm(ALARM)["clears_at"]
    center.wait(900 - 15 - 61)
    assert center.is_open(ALARM)
    center.wait(15 + 61)
    assert center.alarm(ALARM)["state"] == "cleared"
    enter(center, LEAST, name="again")
    assert center.times_raised(ALARM) == 2


def test_death_forgets_no_arrival() -> None:
    """Who begins anew knows what came and what is usual, though most of it has left the picture."""
    center = watched()
    usual(center, 0)
    enter(center, LEAST - 1)
    center.wait(1)
    for number in range(LEAST - 1):
        center.withdraw("incident", f"now-0-{number}")
    center.die()
    enter(center, 1, name="one more")
    assert center.is_open(ALARM)
    center.die()
    assert center.times_raised(ALARM) == 1
    center.wait(1)
    center.withdraw("incident", "one more-0-0")
    center.withdraw("incident", "first")
    center.die()
    assert "clears_at" not in center.alarm(ALARM)
