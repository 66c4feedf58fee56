"""The course of one alarm: raised, acknowledged, shelved, cleared, raised again, and put right when it stands wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtcc.alarms import commands
from rtcc.alarms.standing import Standing, next_step, text
from tests.alarm_center import Center

ALARM = "unit_emergency:3D12"
DEAD_S = 10
SHELF = ("shelved_by", "shelved_until", "shelve_reason")


class Button(Center):
    """A center that watches one unit's emergency button, with operators who answer."""

    def __init__(self, pressed: bool = True) -> None:
        super().__init__(["unit_emergency"], unit_emergency={"clear_after_s": DEAD_S})
        self.press(pressed)

    def press(self, pressed: bool = True) -> None:
        self.say("unit", "3D12", source="radio", emergency=pressed)

    def acknowledge(self, by: str = "Ann Roe", raised_at: str | None = None) -> None:
        self.now += timedelta(microseconds=1)
        raised_at = raised_at or self.alarm(ALARM)["raised_at"]
        self.events([commands.acknowledge(ALARM, raised_at, by, self.now)])

    def shelve(self, for_s: int = 600) -> None:
        self.now += timedelta(microseconds=1)
        self.events([commands.shelve(ALARM, "Ann Roe", for_s, "A test of the radio", self.now)])

    def unshelve(self) -> None:
        self.now += timedelta(microseconds=1)
        self.events([commands.unshelve(ALARM, self.now)])

    @property
    def state(self) -> str:
        return self.alarm(ALARM)["state"]

    @property
    def is_on_shelf(self) -> bool:
        return any(name in self.alarm(ALARM) for name in SHELF)


def test_an_acknowledged_alarm_stays_so_until_it_clears() -> None:
    """Through its dead time and through a condition that returns in it; the next raise nobody has answered."""
    center = Button()
    center.acknowledge()
    center.press(pressed=False)
    center.wait(DEAD_S - 1)
    assert center.state == "acknowledged"
    center.press()
    assert (center.state, "clears_at" in center.alarm(ALARM)) == ("acknowledged", False)
    center.press(pressed=False)
    center.wait(DEAD_S + 0.1)
    assert center.state == "cleared"
    assert center.alarm(ALARM)["acknowledged_by"] == "Ann Roe"
    center.press()
    assert center.state == "active"
    assert "acknowledged_by" not in center.alarm(ALARM)
    assert "cleared_at" not in center.alarm(ALARM)


def test_an_answer_to_an_earlier_raise_is_no_answer_to_this_one() -> None:
    """However late it comes: after the clear it changes nothing, and after the next raise neither."""
    center = Button()
    first = center.alarm(ALARM)["raised_at"]
    center.press(pressed=False)
    center.wait(DEAD_S + 1)
    center.acknowledge(raised_at=first)
    assert center.state == "cleared"
    center.press()
    assert "acknowledged_by" not in center.alarm(ALARM)
    center.acknowledge("Bo Díaz", raised_at=first)
    assert center.state == "active"
    assert "acknowledged_by" not in center.alarm(ALARM)
    center.acknowledge("Cy Young")
    assert (center.state, center.alarm(ALARM)["acknowledged_by"]) == ("acknowledged", "Cy Young")


def test_the_second_to_answer_changes_nothing() -> None:
    """Who was first stands, and the engine has nothing to say about it."""
    center = Button()
    center.acknowledge("Ann Roe")
    words = center.words
    center.acknowledge("Bo Díaz")
    assert center.alarm(ALARM)["acknowledged_by"] == "Ann Roe"
    assert center.words == words


def test_a_shelved_alarm_comes_back_by_itself() -> None:
    """When its time is over it is active again, with nothing left of the shelf, and that is no new raise."""
    center = Button()
    center.shelve(600)
    center.wait(599)
    assert center.state == "shelved"
    center.wait(1.1)
    assert (center.state, center.is_on_shelf) == ("active", False)
    assert center.times_raised(ALARM) == 1


def test_it_is_taken_from_its_shelf() -> None:
    """Unshelved it is at once what it would be without, and its time is then of no account."""
    center = Button()
    center.shelve(600)
    center.wait(100)
    center.unshelve()
    assert (center.state, center.is_on_shelf) == ("active", False)
    center.shelve(900)
    center.wait(600)
    assert center.state == "shelved"


@pytest.mark.parametrize("first", ["acknowledge", "shelve"])
def test_acknowledged_and_shelved_it_is_shelved_and_then_acknowledged(first: str) -> None:
    """Whichever came first: as long as it is on the shelf it is there, and afterwards it has been answered."""
    center = Button()
    for command in sorted(("acknowledge", "shelve"), key=lambda name: name != first):
        getattr(center, command)()
    assert (center.state, center.alarm(ALARM)["acknowledged_by"]) == ("shelved", "Ann Roe")
    center.wait(601)
    assert (center.state, center.is_on_shelf) == ("acknowledged", False)


def test_it_stays_on_its_shelf_however_often_it_comes_back() -> None:
    """A raise within the time is a raise on the shelf; one after it is active, with nothing left of the shelf."""
    center = Button()
    center.shelve(600)
    for _ in range(3):
        center.press(pressed=False)
        center.wait(DEAD_S + 1)
        assert center.state == "cleared"
        center.press()
        assert center.state == "shelved"
    assert center.times_raised(ALARM) == 4
    center.press(pressed=False)
    center.wait(700)
    assert center.state == "cleared"
    center.press()
    assert (center.state, center.is_on_shelf) == ("active", False)


def test_a_shelf_that_ends_within_the_dead_time_is_left_behind() -> None:
    """It is active for the rest of the dead time, and then clears."""
    center = Button()
    center.shelve(60)
    center.wait(55)
    center.press(pressed=False)
    center.wait(6)
    assert (center.state, center.is_on_shelf) == ("active", False)
    assert center.alarm(ALARM)["clears_at"]
    center.wait(5)
    assert center.state == "cleared"
    assert center.engine.next_at() is None


@pytest.mark.parametrize(
    "tampered",
    [
        {"state": "acknowledged"},
        {"state": "shelved"},
        {"severity": "low", "title": "Nothing", "response": None},
        {"about": [], "covert": True},
        {"clears_at": "2026-11-22T12:00:05Z"},
    ],
    ids=str,
)
def test_what_somebody_else_says_of_it_is_put_right(tampered: dict[str, object]) -> None:
    """Whatever a source writes into an alarm, the engine says again how it stands."""
    center = Button()
    before = center.alarm(ALARM)
    center.say("alarm", ALARM, source="elsewhere", **tampered)
    assert center.alarm(ALARM) == before
    center.wait(60)
    assert center.alarm(ALARM) == before


def test_what_somebody_else_cleared_is_raised_afresh() -> None:
    """No word from outside ends an alarm whose condition holds."""
    center = Button()
    center.acknowledge()
    center.say("alarm", ALARM, source="elsewhere", state="cleared")
    assert center.state == "active"
    assert "acknowledged_by" not in center.alarm(ALARM)
    assert center.times_raised(ALARM) == 2


def test_what_somebody_else_opened_clears() -> None:
    """Nor does one open an alarm whose condition does not hold: it clears after its dead time."""
    center = Button()
    center.press(pressed=False)
    center.wait(DEAD_S + 1)
    center.say("alarm", ALARM, source="elsewhere", state="active")
    center.wait(DEAD_S + 0.1)
    assert center.state == "cleared"


def test_a_withdrawn_alarm_whose_condition_holds_is_raised_afresh() -> None:
    """With everything that an alarm has; and a cleared one that leaves the picture stays away until it is raised."""
    center = Button()
    center.shelve()
    center.wait(1)
    before = center.alarm(ALARM)
    center.withdraw("alarm", ALARM)
    assert center.state == "active"
    assert center.alarm(ALARM).keys() == before.keys() - set(SHELF)
    center.press(pressed=False)
    center.wait(DEAD_S + 1)
    center.withdraw("alarm", ALARM)
    assert not center.alarm(ALARM)
    assert not center.engine.alarms
    assert not center.engine._about
    center.wait(1)
    center.press()
    assert center.state == "active"


def test_what_is_late_changes_no_newer_state() -> None:
    """An answer to an earlier raise says nothing, and an older word about the state leaves the state as it is."""
    alarm = Standing.of(ALARM, {"state": "active", "raised_at": text(100), "severity": "high"}, 100)
    alarm.take_answer({"state": "acknowledged", "acknowledged_by": "Ann Roe"}, 99)
    assert "acknowledged_by" not in alarm.fields
    alarm.take({"state": "cleared"}, 200)
    alarm.take_answer({"state": "acknowledged", "acknowledged_by": "Ann Roe"}, 100)
    assert (alarm.fields["state"], alarm.fields["acknowledged_by"], alarm.newest) == ("cleared", "Ann Roe", 200)
    alarm.take_answer({"state": "shelved"}, 300)
    assert (alarm.fields["state"], alarm.newest) == ("shelved", 300)


def test_without_a_dead_time_it_clears_at_once() -> None:
    """The step says so in one word, whatever was said of clearing before."""
    alarm = Standing.of(ALARM, {"state": "active", "raised_at": "2026-11-22T12:00:00Z"}, 0)
    assert next_step(alarm, None, alarm.raised + 1, 0)["state"] == "cleared"
    alarm.take({"clears_at": "2026-11-22T13:00:00Z"}, alarm.raised + 1)
    assert next_step(alarm, None, alarm.raised + 2, 0)["state"] == "cleared"


_steps = st.one_of(
    st.tuples(st.just("press"), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([0.5, 5.0, 9.0, 11.0, 59.0, 61.0, 300.0])),
    st.tuples(st.just("shelve"), st.sampled_from([60, 300])),
    st.tuples(st.sampled_from(["acknowledge", "unshelve", "die"])),
)


@given(steps=st.lists(_steps, max_size=20))
@settings(max_examples=300)
def test_whatever_happens_it_stands_as_it_must(steps: list[tuple[str, object]]) -> None:
    """Open when pressed; on its shelf, answered or active by what was said; and the engine knows what the picture has.

    A process that begins anew at the end has nothing to add.
    """
    center = Button()
    pressed = True
    for name, *arguments in steps:
        if name in {"acknowledge", "shelve", "unshelve"} and not center.is_open(ALARM):
            continue
        if name == "press":
            pressed = bool(arguments[0])
        getattr(center, name)(*arguments)
        alarm = center.alarm(ALARM)
        assert {n: v for n, v in center.engine.alarms[ALARM].fields.items() if v is not None} == alarm
        assert center.is_open(ALARM) or not pressed
        assert ("clears_at" in alarm) == (center.is_open(ALARM) and not pressed)
        if center.is_open(ALARM):
            answered = "acknowledged" if "acknowledged_by" in alarm else "active"
            assert alarm["state"] == ("shelved" if "shelved_until" in alarm else answered)
    words = center.words
    center.die()
    assert center.words == words
    if not pressed:
        center.wait(DEAD_S + 0.1)
        assert center.state == "cleared"


def test_an_alarm_that_clears_on_its_shelf_says_how_long_that_lasts() -> None:
    """With the clear it says again until when, so that the picture keeps it, and with it the shelf, for so long."""
    center = Center(["unit_emergency"])
    center.say("unit", "U1", emergency=True)
    center.events([commands.shelve("unit_emergency:U1", "Ann Roe", 3_600, "known", center.now)])
    center.say("unit", "U1", emergency=False)
    words = []
    take, center._take = center._take, lambda events: (words.extend(events), take(events))[1]  # type: ignore[method-assign]
    center.wait(60)
    cleared = next(event for event in words if event.data and event.data.get("state") == "cleared")
    assert cleared.data is not None
    assert cleared.data["shelved_until"] == center.alarm("unit_emergency:U1")["shelved_until"]
