"""The picture in memory, fed by the stream of changes, so that no request has to ask the store for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rtcc.picture.changes import Change, instant_of
from rtcc.picture.snapshot import StoredEntity

Identity = tuple[str, str]
#: Departures remembered for those who resume; more than this, and they start afresh.
_DEPARTURES = 50_000
_ABSENT = object()


@dataclass(slots=True)
class Entity:
    """One entity's whole state. A cleared field stays as None, so that those who resume learn of it."""

    kind: str
    id: str
    fields: dict[str, Any]
    position: int
    occurred_at: str = ""
    received_at: str = ""
    #: Who claimed the id: whoever writes to it as another agency would make an entity of its own.
    agency: str = ""
    #: Where one of its marks last changed: who resumes from before may hold what it may no longer see.
    marked_at: int = 0
    #: Where it last left before it came back: who resumes from before still holds what it was then.
    left_at: int = 0


@dataclass(frozen=True, slots=True)
class Departure:
    """An entity that left at a position; ``marks`` are the fields that said who could see it."""

    kind: str
    id: str
    position: int
    marks: dict[str, Any]
    #: Where it last became another, by a mark or by leaving and coming back: who resumes from before may know it.
    marked_at: int = 0


@dataclass(slots=True)
class Replica:
    """All entities by kind and id, as of ``position`` in the stream.

    ``mark_names`` are the fields that decide who may see an entity.
    """

    mark_names: frozenset[str] = frozenset()
    position: int = 0
    #: Who resumes from before this may have missed a departure that nobody remembers.
    horizon: int = 0
    entities: dict[Identity, Entity] = field(default_factory=dict)
    _departed: OrderedDict[Identity, Departure] = field(default_factory=OrderedDict)

    @classmethod
    def of(cls, stored: Iterable[StoredEntity], position: int, mark_names: frozenset[str]) -> Replica:
        """Make a replica of what the store held at or after ``position``."""
        replica = cls(mark_names, position, position)
        for entity in stored:
            at = instant_of(entity.position)
            replica.entities[entity.kind, entity.id] = Entity(
                entity.kind,
                entity.id,
                entity.fields,
                entity.position,
                occurred_at=at,
                received_at=at,
                agency=entity.agency,
            )
        return replica

    def apply(self, change: Change) -> Change | None:
        """Take one change in; return it cut down to what is news, or None where nothing is.

        Changes come in the order of the stream, and may repeat fields as they were; an entity loaded from the store
        may be ahead of the stream.
        """
        self.position = max(self.position, change.position)
        identity = change.kind, change.id
        entity = self.entities.get(identity)
        if entity is not None and entity.position > change.position:
            return None
        if change.fields is None:
            left = self.entities.pop(identity, None)
            other_before = max(left.marked_at, left.left_at) if left else 0
            self._remember_departure(change, left.fields if left else {}, other_before)
            return change if left else None
        if entity is None:
            known_before = self._departed.pop(identity, None)
            entity = self.entities[identity] = Entity(change.kind, change.id, {}, change.position, agency=change.agency)
            entity.left_at = known_before.position if known_before else 0
        elif not self.mark_names.isdisjoint(change.fields):
            entity.marked_at = change.position
        known = entity.fields
        news = {name: value for name, value in change.fields.items() if known.get(name, _ABSENT) != value}
        known.update(news)
        entity.position = change.position
        entity.occurred_at, entity.received_at = change.occurred_at, change.received_at
        change.fields = news
        return change if news else None

    def learn_past(self, changes: Iterable[Change]) -> None:
        """Learn from the stream's last entries, oldest first, what left and what was marked before we started."""
        left: set[Identity] = set()
        for number, change in enumerate(changes):
            if number == 0:
                self.horizon = change.position
            identity = change.kind, change.id
            entity = self.entities.get(identity)
            marked = change.fields is not None and not self.mark_names.isdisjoint(change.fields)
            if entity is None:
                back = identity in left
                if back:
                    # What it was before it left and came back says nothing of who could see it since.
                    self._departed.pop(identity, None)
                self._remember_departure(change, change.fields or {}, change.position if marked or back else 0)
            else:
                if change.fields is None:
                    entity.left_at = change.position
                elif marked:
                    entity.marked_at = change.position
                if entity.position == change.position:
                    entity.occurred_at, entity.received_at = change.occurred_at, change.received_at
            if change.fields is None:
                left.add(identity)
            else:
                left.discard(identity)

    def changed_since(self, position: int) -> list[Entity]:
        """Return the entities changed after a position, the longest unchanged first."""
        changed = [entity for entity in self.entities.values() if entity.position > position]
        return sorted(changed, key=lambda entity: entity.position)

    def departed_since(self, position: int) -> Iterator[Departure]:
        """Yield those that left after a position, the latest first."""
        for departure in reversed(self._departed.values()):
            if departure.position <= position:
                return
            yield departure

    def _remember_departure(self, change: Change, fields: dict[str, Any], marked_at: int) -> None:
        identity = change.kind, change.id
        earlier = self._departed.pop(identity, None)
        marks = (earlier.marks if earlier else {}) | {n: v for n, v in fields.items() if n in self.mark_names}
        marked_at = max(marked_at, earlier.marked_at if earlier else 0)
        self._departed[identity] = Departure(change.kind, change.id, change.position, marks, marked_at)
        if len(self._departed) > _DEPARTURES:
            _, forgotten = self._departed.popitem(last=False)
            self.horizon = max(self.horizon, forgotten.position)
