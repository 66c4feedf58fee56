"""The only way into the picture: a micro-batch of events, applied by one script in one step."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from rtcc.model import lifecycle
from rtcc.model.event import Event, iso
from rtcc.model.version import digits
from rtcc.model.wire import encode
from rtcc.picture.deadletters import DeadLetters
from rtcc.picture.leaving import leaves_at
from rtcc.picture.scripts import read_script
from rtcc.settings import Settings
from rtcc.store.commands import Store
from rtcc.store.connection import StoreRefused
from rtcc.tasks import BATCH

_RANKS = orjson.dumps(
    {
        kind: [field, {f'"{field}":"{status}"': rank for status, rank in lifecycle.RANKS[kind, field].items()}]
        for kind, (field, _) in lifecycle.LIFECYCLES.items()
    }
)
#: Parts the pairs of a layer; JSON text never holds it unescaped.
_RS = "\x1e"


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a batch: counts of effective changes, of stale events and of dead letters."""

    effective: int
    stale: int
    refused: int


class PictureWriter:
    """Applies events; safe to call twice with the same ones, from any number of processes at once."""

    def __init__(self, store: Store, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        """Keep the store's script and what the settings say of retention; ``clock`` gives Unix seconds."""
        self._script = store.register_script(read_script("apply.lua"))
        self._dead_letters = DeadLetters(store)
        self._leaves_after_s = settings.leaves_after_s()
        self._trim, self._tombstone_kept_s = settings.trim(), settings.tombstone_kept_s
        self._clock = clock

    def apply(self, events: Sequence[Event]) -> Applied:
        """Apply all events. One that the store refuses becomes a dead letter and takes no other with it.

        Raises a StoreAway error where the store cannot be reached; then nothing is known, so apply again.
        """
        effective = stale = refused = 0
        # More than a batch in one script would hold the store, and everyone who reads it, for too long.
        for start in range(0, len(events), BATCH):
            batch = events[start : start + BATCH]
            try:
                results = [self._run(batch)]
            except StoreRefused:
                results = [self._run_alone(event) for event in batch]
            effective += sum(result[0] for result in results)
            stale += sum(result[1] for result in results)
            refused += sum(result[2] for result in results)
        return Applied(effective, stale, refused)

    def _run_alone(self, event: Event) -> tuple[int, int, int]:
        try:
            return self._run([event])
        except StoreRefused as error:
            letter = encode([event]).encode()
            self._dead_letters.add(event.source, f"The picture refused it: {error}", letter, iso(event.received_at))
            return 0, 0, 1

    def _run(self, batch: Sequence[Event]) -> tuple[int, int, int]:
        heard: dict[str, tuple[float, int]] = {}
        for event in batch:
            at, taken = heard.get(event.source, (0.0, 0))
            heard[event.source] = max(at, event.received_at.timestamp()), taken + 1
        sources = [(source, repr(at), taken) for source, (at, taken) in heard.items()]
        events = orjson.dumps([self._prepare(event) for event in batch])
        head: list[str | int | bytes] = [self._trim, _RANKS, int(self._clock()), self._tombstone_kept_s]
        effective, stale = self._script(args=[*head, events, orjson.dumps(sources)])
        return effective, stale, 0

    def _prepare(self, event: Event) -> tuple[object, ...]:
        kind, id_, agency, source, occurred_at, received_at, sequence, data = event
        # In one order, so that two events that write the same fields write the same layer.
        fields = sorted((data or {}).items())
        change: dict[str, object] = {
            "kind": kind,
            "id": id_,
            "agency": agency,
            "source": source,
            "occurred_at": occurred_at,
            "received_at": received_at,
        }
        if sequence is not None:
            change["sequence"] = sequence
        head = orjson.dumps(change, option=orjson.OPT_UTC_Z)[:-1].decode() + ',"fields":'
        names = ",".join([name for name, _ in fields])
        pairs = _RS.join([f'"{name}":{orjson.dumps(value).decode()}' for name, value in fields])
        nulls = sum(value is None for _, value in fields)
        leaves = leaves_at(kind, data, occurred_at, self._leaves_after_s)
        return kind, id_, agency, source, digits(event), names, pairs, nulls, head, leaves
