"""The alarms as one center sees them, without store or process: a clock that is moved, and a death at any moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from rtcc.alarms.arrivals import Arrivals
from rtcc.alarms.engine import Change, Engine, Known
from rtcc.alarms.load import RaiseLog
from rtcc.alarms.memory import Memory
from rtcc.alarms.parameters import read_plan
from rtcc.alarms.view import View
from rtcc.feeds.feed_health import FeedHealth
from rtcc.model.break_glass import BreakGlass
from rtcc.model.event import Event, iso
from rtcc.model.version import microseconds
from rtcc.picture.journaled import JournalHealth
from tests.factories import NOON, make_event
from tests.pure_picture import PurePicture

#: What the city of these tests owes by priority, entered to dispatched.
TARGETS_S = {1: 60.0, 2: 300.0, 3: 1800.0}
AREAS = ("B1", "B2")


class Center:
    """A picture, an engine that watches it, and a clock at NOON that moves only when it is told."""

    def __init__(self, rules: Iterable[str] | None = None, **parameters: Mapping[str, Any]) -> None:
        """Watch only ``rules`` (all where None), with these parameters by rule."""
        told = {name: dict(values) for name, values in parameters.items()}
        plan = read_plan(told)
        watched = plan.parameters if rules is None else {name: plan.parameters[name] for name in rules}
        self.plan = plan.__class__(plan.operators, watched)
        self.picture = PurePicture()
        self.now = NOON
        self.raises: list[tuple[datetime, str]] = []
        self.words = 0
        self.heard: dict[str, float] = {}
        self.feeds: dict[str, FeedHealth] = {}
        self.journal: JournalHealth | None = None
        self.glass: dict[str, BreakGlass] = {}
        self._kept: tuple[Memory, Arrivals, RaiseLog] = (Memory(), Arrivals(), RaiseLog())
        self.engine = self._new_engine()
        self._take(self.engine.begin([], self.us))

    @property
    def us(self) -> int:
        """The clock, in microseconds since 1970."""
        return microseconds(self.now)

    # ------------------------------------------------------------ what happens

    def say(self, kind: str, id_: str, *, at: datetime | None = None, source: str = "cad", **fields: Any) -> None:
        """Let a source say something, now or at an earlier moment, and the alarms hear of it.

        What is said later is newer, if only by a microsecond.
        """
        self.now += timedelta(microseconds=1)
        when = at or self.now
        self.events([make_event(kind, id_, source=source, occurred_at=when, received_at=self.now, data=fields)])

    def withdraw(self, kind: str, id_: str) -> None:
        """Let an entity leave the picture."""
        self.events([make_event(kind, id_, source="cad", occurred_at=self.now, received_at=self.now, data=None)])

    def events(self, events: Iterable[Event]) -> None:
        """Apply events to the picture, and tell the alarms what changed."""
        for event in events:
            for change in self._apply(event):
                self._take(self.engine.take([change], self.us))

    def hear(self, **ago_s: float) -> None:
        """Say how long ago each feed was last heard."""
        self.heard |= {source.replace("_", "-"): self.now.timestamp() - ago for source, ago in ago_s.items()}
        self._take(self.engine.hear(dict(self.heard), self.us))

    def read_feeds(self, *feeds: FeedHealth) -> None:
        """Say how the declared feeds are."""
        self.feeds = {health.feed.name: health for health in feeds}
        self._take(self.engine.read_feeds(self.feeds, self.us))

    def read_glass(self, *broken: BreakGlass) -> None:
        """Say which uses of break glass wait for review."""
        self.glass = {str(used.number): used for used in broken}
        self._take(self.engine.read_glass(self.glass, self.us))

    def read_journal(self, journal: JournalHealth | None) -> None:
        """Say how the journal is."""
        self.journal = journal
        self._take(self.engine.read_journal(journal, self.us))

    def wait(self, seconds: float) -> None:
        """Move the clock on, stopping at each moment at which something is due."""
        until = self.now + timedelta(seconds=seconds)
        while True:
            due = self.engine.next_at()
            moment = until if due is None else datetime.fromtimestamp(due, NOON.tzinfo) + timedelta(microseconds=1)
            if moment >= until:
                break
            self.now = max(self.now, moment)
            self._take(self.engine.due(self.us))
        self.now = until
        self._take(self.engine.due(self.us))

    def die(self) -> None:
        """Let the process that watches die and another begin, with the picture and what is kept beside it."""
        memory, arrivals, raises = self._kept
        # What is kept is all that was unsaved until now: it is written with every batch.
        self._kept = (Memory(memory._known), Arrivals(arrivals.by_id), RaiseLog(raises._raises))
        self.engine = self._new_engine()
        self._take(self.engine.begin(self._known(), self.us))

    # ------------------------------------------------------------ what is seen

    def alarm(self, id_: str) -> dict[str, Any]:
        """Return an alarm's fields in the picture; none where there is none."""
        return self.picture.entities().get("alarm", {}).get(id_, {})

    def open(self) -> dict[str, dict[str, Any]]:
        """Return the open alarms by id."""
        alarms = self.picture.entities().get("alarm", {})
        return {id_: fields for id_, fields in alarms.items() if fields["state"] != "cleared"}

    def is_open(self, id_: str) -> bool:
        """Say whether an alarm is open."""
        return id_ in self.open()

    def times_raised(self, id_: str) -> int:
        """Count how often an alarm was raised."""
        return sum(raised == id_ for _, raised in self.raises)

    def ago(self, seconds: float) -> str:
        """Return an instant of the picture, so many seconds ago."""
        return iso(self.now - timedelta(seconds=seconds))

    # ------------------------------------------------------------ inside

    def _new_engine(self) -> Engine:
        memory, arrivals, raises = self._kept
        heard = dict(self.heard)
        view = View(TARGETS_S, AREAS, heard=heard, memory=memory, arrivals=arrivals)
        view.feeds, view.journal, view.broken_glass = self.feeds, self.journal, self.glass
        return Engine(self.plan.rules(view), view, raises)

    def _take(self, events: list[Event]) -> None:
        """Write what the engine says, and let it hear its own words as the stream brings them back."""
        for event in events:
            self.words += 1
            if (event.data or {}).get("raised_at"):
                self.raises.append((event.occurred_at, event.id))
            for change in self._apply(event):
                self._take(self.engine.take([change], self.us))

    def _apply(self, event: Event) -> list[Change]:
        before = self.picture.fields(event.kind, event.id)
        self.picture.apply(event)
        after = self.picture.fields(event.kind, event.id)
        if before == after:
            return []
        us = microseconds(event.occurred_at)
        if not after:
            return [Change(event.kind, event.id, None, event.source, us)]
        news = {name: after.get(name) for name in before | after if before.get(name) != after.get(name)}
        return [Change(event.kind, event.id, news, event.source, us)]

    def _known(self) -> list[Known]:
        return [
            Known(kind, id_, dict(fields), "avl", self.now.timestamp(), self.picture.newest(kind, id_))
            for kind, of in self.picture.entities().items()
            for id_, fields in of.items()
        ]
