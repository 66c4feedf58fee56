"""The picture written anew into an empty store, as the script would have left it, for a store that was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import orjson

from rtcc.model import lifecycle
from rtcc.model.version import MICROSECONDS, instant_at
from rtcc.picture.changes import cursor_of, seconds_of
from rtcc.picture.leaving import leaves_at
from rtcc.picture.scripts import read_script
from rtcc.picture.snapshot import StoredEntity
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Pipeline, Store

_T = TypeVar("_T")
_AT_ONCE = 500
#: Parts the head of a layer from its pairs, and these from each other (see apply.lua).
_US, _RS = "\x1f", "\x1e"
_MADE = (keys.PRESENT, keys.LEAVING, keys.TOMBSTONES)


class NotEmptyError(RuntimeError):
    """The store holds a picture already; the message says so in a sentence."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An entity that has left the picture: the digits of its newest word and withdrawal, and where it was told."""

    kind: str
    id: str
    agency: str
    top: str
    gone: str
    position: int


class Rebuild:
    """One rebuilding: ``begin``, ``put`` and ``bury``, then ``finish``.

    Killed anywhere it can be begun anew, until somebody has gone on with half a picture. Raises a StoreAway error.
    """

    def __init__(self, store: Store, settings: Settings, upto: int) -> None:
        """Rebuild the picture as it was at a position of the stream."""
        self._store = store
        self._upto = upto
        self._leaves_after_s, self._kept_s = settings.leaves_after_s(), settings.tombstone_kept_s
        self._trim = settings.trim()

    def require_empty(self) -> bool:
        """Return whether a killed rebuilding has left something. Raises NotEmptyError for any other picture."""
        was_killed = bool(self._store.exists(keys.REBUILDING))
        if self._store.exists(keys.CHANGES):
            held = "half a restored picture, which has changed since" if was_killed else "a picture"
            raise NotEmptyError(f"The store holds {held}; a journal is restored only into an empty one.")
        if not was_killed and self._store.exists(*_MADE):
            raise NotEmptyError("The store holds parts of a picture; a journal is restored only into an empty one.")
        return was_killed

    def begin(self) -> None:
        """Begin in an empty store; what was left is removed. Raises NotEmptyError."""
        if self.require_empty():
            self._clear()
        pipeline = self._store.pipeline()
        pipeline.set(keys.REBUILDING, cursor_of(self._upto))
        pipeline.execute()

    def put(self, entities: Iterable[StoredEntity]) -> int:
        """Write entities that are in the picture; return how many."""
        return self._write(entities, self._put)

    def bury(self, tombstones: Iterable[Tombstone]) -> int:
        """Write entities that have left it, so that late events cannot revive them; return how many."""
        return self._write(tombstones, self._bury)

    def finish(self, raw_upto: str) -> None:
        """Let the stream go on from here. Raises NotEmptyError where somebody else has written to it meanwhile."""
        script = self._store.register_script(read_script("rebuild.lua"))
        upto = cursor_of(self._upto)
        if script(args=[self._trim, upto, seconds_of(self._upto), raw_upto]) != [1]:
            raise NotEmptyError(
                "Something changed the picture while it was restored: end RTCC, empty the store, and restore again."
            )

    def _write(self, things: Iterable[_T], write: Callable[[Pipeline, _T], None]) -> int:
        left, written = iter(things), 0
        while some := list(islice(left, _AT_ONCE)):
            # Each batch whole or not at all, so that all that a killed rebuilding has left can be found again.
            pipeline = self._store.pipeline()
            for thing in some:
                write(pipeline, thing)
            pipeline.execute()
            written += len(some)
        return written

    def _put(self, pipeline: Pipeline, entity: StoredEntity) -> None:
        member = f"{entity.kind}:{entity.id}"
        said = _layers(entity) | {
            "@agency": entity.agency,
            "@in": "1",
            "@top": max([entity.gone, *entity.versions.values()]),
            "@changed": cursor_of(entity.position),
        }
        pipeline.hset(keys.ENTITY + member, mapping=said | ({"@gone": entity.gone} if entity.gone else {}))
        pipeline.sadd(keys.PRESENT, member)
        leaves = self._leaves(entity)
        if leaves not in {"", "0"}:
            pipeline.zadd(keys.LEAVING, {member: float(leaves)})

    def _leaves(self, entity: StoredEntity) -> str:
        field = lifecycle.LEAVES_BY.get(entity.kind) or lifecycle.LIFECYCLES.get(entity.kind, ("", ()))[0]
        by_age = entity.kind in lifecycle.LEAVE_BY_AGE
        said = max(entity.versions.values()) if by_age else entity.versions.get(field, "")
        occurred_at = instant_at(int(said[:MICROSECONDS] or 0))
        return leaves_at(entity.kind, entity.fields, occurred_at, self._leaves_after_s)

    def _bury(self, pipeline: Pipeline, tombstone: Tombstone) -> None:
        member = f"{tombstone.kind}:{tombstone.id}"
        said = {
            "@agency": tombstone.agency,
            "@top": tombstone.top,
            "@gone": tombstone.gone,
            "@changed": cursor_of(tombstone.position),
        }
        pipeline.hset(keys.ENTITY + member, mapping=said)
        pipeline.zadd(keys.TOMBSTONES, {member: float(int(seconds_of(tombstone.position)) + self._kept_s)})

    def _clear(self) -> None:
        members = self._store.smembers(keys.PRESENT) | set(self._store.zrange(keys.TOMBSTONES, 0, -1))
        self._write(members, _remove)
        pipeline = self._store.pipeline()
        pipeline.unlink(*_MADE)
        pipeline.execute()


def _remove(pipeline: Pipeline, member: bytes) -> None:
    pipeline.unlink(keys.ENTITY + member.decode())


def _layers(entity: StoredEntity) -> dict[str, str]:
    """Return the layers of an entity's hash: the fields last written together by one source, in their order."""
    written: dict[tuple[str, str], list[str]] = {}
    for name in sorted(entity.fields):
        written.setdefault((entity.versions[name], entity.sources[name]), []).append(name)
    return {
        f"={','.join(names)}": f"{digits}{source}{_US}"
        + _RS.join(f'"{name}":{orjson.dumps(entity.fields[name]).decode()}' for name in names)
        for (digits, source), names in written.items()
    }
