"""The simulator's figures against what was asked of it; each tolerance is a quantile of the figure's distribution.

A test here fails for a correct simulator with a probability of about one in a million, and its seeds are fixed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from scipy.stats import chi2, norm, poisson

from rtcc.feeds.transports.simulator.demand import CALLS_PER_DAY, FURTHER_CALLS, INCIDENTS_PER_DAY, Demand
from rtcc.feeds.transports.simulator.profiles import HOURS, hourly
from rtcc.feeds.transports.simulator.stage import WEEK
from rtcc.feeds.transports.simulator.streets import LIGHTS, Part, Streets
from rtcc.model.call_types import CallType
from tests.unit.feeds.small_city import KINDS, START, city, small_city

ALPHA = 1e-6
MONDAY = datetime(2026, 11, 23)  # noqa: DTZ001 - the city's own local time


@cache
def week():
    """The moments and kinds of what happens in a week at rate 1, from Monday at midnight."""
    demand, dice = Demand(small_city(), Streets(small_city()), 1.0), Random(5)
    found, t = [], 0.0
    while (t := demand.happenings.next(t, t, dice)) < WEEK:
        found.append((t, demand.kind(t, dice)))
    return demand, found


@cache
def whole_days():
    """All events of two weekdays at rate 1, without fixes."""
    return tuple(city(begin=MONDAY, units=120, fixes=False).step(START + timedelta(days=2)))


def test_arrivals_of_each_hour_follow_the_asked_rate():
    """The counts of the week's 168 hours fit their Poisson means: chi-square with 168 degrees of freedom."""
    demand, found = week()
    counts = np.bincount([int(t // 3600) for t, _ in found], minlength=HOURS)
    means = np.array(demand.happenings.per_s) * 3600
    assert means.min() > 5
    assert means.sum() == pytest.approx(7 * INCIDENTS_PER_DAY)
    statistic = float(((counts - means) ** 2 / means).sum())
    assert chi2.ppf(ALPHA / 2, HOURS) < statistic < chi2.ppf(1 - ALPHA / 2, HOURS)


def test_types_and_priorities_come_as_often_as_the_table_says():
    """Counts by type and by priority fit the shares: chi-square."""
    _, found = week()
    for name in ("code", "priority"):
        counts = Counter(getattr(kind, name) for _, kind in found)
        shares = Counter()
        for kind in KINDS:
            shares[getattr(kind, name)] += kind.share / sum(each.share for each in KINDS)
        statistic = sum(
            (counts[each] - len(found) * share) ** 2 / (len(found) * share) for each, share in shares.items()
        )
        assert statistic < chi2.ppf(1 - ALPHA, len(shares) - 1)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.pattern + kind.code)
def test_each_type_follows_the_hours_of_its_pattern(kind):
    """Its counts by hour of the day fit its own pattern: night is not school."""
    _, found = week()
    counts = np.bincount([int(t // 3600) % 24 for t, each in found if each is kind], minlength=24)
    share = kind.share / sum(each.share for each in KINDS)
    means = hourly(kind.pattern).reshape(7, 24).sum(axis=0) * share * INCIDENTS_PER_DAY / 24
    statistic = float(((counts - means) ** 2 / means).sum())
    assert statistic < chi2.ppf(1 - ALPHA, 24)


def test_places_follow_their_pattern():
    """What has to do with night-life happens near it: five times as near as what happens anywhere."""
    demand, _ = week()
    streets, dice = Streets(small_city()), Random(3)

    def off(pattern):
        lat, lon = np.median([streets.point(demand.spot(pattern, dice)) for _ in range(400)], axis=0)
        return np.hypot((lat - 41.004) * 111_320, (lon + 98.995) * 84_000)

    assert off("night") * 5 < off("even")


def test_nothing_happens_outside_the_beats():
    """Roads may lead on into the country, where another agency's calls are; only a city without any beat has all."""
    world = small_city()
    outside = replace(world, node_beat=np.where(world.node_beat == 3, -1, world.node_beat))
    streets, dice = Streets(world), Random(3)
    for place, found in ((outside, {0, 1, 2}), (replace(world, node_beat=np.full_like(world.node_beat, -1)), {-1})):
        demand = Demand(place, streets, 1.0)
        spots = [demand.spot(kind.pattern, dice) for kind in KINDS for _ in range(100)]
        assert {int(place.node_beat[streets.start[spot.edge]]) for spot in spots} == found


@pytest.mark.drill
def test_a_day_has_as_many_incidents_and_calls_as_were_asked_for():
    """Two days' totals lie within the Poisson bounds of the asked means; calls cluster, which widens theirs."""
    made = Counter(kind for kind, _ in {(e.kind, e.id) for e in whole_days() if e.kind in {"incident", "call"}})
    demand = Demand(small_city(), Streets(small_city()), 1.0)
    days = sum(demand.hours[:48]) / 24
    # One in a hundred is never entered, since nobody calls again; a day begins with what the last one left.
    low = poisson.ppf(ALPHA, INCIDENTS_PER_DAY * days * 0.97)
    assert low < made["incident"] < poisson.ppf(1 - ALPHA, INCIDENTS_PER_DAY * days * 1.06)
    calls = CALLS_PER_DAY * days
    assert abs(made["call"] - calls) < norm.ppf(1 - ALPHA) * np.sqrt(2 * calls) + 0.05 * calls


def test_as_many_call_about_one_incident_as_were_asked_for():
    """The mean number of calls linked to an incident of each priority: z test with the geometric variance."""
    linked = Counter(e.data["incident_id"] for e in whole_days() if e.kind == "call" and e.data.get("incident_id"))
    told = {e.id: e.data for e in whole_days() if e.kind == "incident" and "priority" in e.data}
    for priority in (2, 4):
        ids = [id_ for id_, data in told.items() if data["priority"] == priority and not data["onview"] and linked[id_]]
        further = FURTHER_CALLS[priority]
        # Abandoned ones are not linked, or twice where they call again: a tenth of the further calls either way.
        slack = 0.1 * (1 + further) + norm.ppf(1 - ALPHA) * np.sqrt(further * (1 + further) / len(ids))
        assert abs(np.mean([linked[id_] for id_ in ids]) - 1 - further) < slack


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_officers_find_as_much_as_the_table_says(kind):
    """The part of each type that nobody called in: z test; what sensors led to is not counted in."""
    told = [e.data for e in whole_days() if e.kind == "incident" and e.data.get("type_code") == kind.code]
    if kind.onview == 0:
        assert not any(data["onview"] for data in told)
        return
    slack = norm.ppf(1 - ALPHA) * np.sqrt(kind.onview * (1 - kind.onview) / len(told)) + 0.02
    assert abs(np.mean([data["onview"] for data in told]) - kind.onview) < slack


def test_what_officers_begin_nobody_calls_about():
    """With fewer officers less of it happens, and no caller makes up for that."""
    kind = CallType("STOP", "Stop", "traffic", 4, on_scene_s=600, onview=1.0)
    made = []
    for units in (4, 40):
        events = city(call_types=(kind,), units=units, fixes=False).step(START + timedelta(hours=2))
        assert not any(e.data.get("incident_id") for e in events if e.kind == "call")
        told = [e.data for e in events if e.kind == "incident" and "onview" in e.data]
        made.append(sum(data["onview"] for data in told))
    assert 0 < made[0] < 0.6 * made[1]


def test_more_calls_for_the_same_call_takers_are_answered_worse():
    """With four times the calls and the same desks more are given up and answers take longer, beyond any chance."""
    shares, answers = [], []
    for rate in (1.0, 4.0):
        events = city(begin=MONDAY.replace(hour=16), rate=rate, units=60, call_takers=8, fixes=False).step(
            START + timedelta(hours=2)
        )
        calls = {}
        for event in events:
            if event.kind == "call":
                calls.setdefault(event.id, {}).update(
                    {k: v for k, v in event.data.items() if k != "state" or v == "abandoned"}
                )
        gone = [call.get("state") == "abandoned" for call in calls.values()]
        shares.append((sum(gone), len(gone)))
        waits = [
            (datetime.fromisoformat(c["answered_at"]) - datetime.fromisoformat(c["started_at"])).total_seconds()
            for c in calls.values()
            if c.get("answered_at")
        ]
        answers.append(float(np.mean(waits)))
    (few, of_few), (many, of_many) = shares
    pooled = (few + many) / (of_few + of_many)
    z = (many / of_many - few / of_few) / np.sqrt(pooled * (1 - pooled) * (1 / of_few + 1 / of_many))
    assert z > norm.ppf(1 - ALPHA)
    assert answers[1] > 2 * answers[0]


def test_a_run_takes_exactly_what_the_speed_model_says():
    """From en route to on scene passes the time along the streets and over the crossings, times the one factor."""
    world = small_city()
    streets, roads = Streets(world), world.roads
    simulator = city(fixes=False, units=20)
    runs = 0
    taken = simulator._fleet.drive

    def watched(unit, parts, factor, then):
        nonlocal runs
        taken(unit, parts, factor, then)
        if unit.status == "enroute" and parts:
            model = sum(
                (roads.seconds[e] + world.drives.pass_s[roads.end[e]]) * (end - begin) for e, begin, end in parts
            )
            assert unit.path.ends_at - simulator._stage.t == pytest.approx(model * factor)
            assert factor == LIGHTS if unit.incident.urgency <= 2 else factor > 1
            assert all(streets.end[a.edge] == streets.start[b.edge] for a, b in pairwise(parts))
            goal = unit.incident.happening.spot
            there = streets.point(goal)
            assert streets.point(type(goal)(parts[-1].edge, parts[-1].end)) == pytest.approx(there, abs=1e-7)
            assert isinstance(parts[0], Part)
            runs += 1

    simulator._fleet.drive = watched
    simulator.step(START + timedelta(hours=1))
    assert runs > 30
