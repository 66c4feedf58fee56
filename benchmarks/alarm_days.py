"""Histories for the alarms: two days of San Francisco, a week of Houston, and whole days of the invented city."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from pathlib import Path
from typing import Any

from benchmarks.alarm_play import History
from rtcc.alarms.engine import Change
from rtcc.alarms.standing import text
from rtcc.city.build.report import Report
from rtcc.city.choice import CALLS, SAN_FRANCISCO
from rtcc.city.invent.city import write_invented
from rtcc.city.locate import Locator
from rtcc.city.pack import load_pack, read_toml
from rtcc.city.patrol import patrolled
from rtcc.cli.world import world_of
from rtcc.feeds.transports.recording import load_recording
from rtcc.feeds.transports.simulator import Simulator
from rtcc.model.event import Event
from rtcc.model.version import microseconds
from workers.enrich import add_place

HOUSTON = "houston_active/week_2024-06-03.ndjson.gz"
TUESDAY, SATURDAY = datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 28, tzinfo=UTC)
_DAY_US = 86_400_000_000
_CALL_TYPES = SAN_FRANCISCO.parents[1] / "rtcc" / "city" / "build" / "call_types.toml"


def targets(file: Path) -> dict[int, float]:
    """Return what a file's table of targets owes by priority, from entered to dispatched, in seconds."""
    return {int(priority): float(target["queue_s"]) for priority, target in read_toml(file)["targets"].items()}


# ---------------------------------------------------------------- San Francisco


def san_francisco(data: Path) -> History:
    """Return the whole file of San Francisco's calls; counted are its last 48 hours, of which it tells all.

    Some rows are weeks older: they are there because they were still open.
    """
    recording = load_recording(data / CALLS)
    source = recording.mapping.source
    changes = []
    for moment in recording.moments:
        told = moment.to_event(recording.mapping)["data"]
        changes.append(Change("incident", moment.id, told, source, microseconds(moment.at)))
    end = changes[-1].us
    owed = targets(SAN_FRANCISCO / "city.toml")
    return History("San Francisco", end - 2 * _DAY_US, end, tuple(changes), owed, frozenset({source}))


# ---------------------------------------------------------------- Houston

#: The list says no priorities. These types are plainly urgent, by what our own table of call types says of their like:
#: people hurt in a crash, people in a burning house. `EMS EVENT`, two thirds of all, may be anything, and has none.
HOUSTON_PRIORITY = {
    "CRASH/MAJOR/FATALITY": 1,
    "CRASH/MAJOR/NON FATAL": 1,
    "CRASH/MAJOR/FSRA": 1,
    "CRASH/MAJOR/CITY VEH": 1,
    "PEDESTRIAN": 1,
    "HOUSE ON FIRE": 1,
    "HOUSE FIRE": 1,
    "APARTMENT FIRE": 1,
    "HOTEL FIRE": 1,
    "HIGHRISE ON FIRE": 1,
    "RESCUE EVENT": 1,
    "ALS EMERGENCY RESPONSE": 1,
    "CRASH/UNK MAJOR/MINOR": 2,
    "CRASH/MINOR/DISTURBANCE": 2,
    "MOTOR VEHICLE INCIDENT": 2,
    "MOTOR VEHICLE ACCIDENT": 2,
    "MOTORCYCLE INCIDENT": 2,
    "MOTORCYCLE": 2,
    "BUILDING FIRE": 2,
    "SMALL BLDG. ON FIRE": 2,
    "CAR FIRE": 2,
    "VEHICLE ON FIRE": 2,
    "BUS FIRE": 2,
    "GAS LEAK": 2,
    "GAS LEAKING": 2,
    "ELEVATOR RESCUE": 2,
    "CRBN MONOXIDE LK SCK RESD": 2,
}
_HOUSTON_AGENCIES = {"F": "Fire", "P": "Police"}


def houston(data: Path, days: float | None = None) -> History:
    """Return a week of Houston's list of what is active, or its first ``days``.

    Every quarter of an hour the list says what is active; `UID` is the latitude, so call time, address and agency tell
    one incident from another. Each is told when it was called in, but not before the last list that lacks it, with the
    units of the first that has it as dispatched; it closes with the first list after the last that has it. When a unit
    arrived the list does not say. The feed is never called silent: the quarter of an hour is the recording's, not the
    city's.
    """
    changes: list[Change] = []
    listed: dict[str, dict[str, Any]] = {}
    begin = before = 0
    for at, active in _lists(data / HOUSTON):
        begin = begin or at
        if days is not None and at > begin + days * _DAY_US:
            break
        for id_, fields in active.items():
            told = listed.get(id_)
            if told is None:
                us = max(microseconds(datetime.fromisoformat(fields["entered_at"])), before or at)
                changes.append(Change("incident", id_, fields | {"status": "dispatched"}, "houston", us))
            elif news := _news(told, fields):
                changes.append(Change("incident", id_, news, "houston", at))
        ended = [id_ for id_ in listed if id_ not in active]
        changes += [Change("incident", id_, {"status": "closed"}, "houston", at) for id_ in ended]
        listed, before = active, at
    changes.sort(key=lambda change: change.us)
    return History("Houston", begin, before, tuple(changes), targets(_CALL_TYPES))


def _news(told: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in told or told[name] != value}


def _lists(file: Path) -> Iterator[tuple[int, dict[str, dict[str, Any]]]]:
    """Yield when each list was fetched (microseconds), and the incidents in it by id."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            rows = told.get("features") or [row["attributes"] for row in told["payload"]["features"]]
            at = microseconds(datetime.fromisoformat(told["scraped_at"]))
            yield at, dict(_houston_incident(row) for row in rows)


def _houston_incident(row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kind = row["IncidentType"].strip()
    told = f"{row['Agency']} {row['CALL_TIME']} {row['Address']} {row['UID']}"
    return blake2s(told.encode(), digest_size=8).hexdigest(), {
        "type": kind,
        "category": _HOUSTON_AGENCIES.get(row["Agency"], "Other"),
        "priority": HOUSTON_PRIORITY.get(kind),
        "entered_at": text(row["CALL_TIME"] * 1000),
        "lat": row["LATITUDE"],
        "lon": row["LONGITUDE"],
        "units": [unit.strip() for unit in row["Units"].split(",") if unit.strip()],
    }


# ---------------------------------------------------------------- the invented city

#: Of a unit's fixes one in so many seconds is told, which is enough to see where it is and that it is heard.
_FIX_EVERY_S = 30
_HEARD_EVERY_US = 5_000_000
#: No rule looks at these, and they change with every fix.
_UNWATCHED = frozenset({"lat", "lon", "speed_mps", "heading_deg"})


class InventedCity:
    """The invented city of seed 1, as its pack and as the simulator sees it."""

    def __init__(self) -> None:
        """Invent it; its files are gone when it has been read."""
        with tempfile.TemporaryDirectory(prefix="rtcc-bench-") as folder:
            write_invented(Path(folder) / "city", 1, Report())
            pack = load_pack(Path(folder) / "city")
            self._world, self._locator = world_of(pack), Locator.from_pack(pack)
            self._area_field, self._areas = patrolled(pack)
            self._targets = {priority: float(target.queue_s) for priority, target in pack.targets.items()}

    def live(self, begin: datetime, hours: float = 24) -> History:
        """Return what is told from a moment of the city's own time: 120 units, calls, incidents and detections."""
        city = Simulator(self._world, start=begin, begin=begin.replace(tzinfo=None), units=120)
        changes: list[Change] = []
        heard: dict[str, int] = {}
        units: dict[str, dict[str, Any]] = {}
        for step in range(int(hours * 3600 / _FIX_EVERY_S) + 1):
            events = city.step(begin + timedelta(seconds=step * _FIX_EVERY_S))
            fixes = {event.id: event for event in events if event.source == "sim-avl"}
            add_place(list(fixes.values()), self._locator)
            for event in events:
                us = microseconds(event.occurred_at)
                told = event.source != "sim-avl" or fixes[event.id] is event
                if told and (event.kind != "unit" or (event := _without_known(event, units)).data != {}):
                    changes.append(Change(event.kind, event.id, event.data, event.source, us))
                elif us - heard.get(event.source, 0) >= _HEARD_EVERY_US:
                    changes.append(Change("", "", {}, event.source, us))
                else:
                    continue
                heard[event.source] = us
        first, last = microseconds(begin), microseconds(begin + timedelta(hours=hours))
        name, feeds = f"Invented {begin:%A}", frozenset(heard)
        return History(name, first, last, tuple(changes), self._targets, feeds, self._areas, self._area_field)


def _without_known(event: Event, units: dict[str, dict[str, Any]]) -> Event:
    """Return what a unit's event says that is new: each is told whole again every minute, and stands for long."""
    if event.data is None:
        units.pop(event.id, None)
        return event
    known = units.setdefault(event.id, {})
    news = _news(known, {name: value for name, value in event.data.items() if name not in _UNWATCHED})
    known |= news
    return event._replace(data=news)
