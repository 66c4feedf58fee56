"""The stage that everything happens on: the simulated time, what is to happen next, and what is told of it."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from rtcc.model.event import Event, iso
from rtcc.model.lifecycle import ENDED, LIFECYCLES

AVL, CAD, CALLS, SENSORS, SURVEY = "sim-avl", "sim-cad", "sim-911", "sim-sensors", "sim-survey"
HOUR, DAY, WEEK = 3600.0, 86_400.0, 604_800.0
#: What has ended leaves the picture by itself; until it surely has, an orderly end takes it out.
_REMEMBERED = timedelta(hours=3)
Identity = tuple[str, str]


class Stage:
    """The simulated time ``t`` in seconds from the start; it jumps from one thing that happens to the next.

    The same things told in another order would be another city, so what is due at one moment happens in the order in
    which it was planned. ``start`` is the wall's instant of t = 0 and ``begin`` the local time in the city then.
    """

    def __init__(
        self, agency: str, start: datetime, begin: datetime, speed: float, seed: int, warm_up_s: float
    ) -> None:
        self._agency, self._start, self._speed, self._seed = agency, start.astimezone(UTC), speed, seed
        self._begin = begin.replace(tzinfo=None)
        self._monday_s = begin.weekday() * DAY + begin.hour * HOUR + begin.minute * 60 + begin.second
        self.t = -warm_up_s
        self._due: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._planned = self._sequence = 0
        self._told: list[Event] = []
        #: While the stage warms up nothing is told; what is true at its end is told then.
        self._before: dict[Identity, tuple[str, dict[str, Any]]] | None = {}
        self.known: dict[Identity, str] = {}
        self._ended: deque[tuple[datetime, Identity]] = deque()

    # ------------------------------------------------------------ time

    def wall(self, t: float) -> datetime:
        """Return the wall's instant of a simulated moment."""
        return self._start + timedelta(microseconds=round(t / self._speed * 1e6))

    def text(self, t: float | None = None) -> str:
        """Return that instant as text, of now without ``t``."""
        return iso(self.wall(self.t if t is None else t))

    def moment(self, wall: datetime) -> float:
        """Return the simulated moment of a wall's instant."""
        return (wall - self._start) / timedelta(seconds=1) * self._speed

    def local(self, t: float) -> datetime:
        """Return the city's own local time."""
        return self._begin + timedelta(seconds=t)

    def week_s(self, t: float) -> float:
        """Return the seconds since the Monday before, at midnight."""
        return (self._monday_s + t) % WEEK

    def skip(self, wall_s: float) -> None:
        """Let the wall go on without the city, so that after a pause nobody leaps."""
        self._start += timedelta(seconds=wall_s)

    def random(self, part: str) -> Random:
        """Return dice of one part's own, so that what one part does changes nothing for the others."""
        return Random(f"{self._seed}/{part}")  # noqa: S311 - a toy city, no secret

    # ------------------------------------------------------------ what happens

    def at(self, t: float, happens: Callable[..., None], *given: Any) -> None:
        """Plan something for a moment that is not over yet."""
        self._planned += 1
        heapq.heappush(self._due, (max(t, self.t), self._planned, happens, given))

    def after(self, seconds: float, happens: Callable[..., None], *given: Any) -> None:
        self.at(self.t + seconds, happens, *given)

    def run(self, until: float) -> None:
        """Let everything happen that is due up to a moment."""
        due = self._due
        while due and due[0][0] <= until:
            self.t, _, happens, given = heapq.heappop(due)
            happens(*given)
        self.t = max(self.t, until)

    # ------------------------------------------------------------ what is told

    def tell(self, source: str, kind: str, id_: str, data: dict[str, Any] | None) -> None:
        """Say what changes now about an entity; the fields must be right, since nobody checks them again."""
        identity = kind, id_
        if data is None:
            if self.known.pop(identity, None) is None:
                return
        else:
            self.known[identity] = source
            if kind in LIFECYCLES and data.get(LIFECYCLES[kind][0]) in ENDED.get(kind, ()):
                self._ended.append((self.wall(self.t), identity))
        if self._before is not None:
            if data is None:
                self._before.pop(identity, None)
            else:
                self._before.setdefault(identity, (source, {}))[1].update(data)
            return
        # Two things may be told of one entity at one moment; the sequence says which came later.
        self._sequence += 1
        at = self.wall(self.t)
        self._told.append(Event(kind, id_, self._agency, source, at, at, self._sequence, data))

    def tell_fixes(self, fixes: list[tuple[str, dict[str, Any]]]) -> None:
        """Say where units are now; positions share no field with anything else, and need no sequence."""
        if self._before is None:
            at, agency = self.wall(self.t), self._agency
            self._told += [Event("unit", id_, agency, AVL, at, at, None, data) for id_, data in fixes]

    def introduce(self) -> None:
        """End the warm-up: tell everything that goes on, with its past, as of now."""
        held, self._before = self._before or {}, None
        for (kind, id_), (source, data) in held.items():
            field = LIFECYCLES.get(kind, ("", ()))[0]
            if data.get(field) in ENDED.get(kind, ()):
                self.known.pop((kind, id_), None)
            else:
                self.tell(source, kind, id_, data)

    def take(self) -> list[Event]:
        """Return what was told since the last time, in order."""
        told, self._told = self._told, []
        while self._ended and self._ended[0][0] < self.wall(self.t) - _REMEMBERED:
            self.known.pop(self._ended.popleft()[1], None)
        return told

    def withdraw_all(self) -> None:
        """Say that nothing of all this is there any longer."""
        for (kind, id_), source in list(self.known.items()):
            self.tell(source, kind, id_, None)
