"""Which units and alarms were ever covert: of those nothing is told to audiences that may not know of them.

A unit speaks so often that its whole life cannot be read for each question; but only few changes say `covert`, so that
the one column which says it is read in a moment, once a segment.
"""

from __future__ import annotations

import numpy as np

from rtcc.insights.record import Record
from rtcc.journal.place import Place
from rtcc.journal.reading import encoded, opened, true
from rtcc.journal.segments import CHANGES, Segment


class EverCovert:
    """What each segment says of it, read once."""

    def __init__(self) -> None:
        self._told: dict[str, frozenset[str]] = {}

    def ids(self, record: Record, kind: str) -> set[str]:
        """Return the ids of all of a kind that were ever covert. Raises DamagedError, PlaceError."""
        found = record.journal.ask(lambda: self._in_journal(record, kind))
        for change in record.fresh:
            if change.kind == kind and change.fields and change.fields.get("covert") is True:
                found.add(change.id)
        return found

    def _in_journal(self, record: Record, kind: str) -> set[str]:
        segments = [each for each in record.journal.state.of(CHANGES) if each.kind == kind]
        for path in self._told.keys() - record.journal.state.segments.keys():
            del self._told[path]
        found: set[str] = set()
        for segment in segments:
            told = self._told.get(segment.path)
            if told is None:
                told = self._told[segment.path] = _covert_in(record.journal.place, segment)
            found |= told
        return found


def _covert_in(place: Place, segment: Segment) -> frozenset[str]:
    with opened(place, segment, texts=["_id"]) as file:
        if "covert" not in file.schema_arrow.names:
            return frozenset()
        rows = np.flatnonzero(true(file.read(["covert"], use_threads=False)["covert"]))
        if not len(rows):
            return frozenset()
        code, texts = encoded(file.read(["_id"], use_threads=False)["_id"])
    return frozenset(texts[number].as_py() for number in np.unique(code[rows]).tolist())
