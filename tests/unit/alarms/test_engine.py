"""The engine: what it says when things change, when it begins anew, and when a rule of it fails."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from rtcc.alarms import commands
from rtcc.alarms.engine import Change, Engine, Known
from rtcc.alarms.finding import NOT_NOW, Finding
from rtcc.alarms.rule import ANY, Parameters, Rule, alarm_id
from rtcc.alarms.rules.plate_hit import PlateHit, PlateParameters
from rtcc.alarms.rules.unit_emergency import EmergencyParameters, UnitEmergency
from rtcc.alarms.view import Said, View
from rtcc.model.event import Event
from rtcc.model.fields import KINDS
from rtcc.model.version import microseconds
from tests.alarm_center import Center
from tests.factories import NOON, make_event

NOW = microseconds(NOON)


def watched() -> Center:
    """Return a center that watches the emergency buttons alone."""
    return Center(["unit_emergency"], unit_emergency={"clear_after_s": 10})


class Fails(Rule[Parameters]):
    """Fails on whom it is told to, and watches every field of units."""

    name = "fails"
    severity = "low"
    response = "Mend it."
    watches = {"unit": ANY}  # noqa: RUF012 - declared once for all rules
    parameters_type = Parameters

    def touched(self, said: Said) -> Iterable[str]:
        if said.id == "cannot be touched":
            raise KeyError(said.id)
        return (said.id,)

    def look(self, subject: str, now: float) -> Finding:
        if subject == "cannot be looked at":
            raise ZeroDivisionError
        return Finding(True, "It does not fail") if subject == "sound" else NOT_NOW


def unit(id_: str, us: int = NOW, **fields: Any) -> Change:
    return Change("unit", id_, fields or {"emergency": True}, "radio", us)


def said(events: list[Event]) -> list[tuple[str, Any]]:
    """Return what events say: of which alarm, and its state or when it clears."""
    return [(event.id, event.data.get("state") or event.data["clears_at"]) for event in events]


def test_a_rule_that_fails_takes_no_other_with_it(caplog: pytest.LogCaptureFixture) -> None:
    """The others go on, the rule itself does on other subjects, and the log names it once."""
    view = View()
    engine = Engine([Fails(view, Parameters()), UnitEmergency(view, EmergencyParameters(clear_after_s=10))], view)
    with caplog.at_level(logging.ERROR):
        for id_ in ("cannot be touched", "cannot be looked at", "sound", "cannot be touched"):
            engine.take([unit(id_)], NOW)
    emergencies = {f"unit_emergency:{id_}" for id_ in ("cannot be touched", "cannot be looked at", "sound")}
    assert engine.alarms.keys() == {"fails:sound"} | emergencies
    assert [record.getMessage() for record in caplog.records] == [
        "The rule fails failed; its alarms may be wrong until this is mended."
    ]
    assert caplog.records[0].exc_info


def test_a_rule_that_fails_at_the_beginning_takes_no_other_with_it(caplog: pytest.LogCaptureFixture) -> None:
    """What stands in the picture is taken in all the same, and the alarms of what cannot be looked at stand."""
    view = View()
    engine = Engine([Fails(view, Parameters()), UnitEmergency(view, EmergencyParameters(clear_after_s=10))], view)
    alarm = {"rule": "fails", "state": "active", "raised_at": "2026-11-22T11:00:00Z"}
    known = [
        Known("unit", "cannot be touched", {"emergency": True}, "", NOW / 1e6, NOW),
        Known("unit", "cannot be looked at", {"emergency": True}, "", NOW / 1e6, NOW),
        Known("alarm", "fails:cannot be looked at", alarm, "", NOW / 1e6, NOW),
    ]
    events = engine.begin(known, NOW)
    assert [event.id for event in events] == ["unit_emergency:cannot be touched", "unit_emergency:cannot be looked at"]
    assert engine.alarms["fails:cannot be looked at"].is_open
    assert len(caplog.records) == 1


def test_a_long_subject_has_an_alarm_of_a_fitting_name() -> None:
    """At most 64 characters, the same each time, another for another subject; and it takes the whole course."""
    long, longer = "U" * 63, "U" * 64
    ids = {alarm_id(rule, subject) for rule in ("unit_emergency", "pending_too_long") for subject in (long, longer)}
    assert (len(ids), max(map(len, ids)) <= 64) == (4, True)
    center = watched()
    center.say("unit", longer, emergency=True)
    (id_,) = center.open()
    assert id_ == alarm_id("unit_emergency", longer)
    assert center.alarm(id_)["about"] == [{"kind": "unit", "id": longer}]
    center.die()
    assert center.times_raised(id_) == 1
    center.say("unit", longer, emergency=False)
    center.wait(11)
    assert not center.open()


def test_a_long_title_is_cut_to_what_its_field_holds() -> None:
    """An alarm is not lost because somebody's type is long."""
    center = Center(["priority_1"])
    center.say("incident", "I-1", priority=1, type="x" * 200)
    assert KINDS["alarm"]["title"].accepts(center.alarm("priority_1:I-1")["title"])


def test_a_raise_and_a_clear_within_one_batch_are_both_told() -> None:
    """What one change raises and the next ends was there, if only for a moment; each word is newer than the last."""
    view = View()
    engine = Engine([PlateHit(view, PlateParameters())], view)
    reviews = ("unreviewed", "confirmed", "unreviewed", "dismissed")
    changes = [Change("detection", "D", {"detection_type": "plate", "review": review}, "x", NOW) for review in reviews]
    events = engine.take(changes, NOW)
    assert said(events) == [("plate_hit:D", state) for state in ("active", "cleared", "active", "cleared")]
    assert [event.occurred_at for event in events] == [NOON + timedelta(microseconds=each) for each in range(4)]


def test_what_no_rule_watches_costs_nothing() -> None:
    """A change of other fields, or of another kind, is looked at by nobody."""
    view = View()
    engine = Engine([UnitEmergency(view, EmergencyParameters(clear_after_s=10))], view)
    looked = []
    engine._rules["unit_emergency"].look = lambda subject, now: looked.append(subject) or NOT_NOW
    engine.take([unit("3D12", lat=37.76, lon=-122.42), Change("camera", "K", {"name": "x"}, "x", NOW)], NOW)
    engine.take([unit("3D12", emergency=False)], NOW)
    engine.take([unit("3D12", emergency=False, incident_id=None)], NOW)
    assert looked == ["3D12"]
    assert view.get("unit", "3D12") == {"lat": 37.76, "lon": -122.42, "emergency": False, "incident_id": None}


def test_own_words_that_come_back_change_nothing() -> None:
    """In any order, and again after a while."""
    view = View()
    engine = Engine([UnitEmergency(view, EmergencyParameters(clear_after_s=10))], view)
    words = [
        *engine.take([unit("3D12"), unit("3D12", emergency=False)], NOW),
        *engine.due(NOW + 11_000_000),
        *engine.take([unit("3D12"), unit("3D12", emergency=False), unit("3D12")], NOW + 12_000_000),
    ]
    assert [state for _, state in said(words)] == [
        *("active", "2026-11-22T12:00:10.000001Z", "cleared"),
        *("active", "2026-11-22T12:00:22.000001Z", None),
    ]
    before = dict(engine.alarms["unit_emergency:3D12"].fields)
    for event in (*words, *reversed(words)):
        change = Change("alarm", event.id, event.data, event.source, microseconds(event.occurred_at))
        assert engine.take([change], NOW + 13_000_000) == []
    assert engine.alarms["unit_emergency:3D12"].fields == before


def unheard(center: Center, **fields: Any) -> None:
    """The unit's source says something while nobody watches."""
    center.now += timedelta(seconds=1)
    center.picture.apply(make_event("unit", "3D12", source="radio", occurred_at=center.now, data=fields or None))


def test_who_begins_clears_what_has_ended_meanwhile() -> None:
    """After its dead time, as if somebody had seen it end; also what is about an entity that has left."""
    for fields in ({"emergency": False}, {}):
        center = watched()
        center.say("unit", "3D12", emergency=True)
        unheard(center, **fields)
        center.die()
        assert center.alarm("unit_emergency:3D12")["clears_at"] == center.ago(-10)
        center.wait(10.1)
        assert not center.open()


def test_who_begins_raises_what_has_begun_meanwhile() -> None:
    """And only that: what stood already is not raised again."""
    center = watched()
    center.say("unit", "2C1", emergency=True)
    unheard(center, emergency=True)
    center.die()
    assert [id_ for _, id_ in center.raises] == ["unit_emergency:2C1", "unit_emergency:3D12"]


def test_a_dead_time_outlives_who_began_it() -> None:
    """Who begins anew clears the alarm at the moment that the picture names."""
    center = watched()
    center.say("unit", "3D12", emergency=True)
    center.say("unit", "3D12", emergency=False)
    center.wait(5)
    center.die()
    center.wait(4.9)
    assert center.open()
    center.wait(0.2)
    assert not center.open()


def test_alarms_of_rules_that_are_switched_off_clear_and_those_of_others_are_left_alone() -> None:
    """What a rule left open when it was switched off ends at the next start; another program's alarm is its own."""
    fields = {"state": "active", "raised_at": "2026-11-22T11:00:00Z"}
    known = [Known("alarm", f"{rule}:x", fields | {"rule": rule}, "", NOW / 1e6, NOW) for rule in ("surge", "outside")]
    engine = Engine([], View(), switched_off={"surge"})
    assert said(engine.begin(known, NOW)) == [("surge:x", "cleared")]
    elsewhere = Change("alarm", "outside:x", {"state": "cleared"}, "elsewhere", NOW + 1)
    assert engine.take([elsewhere], NOW + 1) == []


def test_what_has_left_the_picture_is_remembered_by_nobody() -> None:
    """Or the memory would grow for ever."""
    center = Center(silent_on_scene={"after_s": 3_600})
    center.say("incident", "I-1", priority=1)
    center.say("call", "C-1", state="ringing")
    center.say("detection", "D-1", detection_type="gunshot", lat=37.76, lon=-122.42)
    center.say("unit", "3D12", status="on_scene")
    center.wait(7_200)
    alarm = "silent_on_scene:3D12"
    center.events([commands.acknowledge(alarm, center.alarm(alarm)["raised_at"], "Ann Roe", center.now)])
    assert len(center.engine.view.memory._known) > 4
    for kind, id_ in (("incident", "I-1"), ("call", "C-1"), ("detection", "D-1"), ("unit", "3D12")):
        center.withdraw(kind, id_)
    assert not center.engine.view.memory._known


def test_nobody_need_look_before_something_is_due() -> None:
    """The engine names the next moment at which time alone changes something, and none where there is none."""
    center = Center(["priority_1"], priority_1={"new_for_s": 900})
    assert center.engine.next_at() is None
    center.say("incident", "I-1", priority=1, entered_at=center.ago(0))
    assert center.engine.next_at() == pytest.approx(center.now.timestamp() + 900, abs=1e-3)
    center.say("incident", "I-1", status="closed")
    center.wait(2_000)
    assert center.engine.next_at() is None
