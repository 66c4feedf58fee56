from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtcc.feeds.transports.simulator import Simulator
from rtcc.feeds.transports.simulator.districts import district_index, read_districts
from rtcc.feeds.transports.simulator.net import StreetNet, plain_grid, read_streets
from rtcc.model.checks import parse_instant
from rtcc.model.lifecycle import INCIDENT_STATUSES

PLAIN = Path(__file__).parents[3] / "cities" / "plain"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GRID = plain_grid((10.0, 50.0, 10.1, 50.07))


def run(simulator, minutes, start=NOON, step_s=0.5):
    """All events of some minutes, step by step."""
    events, now = [], start
    while now < start + timedelta(minutes=minutes):
        now += timedelta(seconds=step_s)
        events += simulator.step(now)
    return events


def by_id(events, kind):
    """The events of each entity of a kind, in order."""
    found = defaultdict(list)
    for event in events:
        if event.kind == kind:
            found[event.id].append(event)
    return found


def test_the_same_seed_is_the_same_city():
    """A demo can be repeated, and a test can rely on it."""
    assert run(Simulator(GRID, seed=7), 3) == run(Simulator(GRID, seed=7), 3)
    assert run(Simulator(GRID, seed=7), 1) != run(Simulator(GRID, seed=8), 1)


def test_every_unit_reports_every_few_seconds_with_all_it_knows():
    """No unit is silent for more than six seconds, and each report is whole."""
    events = run(Simulator(GRID, units=10), 5)
    units = by_id(events, "unit")
    assert len(units) == 10
    for reports in units.values():
        assert reports[0].data["callsign"] == reports[0].id
        gaps = [(b.occurred_at - a.occurred_at).total_seconds() for a, b in pairwise(reports)]
        assert max(gaps) < 6
        for report in reports:
            assert report.source == "sim-avl"
            assert {"lat", "lon", "speed_mps", "heading_deg", "fix_at", "status", "status_since", "incident_id"} <= set(
                report.data
            )
            assert parse_instant(report.data["fix_at"]) == report.occurred_at
            assert parse_instant(report.data["status_since"]) <= report.occurred_at


def test_units_glide_along_streets():
    """Between two reports a unit moves no farther than it can drive, and on patrol it is on a street."""
    simulator = Simulator(GRID, units=5, per_hour=0)
    net = StreetNet(GRID)
    for reports in by_id(run(simulator, 10), "unit").values():
        places = [((r.data["lon"], r.data["lat"]), r.occurred_at) for r in reports]
        for (a, earlier), (b, later) in pairwise(places):
            assert net.metres(a, b) <= 9 * 1.2 * (later - earlier).total_seconds() + 1
        for (lon, lat), _ in places:
            assert any(abs(lon - x) < 1e-5 or abs(lat - y) < 1e-5 for x, y in net.points)


def test_a_clock_that_stood_still_makes_nobody_leap():
    """After an hour's sleep units go on from where they were."""
    simulator = Simulator(GRID, units=5, per_hour=0)
    before = {event.id: event for event in run(simulator, 1)}
    after = {event.id: event for event in simulator.step(NOON + timedelta(hours=1))}
    net = StreetNet(GRID)
    for id_, event in after.items():
        a, b = (((e.data["lon"], e.data["lat"])) for e in (before[id_], event))
        assert net.metres(a, b) < 300


def test_invented_incidents_live_a_whole_life_with_a_unit():
    """Each goes through its statuses in order, with its times, its unit and, at its end, what came of it."""
    events = run(Simulator(GRID, units=20, per_hour=60), 90, step_s=1)
    incidents = by_id(events, "incident")
    ended = 0
    for life in incidents.values():
        statuses = [event.data["status"] for event in life]
        assert statuses == list(INCIDENT_STATUSES[:4])[: len(statuses)] or statuses[-1] == "closed"
        assert life[0].data["address"]
        assert life[0].source == "sim-cad"
        if statuses[-1] == "closed":
            ended += 1
            assert statuses == ["pending", "dispatched", "enroute", "on_scene", "closed"]
            assert life[-1].data["disposition"]
            assert len(life[1].data["units"]) == 1
    assert ended > 20
    statuses = {event.data["status"] for event in events if event.kind == "unit"}
    assert statuses == {"available", "dispatched", "enroute", "on_scene"}


def test_a_wall_starts_populated_with_the_last_minutes():
    """The first step already has incidents and units, none of them later than now."""
    simulator = Simulator(GRID, units=5, per_hour=1)
    events = simulator.step(NOON) + simulator.step(NOON + timedelta(seconds=2))
    assert len(by_id(events, "incident")) == 8
    assert len(by_id(events, "unit")) == 5
    assert all(event.occurred_at <= event.received_at for event in events)


def test_units_go_to_incidents_of_others_and_never_write_to_them():
    """A unit follows a real incident's own status and comes back when it ends; no incident event is sent."""
    simulator = Simulator(GRID, units=8, per_hour=0)
    simulator.incident_seen("R1", {"status": "pending", "lat": 50.03, "lon": 10.05, "priority": 1})
    events = run(simulator, 1)
    assert not {event.data["incident_id"] for event in events} - {None}
    sent = {}
    for minute, status in enumerate(("dispatched", "enroute", "on_scene", "closed"), start=1):
        simulator.incident_seen("R1", {"status": status})
        events += (new := run(simulator, 1, start=NOON + timedelta(minutes=minute)))
        sent[status] = [e for e in new if e.data["incident_id"] == "R1"]
    assert {event.kind for event in events} == {"unit"}
    assert len({event.id for event in sent["dispatched"]}) == 1
    for status in ("dispatched", "enroute", "on_scene"):
        assert sent[status][-1].data["status"] == status
    there = sent["on_scene"][-1].data
    assert (there["lat"], there["lon"]) == pytest.approx((50.03, 10.05), abs=0.005)
    assert sent["closed"] == []


def test_an_incident_withdrawn_frees_its_unit():
    """What leaves the picture holds nobody."""
    simulator = Simulator(GRID, units=8, per_hour=0)
    simulator.incident_seen("R1", {"status": "on_scene", "lat": 50.03, "lon": 10.05})
    assert "R1" in {event.data["incident_id"] for event in run(simulator, 1)}
    simulator.incident_seen("R1", None)
    simulator.incident_seen("never heard of", None)
    last = {e.id: e.data for e in run(simulator, 1, start=NOON + timedelta(minutes=1))}
    assert {data["status"] for data in last.values()} == {"available"}


def test_an_incident_that_never_ends_does_not_keep_its_unit():
    """Exports leave calls open for good; after a while without news the unit has other work."""
    simulator = Simulator(GRID, units=4, per_hour=0, scale=60)
    simulator.incident_seen("R1", {"status": "on_scene", "lat": 50.03, "lon": 10.05})
    last = {event.id: event.data for event in run(simulator, 2)}
    assert {data["status"] for data in last.values()} == {"available"}


def test_some_units_stay_on_patrol_however_much_happens():
    """A quarter of the city's units is never sent anywhere."""
    simulator = Simulator(GRID, units=8, per_hour=0)
    for number in range(50):
        simulator.incident_seen(f"R{number}", {"status": "enroute", "lat": 50.03, "lon": 10.05})
    last = {event.id: event.data for event in run(simulator, 1)}
    assert sum(data["status"] == "available" for data in last.values()) == 2


def test_an_orderly_end_takes_everything_invented_away():
    """After `leave`, nothing of the simulator stands in the picture."""
    simulator = Simulator(GRID, units=3)
    seen = {(event.kind, event.id) for event in run(simulator, 2)}
    left = simulator.leave(NOON + timedelta(minutes=3))
    gone = {(event.kind, event.id) for event in left}
    assert gone <= seen
    assert all(event.data is None for event in left)
    assert {id_ for kind, id_ in gone if kind == "unit"} == {id_ for kind, id_ in seen if kind == "unit"}


def test_callsigns_are_of_the_district_where_a_unit_begins(tmp_path):
    """The invented town's units carry a letter for each of its districts."""
    for name in ("streets", "districts"):
        (tmp_path / f"{name}.geojson").write_bytes((PLAIN / f"{name}.geojson").read_bytes())
    first = {e.id: e for e in run(Simulator.from_ground(tmp_path, units=30, per_hour=0), 0.1)}
    districts = read_districts(tmp_path / "districts.geojson")
    assert [name for name, _ in districts] == ["Depot", "Mill", "Prairie", "Riverside"]
    assert {callsign[:2] for callsign in first} == {"3A", "3B", "3C", "3D"}


def test_a_city_without_streets_gets_a_grid(tmp_path):
    """Units wander within the bounds even where nothing is drawn."""
    empty = b'{"type":"FeatureCollection","features":[]}'
    for name in ("streets", "districts"):
        (tmp_path / f"{name}.geojson").write_bytes(empty)
    (tmp_path / "city.json").write_text('{"bounds": [10.0, 50.0, 10.1, 50.1]}')
    for event in run(Simulator.from_ground(tmp_path, units=5, per_hour=0), 1):
        assert 10 <= event.data["lon"] <= 10.1
        assert 50 <= event.data["lat"] <= 50.1


def test_no_streets_at_all_are_refused():
    """A net needs something to drive on."""
    with pytest.raises(ValueError, match="no streets"):
        StreetNet([])


@settings(max_examples=30)
@given(st.data())
def test_a_route_leads_along_streets_from_start_to_end(data):
    """Every leg of a route is a piece of street, and the last one arrives."""
    net = StreetNet(read_streets(PLAIN / "streets.geojson"))
    start, end = data.draw(st.sampled_from(net.points)), data.draw(st.sampled_from(net.points))
    route = [start, *net.route(start, end)]
    assert route[-1] == end
    assert all(b in net.ways_from(a) for a, b in pairwise(route))


def test_only_the_largest_connected_part_is_driven_on():
    """No unit begins on an island that leads nowhere."""
    island = ("Far St", [(11.0, 51.0), (11.001, 51.0)])
    assert set(StreetNet([*GRID, island]).points) == set(StreetNet(GRID).points)


def test_a_place_outside_every_district_counts_as_the_first():
    """A callsign needs a letter even on a bridge."""
    districts = read_districts(PLAIN / "districts.geojson")
    assert district_index(districts, 0.0, 0.0) == 0
    assert district_index(districts, -99.58, 41.61) == 3
