"""One simulated patrol unit: where it is, where it is going, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from rtcc.feeds.transports.simulator.net import Point, StreetNet
from rtcc.model.event import iso

PATROL_MPS, PATROL_MOST = 9.0, 20.0
RESPONSE_MPS, RESPONSE_MOST = 18.0, 60.0
#: A clock that stood still must not make a unit leap across the city.
LONGEST_DRIVE_S = 20.0


@dataclass(slots=True)
class SimUnit:
    """A unit on the net; ``scale`` is how much faster than life its time runs."""

    callsign: str
    at: Point
    before: Point
    to: Point
    status_since: datetime
    next_fix_at: datetime
    moved_at: datetime
    scale: float = 1.0
    status: str = "available"
    incident_id: str | None = None
    route: list[Point] = field(default_factory=list)
    arrived: bool = False
    speed_mps: float = 0.0
    heading_deg: float = 0.0
    introduced_at: datetime | None = None

    def become(self, status: str, now: datetime) -> None:
        """Change status, and report it at the next step."""
        if status != self.status:
            self.status, self.status_since, self.next_fix_at = status, now, now

    def respond(self, incident_id: str, place: Point, net: StreetNet, now: datetime) -> None:
        """Take an incident: from here on the way leads there."""
        self.incident_id, self.arrived = incident_id, False
        self.route = [self.to, *net.route(self.to, net.nearest(place))]
        self.become("dispatched", now)

    def stand_at(self, place: Point) -> None:
        """Be at the incident, whatever was left of the way: the CAD says that the unit is there."""
        if not self.arrived:
            self.before = self.to = self.route[-1] if self.route else self.to
            self.at, self.route, self.arrived, self.speed_mps = place, [], True, 0.0

    def release(self, now: datetime) -> None:
        """Go back on patrol."""
        self.incident_id, self.route, self.arrived = None, [], False
        self.become("available", now)

    def drive(self, net: StreetNet, random: Random, now: datetime) -> None:
        """Move on for the time since the last move, along the route or wherever patrol leads."""
        seconds = min((now - self.moved_at).total_seconds(), LONGEST_DRIVE_S)
        self.moved_at = now
        self.speed_mps = self._speed(random)
        left = self.speed_mps * seconds
        while left > 0:
            distance = net.metres(self.at, self.to)
            if distance > left:
                share = left / distance
                here, to = self.at, self.to
                self.at = (here[0] + (to[0] - here[0]) * share, here[1] + (to[1] - here[1]) * share)
                self.heading_deg = net.heading(here, to)
                return
            left -= distance
            self.before, self.at = self.at, self.to
            if not self._turn(net, random):
                self.speed_mps = 0.0
                return

    def _speed(self, random: Random) -> float:
        if self.arrived or self.status not in {"available", "enroute"}:
            return 0.0
        usual, most = (RESPONSE_MPS, RESPONSE_MOST) if self.status == "enroute" else (PATROL_MPS, PATROL_MOST)
        return min(usual * self.scale, most) * random.uniform(0.8, 1.2)

    def _turn(self, net: StreetNet, random: Random) -> bool:
        """Choose where to drive from the crossing just reached; False at the end of a route."""
        if self.incident_id is not None:
            while self.route and self.route[0] == self.to:
                self.route.pop(0)
            if not self.route:
                self.arrived = True
                return False
            self.to = self.route.pop(0)
            return True
        ways = net.ways_from(self.to)
        onward = [way for way in ways if way != self.before] or ways
        self.to = random.choice(onward)
        return True

    def report(self, now: datetime) -> dict[str, Any]:
        """Return what this unit says about itself; its name every minute only, for a picture that began later."""
        fields: dict[str, Any] = {
            "lat": round(self.at[1], 6),
            "lon": round(self.at[0], 6),
            "speed_mps": round(self.speed_mps, 1),
            "heading_deg": round(self.heading_deg, 1),
            "fix_at": iso(now),
            "status": self.status,
            "status_since": iso(self.status_since),
            "incident_id": self.incident_id,
        }
        if self.introduced_at is None or (now - self.introduced_at).total_seconds() >= 60:
            self.introduced_at = now
            fields |= {"callsign": self.callsign, "unit_type": "patrol"}
        return fields
