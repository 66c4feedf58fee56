"""Frames: what the hub tells its listeners at one moment, encoded once for each audience."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from rtcc.access.visibility import Audience, Marks, hidden_fields, marks_of
from rtcc.picture.changes import cursor_of, instant_of
from rtcc.picture.replica import Departure, Entity


@dataclass(slots=True)
class Entry:
    """One entity's change within a frame: its marks before (None for a new one) and after.

    ``whole`` is the entity's whole state where its marks changed.
    """

    kind: str
    id: str
    fields: dict[str, Any] | None
    occurred_at: str
    received_at: str
    before: Marks | None
    after: Marks
    whole: dict[str, Any] | None = None


@dataclass(slots=True)
class Frame:
    """What happened up to ``position``; its number grows by one with each frame."""

    number: int
    position: int
    sent_at: str
    entries: list[Entry]
    _encoded: dict[Audience, bytes] = field(default_factory=dict)

    def encoded(self, audience: Audience) -> bytes:
        """Return the frame as a server-sent event for this audience, made at the first request."""
        ready = self._encoded.get(audience)
        if ready is None:
            changes = [change for entry in self.entries if (change := _seen_by(entry, audience)) is not None]
            ready = self._encoded[audience] = change_event(self.position, self.sent_at, changes)
        return ready


@dataclass(slots=True)
class Beat:
    """The pulse: the same for everyone, and nothing to resume from."""

    number: int
    position: int
    data: bytes
    entries: tuple[()] = ()

    def encoded(self, audience: Audience) -> bytes:
        """Return the beat as a server-sent event."""
        return self.data


def change_event(position: int, sent_at: str, changes: list[dict[str, Any]], *, resumable: bool = True) -> bytes:
    """Return changes as a server-sent event; without an id where more belongs to the same position."""
    head = f"id: {cursor_of(position)}\n".encode() if resumable else b""
    return head + b"event: change\ndata: " + orjson.dumps({"sent_at": sent_at, "changes": changes}) + b"\n\n"


def other_event(name: str, data: Any, position: int | None = None) -> bytes:
    """Return any other server-sent event."""
    head = "" if position is None else f"id: {cursor_of(position)}\n"
    return f"{head}event: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"


def whole_changes(entities: Iterable[Entity], audience: Audience, since: int) -> list[dict[str, Any]]:
    """Return entities' whole states as changes, for those who missed what happened ``since``.

    Fields they may not see are cleared where they stand in the entity at all: they may hold them from before.
    """
    changes = []
    for entity in entities:
        hidden = hidden_fields(audience, entity.kind, marks_of(entity.kind, entity.fields))
        was_other = entity.left_at > since or (hidden is None and entity.marked_at > since)
        if was_other and _may_know(entity.kind, audience):
            changes.append(_change(entity, None))
        if hidden is not None:
            fields = {name: None if name in hidden else value for name, value in entity.fields.items()}
            changes.append(_change(entity, fields))
    return changes


def departures(departed: Iterable[Departure], audience: Audience, since: int) -> list[dict[str, Any]]:
    """Return as changes those that left and whom the audience could have known, as they were now or ``since``."""
    return [
        {"kind": gone.kind, "id": gone.id, "fields": None, "occurred_at": at, "received_at": at}
        for gone in departed
        if (
            hidden_fields(audience, gone.kind, marks_of(gone.kind, gone.marks)) is not None
            or (gone.marked_at > since and _may_know(gone.kind, audience))
        )
        and (at := instant_of(gone.position))
    ]


def visible(entity: Entity, audience: Audience) -> dict[str, Any] | None:
    """Return the fields of an entity that the audience may see, or None where it may not know of it."""
    hidden = hidden_fields(audience, entity.kind, marks_of(entity.kind, entity.fields))
    if hidden is None:
        return None
    return {name: value for name, value in entity.fields.items() if value is not None and name not in hidden}


def _may_know(kind: str, audience: Audience) -> bool:
    """Say whether the audience receives such entities at all, under whatever marks."""
    return hidden_fields(audience, kind, Marks()) is not None


def _seen_by(entry: Entry, audience: Audience) -> dict[str, Any] | None:
    hidden = hidden_fields(audience, entry.kind, entry.after)
    fields = entry.fields
    if entry.before is not None and entry.after != entry.before:
        hidden_before = hidden_fields(audience, entry.kind, entry.before)
        if hidden is None:
            return None if hidden_before is None else _change(entry, None)
        if hidden != hidden_before and entry.whole is not None:
            fields = {name: None if name in hidden else value for name, value in entry.whole.items()}
            return _change(entry, fields)
    if hidden is None:
        return None
    if hidden and fields is not None:
        fields = {name: value for name, value in fields.items() if name not in hidden}
        if not fields and entry.before is not None:
            return None
    return _change(entry, fields)


def _change(changed: Entry | Entity, fields: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "kind": changed.kind,
        "id": changed.id,
        "fields": fields,
        "occurred_at": changed.occurred_at,
        "received_at": changed.received_at,
    }
