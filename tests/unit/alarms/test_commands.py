from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.alarms import commands
from rtcc.model.commands import note, review
from rtcc.model.event import EventError, iso
from rtcc.model.sources import CENTER, OPERATORS
from tests.alarm_histories import ALARM, FIRST, SECOND, Answer, Life, cleared, lives, raised
from tests.factories import NOON
from tests.pure_picture import PurePicture


def alarm_after(events):
    return PurePicture(events).entities()["alarm"][ALARM]


@given(life=lives, seed=st.integers(0, 2**32))
def test_the_first_answer_to_the_last_raise_stands_whatever_the_order(life: Life, seed: int) -> None:
    """Shuffled and doubled, a life ends in one picture: the earliest answer to the last raise, and no other's."""
    chance = random.Random(seed)
    delivered = life.events() + chance.choices(life.events(), k=3)
    chance.shuffle(delivered)
    alarm = alarm_after(delivered)
    first = life.first_answer()
    assert alarm == alarm_after(life.events())
    assert alarm.get("acknowledged_by") == (first.by if first else None)
    assert alarm.get("acknowledged_at") == (iso(first.at) if first else None)
    assert alarm["raised_at"] == iso(max(life.raises))
    if not any(other.occurred_at > max(life.raises) and "state" in other.data for other in life.others):
        assert alarm["state"] == ("acknowledged" if first else "active")


def test_what_comes_after_the_raise_beats_every_answer_to_it() -> None:
    """An alarm that cleared stays cleared, one raised anew is active, however late somebody answers the old raise."""
    late = Answer(FIRST, "Ann Roe", SECOND + timedelta(hours=1)).event()
    assert alarm_after([cleared(FIRST + timedelta(microseconds=1)), raised(FIRST), late])["state"] == "cleared"
    assert alarm_after([late, raised(SECOND), raised(FIRST)]) == alarm_after([raised(SECOND)])


def test_an_answer_that_overtakes_the_raise_waits_for_it() -> None:
    """Taken in before the raise it answers, it stands all the same."""
    answer = Answer(FIRST, "Ann Roe", FIRST + timedelta(seconds=3)).event()
    assert alarm_after([answer, raised(FIRST)])["acknowledged_by"] == "Ann Roe"


def test_the_last_to_shelve_or_unshelve_wins() -> None:
    """A shelf has one owner, the last; taken from it, nothing of it is left."""
    shelves = [commands.shelve(ALARM, by, 60, "known", NOON + timedelta(seconds=s)) for s, by in enumerate("AB", 1)]
    alarm = alarm_after([*reversed(shelves), raised(NOON)])
    assert (alarm["state"], alarm["shelved_by"], alarm["shelved_until"]) == ("shelved", "B", "2026-11-22T12:01:02Z")
    taken = commands.unshelve(ALARM, NOON + timedelta(seconds=9))
    assert not {"shelved_by", "shelved_until", "shelve_reason"} & alarm_after([taken, *shelves, raised(NOON)]).keys()


def test_a_critical_alarm_is_put_aside_for_an_hour_at_most() -> None:
    """Others for a day; nothing for less than a minute."""
    allowed = {severity: commands.shelf_s(severity).accepts for severity in ("critical", "high", None)}
    longest = {
        severity: max(s for s in (59, 60, 3600, 3601, 86_400, 86_401) if ok(s)) for severity, ok in allowed.items()
    }
    assert longest == {"critical": 3600, "high": 86_400, None: 86_400}
    assert not any(accepts(value) for accepts in allowed.values() for value in (59, True, 60.0, "60", None))


@pytest.mark.parametrize("raised_at", ["", "yesterday", "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_a_raise_at_no_possible_instant_cannot_be_answered(raised_at: str) -> None:
    """What would pin the alarm for years, or has no version at all, never enters the picture."""
    with pytest.raises(EventError):
        commands.acknowledge(ALARM, raised_at, "Ann Roe", NOON)


def test_every_command_is_the_centers_and_says_when_it_came() -> None:
    """All are the operators' word, received now; each note is an entity of its own, a review its detection's."""
    about = [{"kind": "alarm", "id": ALARM}]
    notes = [note(about, "Two\nlines", "Ann Roe", NOON) for _ in range(2)]
    said = [*notes, commands.acknowledge(ALARM, iso(FIRST), "Ann Roe", NOON), commands.unshelve(ALARM, NOON)]
    looked = review("D-1", "dismissed", "Ann Roe", NOON, "SFPD")
    assert {(e.agency, e.source, e.received_at) for e in said} == {(CENTER, OPERATORS, NOON)}
    assert (looked.agency, looked.source, looked.occurred_at) == ("SFPD", OPERATORS, NOON)
    assert looked.data == {"review": "dismissed", "reviewed_by": "Ann Roe", "reviewed_at": iso(NOON)}
    assert notes[0].id != notes[1].id
    assert notes[0].data == {"about": about, "text": "Two\nlines", "written_by": "Ann Roe", "written_at": iso(NOON)}
