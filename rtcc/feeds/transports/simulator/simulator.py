"""The simulated city's own clockwork: one step looks at the time and tells everything that has happened since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson

from rtcc.feeds.transports.simulator.districts import Ring, district_index, read_districts
from rtcc.feeds.transports.simulator.invented import DISPOSITIONS, Task, invent
from rtcc.feeds.transports.simulator.net import Line, StreetNet, plain_grid, read_streets
from rtcc.feeds.transports.simulator.unit import SimUnit
from rtcc.model.event import Event, iso, parse_event
from rtcc.model.lifecycle import ENDED, rank

AVL, CAD = "sim-avl", "sim-cad"
#: At the start some of the last minutes' incidents are there already.
BACKLOG = 8
#: This share of the units stays on patrol, whatever else happens.
KEPT_FREE = 0.25
#: A unit leaves an incident told from outside when nothing has changed there for this long.
LONGEST_WITHOUT_NEWS = timedelta(minutes=40)
RESPONDING = ("dispatched", "enroute", "on_scene")


class Simulator:
    """Units on a street net and, with ``per_hour`` above zero, incidents; same seed and same steps, same city."""

    def __init__(
        self,
        lines: list[Line],
        *,
        districts: list[tuple[str, list[Ring]]] | None = None,
        units: int = 40,
        per_hour: float = 60.0,
        scale: float = 1.0,
        seed: int = 1,
        agency: str = "SIM",
    ) -> None:
        self._net = StreetNet(lines)
        self._districts = districts or []
        self._count = units
        self._per_hour = per_hour
        self._scale = scale
        self._random = Random(seed)  # noqa: S311 - a toy city, no secret
        self._agency = agency
        self._units: dict[str, SimUnit] = {}
        self._tasks: dict[str, Task] = {}
        self._next_incident_at: datetime | None = None
        self._number = 0

    @classmethod
    def from_ground(cls, folder: Path, **options: Any) -> Simulator:
        """Return a simulator for the ground that ``rtcc.city.basemap`` wrote; a city without streets gets a grid."""
        lines = read_streets(folder / "streets.geojson")
        if not any(len(points) > 1 for _, points in lines):
            lines = plain_grid(orjson.loads((folder / "city.json").read_bytes())["bounds"])
        return cls(lines, districts=read_districts(folder / "districts.geojson"), **options)

    def incident_seen(self, id_: str, fields: Mapping[str, Any] | None) -> None:
        """Hear what a real feed says about an incident, so that units go there; it is never written to from here."""
        if fields is None:
            if id_ in self._tasks:
                self._tasks[id_].status = "cancelled"
            return
        task = self._tasks.setdefault(id_, Task(id_, own=False))
        task.status = fields.get("status") or task.status
        task.priority = fields.get("priority") or task.priority
        if fields.get("lat") is not None and fields.get("lon") is not None:
            task.place = (fields["lon"], fields["lat"])

    def step(self, now: datetime) -> list[Event]:
        """Return the events of everything that happened until ``now``; call it a few times a second."""
        if not self._units:
            self._begin(now)
        events = self._invent(now)
        for task in [task for task in self._tasks.values() if task.own]:
            events += self._advance(task, now)
        for task in [task for task in self._tasks.values() if not task.own]:
            self._follow(task, now)
        self._assign_told(now)
        for unit in self._units.values():
            if unit.next_fix_at <= now:
                unit.drive(self._net, self._random, now)
                unit.next_fix_at = now + timedelta(seconds=self._random.uniform(2, 5))
                events.append(self._event(AVL, "unit", unit.callsign, now, unit.report(now)))
        return events

    def leave(self, now: datetime) -> list[Event]:
        """Return the events that take everything invented out of the picture, for an orderly end."""
        mine = [self._event(CAD, "incident", task.id, now, None) for task in self._tasks.values() if task.own]
        return mine + [self._event(AVL, "unit", callsign, now, None) for callsign in self._units]

    def _begin(self, now: datetime) -> None:
        numbers: dict[int, int] = {}
        for _ in range(self._count):
            start = self._random.choice(self._net.points)
            district = district_index(self._districts, *start)
            numbers[district] = numbers.get(district, 10) + 1
            callsign = f"3{chr(ord('A') + district % 26)}{numbers[district]}"
            fix = now + timedelta(seconds=self._random.uniform(0, 2))
            to = self._random.choice(self._net.ways_from(start))
            self._units[callsign] = SimUnit(callsign, start, start, to, now, fix, now, self._scale)

    def _invent(self, now: datetime) -> list[Event]:
        if self._per_hour <= 0:
            return []
        entered: list[datetime] = []
        if self._next_incident_at is None:
            entered = [now - timedelta(seconds=self._random.uniform(0, 300) / self._scale) for _ in range(BACKLOG)]
            self._next_incident_at = now + self._pause()
        while self._next_incident_at <= now and len(entered) < 20:
            entered.append(self._next_incident_at)
            self._next_incident_at = max(self._next_incident_at + self._pause(), now - timedelta(minutes=1))
        events = []
        for entered_at in sorted(entered):
            self._number += 1
            task = invent(self._number, entered_at, self._net, self._random, self._scale)
            self._tasks[task.id] = task
            events.append(self._event(CAD, "incident", task.id, entered_at, task.fields, received_at=now))
        return events

    def _pause(self) -> timedelta:
        return timedelta(hours=self._random.expovariate(self._per_hour)) / self._scale

    def _advance(self, task: Task, now: datetime) -> list[Event]:
        """Bring one of our own incidents to its next status, if it is time."""
        unit = self._unit_of(task)
        if task.status == "enroute":
            due = unit is not None and unit.arrived
        else:
            due = task.next_at is not None and task.next_at <= now
        if not due:
            return []
        if task.status == "pending":
            unit = self._send_unit(task, now)
            if unit is None:
                return []
            task.next_at = now + timedelta(seconds=self._random.uniform(15, 60) / self._scale)
            return self._becomes(task, "dispatched", now, dispatched_at=iso(now), units=[unit.callsign])
        if unit is None:
            return []
        if task.status == "dispatched":
            unit.become("enroute", now)
            return self._becomes(task, "enroute", now, enroute_at=iso(now))
        if task.status == "enroute":
            unit.become("on_scene", now)
            task.next_at = now + timedelta(minutes=task.minutes) / self._scale
            return self._becomes(task, "on_scene", now, on_scene_at=iso(now))
        unit.release(now)
        del self._tasks[task.id]
        outcome = self._random.choice(DISPOSITIONS)
        return self._becomes(task, "closed", now, cleared_at=iso(now), disposition=outcome)

    def _becomes(self, task: Task, status: str, now: datetime, **fields: Any) -> list[Event]:
        task.status = status
        return [self._event(CAD, "incident", task.id, now, {"status": status, **fields})]

    def _follow(self, task: Task, now: datetime) -> None:
        """Let the unit at an incident told from outside be as far as the incident is."""
        unit = self._unit_of(task)
        if task.status in ENDED["incident"] | {"cleared"}:
            if unit is not None:
                unit.release(now)
            del self._tasks[task.id]
        elif unit is None or task.place is None:
            return
        elif (
            rank("unit", "status", unit.status)
            < rank("unit", "status", task.status)
            <= rank("unit", "status", "on_scene")
        ):
            unit.become(task.status, now)
            if task.status == "on_scene":
                unit.stand_at(task.place)
        elif now - unit.status_since > LONGEST_WITHOUT_NEWS / self._scale:
            # Exports leave many incidents open for good; the unit has other work. The place is forgotten with it.
            unit.release(now)
            task.place = None

    def _assign_told(self, now: datetime) -> None:
        waiting = [t for t in self._tasks.values() if not t.own and not t.unit and t.place and t.status in RESPONDING]
        # A route takes some milliseconds to find: a few a step, the most urgent first.
        for task in sorted(waiting, key=lambda task: task.priority)[:3]:
            self._send_unit(task, now)

    def _send_unit(self, task: Task, now: datetime) -> SimUnit | None:
        free = [unit for unit in self._units.values() if unit.status == "available"]
        if task.place is None or len(free) <= KEPT_FREE * len(self._units):
            return None
        place = task.place
        unit = min(free, key=lambda unit: self._net.metres(unit.at, place))
        unit.respond(task.id, place, self._net, now)
        task.unit = unit.callsign
        return unit

    def _unit_of(self, task: Task) -> SimUnit | None:
        unit = self._units.get(task.unit or "")
        return unit if unit is not None and unit.incident_id == task.id else None

    def _event(
        self,
        source: str,
        kind: str,
        id_: str,
        at: datetime,
        data: dict[str, Any] | None,
        received_at: datetime | None = None,
    ) -> Event:
        told = {"kind": kind, "id": id_, "agency": self._agency, "source": source, "occurred_at": iso(at), "data": data}
        return parse_event(told, received_at or at)
