"""The events that benchmarks send: units that drive through the invented city and incidents there, as JSON bytes."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

#: Within the default city, so that every position lies in a district and a beat; tagged units stay inside, too.
SOUTH, NORTH, WEST, EAST = 39.595, 39.645, -138.06, -137.95
MIDDLE = 39.62, -138.0
STATUSES = ("available", "dispatched", "enroute", "on_scene", "busy")
#: Units whose way is followed event by event; together with the others they are the fleet.
TAGGED = 25
_METRES_PER_DEGREE = 111_320.0


def instant(at: float) -> str:
    """Return a Unix time as ISO text with microseconds; never a whole second, which the server would write shorter."""
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return text if not text.endswith("000000Z") else text[:-2] + "1Z"


def tag_id(number: int) -> str:
    """Return the unit that carries sample ``number``; many take turns, so that none overtakes itself in one frame."""
    return f"TAG{number % TAGGED:02d}"


def body(events: list[dict[str, Any]]) -> bytes:
    """Return events as an NDJSON body."""
    return b"\n".join(map(orjson.dumps, events))


class Fleet:
    """Units that drive: each report moves one unit as far as it came since its last one."""

    def __init__(self, units: int, seed: int = 1) -> None:
        """Place ``units`` of them, the tagged ones among them."""
        dice = random.Random(seed)
        self.size = max(0, units - TAGGED)
        self._dice = dice
        self._next = 0
        self._units = [
            [
                dice.uniform(SOUTH, NORTH),
                dice.uniform(WEST, EAST),
                0.0 if dice.random() < 0.3 else dice.uniform(3, 15),
                dice.uniform(0, 360),
            ]
            for _ in range(self.size)
        ]

    def preload(self, at: float) -> list[dict[str, Any]]:
        """Return one event for every unit of the fleet."""
        now = instant(at)
        units = [(f"U{i}", unit) for i, unit in enumerate(self._units)]
        units += [(tag_id(i), [*MIDDLE, 0.0, 0.0]) for i in range(TAGGED)]
        return [
            unit_event(id_, now, lat, lon, speed, heading)
            | {"data": _fix(now, lat, lon, speed, heading) | {"status": STATUSES[i % 5], "callsign": id_}}
            for i, (id_, (lat, lon, speed, heading)) in enumerate(units)
        ]

    def reports(self, count: int, at: float, since_s: float) -> bytes:
        """Return an NDJSON body in which the next ``count`` units report, ``since_s`` after they last did."""
        now = instant(at)
        return b"\n".join([self._report(now, since_s) for _ in range(count)])

    def _report(self, now: str, since_s: float) -> bytes:
        i = self._next
        self._next = (i + 1) % self.size
        unit = self._units[i]
        lat, lon, speed, heading = unit
        if speed:
            angle, way = math.radians(heading), speed * since_s / _METRES_PER_DEGREE
            lat, lon = lat + way * math.cos(angle), lon + way * math.sin(angle) * 1.26
            heading = (heading + self._dice.uniform(-20, 20)) % 360
            if not (SOUTH < lat < NORTH and WEST < lon < EAST):
                lat, lon, heading = unit[0], unit[1], (heading + 180) % 360
            unit[0], unit[1], unit[3] = lat, lon, heading
        return (
            f'{{"kind":"unit","id":"U{i}","agency":"PLPD","source":"avl","occurred_at":"{now}","data":{{"lat":{lat:.6f},'
            f'"lon":{lon:.6f},"speed_mps":{speed:.1f},"heading_deg":{heading:.0f},"fix_at":"{now}"}}}}'
        ).encode()


def unit_event(
    id_: str, now: str, lat: float, lon: float, speed: float = 0.0, heading: float = 0.0, **more: Any
) -> dict[str, Any]:
    """Return a unit's position report."""
    data = _fix(now, lat, lon, speed, heading) | more
    return {"kind": "unit", "id": id_, "agency": "PLPD", "source": "avl", "occurred_at": now, "data": data}


def mixed_bodies(count: int, began: float, seed: int, size: int = 500) -> list[list[dict[str, Any]]]:
    """Return bodies of nine parts unit reports and one part incidents; no entity stands twice in one body.

    Each body is a millisecond younger than the one before it, so the last event of an entity is the one that counts.
    """
    dice = random.Random(seed)
    base = datetime.fromtimestamp(began, UTC)
    incidents = size // 10
    units = size - incidents
    bodies = []
    for b in range(count):
        now = (base + timedelta(milliseconds=b, microseconds=1)).isoformat(timespec="microseconds")[:-6] + "Z"
        events = [
            unit_event(
                f"U{(b * units + i) % 20_000}",
                now,
                round(dice.uniform(SOUTH, NORTH), 6),
                round(dice.uniform(WEST, EAST), 6),
                round(dice.uniform(0, 20), 1),
                round(dice.uniform(0, 359)),
                status=STATUSES[b % 5],
                callsign=f"3A{i}",
            )
            for i in range(units)
        ]
        events += [_incident(f"I{(b * incidents + i) % 4000}", now, dice) for i in range(incidents)]
        bodies.append(events)
    return bodies


def _incident(id_: str, now: str, dice: random.Random) -> dict[str, Any]:
    data = {
        "type_code": "459",
        "type": "Burglary",
        "priority": dice.randint(1, 5),
        "status": dice.choice(("pending", "dispatched", "enroute", "on_scene")),
        "entered_at": now,
        "lat": round(dice.uniform(SOUTH, NORTH), 6),
        "lon": round(dice.uniform(WEST, EAST), 6),
        "address": f"{dice.randint(1, 4000)} Mission St",
    }
    return {"kind": "incident", "id": id_, "agency": "PLPD", "source": "cad", "occurred_at": now, "data": data}


def _fix(now: str, lat: float, lon: float, speed: float, heading: float) -> dict[str, Any]:
    return {"lat": lat, "lon": lon, "speed_mps": speed, "heading_deg": heading, "fix_at": now}
