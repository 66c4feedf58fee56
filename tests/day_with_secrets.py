"""A day of an invented city in which much is not for everybody, for tests: its events, and who may receive which value.

Who may is written down here from the design's table, and not taken from the program.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rtcc.model.event import iso

ALL = frozenset({"wall", "dispatcher", "supervisor", "analyst", "officer", "public", "admin"})
DESK = frozenset({"dispatcher", "supervisor", "admin"})
ROOM = ALL - {"public"}


@dataclass
class Day:
    """Events in the order in which they are told, and for each value who may receive it."""

    name: str
    begins_at: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=23))
    events: list[dict[str, Any]] = field(default_factory=list)
    #: Value → the audiences that may receive it, and whether a person's screen may without being asked.
    readers: dict[str, tuple[frozenset[str], bool]] = field(default_factory=dict)
    _told: int = 0

    def secret(self, what: str, readers: frozenset[str], *, on_screens: bool = True) -> str:
        """Return a value that occurs nowhere else, for these alone."""
        value = f"{what}-{self.name}-{len(self.readers):05d}"
        self.readers[value] = readers, on_screens
        return value

    def place(self, readers: frozenset[str]) -> dict[str, float]:
        """Return a position whose digits occur nowhere else."""
        number = len(self.readers)
        # Ending in a digit that no writer of numbers leaves out.
        lat, lon = f"37.76{number:04d}1", f"-122.42{number:04d}1"
        for text in (lat, lon):
            self.readers[text] = readers, True
        return {"lat": float(lat), "lon": float(lon)}

    def tell(self, kind: str, id_: str, **data: Any) -> None:
        """Let something happen some seconds after what happened last."""
        self._told += 1
        at = self.begins_at + timedelta(seconds=25 * self._told)
        envelope = {"kind": kind, "id": f"{self.name}-{id_}", "agency": "SFPD", "source": "cad"}
        self.events.append(envelope | {"occurred_at": iso(at), "data": data})

    def withdrawn(self) -> list[dict[str, Any]]:
        """Return as events that nothing of it is there any more."""
        last = {(event["kind"], event["id"]): event for event in self.events}
        now = iso(datetime.now(UTC))
        return [event | {"occurred_at": now, "data": None} for event in last.values()]

    def forbidden(self, audience: str, *, screen: bool) -> set[str]:
        """Return the values that an audience, or its people's screens, must never receive."""
        return {
            value
            for value, (readers, on_screens) in self.readers.items()
            if audience not in readers or (screen and not on_screens)
        }


def day_with_secrets(name: str, incidents: int = 60) -> Day:
    """Return a day with sensitive incidents, covert units, plates, callers and notes, much of it changing its mark.

    Nothing in it alarms: others look at the same center.
    """
    day = Day(name)
    for number in range(incidents):
        _incident(day, f"i{number}", becomes_sensitive=number % 3 != 0)
        _unit(day, f"u{number % 30}", covert=(number + number // 30) % 2 == 0)
        _call(day, f"c{number}")
        _detection(day, f"d{number}")
    # Every audience may know of it, so that every listener knows when the day is over.
    day.tell("incident", "end", type=day.secret("end", ALL), priority=5, status="pending")
    return day


def _incident(day: Day, id_: str, *, becomes_sensitive: bool) -> None:
    everywhere = {"address": day.secret("address", ALL), **day.place(ALL)}
    words = {
        "narrative": day.secret("narrative", DESK | {"officer"}),
        "caller_name": day.secret("caller", DESK),
    }
    told = {"type": "Disturbance", "priority": 4, "status": "on_scene"}
    if not becomes_sensitive:
        day.tell("incident", id_, **told, **everywhere, **words)
        return
    # Sensitive from its birth, then for everybody, then sensitive again with other values.
    day.tell("incident", id_, **told, sensitive=True, **_hidden(day))
    day.tell("incident", id_, sensitive=False, **everywhere, **words)
    day.tell("incident", id_, sensitive=True, **_hidden(day))
    about = [{"kind": "incident", "id": f"{day.name}-{id_}"}]
    day.tell("note", f"n{id_}", about=about, text=day.secret("note", DESK | {"officer"}), written_by="Roe")


def _hidden(day: Day) -> dict[str, Any]:
    in_room = ROOM - {"wall"}
    return {
        "address": day.secret("hiding", in_room),
        "narrative": day.secret("told", DESK | {"officer"}, on_screens=False),
        "caller_name": day.secret("named", DESK, on_screens=False),
        **day.place(in_room),
    }


def _unit(day: Day, id_: str, *, covert: bool) -> None:
    readers = DESK if covert else ROOM
    day.tell(
        "unit",
        id_,
        covert=covert,
        status="available",
        callsign=day.secret("callsign", readers),
        crew=[day.secret("crew", DESK if covert else DESK | {"officer"})],
        **day.place(readers),
    )


def _call(day: Day, id_: str) -> None:
    day.tell(
        "call",
        id_,
        state="answered",
        queue=day.secret("queue", ROOM),
        caller_number=day.secret("number", DESK),
        transcript=day.secret("transcript", DESK),
    )


def _detection(day: Day, id_: str) -> None:
    armed = DESK | {"officer"}
    day.tell(
        "detection",
        id_,
        detection_type="vehicle",
        plate=day.secret("PL", armed, on_screens=False),
        hotlist_reason=day.secret("hot", armed),
        **day.place(ROOM),
    )
