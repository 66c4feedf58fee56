"""Alarms: how soon one is in the picture once its condition is true, and what an event costs with more entities."""

from __future__ import annotations

import gc
import random
import threading
import time
from typing import Any

import orjson

from benchmarks import fleet
from benchmarks.installation import Installation
from benchmarks.posting import Poster
from benchmarks.processes import Meter
from benchmarks.report import Row, row, show, spread
from benchmarks.under_load import Load, preload, under_load
from rtcc.alarms.engine import Change, Engine, Known
from rtcc.alarms.parameters import read_plan
from rtcc.alarms.rules.call_waiting import WaitingParameters
from rtcc.alarms.view import View

#: What is asked: the load, and the p95 in ms for what an event and for what time alone makes true.
LOAD = Load(5_000, 1_000, 0, 300)
EVENT_MS, TIME_MS = 300, 1_000
_COUNTS = (100, 1_000, 10_000)
#: What an event among 10,000 entities may cost beside one among 100. Their memory no longer fits the processor's cache;
#: work that grew with their number would be a hundred times as much (tests/unit/alarms/test_cost.py counts it).
_GROWTH = 2.0
_WAITS_S = WaitingParameters().after_s


class Follower(threading.Thread):
    """Reads the stream of changes as any reader does, and notes when each alarm was first seen to be raised."""

    def __init__(self, rtcc: Installation) -> None:
        super().__init__(daemon=True)
        self._store = rtcc.store
        self.seen: dict[str, float] = {}
        self.over = threading.Event()

    def run(self) -> None:
        """Follow until told that it is over."""
        last: Any = "$"
        while not self.over.is_set():
            for _, entries in self._store.xread({"rtcc:changes": last}, count=64, block=500) or ():
                now = time.time()
                for id_, entry in entries:
                    last = id_
                    if b'"kind":"alarm"' not in entry[b"c"]:
                        continue
                    for change in orjson.loads(entry[b"c"]):
                        if change["kind"] == "alarm" and (change["fields"] or {}).get("raised_at"):
                            self.seen.setdefault(change["id"], now)


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    load = Load(200, 100, 0, 300) if quick else LOAD
    rows, details = _time_to_fire(load, 20 if quick else 200)
    rows += _cost(10_000 if quick else 100_000)
    show("Alarms: condition true → alarm in the picture; and what an event costs the engine", rows)
    return {"title": "Alarms", "rows": rows, "time_to_fire": details}


# ---------------------------------------------------------------- time to fire


def _time_to_fire(load: Load, samples: int) -> tuple[list[Row], dict[str, Any]]:
    with Installation() as rtcc:
        preload(rtcc, load.units)
        follower, poster = Follower(rtcc), Poster(rtcc.port, rtcc.key)
        follower.start()
        with under_load(rtcc, load, 0) as found, Meter(lambda: rtcc.groups() | found["pids"]) as meter:
            due = _trigger(poster, samples)
            last = max(due.values())
            while time.time() < last + 5 and due.keys() - follower.seen.keys():
                time.sleep(0.1)
        follower.over.set()
        poster.close()
    lost = due.keys() - follower.seen.keys()
    late: dict[str, list[float]] = {"event": [], "time": []}
    for id_, at in due.items():
        if id_ in follower.seen:
            driven = "event" if id_.startswith("unit_emergency") else "time"
            late[driven].append((follower.seen[id_] - at) * 1000)
    load_text = f"{load.units:,} entities, {load.rate:,} updates/s"
    event, by_time = spread(late["event"]), spread(late["time"])
    core = meter.cpu.get("alarms", 0.0) / meter.wall_s * 100
    rows = [
        row("an event makes it true, p95", event.get("p95", 1e9), "ms", at_most=EVENT_MS, note=load_text),
        row("time alone makes it true, p95", by_time.get("p95", 1e9), "ms", at_most=TIME_MS, note=load_text),
        row("earliest before its moment", max(0.0, -min(late["time"], default=0.0)), "ms", at_most=0),
        row("alarms that never came", len(lost), "", at_most=0),
        row("share of a core that the alarms take", core, "%", note="one process; every change is heard"),
    ]
    return rows, {"event_ms": event, "time_ms": by_time, "sent": found["sent"], "cost": meter.told()}


def _trigger(poster: Poster, samples: int) -> dict[str, float]:
    """Make so many conditions of each sort true, spread over time; return each alarm's moment by its id."""
    dice = random.Random(1)
    due: dict[str, float] = {}
    for number in range(samples):
        now = time.time()
        late_at = now + dice.uniform(1, 6)
        started = fleet.instant(late_at - _WAITS_S)
        call = _said("call", f"W{number}", now, state="ringing", queue=f"Q{number}", started_at=started)
        poster.post_until_taken(fleet.body([call]))
        due[f"call_waiting:Q{number}"] = late_at
        pressed = time.time()
        poster.post_until_taken(fleet.body([_said("unit", f"E{number}", pressed, emergency=True)]))
        due[f"unit_emergency:E{number}"] = pressed
        time.sleep(dice.uniform(0.05, 0.15))
    return due


def _said(kind: str, id_: str, at: float, **data: Any) -> dict[str, Any]:
    now = fleet.instant(at)
    return {"kind": kind, "id": id_, "agency": "PLPD", "source": "cad", "occurred_at": now, "data": data}


# ---------------------------------------------------------------- what an event costs


def _cost(events: int) -> list[Row]:
    """Tell the engine alone of the same mix of changes, with ever more entities around."""
    cost = {count: min(_cost_of_one(count, events) for _ in range(3)) for count in _COUNTS}
    rows = [row(f"engine, an event among {count:,} entities", us, "µs", note="best of 3") for count, us in cost.items()]
    ratio = cost[_COUNTS[-1]] / cost[_COUNTS[0]]
    return [*rows, row("the same, 10,000 beside 100", ratio, "×", at_most=_GROWTH)]


def _cost_of_one(entities: int, events: int) -> float:
    dice = random.Random(entities)
    plan, start = read_plan({}), 1_800_000_000_000_000
    view = View({1: 60.0, 2: 300.0, 3: 1800.0}, tuple(f"B{beat}" for beat in range(25)), heard={"avl": start / 1e6})
    engine = Engine(plan.rules(view), view)
    engine.begin([_entity(number, start, dice) for number in range(entities)], start)
    gc.collect()
    changes = [_change(dice, entities, start + number * 1_000, number) for number in range(events)]
    began = time.perf_counter()
    for change in changes:
        engine.take([change], change.us)
        engine.due(change.us)
    return (time.perf_counter() - began) / events * 1e6


def _entity(number: int, us: int, dice: random.Random) -> Known:
    if number % 10 == 9:
        fields = _incident(us, dice)
        return Known("incident", f"I{number}", fields, "cad", us / 1e6, us)
    fields = {"status": dice.choice(fleet.STATUSES), "beat": f"B{dice.randrange(25)}", "status_since": _text(us)}
    return Known("unit", f"U{number}", fields | _fix(us, dice), "avl", us / 1e6, us)


def _change(dice: random.Random, entities: int, us: int, number: int) -> Change:
    """Return the next change: nine in ten are positions, the others what happens in a city."""
    unit = dice.randrange(entities // 10) * 10
    if dice.random() < 0.9:
        return Change("unit", f"U{unit}", _fix(us, dice), "avl", us)
    what = dice.randrange(3)
    if what == 0:
        # As many open incidents as there are, whatever is told.
        return Change("incident", f"I{unit + 9}", _incident(us, dice), "cad", us)
    if what == 1:
        fields = {"status": dice.choice(fleet.STATUSES), "beat": f"B{dice.randrange(25)}", "status_since": _text(us)}
        return Change("unit", f"U{unit}", fields, "avl", us)
    state = ("ringing", "answered", "ended")[number % 3]
    return Change(
        "call", f"C{dice.randrange(20)}", {"state": state, "queue": "911", "started_at": _text(us)}, "911", us
    )


def _incident(us: int, dice: random.Random) -> dict[str, Any]:
    where = {"lat": dice.uniform(fleet.SOUTH, fleet.NORTH), "lon": dice.uniform(fleet.WEST, fleet.EAST)}
    status = dice.choice(("pending", "dispatched", "enroute", "on_scene"))
    kind = f"Type {dice.randrange(60)}"
    return where | {"priority": dice.randint(1, 5), "status": status, "type": kind, "entered_at": _text(us)}


def _fix(us: int, dice: random.Random) -> dict[str, Any]:
    lat, lon = dice.uniform(fleet.SOUTH, fleet.NORTH), dice.uniform(fleet.WEST, fleet.EAST)
    return {"lat": lat, "lon": lon, "fix_at": _text(us), "heading_deg": 90.0, "speed_mps": 9.0}


def _text(us: int) -> str:
    return fleet.instant(us / 1e6)
