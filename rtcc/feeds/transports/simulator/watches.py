"""Watches: three times a day others come on duty, before those who were there go; and everyone has a meal."""

from __future__ import annotations

from rtcc.feeds.transports.simulator.fleet import Fleet
from rtcc.feeds.transports.simulator.stage import DAY, HOUR, Stage
from rtcc.feeds.transports.simulator.streets import Spot
from rtcc.feeds.transports.simulator.units import WATCHES, Post, SimUnit

#: The new watch logs on within these seconds before its hour, the old one ends within these after it.
_EARLY_S, _LATE_S = (300.0, 1200.0), (60.0, 1500.0)
_MEAL_S = (1500.0, 2100.0)


class Watches:
    """Brings the posts of each watch on duty and off again."""

    def __init__(self, stage: Stage, fleet: Fleet, posts: list[list[Post]], crossings: list[list[Spot]]) -> None:
        """``crossings`` are places in each beat to begin at when the city itself begins."""
        self._stage, self._fleet, self._posts, self._crossings = stage, fleet, posts, crossings
        self._dice = stage.random("watches")

    def begin(self) -> None:
        """Put the present watch on the streets, and plan the next change."""
        day_s = self._stage.week_s(self._stage.t) % DAY
        present = max((i for i, hour in enumerate(WATCHES) if hour * HOUR <= day_s), default=len(WATCHES) - 1)
        for post in self._posts[present]:
            unit = self._fleet.log_on(post, self._dice.choice(self._crossings[post.beat]))
            self._plan_meal(unit, self._dice.uniform(0, 5 * HOUR))
        following = (present + 1) % len(WATCHES)
        ahead = (WATCHES[following] * HOUR - day_s) % DAY
        self._stage.after(max(0.0, ahead - _EARLY_S[1]), self._change, following, self._stage.t + ahead)

    def _change(self, watch: int, at: float) -> None:
        """Let a watch come and the one before it go, each unit at a moment of its own, around ``at``."""
        for unit in list(self._fleet.units.values()):
            if unit.post.watch != watch + 1:
                self._stage.at(at + self._dice.uniform(*_LATE_S), self._fleet.end_watch, unit)
        for post in self._posts[watch]:
            self._stage.at(at - self._dice.uniform(*_EARLY_S), self._log_on, post)
        following = (watch + 1) % len(WATCHES)
        length = (WATCHES[following] - WATCHES[watch]) * HOUR % DAY
        self._stage.at(at + length - _EARLY_S[1], self._change, following, at + length)

    def _log_on(self, post: Post) -> None:
        # One that could not go home since its last watch is still there, and simply stays.
        if post.callsign not in self._fleet.units:
            self._plan_meal(self._fleet.log_on(post, post.station), self._dice.uniform(1.5 * HOUR, 6 * HOUR))

    def _plan_meal(self, unit: SimUnit, seconds: float) -> None:
        self._stage.after(seconds, self._eat, unit)

    def _eat(self, unit: SimUnit) -> None:
        free = self._fleet.free
        if unit.callsign in free and free[unit.callsign] is unit and len(free) > len(self._fleet.units) * 0.25:
            self._fleet.pause(unit, "out_of_service", self._dice.uniform(*_MEAL_S))
        elif not unit.leaving and self._fleet.units.get(unit.callsign) is unit:
            self._stage.after(900.0, self._eat, unit)
