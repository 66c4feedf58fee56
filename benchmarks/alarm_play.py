"""Plays a history through the alarms' engine with a moved clock: no store, no process and no waiting.

Operators answer each alarm a minute after it was raised, and what has ended leaves the picture when it does in life.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rtcc.alarms.commands import acknowledge
from rtcc.alarms.engine import Change, Engine
from rtcc.alarms.load import FLOOD_ABOVE, WINDOW_US
from rtcc.alarms.parameters import AlarmPlan
from rtcc.alarms.standing import text
from rtcc.alarms.view import View
from rtcc.model.event import Event
from rtcc.model.lifecycle import ENDED, LEAVE_BY_AGE, LIFECYCLES
from rtcc.model.version import instant_at, microseconds
from rtcc.settings import Settings

#: So long after an alarm was raised somebody acknowledges it.
ANSWERED_AFTER_S = 60
#: Feeds are looked at as often as the process that watches looks at them.
_HEARD_EVERY_US = 1_000_000
Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class History:
    """What one city was told, in order; counted is what happens from ``begin`` to ``end`` (microseconds).

    ``feeds`` are the sources whose silence means something. A change of kind "" only says that its source was heard.
    """

    name: str
    begin: int
    end: int
    changes: tuple[Change, ...]
    queue_target_s: Mapping[int, float]
    feeds: frozenset[str] = frozenset()
    areas: tuple[str, ...] = ()
    area_field: str = "beat"

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.end - self.begin) / 3_600e6

    @property
    def windows(self) -> int:
        """How many whole windows of ten minutes it has."""
        return (self.end - self.begin) // WINDOW_US


class Raise(NamedTuple):
    """One alarm at one time: when (microseconds), which, and what it said."""

    us: int
    id: str
    title: str
    about: tuple[Identity, ...]

    @property
    def rule(self) -> str:
        """The rule that raised it."""
        return self.id.partition(":")[0]


@dataclass(slots=True)
class Load:
    """What a history raised, and how much of it each operator had to bear."""

    history: History
    operators: int
    raises: list[Raise] = field(default_factory=list)
    most_open: int = 0

    @property
    def counted(self) -> list[Raise]:
        """What was raised in the time that is counted."""
        return [each for each in self.raises if self.history.begin <= each.us < self.history.end]

    def by_rule(self) -> Counter[str]:
        """Count what was raised by each rule."""
        return Counter(each.rule for each in self.counted)

    def mean(self, raised: int | None = None) -> float:
        """Return how many alarms an operator had in ten minutes, on average; ``raised`` in all, where another."""
        count = len(self.counted) if raised is None else raised
        return count / self.operators / (self.history.hours * 6)

    def per_window(self) -> list[float]:
        """Return how many each operator had in each whole window."""
        counts = Counter((each.us - self.history.begin) // WINDOW_US for each in self.counted)
        return [counts[window] / self.operators for window in range(self.history.windows)]

    def flooded(self) -> float:
        """Return the share of windows with more than an operator can bear."""
        windows = self.per_window()
        return sum(each > FLOOD_ABOVE for each in windows) / len(windows) if windows else 0.0


def play(history: History, plan: AlarmPlan) -> Load:
    """Let the engine hear a history, with these rules."""
    return _Player(history, plan).play()


class _Player:
    def __init__(self, history: History, plan: AlarmPlan) -> None:
        self._history = history
        view = View(history.queue_target_s, history.areas, history.area_field)
        self._engine = Engine(plan.rules(view), view)
        self._load = Load(history, plan.operators)
        self._leaves_after_s = Settings().leaves_after_s()
        self._leaves: dict[Identity, int] = {}
        self._later: list[tuple[int, int, Change]] = []
        self._number = 0
        self._open: set[str] = set()
        self._heard: dict[str, float] = {}
        self._heard_us = 0

    def play(self) -> Load:
        self._said(self._engine.begin([], self._history.begin), self._history.begin)
        for change in self._history.changes:
            self._go_on(change.us)
            if change.source in self._history.feeds:
                self._hear(change.source, change.us)
            if change.kind:
                self._take(change, change.us)
        self._go_on(self._history.end)
        return self._load

    def _go_on(self, until: int) -> None:
        """Do what is due before the next change, in the order of time."""
        while True:
            due = self._engine.next_at()
            # The first microsecond at which it is due: a moment as text or as a fraction may lie between two.
            due_us = until + 1 if due is None else int(due * 1e6) + 1
            later_us = self._later[0][0] if self._later else until + 1
            if min(due_us, later_us) > until:
                return
            if due_us <= later_us:
                self._said(self._engine.due(due_us), due_us)
            else:
                us, _, change = heapq.heappop(self._later)
                self._later_on(change, us)

    def _take(self, change: Change, us: int) -> None:
        self._said(self._engine.take([change], us), us)
        self._plan_leaving(change.kind, change.id, change.fields or {}, us)

    def _hear(self, source: str, us: int) -> None:
        self._heard[source] = us / 1e6
        if us - self._heard_us >= _HEARD_EVERY_US:
            self._heard_us = us
            self._said(self._engine.hear(dict(self._heard), us), us)

    # ------------------------------------------------------------ what follows

    def _plan_leaving(self, kind: str, id_: str, fields: Mapping[str, object], us: int) -> None:
        status_field = LIFECYCLES.get(kind, ("", ()))[0]
        if kind in LEAVE_BY_AGE or fields.get(status_field) in ENDED.get(kind, ()):
            self._leaves[kind, id_] = leaves = us + self._leaves_after_s[kind] * 1_000_000
            self._plan(leaves, Change(kind, id_, None, "", leaves))
        elif status_field in fields:
            self._leaves.pop((kind, id_), None)

    def _plan(self, us: int, change: Change) -> None:
        self._number += 1
        heapq.heappush(self._later, (us, self._number, change))

    def _later_on(self, change: Change, us: int) -> None:
        if change.fields is None:
            # Planned when it ended; it may have come back since, or have ended anew.
            if self._leaves.get((change.kind, change.id)) == us:
                del self._leaves[change.kind, change.id]
                self._said(self._engine.take([change], us), us)
            return
        alarm = self._engine.alarms.get(change.id)
        if alarm is not None and alarm.fields.get("state") == "active" and text(change.us) == alarm.fields["raised_at"]:
            self._said(self._engine.take([change], us), us)

    def _said(self, events: Iterable[Event], us: int) -> None:
        for event in events:
            fields = event.data or {}
            if fields.get("raised_at"):
                self._raised(event, fields["raised_at"])
            if fields.get("state") == "cleared":
                self._open.discard(event.id)
            self._plan_leaving("alarm", event.id, fields, us)

    def _raised(self, event: Event, raised_at: str) -> None:
        fields = self._engine.alarms[event.id].fields
        raised = microseconds(event.occurred_at)
        about = tuple((each["kind"], each["id"]) for each in fields["about"])
        self._load.raises.append(Raise(raised, event.id, fields["title"], about))
        self._open.add(event.id)
        self._load.most_open = max(self._load.most_open, len(self._open))
        answered = raised + ANSWERED_AFTER_S * 1_000_000
        answer = acknowledge(event.id, raised_at, "Operator", instant_at(answered))
        self._plan(answered, Change("alarm", event.id, answer.data, answer.source, microseconds(answer.occurred_at)))
