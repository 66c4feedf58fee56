"""How many alarms an operator has to bear: rate, flood, standing, chattering and the worst actors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.alarms import commands
from rtcc.alarms.load import DAY_US, WINDOW_US, RaiseLog, alarm_load
from rtcc.alarms.standing import Standing, text
from rtcc.model.fields import KINDS
from rtcc.model.version import microseconds
from tests.alarm_center import Center
from tests.factories import NOON

NOW = microseconds(NOON)
MINUTE = 60_000_000
ALARM = "unit_emergency:3D12"


def raised(number: int, ago_us: int = MINUTE, id_: str = "") -> list[tuple[int, str]]:
    """Return so many raises, one after the other; each of an alarm of its own where no id is given."""
    return [(NOW - ago_us + each, id_ or f"rule:{each}") for each in range(number)]


def load(raises: list[tuple[int, str]], operators: int = 1, before: dict[str, Any] | None = None) -> dict[str, Any]:
    return alarm_load(RaiseLog(raises), [], operators, before or {}, NOW)


def standing(id_: str, state: str, ago_us: int) -> Standing:
    return Standing.of(id_, {"state": state, "raised_at": text(NOW - ago_us)}, NOW)


def test_the_rate_is_that_of_ten_minutes_by_operator() -> None:
    """What was raised ten minutes ago counts no more, a microsecond later does."""
    says = load([*raised(5), (NOW - WINDOW_US, "old:1"), (NOW - WINDOW_US + 1, "new:1")], operators=4)
    assert (says["raised"], says["per_operator"], says["operators"]) == (6, 1.5, 4)


def test_the_average_is_that_of_a_day() -> None:
    """144 times ten minutes are a day: so many raises are one by operator and ten minutes."""
    assert load(raised(288, DAY_US - MINUTE), operators=2)["per_operator_day"] == 1.0
    assert load([])["per_operator_day"] == 0.0


@pytest.mark.parametrize("operators", [1, 3])
def test_a_flood_begins_above_ten_and_ends_below_five(operators: int) -> None:
    """By operator; between the two it goes on where it has begun, and says since when."""
    began = {"flood": True, "flood_since": "2026-11-22T11:00:00Z"}
    assert load(raised(10 * operators), operators)["flood"] is False
    first = load(raised(10 * operators + 1), operators)
    assert (first["flood"], first["flood_since"]) == (True, text(NOW))
    ebbing = load(raised(5 * operators), operators, began)
    assert (ebbing["flood"], ebbing["flood_since"]) == (True, "2026-11-22T11:00:00Z")
    over = load(raised(5 * operators - 1), operators, began)
    assert (over["flood"], over["flood_since"]) == (False, None)
    assert load(raised(5 * operators), operators, over)["flood"] is False


def test_open_alarms_are_counted_by_state() -> None:
    """Cleared ones are not; what has been open for more than a day stands."""
    alarms = [
        standing("a:1", "active", DAY_US + 1),
        standing("a:2", "active", DAY_US),
        standing("a:3", "acknowledged", 2 * DAY_US),
        standing("a:4", "shelved", MINUTE),
        standing("a:5", "cleared", 9 * DAY_US),
        Standing("a:6"),
    ]
    says = alarm_load(RaiseLog(), alarms, 1, {}, NOW)
    assert [says[name] for name in ("active", "acknowledged", "shelved", "standing")] == [2, 1, 1, 2]


def test_what_is_raised_three_times_in_ten_minutes_chatters() -> None:
    """Twice is not yet chatter, nor is a third time that is longer ago."""
    twice, thrice = raised(2, id_="twice:1"), raised(3, id_="thrice:1")
    says = load(sorted([*twice, *thrice, (NOW - WINDOW_US, "twice:1")]))
    assert says["chattering"] == ["thrice:1"]


def test_the_ten_worst_of_a_day_are_named() -> None:
    """Those raised most often first, and by name where they are alike."""
    raises = sorted(entry for each in range(12) for entry in raised(each + 1, DAY_US - MINUTE, f"rule:{each:02}"))
    worst = load([*raises, *raised(12, id_="rule:00b")])["bad_actors"]
    assert worst[:3] == [
        {"id": "rule:00b", "raised": 12},
        {"id": "rule:11", "raised": 12},
        {"id": "rule:10", "raised": 11},
    ]
    assert len(worst) == 10


def test_what_is_older_than_a_day_is_let_go() -> None:
    """At 24 hours it still counts for the worst, and after them for nothing."""
    log = RaiseLog([(NOW - DAY_US - 1, "old:1"), (NOW - DAY_US, "old:1"), *raised(1)])
    assert alarm_load(log, [], 1, {}, NOW)["bad_actors"][0] == {"id": "old:1", "raised": 1}
    alarm_load(log, [], 1, {}, NOW + 1)
    assert (len(log), log.worst()) == (1, [("rule:0", 1)])


def test_a_raise_is_noted_once() -> None:
    """However often it is seen, and in whatever order raises come to be known."""
    log = RaiseLog()
    for ago_us in (MINUTE, 3 * MINUTE, MINUTE, 2 * MINUTE):
        log.note(standing("a:1", "active", ago_us))
    assert (len(log), log.since(NOW - 2 * MINUTE - 1)) == (3, ["a:1", "a:1"])
    assert len(log.unsaved) == 3
    log.note(Standing("never raised"))
    assert len(log) == 3


def test_what_is_raised_on_its_shelf_does_not_count() -> None:
    """It reached nobody; the raise before it did."""
    center = Center(["unit_emergency"], unit_emergency={"clear_after_s": 10})
    center.say("unit", "3D12", emergency=True)
    center.now += timedelta(microseconds=1)
    center.events([commands.shelve(ALARM, "Ann Roe", 3_600, "A test of the radio", center.now)])
    for _ in range(5):
        center.say("unit", "3D12", emergency=False)
        center.wait(11)
        center.say("unit", "3D12", emergency=True)
    assert center.times_raised(ALARM) == 6
    assert len(center.engine.raises) == 1
    center.die()
    assert len(center.engine.raises) == 1


@given(st.lists(st.tuples(st.integers(0, 3 * DAY_US), st.sampled_from(["a:1", "b:2", "c:3"])), max_size=60))
def test_what_is_said_can_be_taken(raises: list[tuple[int, str]]) -> None:
    """Every field is one of the kind and holds what may be in it, whatever was raised."""
    for name, value in load([(NOW - ago_us, id_) for ago_us, id_ in raises]).items():
        assert value is None or KINDS["alarm_load"][name].accepts(value), name
