"""Reads the journal: the timeline of one entity, the changes of a window, the picture as it was at any moment.

Time here is when a change entered the picture, by the clock of the store. What is yielded is in the order of the
stream; a moment belongs to what was before it, so the picture at one and the changes from there up to another make
the picture at that. Segments that are merged or rewritten while they are read are looked for anew.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import pyarrow as pa

from rtcc.journal.area import Area, Where, Whereabouts
from rtcc.journal.columns import decode
from rtcc.journal.manifest import DamagedError, Manifest, State
from rtcc.journal.moment import Basis, basis_of, fold
from rtcc.journal.place import Place
from rtcc.journal.reading import VanishedError, rows_of
from rtcc.journal.segments import CHANGES, Segment
from rtcc.journal.window import Window, slices
from rtcc.model.version import microseconds
from rtcc.picture.changes import SHIFT, Change, instant_of
from rtcc.picture.snapshot import StoredEntity

#: A moment, or a position in the stream.
At = datetime | int
_T = TypeVar("_T")
_LAST = 2**63 - 1


class BeyondError(ValueError):
    """The journal does not reach so far (yet); the message says how far it does."""


def position_at(at: At) -> int:
    """Return the last position that belongs to a moment; a position is one already. Raises ValueError if naive."""
    if isinstance(at, int):
        return at
    if at.tzinfo is None:
        raise ValueError("A moment in the journal needs a time zone.")
    return max(0, min(_LAST, ((microseconds(at) // 1000 + 1) << SHIFT) - 1))


def by_stream(change: Change) -> tuple[int, int]:
    """Return what orders changes as the stream does."""
    return change.position, change.place


class Journal:
    """One journal, as far as its manifest has been read; every question may raise DamagedError and PlaceError."""

    def __init__(self, place: Place) -> None:
        """Read the journal at this place; ``refresh`` first."""
        self.place = place
        self._manifest = Manifest(place)

    @property
    def state(self) -> State:
        """What the journal is made of."""
        return self._manifest.state

    @property
    def reaches_to(self) -> int:
        """The position up to which it has everything."""
        return self.state.position

    def refresh(self) -> State:
        """Read what was added to the manifest since."""
        return self._manifest.refresh()

    def timeline(
        self, kind: str, id_: str, agency: str | None = None, since: At = 0, until: At = _LAST
    ) -> Iterator[Change]:
        """Yield what one entity's sources said of it, after ``since`` up to ``until``.

        An expunged change has empty fields. The picture calls the second agency's entity of an id "agency/id".
        """
        upto, told = position_at(until), (position_at(since), _LAST)
        while True:
            try:
                for change in self._timeline(id_, Window(told[0] - 1, upto, {kind}, agency)):
                    if told < by_stream(change) and change.position <= upto:
                        told = by_stream(change)
                        yield change
            except VanishedError as vanished:
                self._look_anew(vanished)
            else:
                return

    def _timeline(self, id_: str, window: Window) -> Iterator[Change]:
        segments = [each for each in self.state.of(CHANGES) if window.may_be_in(each) and each.may_hold(id_)]
        for side_by_side in _overlapping(segments):
            yield from heapq.merge(*(self._history(each, id_) for each in side_by_side), key=by_stream)

    def _history(self, segment: Segment, id_: str) -> Iterator[Change]:
        for table in rows_of(self.place, segment, id_):
            yield from decode(table)

    def changes(
        self,
        since: At,
        until: At,
        kinds: Collection[str] | None = None,
        sources: Collection[str] | None = None,
        area: Area | None = None,
        agency: str | None = None,
    ) -> Iterator[Change]:
        """Yield the changes after ``since`` up to ``until``, of some kinds, from some sources, of one agency.

        In an ``area`` is a change after which its entity is there, and the leaving of one that was.
        """
        if area is not None:
            return (change for change, where in self.placed(since, until, kinds, sources, agency) if area.holds(where))
        upto = min(position_at(until), self.reaches_to)
        return self._changes(Window(position_at(since), upto, kinds, agency, sources))

    def placed(
        self,
        since: At,
        until: At,
        kinds: Collection[str] | None = None,
        sources: Collection[str] | None = None,
        agency: str | None = None,
    ) -> Iterator[tuple[Change, Where]]:
        """Yield the same, each with where its entity was after it, or where it was last, if it left."""
        after, upto = position_at(since), min(position_at(until), self.reaches_to)
        if after >= upto:
            return
        there = Whereabouts(self.picture_at(after, kinds, agency))
        # Where something is may have been said by another source.
        for change in self._changes(Window(after, upto, kinds, agency)):
            where = there.after(change)
            if sources is None or change.source in sources:
                yield change, where

    def _changes(self, window: Window) -> Iterator[Change]:
        for by_kind in self._slices(window):
            yield from heapq.merge(*map(decode, by_kind), key=by_stream)

    def _slices(self, window: Window) -> Iterator[list[pa.Table]]:
        """Yield the slices of a window; go on with the rest when a segment has vanished."""
        after = window.after
        while True:
            try:
                for end, by_kind in slices(self.place, self.state.of(CHANGES), replace(window, after=after)):
                    yield by_kind
                    after = end
            except VanishedError as vanished:
                self._look_anew(vanished)
            else:
                return

    def picture_at(
        self, at: At, kinds: Collection[str] | None = None, agency: str | None = None
    ) -> Iterator[StoredEntity]:
        """Return the picture as it was at a moment, as the store held it; in no order.

        Raises BeyondError. Of what was written again without change, or before its newest whole picture withdrawn in
        part, the versions may be older than the store's were.
        """
        upto = position_at(at)
        if upto > self.reaches_to and (isinstance(at, int) or upto >> SHIFT > self.reaches_to >> SHIFT):
            raise BeyondError(f"The journal reaches to {instant_of(self.reaches_to)}, no further yet.")

        def entities() -> list[StoredEntity]:
            return fold(self.place, self.state.of(CHANGES), self._basis(upto), Window(0, upto, kinds, agency))

        return iter(self.ask(entities))

    def gap_at(self, at: At) -> tuple[int, int] | None:
        """Return the gap, as two positions, because of which the picture at a moment is not whole; None where it is."""
        return self._basis(position_at(at)).gap

    def _basis(self, upto: int) -> Basis:
        return basis_of(self.state, upto)

    def tables(
        self, since: At, until: At, kinds: Collection[str] | None = None, agency: str | None = None
    ) -> Iterator[pa.Table]:
        """Yield the same changes as tables of one kind (see ``columns.py``), slice after slice of the stretch.

        Each is in the order of the stream.
        """
        upto = min(position_at(until), self.reaches_to)
        for by_kind in self._slices(Window(position_at(since), upto, kinds, agency)):
            yield from by_kind

    def ask(self, ask: Callable[[], _T]) -> _T:
        """Return the answer to a question about the segments; ask it again when one has vanished meanwhile."""
        while True:
            try:
                return ask()
            except VanishedError as vanished:
                self._look_anew(vanished)

    def _look_anew(self, vanished: VanishedError) -> None:
        if vanished.path in self.refresh().segments:
            raise DamagedError(
                f"The segment {vanished.path} is missing; `rtcc journal verify` says what else is wrong."
            ) from None


def _overlapping(segments: list[Segment]) -> Iterator[list[Segment]]:
    """Yield segments, which are in the order of their first change, in groups that do not overlap in time."""
    group: list[Segment] = []
    end = -1
    for segment in segments:
        first, last = segment.span
        if group and first > end:
            yield group
            group = []
        group.append(segment)
        end = max(end, last)
    if group:
        yield group
