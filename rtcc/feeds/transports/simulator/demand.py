"""What happens in the city and when: a Poisson process whose rate changes with the hour of the week, place and type."""

from __future__ import annotations

from bisect import bisect_left
from random import Random

import numpy as np

from rtcc.feeds.transports.simulator.profiles import HOURS, hourly, node_weights
from rtcc.feeds.transports.simulator.stage import DAY, HOUR
from rtcc.feeds.transports.simulator.streets import Spot, Streets
from rtcc.feeds.transports.simulator.world import RAMP, World
from rtcc.model.call_types import CallType

#: For 120 units and a mean day of the week.
INCIDENTS_PER_DAY, CALLS_PER_DAY = 1500.0, 2200.0
#: How many call about one incident beyond the first, on the mean, by its priority.
FURTHER_CALLS = {1: 0.6, 2: 0.3, 3: 0.12, 4: 0.06, 5: 0.03}
#: What is found more often than this is what officers begin: with nobody free it does not happen, nobody calls.
SELF_INITIATED = 0.5
#: This share of callers hangs up before even a free call taker answers, and calls again: 0.06 of them, a third.
_AGAIN = 0.02


class Flow:
    """A Poisson process with one rate for each hour of the week; exact, since within an hour nothing changes."""

    def __init__(self, per_day: float, hours: list[float]) -> None:
        """Let ``per_day`` happen on the mean; ``hours`` are relative to it."""
        self.per_s = [per_day / DAY * each for each in hours]

    def next(self, t: float, week_s: float, dice: Random) -> float:
        """Return the moment of the next arrival after ``t``, which lies ``week_s`` into the week."""
        if not any(self.per_s):
            return float("inf")
        need = dice.expovariate(1.0)
        hour, into = divmod(week_s, HOUR)
        index = int(hour)
        while True:
            left = HOUR - into
            rate = self.per_s[index % HOURS]
            if need < rate * left:
                return t + need / rate
            need -= rate * left
            t, into, index = t + left, 0.0, index + 1


class Demand:
    """Chooses what happens where, and tells how often."""

    def __init__(self, world: World, streets: Streets, rate: float, elsewhere_per_day: float = 0.0) -> None:
        """Multiply everything by ``rate``; so many incidents a day, at rate 1, come about in other ways."""
        self._kinds = world.call_types
        self._streets = streets
        shares = np.array([kind.share for kind in self._kinds], dtype=np.float64)
        shares /= shares.sum()
        per_hour = shares[:, None] * np.array([hourly(kind.pattern) for kind in self._kinds])
        #: Relative to the mean, by hour of the week.
        self.hours: list[float] = per_hour.sum(axis=0).tolist()
        self._kinds_by_hour: list[list[float]] = np.cumsum(per_hour, axis=0).T.tolist()
        self._nodes = {name: np.cumsum(weight).tolist() for name, weight in node_weights(world).items()}
        happenings = INCIDENTS_PER_DAY - elsewhere_per_day
        self.happenings = Flow(happenings * rate, self.hours)
        called = [
            share * (1 - kind.onview) * (1 + FURTHER_CALLS[kind.priority])
            for share, kind in zip(shares.tolist(), self._kinds, strict=True)
        ]
        #: Pocket dials, questions, what is the fire brigade's: calls without an incident of ours.
        idle = max(0.0, CALLS_PER_DAY / (1 + _AGAIN) - happenings * sum(called))
        self.idle_calls = Flow(idle * rate, hourly("even").tolist())

    def kind(self, week_s: float, dice: Random) -> CallType:
        """Return what happens, now in the week."""
        upto = self._kinds_by_hour[int(week_s // HOUR) % HOURS]
        return self._kinds[min(bisect_left(upto, dice.random() * upto[-1]), len(upto) - 1)]

    def spot(self, pattern: str, dice: Random) -> Spot:
        """Return where it happens: at a crossing, or somewhere along a block."""
        upto = self._nodes[pattern]
        node = min(bisect_left(upto, dice.random() * upto[-1]), len(upto) - 1)
        leaving = self._streets.leaving[node]
        ordinary = [edge for edge in leaving if self._streets.road_class[edge] > RAMP] or leaving
        if not ordinary:
            # A node that is only driven to: the end of a one-way street.
            ordinary = [edge for edge, end in enumerate(self._streets.end) if end == node]
            return Spot(dice.choice(ordinary), 1.0)
        return Spot(dice.choice(ordinary), 0.0 if dice.random() < 0.35 else round(dice.uniform(0.05, 0.95), 3))

    def kind_like(self, words: tuple[str, ...], most_urgent: int) -> CallType:
        """Return the kind whose name says one of some words, or else the most common one that is so urgent."""
        for word in words:
            for kind in self._kinds:
                if word in kind.type.lower() or word in kind.category.lower():
                    return kind
        return max(self._kinds, key=lambda kind: (kind.priority <= most_urgent, kind.share))
