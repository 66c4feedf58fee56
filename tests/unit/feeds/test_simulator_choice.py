"""Who is sent and who needs help: choosing among very many units, and officers in an emergency."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from random import Random

import numpy as np
import pytest

from rtcc.feeds.transports.simulator import choice, sensors
from rtcc.feeds.transports.simulator.incidents import Happening, SimIncident
from rtcc.feeds.transports.simulator.streets import Spot
from tests.unit.feeds.small_city import KINDS, START, city, grid_roads


def test_among_very_many_units_good_ones_are_chosen(monkeypatch):
    """To compare only those around finds units that are as soon there, but for seconds, as the best of all."""
    simulator, dice = city(units=900, rate=1.0, fixes=False), Random(2)
    simulator.step(START + timedelta(minutes=5))
    incidents = [
        SimIncident(str(n), Happening(KINDS[n % len(KINDS)], Spot(dice.randrange(grid_roads().start.size), 0.3)), 0.0)
        for n in range(40)
    ]
    assert len(simulator._fleet.free) > 4 * choice._LOOKED_AT
    quick = [simulator._choice.choose(incident, 2) for incident in incidents]
    monkeypatch.setattr(choice, "_LOOKED_AT", 10_000)
    best = [simulator._choice.choose(incident, 2) for incident in incidents]
    assert all(len(chosen) == 2 for chosen in quick)
    lost = [
        ours.cost_s - theirs.cost_s
        for one, other in zip(quick, best, strict=True)
        for ours, theirs in zip(one, other, strict=True)
    ]
    assert np.median(lost) == 0
    assert 0 <= min(lost) <= max(lost) < 40


@pytest.fixture
def emergencies(monkeypatch):
    """Every unit event of three hours in which officers need help much more often than in life, and the incidents'."""
    monkeypatch.setattr(sensors, "EMERGENCIES_PER_DAY", 150.0)
    return city(units=120, fixes=False).step(START + timedelta(hours=3))


def test_an_emergency_begins_and_ends(emergencies):
    """It is on scene that officers need help; it lasts some minutes and is over before they do anything else."""
    since, lasted, last = {}, [], {}
    for event in emergencies:
        if event.kind != "unit":
            continue
        on = bool(event.data and event.data["emergency"])
        if on:
            assert event.data["status"] == "on_scene"
            since.setdefault(event.id, event.occurred_at)
        elif event.id in since:
            lasted.append((event.occurred_at - since.pop(event.id)).total_seconds())
        last[event.id] = on
    assert len(lasted) > 15
    assert max(lasted) <= 480
    assert sum(each >= 180 for each in lasted) > len(lasted) / 2
    end = START + timedelta(hours=3)
    assert all((end - begun).total_seconds() <= 480 for begun in since.values())
    assert sum(last.values()) == len(since)


def test_others_come_to_an_officer_who_needs_help(emergencies):
    """A panic button is told at the same moment, three more units are sent to that incident, and go again."""
    pressed = {e.occurred_at for e in emergencies if e.kind == "detection" and e.data.get("detection_type") == "panic"}
    units, begun, helped = defaultdict(list), {}, 0
    cleared = {e.id: e.occurred_at for e in emergencies if e.kind == "incident" and e.data.get("status") == "cleared"}
    end, stayed = START + timedelta(hours=3), []
    for event in emergencies:
        if event.kind == "incident" and "units" in event.data:
            units[event.id].append((event.occurred_at, set(event.data["units"])))
        if event.kind == "unit" and event.data and event.data["emergency"]:
            begun.setdefault((event.id, event.data["incident_id"]), event.occurred_at)
    assert len(begun) > 15
    for (callsign, incident), at in begun.items():
        assert at in pressed
        before = [named for when, named in units[incident] if when < at][-1]
        after = [named for when, named in units[incident] if at <= when <= at + timedelta(minutes=8)]
        assert callsign in before
        helped += any(len(named) >= len(before) + 3 for named in after)
        if cleared.get(incident, end) - at > timedelta(minutes=13):
            stayed.append(len(units[incident][-1][1]) - max(map(len, after)))
    assert helped > 0.8 * len(begun)
    assert len(stayed) > 8
    assert max(stayed) < 0
