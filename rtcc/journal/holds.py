"""Legal holds: which entities' past must stay whatever the terms say, as signed entries of the manifest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

import pyarrow.compute as pc
import pyarrow.parquet as pq

from rtcc.journal.manifest import Manifest, State
from rtcc.journal.place import Place, TakenError
from rtcc.journal.segments import CHANGES, folder_of, open_parquet


class KeepingRefusedError(ValueError):
    """What was asked cannot be done with the journal as it is; the message is one sentence for who asked."""


class Entity(NamedTuple):
    """One entity of the past. ``id`` is the one it has in the picture, so "agency/id" where that was taken."""

    kind: str
    agency: str
    id: str

    @property
    def key(self) -> str:
        """How the manifest names it."""
        # An agency may call itself anything, and then nobody could tell where its name ends.
        return f"{self.kind}:{folder_of(self.agency)}:{self.id}"

    @classmethod
    def of_key(cls, key: str) -> Entity:
        """Return the entity that the manifest names so."""
        kind, agency, id_ = key.split(":", 2)
        return cls(kind, unquote(agency), id_)

    def __str__(self) -> str:
        return f"{self.kind} {self.id} of {self.agency}"


def hold(manifest: Manifest, place: Place, entity: Entity, why: str) -> State:
    """Let nothing of an entity go until it is released. Raises KeepingRefusedError, DamagedError, PlaceError."""

    def refusal(state: State) -> str:
        return f"{entity} is held already: {state.holds[entity.key]}." if entity.key in state.holds else ""

    if entity.agency not in agencies_of(place, manifest.refresh(), entity.kind, entity.id):
        raise KeepingRefusedError(f"The journal knows no {entity}.")
    return say(manifest, "hold", {"entity": entity.key, "why": why}, refusal)


def release(manifest: Manifest, entity: Entity) -> State:
    """End a hold; from then on the terms hold again. Raises KeepingRefusedError, DamagedError, PlaceError."""

    def refusal(state: State) -> str:
        return "" if entity.key in state.holds else f"{entity} is not held."

    return say(manifest, "release", {"entity": entity.key}, refusal)


def say(manifest: Manifest, what: str, note: dict[str, Any], refusal: Callable[[State], str]) -> State:
    """Add an entry that only says something, whoever else writes meanwhile.

    ``refusal`` returns why it cannot be said of a state, or nothing. Raises KeepingRefusedError, PlaceError.
    """
    while True:
        refused = refusal(manifest.refresh())
        if refused:
            raise KeepingRefusedError(refused)
        try:
            return manifest.commit(what, note=note)
        except TakenError:
            continue


def agencies_of(place: Place, state: State, kind: str, id_: str) -> set[str]:
    """Return the agencies that have had such an entity.

    Raises PlaceError; FileNotFoundError where a segment was merged meanwhile.
    """
    found: set[str] = set()
    for segment in state.of(CHANGES):
        if segment.kind == kind and segment.agency not in found and segment.may_hold(id_):
            with open_parquet(place, segment) as file:
                if _holds(file, id_):
                    found.add(segment.agency)
    return found


def _holds(file: pq.ParquetFile, id_: str) -> bool:
    return any(
        pc.any(pc.equal(batch.column(0), id_)).as_py()
        for batch in file.iter_batches(batch_size=65_536, columns=["_id"])
    )
