"""Units that are invented and incidents that are not: recorded calls are driven to by road."""

from __future__ import annotations

import math
from datetime import timedelta
from random import Random

import pytest

from tests.unit.feeds.small_city import START, city

PLACE = {"lat": 41.012, "lon": -98.988, "priority": 1}


def states(simulator, seconds):
    """Each unit's last status and incident after a step."""
    events = simulator.step(START + timedelta(seconds=seconds))
    assert {event.kind for event in events} <= {"unit"}
    return {e.id: (e.data["status"], e.data["incident_id"]) for e in events if e.data and "status" in e.data}


def where(events, callsign):
    """A unit's last fix: how far from PLACE, in metres, and its speed."""
    fix = [e.data for e in events if e.source == "sim-avl" and e.id == callsign][-1]
    north, east = (fix["lat"] - PLACE["lat"]) * 111_320, (fix["lon"] - PLACE["lon"]) * 84_000
    return math.hypot(north, east), fix["speed_mps"]


def who(events, incident):
    """The unit that goes to an incident."""
    return next(e.id for e in reversed(events) if e.data and e.data.get("incident_id") == incident)


def test_a_unit_drives_to_what_others_tell_and_never_writes_to_it():
    """It goes there by road and waits; its status is what the incident's is said to be, from end to end."""
    simulator = city(units=8, invented=False)
    simulator.step(START + timedelta(seconds=30))
    simulator.incident_seen("R1", PLACE | {"status": "pending"})
    assert "R1" not in {incident for _, incident in states(simulator, 31).values()}
    simulator.incident_seen("R1", {"status": "dispatched"})
    assert ("dispatched", "R1") in states(simulator, 32).values()
    simulator.incident_seen("R1", {"status": "enroute"})
    events = simulator.step(START + timedelta(seconds=400))
    unit = who(events, "R1")
    fastest = max(e.data["speed_mps"] for e in events if e.source == "sim-avl" and e.id == unit)
    assert fastest > 5
    off, speed = where(events, unit)
    assert off < 11
    assert speed == 0
    assert {e.data["status"] for e in events if e.data.get("incident_id") == "R1"} == {"enroute"}
    simulator.incident_seen("R1", {"status": "on_scene"})
    assert states(simulator, 401)[unit] == ("on_scene", "R1")
    simulator.incident_seen("R1", {"status": "closed"})
    assert {status for status, _ in states(simulator, 402).values()} == {"available"}


@pytest.mark.parametrize("before", ["dispatched", "enroute", None])
def test_who_is_said_to_be_on_scene_is_there(before):
    """Whatever is left of the way, and however late others say so: the unit stands at the incident at once."""
    simulator = city(units=8, invented=False)
    simulator.step(START + timedelta(seconds=30))
    if before is not None:
        simulator.incident_seen("R1", PLACE | {"status": before})
        assert (before, "R1") in states(simulator, 33).values()
    simulator.incident_seen("R1", PLACE | {"status": "on_scene"})
    events = simulator.step(START + timedelta(seconds=50))
    unit = who(events, "R1")
    assert [e.data["status"] for e in events if e.id == unit and "status" in e.data][-1] == "on_scene"
    off, speed = where(events, unit)
    assert off < 11
    assert speed == 0
    since = {e.data["status_since"] for e in events if e.id == unit and e.data.get("status") == "on_scene"}
    assert len(since) == 1


def test_units_are_as_far_as_others_say_at_every_moment():
    """Many incidents, each with a course of its own: no unit's status ever contradicts that of its incident."""
    dice, simulator, t, seen = Random(4), city(units=40, invented=False, fixes=False), 0, set()
    courses = {f"R{n}": ["dispatched", "enroute", "on_scene", "closed"][n % 3 :] for n in range(30)}
    said, units = {}, {}
    while any(courses.values()):
        id_ = dice.choice([id_ for id_, left in courses.items() if left])
        said[id_] = courses[id_].pop(0)
        place = {"lat": 41 + 0.019 * dice.random(), "lon": -99 + 0.019 * dice.random(), "priority": dice.randint(1, 3)}
        simulator.incident_seen(id_, place | {"status": said[id_]})
        t += dice.choice([1, 5, 60])
        units |= states(simulator, t)
        serving = {incident: status for status, incident in units.values() if incident}
        assert serving == {incident: said[incident] for incident in serving}
        assert "closed" not in serving.values()
        seen |= set(serving)
    assert len(seen) > 20


def test_what_is_withdrawn_or_never_ends_frees_its_unit():
    """A withdrawn incident holds nobody; neither does one without news for long, or one never heard of."""
    simulator = city(units=8, invented=False)
    simulator.incident_seen("R1", PLACE | {"status": "on_scene"})
    simulator.incident_seen("R2", PLACE | {"status": "on_scene"})
    assert sorted(i for s, i in states(simulator, 1).values() if s == "on_scene") == ["R1", "R2"]
    simulator.incident_seen("R1", None)
    simulator.incident_seen("nobody's", None)
    assert "R1" not in {incident for _, incident in states(simulator, 120).values()}
    assert {incident for _, incident in states(simulator, 3000).values()} >= {None}
    assert {incident for _, incident in states(simulator, 3100).values()} == {None}


def test_some_units_stay_on_patrol_however_much_happens():
    """A quarter of the units is never sent anywhere."""
    simulator = city(units=8, invented=False)
    for number in range(50):
        simulator.incident_seen(f"R{number}", PLACE | {"status": "enroute"})
    assert sum(status == "available" for status, _ in states(simulator, 1).values()) == 2
