"""Units that are invented and incidents that are not: recorded calls are driven to by road."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.feeds.small_city import START, city

PLACE = {"lat": 41.012, "lon": -98.988, "priority": 1}


def states(simulator, seconds):
    """Each unit's last status and incident after a step."""
    events = simulator.step(START + timedelta(seconds=seconds))
    assert {event.kind for event in events} <= {"unit"}
    return {e.id: (e.data["status"], e.data["incident_id"]) for e in events if e.data and "status" in e.data}


def test_a_unit_drives_to_what_others_tell_and_never_writes_to_it():
    """Dispatched, en route, on scene by road; released when the incident ends."""
    simulator = city(units=8, invented=False)
    simulator.step(START + timedelta(seconds=30))
    simulator.incident_seen("R1", PLACE | {"status": "pending"})
    assert "R1" not in {incident for _, incident in states(simulator, 31).values()}
    simulator.incident_seen("R1", {"status": "dispatched"})
    assert ("dispatched", "R1") in states(simulator, 32).values()
    way = [
        e.data["status"] for e in simulator.step(START + timedelta(seconds=400)) if e.data.get("incident_id") == "R1"
    ]
    assert [*dict.fromkeys(way)][-2:] == ["enroute", "on_scene"]
    simulator.incident_seen("R1", {"status": "closed"})
    assert {status for status, _ in states(simulator, 401).values()} == {"available"}


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
