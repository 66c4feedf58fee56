"""Expungement by court order: one entity's fields leave every segment, and a signed entry says that it happened.

Of the entity's rows remain when they were made, by whom and about which id; ``_says`` is "!". Every other row stays as
it is. Received bytes that spell the id are let go of whole, whatever else stands in them: nobody can take a person out
of a request's bytes and say that they are still as received. The old files are removed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rtcc.journal.columns import ENVELOPE, EXPUNGED
from rtcc.journal.folders import folders_of
from rtcc.journal.holds import Entity, KeepingRefusedError
from rtcc.journal.manifest import State
from rtcc.journal.place import TakenError
from rtcc.journal.raw_behind import as_word, spellings
from rtcc.journal.segments import RAW, Segment
from rtcc.journal.swap import FAR_AHEAD, Draft, SegmentDamagedError, checked_tables, discard, write_drafts
from rtcc.journal.writer import JournalWriter
from rtcc.picture.changes import position_of
from rtcc.store import keys
from rtcc.store.commands import Store


@dataclass(frozen=True, slots=True)
class Expunged:
    """What was taken away: rows of changes and pictures, received bodies, and from how many segments."""

    rows: int
    bodies: int
    segments: int


def expunge(
    writer: JournalWriter,
    store: Store,
    entity: Entity,
    order: str,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Expunged:
    """Take an entity's fields out of the whole journal by a court order, which the entry names.

    ``told`` hears how many of how many segments were looked at. The process that keeps the journal may go on meanwhile.
    Raises KeepingRefusedError where it cannot be done now; DamagedError where a segment is not what it should be;
    PlaceError, StoreAway. Then nothing has changed.
    """
    expungement = _Expungement(writer, store, entity)
    try:
        return expungement.run(order, told)
    except BaseException:
        expungement.give_up()
        raise


class _Expungement:
    def __init__(self, writer: JournalWriter, store: Store, entity: Entity) -> None:
        self._writer, self._store, self._entity = writer, store, entity
        self._number = writer.manifest.refresh().number + FAR_AHEAD
        #: By the old segment's path: the new one, rows or bodies that went. Of clean ones nothing is kept but the path.
        self._done: dict[str, tuple[Segment, int]] = {}
        self._clean: set[str] = set()
        self._is_said = False

    def run(self, order: str, told: Callable[[int, int], None]) -> Expunged:
        while True:
            state = self._writer.manifest.refresh()
            self._ensure_possible(state)
            self._forget_what_was_swapped(state)
            todo = list(self._todo(state))
            for at, segment in enumerate(todo):
                self._take_out(segment)
                told(at + 1, len(todo))
            # Others may have merged some of them meanwhile, or added what has to be looked at, too.
            if not todo and self._say(order):
                break
        for path in self._done:
            self._writer.place.remove(path)
        bodies = [taken for new, taken in self._done.values() if new.role == RAW]
        rows = [taken for new, taken in self._done.values() if new.role != RAW]
        return Expunged(sum(rows), sum(bodies), len(self._done))

    def give_up(self) -> None:
        """Remove what was written, unless an entry names it."""
        if not self._is_said:
            discard(self._writer, [new for new, _ in self._done.values()])

    def _ensure_possible(self, state: State) -> None:
        entity = self._entity
        if state.number >= self._number:
            raise KeepingRefusedError("The journal went on faster than this could be done; nothing was changed.")
        if entity.key in state.holds:
            raise KeepingRefusedError(f"{entity} is held ({state.holds[entity.key]}); release it first.")
        stored = keys.entity(entity.kind, entity.id)
        if (self._store.hget(stored, "@agency") or b"").decode() != entity.agency:
            return
        if self._store.hget(stored, "@in"):
            raise KeepingRefusedError(f"{entity} is in the live picture; it can be expunged when it has left that.")
        changed = position_of((self._store.hget(stored, "@changed") or b"").decode()) or 0
        raw = self._store.xrevrange(keys.RAW, count=1)
        is_raw_there = not raw or (position_of(raw[0][0].decode()) or 0) <= state.raw_position
        if changed > state.position or not (is_raw_there or changed < state.raw_position):
            raise KeepingRefusedError(f"The journal does not have the last word about {entity} yet; try again soon.")

    def _forget_what_was_swapped(self, state: State) -> None:
        for path in [path for path in self._done if path not in state.segments]:
            discard(self._writer, [self._done.pop(path)[0]])

    def _todo(self, state: State) -> Iterator[Segment]:
        entity = self._entity
        for segment in state.segments.values():
            about_it = (segment.kind, segment.agency) == (entity.kind, entity.agency) and segment.may_hold(entity.id)
            is_known = segment.path in self._done or segment.path in self._clean
            if not is_known and (segment.role == RAW or about_it):
                yield segment

    def _take_out(self, segment: Segment) -> None:
        try:
            (table,) = checked_tables(self._writer, [segment])
        except SegmentDamagedError as error:
            if error.is_missing:
                # Nothing can be taken out of what is not there; merged meanwhile, it is looked at under its new name.
                self._clean.add(segment.path)
                return
            raise
        taken, rest = _without_bodies(table, self._entity) if segment.role == RAW else _without(table, self._entity)
        if not taken:
            self._clean.add(segment.path)
            return
        first, last = segment.span
        draft = Draft(segment.role, rest, first, last, folders_of(segment).within)
        (new,) = write_drafts(self._writer, [draft], self._number)
        self._done[segment.path] = new, taken

    def _say(self, order: str) -> bool:
        """Write the entry; say whether nobody else was quicker."""
        if not self._done:
            raise KeepingRefusedError(f"The journal holds nothing of {self._entity} that could be expunged.")
        note: dict[str, Any] = {"entity": self._entity.key, "order": order, "segments": len(self._done)}
        added = [new for new, _ in self._done.values()]
        # Where the place fails meanwhile nobody knows whether the entry is there; then what it may name has to stay.
        self._is_said = True
        try:
            self._writer.manifest.commit("expunge", added=added, removed=list(self._done), note=note)
        except TakenError:
            self._is_said = False
        return self._is_said


def _without(table: pa.Table, entity: Entity) -> tuple[int, pa.Table]:
    """Return how many rows said something of the entity, and the table in which they do not."""
    says = table["_says"]
    its = pc.equal(table["_id"], entity.id)
    spoke = pc.fill_null(pc.and_(its, pc.and_(pc.is_valid(says), pc.not_equal(says, EXPUNGED))), fill_value=False)
    columns = []
    for field, column in zip(table.schema, table.columns, strict=True):
        if field.name == "_says":
            columns.append(pc.if_else(spoke, EXPUNGED, column))
        elif field.name in {"_exact", "_versions"} or field.name not in ENVELOPE.names:
            columns.append(pc.if_else(its, pa.scalar(None, field.type), column))
        else:
            columns.append(column)
    return pc.sum(spoke).as_py() or 0, pa.Table.from_arrays(columns, schema=table.schema)


def _without_bodies(table: pa.Table, entity: Entity) -> tuple[int, pa.Table]:
    """Return how many bodies spelled the entity's id, and the table without them."""
    if "body" not in table.column_names:
        return 0, table
    marks = np.zeros(len(table), np.bool_)
    for spelling in spellings(entity.id, entity.agency):
        may_be = pc.fill_null(pc.match_substring(table["body"], spelling), fill_value=False).to_numpy()
        whole = as_word(spelling)
        for row in np.flatnonzero(may_be).tolist():
            marks[row] |= whole.search(table["body"][row].as_py()) is not None
    contents = table["_id"].filter(pa.array(marks)).unique()
    its = pc.is_in(table["_id"], contents)
    body = pc.if_else(its, pa.scalar(None, table["body"].type), table["body"])
    table = table.set_column(table.column_names.index("body"), table.schema.field("body"), body)
    at = table.column_names.index("expunged")
    return int(marks.sum()), table.set_column(at, table.schema.field("expunged"), pc.or_(table["expunged"], its))
