"""The picture as the rules see it: every entity's fields, what the city owes, and what is remembered beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from rtcc.alarms.arrivals import Arrivals
from rtcc.alarms.memory import Memory
from rtcc.feeds.feed_health import FeedHealth
from rtcc.feeds.health import interval_s
from rtcc.model.break_glass import BreakGlass
from rtcc.model.checks import parse_instant
from rtcc.picture.journaled import JournalHealth

Fields = Mapping[str, Any]
_NOTHING: dict[str, dict[str, Any]] = {}


class Said(NamedTuple):
    """A change as a rule hears of it: the whole entity after it (None where it left), and when (Unix seconds)."""

    kind: str
    id: str
    fields: Fields | None
    at: float
    source: str


@lru_cache(maxsize=65_536)
def seconds(instant: Any) -> float | None:
    """Return an ISO 8601 instant of the picture as Unix seconds, or None where there is none."""
    at = parse_instant(instant)
    return None if at is None else at.timestamp()


@dataclass(slots=True)
class View:
    """All that a rule may ask. ``heard`` is each source's last word in Unix seconds, ``intervals`` how often it should
    speak, ``feeds`` how each declared feed is, by its name; ``journal`` is None where none is kept.

    ``queue_target_s`` is what the city owes by priority, from entered to dispatched; ``areas`` its beats, or its
    districts where it has no beats, and ``area_field`` which of the two.
    """

    queue_target_s: Mapping[int, float] = field(default_factory=dict)
    areas: tuple[str, ...] = ()
    area_field: str = "beat"
    entities: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    heard: dict[str, float] = field(default_factory=dict)
    intervals: Callable[[str], float] = interval_s
    feeds: Mapping[str, FeedHealth] = field(default_factory=dict)
    journal: JournalHealth | None = None
    #: Uses of break glass that nobody has reviewed, by the number of their record.
    broken_glass: Mapping[str, BreakGlass] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    arrivals: Arrivals = field(default_factory=Arrivals)

    def is_declared(self, source: str) -> bool:
        """Say whether a feed is declared that tells of this source, so that it may never be forgotten."""
        return any(health.feed.source == source for health in self.feeds.values())

    def get(self, kind: str, id_: str) -> Fields | None:
        """Return an entity's fields, or None where it is not in the picture. A cleared field is None or absent."""
        return self.entities.get(kind, _NOTHING).get(id_)

    def note_beginning(self, said: Said, *names: str) -> None:
        """Remember when an entity was first heard of, where none of its own instants ``names`` says when it began."""
        key = f"{said.kind}:{said.id}"
        if said.fields is None:
            self.memory.forget(key)
        elif not any(said.fields.get(name) for name in names):
            self.memory.since(key, "", said.at)

    def began(self, kind: str, id_: str, *names: str) -> float:
        """Return when an entity began (Unix seconds): its first instant of ``names``, or when it was first heard of."""
        fields = self.get(kind, id_) or {}
        for name in names:
            at = seconds(fields.get(name))
            if at is not None:
                return at
        return self.memory.known_since(f"{kind}:{id_}") or 0.0
