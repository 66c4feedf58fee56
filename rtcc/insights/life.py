"""One entity's life on record: what is known of it by now, how it was ever marked, and how it changed step by step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rtcc.access.visibility import MARK_NAMES, Audience, Marks, hidden_fields, marks_of
from rtcc.insights.record import Record
from rtcc.model.checks import parse_instant
from rtcc.model.event import iso
from rtcc.model.version import instant_at
from rtcc.picture.changes import Change

#: What an audience that may not see the place of a sensitive incident may not learn by another way, either.
PLACE = frozenset({"address", "lat", "lon", "accuracy_m"})


@dataclass(slots=True)
class Step:
    """One change, and what each field of it was before. ``left`` where the entity left the picture by it."""

    change: Change
    before: dict[str, Any]

    @property
    def left(self) -> bool:
        """Say whether the entity left the picture."""
        return self.change.fields is None


@dataclass(slots=True)
class Life:
    """All changes of one entity in the order of the stream, and what they amount to.

    ``fields`` stay what they were last when it has left the picture; ``marks`` are all that it ever carried.
    """

    kind: str
    id: str
    fields: dict[str, Any] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    steps: list[Step] = field(default_factory=list)
    in_picture: bool = False

    @classmethod
    def of(cls, kind: str, id_: str, changes: Iterable[Change]) -> Life:
        """Return the life that these changes tell."""
        life = cls(kind, id_)
        for change in changes:
            life.take(change)
        return life

    def begin(self, fields: dict[str, Any]) -> None:
        """Take what it was before the first change that is told."""
        self.fields.update(fields)
        self.in_picture = True
        self._mark(fields)

    def take(self, change: Change) -> None:
        """Take its next change."""
        self.in_picture = change.fields is not None
        said = change.fields or {}
        self.steps.append(Step(change, {name: self.fields.get(name) for name in said}))
        self.fields.update(said)
        if not MARK_NAMES.isdisjoint(said):
            self._mark(said)

    def _mark(self, said: dict[str, Any]) -> None:
        self.marks = Marks(*(was or now for was, now in zip(self.marks, marks_of(self.kind, said), strict=True)))

    @property
    def first(self) -> int:
        """Where in the stream it begins."""
        return self.steps[0].change.position

    @property
    def last(self) -> int:
        """Where in the stream it last changed."""
        return self.steps[-1].change.position

    def hidden_from(self, audience: Audience) -> frozenset[str] | None:
        """Return the fields that an audience may not receive, None where it may not know of the entity at all."""
        return hidden_fields(audience, self.kind, self.marks)

    def hides_its_place(self, audience: Audience) -> bool:
        """Say whether an audience may not learn where it is."""
        hidden = self.hidden_from(audience)
        return hidden is None or not PLACE.isdisjoint(hidden)

    def seen_by(self, audience: Audience) -> dict[str, Any]:
        """Return what an audience may see of it as it was last, without what is empty; nothing where it may not."""
        hidden = self.hidden_from(audience)
        if hidden is None:
            return {}
        return {name: value for name, value in self.fields.items() if value is not None and name not in hidden}

    def instant(self, *names: str) -> datetime | None:
        """Return the first of these fields that holds an instant."""
        for name in names:
            at = parse_instant(self.fields.get(name))
            if at is not None:
                return at
        return None

    def place(self) -> tuple[float, float] | None:
        """Return its latitude and longitude, None where either is unknown."""
        lat, lon = self.fields.get("lat"), self.fields.get("lon")
        return None if lat is None or lon is None else (lat, lon)


def occurred(change: Change) -> datetime:
    """Return when a change occurred."""
    return datetime.fromisoformat(change.occurred_at).astimezone(UTC)


def lives_of(kinds: Iterable[str], changes: Iterable[Change]) -> dict[tuple[str, str], Life]:
    """Return by kind and id what changes tell of each entity of some kinds."""
    wanted = frozenset(kinds)
    lives: dict[tuple[str, str], Life] = {}
    for change in changes:
        if change.kind in wanted:
            life = lives.get((change.kind, change.id))
            if life is None:
                life = lives[change.kind, change.id] = Life(change.kind, change.id)
            life.take(change)
    return lives


def incident_on_record(record: Record, incident_id: str) -> Life:
    """Return an incident's life, without a step where it is not on record. Raises DamagedError, PlaceError."""
    incident = Life.of("incident", incident_id, record.timeline("incident", incident_id))
    if not incident.steps and record.journal.state.gaps:
        # It began where the record has a gap, but may stand in a whole picture: then that is all there is to tell.
        for entity in record.journal.picture_at(record.upto, {"incident"}):
            if entity.id == incident_id:
                at, source = iso(instant_at(entity.newest_us)), next(iter(entity.sources.values()), "")
                told = entity.position, "incident", incident_id, entity.agency, source, entity.fields, at, at
                incident.take(Change(*told))
    return incident


def begun_at(incident: Life) -> datetime:
    """Return when an incident was entered, or became known where nobody says that."""
    return incident.instant("entered_at", "received_at") or occurred(incident.steps[0].change)
