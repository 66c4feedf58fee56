"""Invented incidents for a city without a real feed: what happens, how urgent it is and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from rtcc.feeds.transports.simulator.net import Point, StreetNet
from rtcc.model.event import iso

LABELS = {1: "P1", 2: "P2", 3: "P3", 4: "P4"}
#: code, type, priority, how often, minutes on scene
TYPES = (
    ("WEAP", "Person with weapon", 1, 2, 35),
    ("ROBB", "Robbery in progress", 1, 2, 40),
    ("INJC", "Crash with injuries", 1, 4, 30),
    ("OVER", "Overdose", 1, 3, 25),
    ("BURG", "Burglary", 2, 6, 30),
    ("DOMV", "Domestic dispute", 2, 7, 25),
    ("ALRM", "Silent alarm", 2, 8, 12),
    ("WELF", "Welfare check", 3, 12, 15),
    ("SUSP", "Suspicious person", 3, 14, 10),
    ("TRES", "Trespasser", 3, 9, 12),
    ("COLL", "Crash without injuries", 3, 8, 20),
    ("NOIS", "Noise complaint", 4, 10, 8),
    ("PARK", "Blocked driveway", 4, 8, 6),
)
DISPOSITIONS = ("Report taken", "Advised", "Gone on arrival", "Handled", "Arrest made", "Unable to locate")
SENSITIVE = frozenset({"DOMV", "OVER"})
#: What a later moment sets; cleared at the first, because a number may come again after a restart on the same day.
LATER = ("dispatched_at", "enroute_at", "on_scene_at", "cleared_at", "disposition", "units")


@dataclass(slots=True)
class Task:
    """An incident as the units see it, invented here or told from outside (``own`` is False)."""

    id: str
    own: bool
    place: Point | None = None
    status: str = "pending"
    priority: int = 3
    since: datetime | None = None
    unit: str | None = None
    #: For our own incidents: when the next status may begin.
    next_at: datetime | None = None
    minutes: float = 10.0
    fields: dict[str, Any] = field(default_factory=dict)


def invent(number: int, entered_at: datetime, net: StreetNet, random: Random, scale: float) -> Task:
    """Return a new incident that was entered at ``entered_at``, with the fields of its first event."""
    code, name, priority, _, minutes = random.choices(TYPES, weights=[each[3] for each in TYPES])[0]
    place = random.choice(net.crossings)
    rung_at = entered_at - timedelta(seconds=random.uniform(20, 90) / scale)
    fields: dict[str, Any] = {
        "type_code": code,
        "type": name,
        "priority": priority,
        "priority_label": LABELS[priority],
        "status": "pending",
        "received_at": iso(rung_at),
        "entered_at": iso(entered_at),
        "lat": place[1],
        "lon": place[0],
        "onview": False,
        "sensitive": code in SENSITIVE,
    }
    if net.address(place):
        fields["address"] = net.address(place)
    fields |= dict.fromkeys(LATER)
    return Task(
        id=f"S{entered_at:%y%j}{number:04d}",
        own=True,
        place=place,
        priority=priority,
        since=entered_at,
        next_at=entered_at + timedelta(seconds=priority * random.uniform(10, 60) / scale),
        minutes=minutes * random.uniform(0.4, 1.6),
        fields=fields,
    )
