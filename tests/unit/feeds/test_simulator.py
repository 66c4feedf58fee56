"""The simulated city as a source: what it tells is lawful, in order and the same each time."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtcc.feeds.transports.simulator import NoCityError, Simulator, World
from rtcc.feeds.transports.simulator.gps import MOST_MPS
from rtcc.model.checks import SPEED, parse_instant
from rtcc.model.event import parse_event
from tests.factories import body
from tests.pure_picture import PurePicture
from tests.unit.feeds.small_city import START, city, grid_roads, small_city

LATER = {
    "incident": {
        "pending": {"dispatched", "cancelled"},
        "dispatched": {"enroute", "pending", "cancelled"},
        "enroute": {"on_scene", "pending", "cancelled"},
        "on_scene": {"cleared"},
        "cleared": {"closed"},
        "closed": set(),
        "cancelled": set(),
    },
    "call": {
        "ringing": {"answered", "abandoned"},
        "answered": {"on_hold", "transferred", "ended"},
        "on_hold": {"answered", "ended"},
        "transferred": {"ended"},
        "abandoned": {"ended"},
        "ended": set(),
    },
    "unit": {
        "available": {"dispatched", "on_scene", "out_of_service"},
        "dispatched": {"enroute", "available", "dispatched", "out_of_service"},
        "enroute": {"on_scene", "available", "dispatched", "out_of_service"},
        "on_scene": {"available", "busy", "out_of_service"},
        "busy": {"available", "out_of_service"},
        "out_of_service": {"available", "off_duty", "out_of_service"},
        "off_duty": set(),
    },
    "detection": {"unreviewed": {"confirmed", "dismissed"}, "confirmed": set(), "dismissed": set()},
}
STATUS = {"incident": "status", "call": "state", "unit": "status", "detection": "review"}


@cache
def busy_hours():
    """All events of three busy hours, without fixes."""
    return tuple(city(rate=2.0, units=60, fixes=False).step(START + timedelta(hours=3)))


@cache
def minutes_with_fixes():
    """All events of twenty minutes, with fixes."""
    return tuple(city(rate=0.5, units=40).step(START + timedelta(minutes=20)))


def lives(events):
    """Events by kind and id."""
    found = defaultdict(list)
    for event in events:
        found[event.kind, event.id].append(event)
    return found


@settings(max_examples=12)
@given(st.lists(st.floats(0.05, 40.0), min_size=1, max_size=12), st.integers(0, 3), st.sampled_from([1.0, 7.0]))
def test_asking_more_often_changes_nothing(pauses, seed, speed):
    """The same seed and begin give the same events up to the same moment, however it is stepped there."""
    end = START + timedelta(seconds=sum(pauses))
    chosen = {"units": 6, "rate": 3.0, "seed": seed, "speed": speed}
    stepped, one, now = city(**chosen), city(**chosen), START
    events = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        events += stepped.step(now)
    assert events + stepped.step(end) == one.step(end)


def test_seed_and_fixes_decide_only_what_they_should():
    """Another seed is another city; without fixes everything else is the same."""
    end = START + timedelta(minutes=4)
    assert city(seed=1).step(end) != city(seed=2).step(end)
    kept = [event for event in city().step(end) if event.source != "sim-avl"]
    assert kept == city(fixes=False).step(end)


@pytest.mark.parametrize("told", [busy_hours, minutes_with_fixes])
def test_every_event_is_one_that_the_contract_takes(told):
    """What is built without checks passes all of them unchanged."""
    for event in told():
        again = parse_event(body(event), event.received_at)
        assert again == event


@pytest.mark.parametrize("told", [busy_hours, minutes_with_fixes])
def test_events_come_in_order_and_not_from_the_future(told):
    """Each is as late as the one before it, or later, and no instant in it lies ahead of it."""
    assert all(a.occurred_at <= b.occurred_at for a, b in pairwise(told()))
    for event in told():
        for name, value in (event.data or {}).items():
            if name.endswith("_at") and value is not None:
                assert parse_instant(value) <= event.occurred_at


def test_every_status_follows_the_one_before_it():
    """No entity skips a step of its course or takes one back, but for a unit that is called away."""
    seen = set()
    for (kind, id_), life in lives(busy_hours()).items():
        if kind not in STATUS:
            continue
        before = None
        for event in life:
            now = (event.data or {}).get(STATUS[kind])
            if event.data is None:
                before = None
            elif now is not None:
                assert before in {None, now} or now in LATER[kind][before], f"{id_}: {before} → {now}"
                before = now
                seen.add((kind, now))
    assert seen >= {("incident", "closed"), ("incident", "cancelled"), ("call", "abandoned"), ("call", "on_hold")}
    assert seen >= {("unit", status) for status in ("enroute", "on_scene", "busy", "out_of_service")}


def test_units_and_incidents_say_the_same_of_each_other():
    """At every moment a unit is on one incident at most, and that incident names it; nobody else is named."""
    units, incidents = {}, {}
    events = busy_hours()
    for number, event in enumerate(events):
        held = {"unit": units, "incident": incidents}.get(event.kind)
        if held is None:
            continue
        if event.data is None:
            held.pop(event.id, None)
        else:
            held.setdefault(event.id, {}).update(event.data)
        if number + 1 < len(events) and events[number + 1].occurred_at == event.occurred_at:
            continue
        going = {(name, unit["incident_id"]) for name, unit in units.items() if unit.get("incident_id")}
        named = {
            (name, id_)
            for id_, incident in incidents.items()
            if incident["status"] in {"dispatched", "enroute", "on_scene"}
            for name in incident["units"]
        }
        assert going == named


def test_every_dispatched_incident_ends():
    """After hours without new ones, all that was dispatched early has been closed or cancelled."""
    ended = {}
    for event in busy_hours():
        if event.kind == "incident":
            ended.setdefault(event.id, [event.occurred_at, None])[1] = event.data.get("status") or ended[event.id][1]
    early = [status for begun, status in ended.values() if begun < START + timedelta(minutes=5)]
    assert len(early) > 20
    assert set(early) <= {"closed", "cancelled", "on_scene", "cleared"}
    assert sum(status in {"closed", "cancelled"} for status in early) > 0.9 * len(early)


def test_units_stay_on_the_streets_and_keep_to_their_speed():
    """Each fix lies as near a street as the receiver's error allows, and no unit is faster than the speed model."""
    roads, drives = grid_roads(), small_city().drives
    fixes = [event for event in minutes_with_fixes() if event.source == "sim-avl"]
    assert len(fixes) > 3000
    beside = drives.nearest([fix.data["lat"] for fix in fixes], [fix.data["lon"] for fix in fixes])
    assert np.max(beside.distance_m) < 10.5
    fastest = float((roads.length_m / (roads.seconds + drives.pass_s[roads.end])).max()) / 0.75
    for life in lives(fixes).values():
        for a, b in pairwise(life):
            seconds = (b.occurred_at - a.occurred_at).total_seconds()
            north = (b.data["lat"] - a.data["lat"]) * 111_320
            east = (b.data["lon"] - a.data["lon"]) * 111_320 * np.cos(np.radians(41))
            assert np.hypot(north, east) <= fastest * seconds + 21
            assert max(a.data["speed_mps"], b.data["speed_mps"]) <= fastest + 0.1


def test_fixes_come_as_often_as_a_radio_sends_them():
    """Every 2 s on the way and every 15 s at rest, but for what lies in a dead spot."""
    gaps = {True: [], False: []}
    for life in lives(event for event in minutes_with_fixes() if event.source == "sim-avl").values():
        for a, b in pairwise(life):
            gaps[a.data["speed_mps"] > 0].append((b.occurred_at - a.occurred_at).total_seconds())
    assert np.median(gaps[True]) == 2.0
    assert np.median(gaps[False]) <= 15.0
    assert np.quantile(gaps[True], 0.99) == 2.0
    assert 20.0 < max(gaps[True]) < 100.0


def test_a_faster_time_is_the_same_life_at_other_instants():
    """With speed 60 an hour passes in a minute of the wall, and nothing lies in the wall's future."""
    slow = city(fixes=False).step(START + timedelta(hours=1))
    fast = city(fixes=False, speed=60.0).step(START + timedelta(minutes=1))
    incidents = [{event.id for event in each if event.kind == "incident"} for each in (slow, fast)]
    assert incidents[0] == incidents[1]
    assert max(event.occurred_at for event in fast) <= START + timedelta(minutes=1)


@pytest.mark.parametrize("speed", [1.0, 5.0, 60.0])
def test_a_reported_speed_fits_what_is_drawn(speed):
    """Whoever moves a unit on by its speed for as long as to the next fix draws it where it is then, on the wall."""
    fixes = [e for e in city(rate=0.5, speed=speed).step(START + timedelta(minutes=2)) if e.source == "sim-avl"]
    assert all(SPEED.accepts(fix.data["speed_mps"]) for fix in fixes)
    assert SPEED.accepts(MOST_MPS)
    assert not SPEED.accepts(MOST_MPS + 0.1)
    drawn, reported = [], []
    for life in lives(fixes).values():
        for a, b in pairwise(life):
            seconds = (b.occurred_at - a.occurred_at).total_seconds()
            north = (b.data["lat"] - a.data["lat"]) * 111_320
            east = (b.data["lon"] - a.data["lon"]) * 111_320 * np.cos(np.radians(41))
            if 0 < a.data["speed_mps"] < MOST_MPS and seconds <= 2 and a.data["heading_deg"] == b.data["heading_deg"]:
                drawn.append(np.hypot(north, east))
                reported.append(a.data["speed_mps"] * seconds)
    assert len(drawn) > 300
    assert np.median(drawn) == pytest.approx(np.median(reported), rel=0.1)


def test_a_city_that_starts_again_gives_no_id_twice():
    """One second later everything has another id; the same second and seed give the same events."""
    end = START + timedelta(minutes=10)
    first, second = (city(rate=5.0, start=START + timedelta(seconds=late), fixes=False).step(end) for late in (0, 1))
    named = [
        {(e.kind, e.id) for e in events if e.kind in {"incident", "call", "detection", "feedback"}}
        for events in (first, second)
    ]
    assert min(map(len, named)) > 50
    assert {kind for kind, _ in named[0]} >= {"incident", "call", "detection"}
    assert named[0].isdisjoint(named[1])
    assert first == city(rate=5.0, fixes=False).step(end)


def test_a_screen_starts_with_a_city_in_motion():
    """With the first fixes most free units roam, a good part is at work, and calls and incidents are open."""
    events = city(rate=0.5, units=60).step(START + timedelta(seconds=15))
    free = {e.id for e in events if e.kind == "unit" and (e.data or {}).get("status") == "available"}
    moving = {e.id for e in events if e.source == "sim-avl" and e.data["speed_mps"] > 0}
    assert 20 < len(free) < 58
    assert len(free & moving) > 0.6 * len(free)
    assert len({e.id for e in events if e.kind == "incident"}) > 5


def test_watches_change_without_a_gap():
    """Around 23:00 another watch takes over, and at no moment are fewer than two thirds of the units on duty."""
    begin = START.replace(hour=22, minute=30, tzinfo=None)
    on_duty, fewest, callsigns = {}, 99, set()
    for event in city(begin=begin, fixes=False, rate=0.5).step(START + timedelta(minutes=90)):
        if event.kind == "unit":
            if event.data is None or event.data["status"] == "off_duty":
                on_duty.pop(event.id, None)
            else:
                on_duty[event.id] = event.data["status"]
                callsigns.add(event.id)
            if event.occurred_at > START:
                fewest = min(fewest, len(on_duty))
    assert fewest >= 20
    assert {callsign[0] for callsign in callsigns} == {"2", "3"}
    # Who is at an incident when the watch ends stays there until it is done.
    longer = {callsign: status for callsign, status in on_duty.items() if callsign[0] != "3"}
    assert len(longer) <= 3
    assert set(longer.values()) <= {"on_scene", "busy", "out_of_service"}


def test_an_orderly_end_takes_everything_invented_away():
    """After `leave`, nothing that was told stands in the picture."""
    simulator = city(rate=5.0)
    events = simulator.step(START + timedelta(minutes=20)) + simulator.leave(START + timedelta(minutes=21))
    assert PurePicture(events).entities() == {}
    assert simulator.known == set()


def test_a_clock_that_stood_still_makes_nobody_leap():
    """What `skip` leaves out has not happened: the next step tells what would have come without the pause."""
    one, other = city(), city()
    one.step(START + timedelta(minutes=1))
    other.step(START + timedelta(minutes=1))
    other.skip(3600)
    after = other.step(START + timedelta(minutes=61, seconds=10))
    expected = one.step(START + timedelta(minutes=1, seconds=10))
    assert [(e.kind, e.id) for e in after] == [(e.kind, e.id) for e in expected]
    assert after[0].occurred_at - expected[0].occurred_at == timedelta(hours=1)


def test_a_city_without_streets_or_call_types_is_refused():
    """One sentence says what it lacks."""
    whole = small_city()
    parts = {name: getattr(whole, name) for name in World.__dataclass_fields__}
    with pytest.raises(NoCityError, match="call types"):
        Simulator(World(**parts | {"call_types": ()}), start=START)
    assert Simulator(World(**parts | {"call_types": ()}), start=START, invented=False).step(START)
