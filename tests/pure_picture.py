"""The picture's rule once more, in plain Python without a store: what every test holds the real one against."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson

from rtcc.model import lifecycle
from rtcc.model.event import Event

Version = tuple[int, int, int, bytes, bytes]


class PurePicture:
    """Fields by entity, each with the version of its last write; the greater version wins."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._fields: dict[tuple[str, str], dict[str, tuple[Version, Any]]] = {}
        self._gone: dict[tuple[str, str], tuple[int, int]] = {}
        for event in events:
            self.apply(event)

    def apply(self, event: Event) -> None:
        """Take one event in."""
        entity = event.kind, event.id
        if event.data is None:
            self._gone[entity] = max(_moment(event), self._gone.get(entity, (0, -1)))
            return
        fields = self._fields.setdefault(entity, {})
        for name, value in event.data.items():
            version = _version(event, lifecycle.rank(event.kind, name, value), orjson.dumps(value))
            if name not in fields or version > fields[name][0]:
                fields[name] = version, value

    def fields(self, kind: str, id_: str) -> dict[str, Any]:
        """Return what one entity holds; nothing where it is not in the picture."""
        gone = self._gone.get((kind, id_))
        return {
            name: value
            for name, (version, value) in self._fields.get((kind, id_), {}).items()
            if value is not None and (gone is None or version[:2] > gone)
        }

    def newest(self, kind: str, id_: str) -> int:
        """Return when the newest word about an entity occurred, in microseconds since 1970."""
        return max(version[0] for version, _ in self._fields[kind, id_].values())

    def entities(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the picture as the API does: kind → id → field → value; what is cleared or withdrawn is absent."""
        picture: dict[str, dict[str, dict[str, Any]]] = {}
        for kind, id_ in self._fields:
            alive = self.fields(kind, id_)
            if alive:
                picture.setdefault(kind, {})[id_] = alive
        return picture


def _moment(event: Event) -> tuple[int, int]:
    sequence = -1 if event.sequence is None else event.sequence
    since = event.occurred_at - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds, sequence


def _version(event: Event, lifecycle_rank: int, value: bytes) -> Version:
    return *_moment(event), lifecycle_rank, event.source.encode(), value
