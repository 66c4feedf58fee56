"""Position fixes: every two seconds from a unit that moves, every fifteen from one that stands, each a little off."""

from __future__ import annotations

import math
from typing import Any

from rtcc.feeds.transports.simulator.fleet import Fleet
from rtcc.feeds.transports.simulator.stage import Stage
from rtcc.feeds.transports.simulator.streets import METRES_PER_DEGREE
from rtcc.feeds.transports.simulator.units import SimUnit

MOVING_S, PARKED_S = 2.0, 15.0
#: No radio reports more often than this on the wall, however fast the simulated time runs.
_LEAST_WALL_S = 0.2
#: Where the simulated time runs faster, units cover more metres in a second of the wall, and whoever draws them
#: between two fixes needs that speed; the model takes none above this.
MOST_MPS = 400.0
#: Units report at one of so many moments of each interval, as the frames of a radio channel have it.
_SLOTS = 8
#: The receiver's error: its usual size to each side, how long it lasts, and how large it never is.
NOISE_M, _LASTS_S, NOISE_MOST_M = 2.5, 30.0, 10.0
#: How often, for each report on the way, a unit drives into a place without reception, and for how long.
_DEAD_SPOT, _DEAD_S = 0.0006, (20.0, 90.0)


class Gps:
    """Tells where units are, on a grid of moments."""

    def __init__(self, stage: Stage, fleet: Fleet, speed: float) -> None:
        self._stage, self._fleet = stage, fleet
        self._dice = stage.random("gps")
        least = _LEAST_WALL_S * speed
        self.moving_s, self.parked_s = max(MOVING_S, least), max(PARKED_S, least)
        self._slot_s = self.moving_s / _SLOTS
        self._speed = speed
        self._due: dict[int, list[SimUnit]] = {}
        self._now = -1
        self._keeps = math.exp(-self.moving_s / _LASTS_S)

    def begin(self) -> None:
        """Let all who are on duty report within the first interval, and everyone from then on."""
        for unit in self._fleet.units.values():
            self._plan(unit, self._dice.randrange(_SLOTS))
        self._fleet.when_moved = self.moved
        self._stage.at(0.0, self._slot, 0)

    def moved(self, unit: SimUnit) -> None:
        """A unit's way has changed: one that stood until now reports at its own moment of the next interval."""
        soon = self._now + 1 + self._dice.randrange(_SLOTS)
        if unit.slot < 0 or unit.slot > soon:
            self._plan(unit, soon)

    def _plan(self, unit: SimUnit, slot: int) -> None:
        unit.slot = slot
        self._due.setdefault(slot, []).append(unit)

    def _slot(self, number: int) -> None:
        self._now = number
        self._stage.at((number + 1) * self._slot_s, self._slot, number + 1)
        text = self._stage.text()
        due = [unit for unit in self._due.pop(number, ()) if unit.slot == number]
        fixes = [(unit.callsign, self._fix(unit, text)) for unit in due]
        if fixes:
            self._stage.tell_fixes(fixes)

    def _fix(self, unit: SimUnit, text: str) -> dict[str, Any]:
        t, gauss, keeps, off = self._stage.t, self._dice.gauss, self._keeps, unit.off
        lat, lon, speed, heading = unit.path.position(t)
        renewed = math.sqrt(1 - keeps * keeps) * NOISE_M
        north = off[0] * keeps + gauss(0.0, renewed)
        east = off[1] * keeps + gauss(0.0, renewed)
        size = math.hypot(north, east)
        if size > NOISE_MOST_M:
            north, east = north * NOISE_MOST_M / size, east * NOISE_MOST_M / size
        off[0], off[1] = north, east
        after_s = self.moving_s if speed else self.parked_s
        if speed and self._dice.random() < _DEAD_SPOT:
            after_s += self._dice.uniform(*_DEAD_S)
        self._plan(unit, self._now + max(1, round(after_s / self._slot_s)))
        return {
            "lat": round(lat + north / METRES_PER_DEGREE, 6),
            "lon": round(lon + east / (METRES_PER_DEGREE * math.cos(math.radians(lat))), 6),
            "speed_mps": round(min(speed * self._speed, MOST_MPS), 1),
            "heading_deg": round(heading, 1),
            "fix_at": text,
        }
