"""Who has left the picture, and until when each of them does not exist: what a whole picture does not say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from rtcc.journal.manifest import State
from rtcc.journal.place import Place
from rtcc.journal.reading import codes, numbers, positions, rows_between, taken, valid
from rtcc.journal.segments import CHANGES, Segment
from rtcc.journal.window import Window
from rtcc.model.sources import RETENTION
from rtcc.model.version import digits_at

_WHO = ("_id", "_ms", "_seq", "_says")
_WHEN = (*_WHO, "_n", "_agency", "_source", "_occurred_at", "_sequence")


@dataclass(slots=True)
class Departure:
    """An entity of an agency left the picture, and may have come back since.

    What is not newer than ``gone`` does not exist; ``top`` are the digits of its newest word, ``position`` is that of
    its newest change.
    """

    agency: str
    position: int = 0
    top: str = ""
    gone: str = ""


def departures(place: Place, state: State, after: int, upto: int) -> Iterator[tuple[tuple[str, str], Departure]]:
    """Yield the kind and id of who left the picture after a position up to another, and how.

    Raises VanishedError where a segment was merged away meanwhile, DamagedError, PlaceError.
    """
    window = Window(after, upto)
    groups: dict[tuple[str, str], list[Segment]] = {}
    for segment in filter(window.may_be_in, state.of(CHANGES)):
        groups.setdefault((segment.kind, segment.agency), []).append(segment)
    for (kind, _), segments in sorted(groups.items()):
        who = {id_ for segment in segments for id_ in _who(place, segment, window)}
        if who:
            words = sorted(_words(place, segments, window, who), key=_order)
            yield from (((kind, id_), one) for id_, one in _departures(words))


def _who(place: Place, segment: Segment, window: Window) -> list[str]:
    table = rows_between(place, segment, window.after, window.upto, _WHO)
    if table is None:
        return []
    return _texts(taken(table, np.flatnonzero(~_says(table))), "_id")


def _says(table: pa.Table) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which rows say anything of fields; the others are departures."""
    return valid(table["_says"]) if "_says" in table.column_names else np.zeros(len(table), np.bool_)


def _texts(table: pa.Table, name: str) -> list[str]:
    found: list[str] = table[name].to_pylist()
    return found


_Word = tuple[int, int, str, str, str, str, bool]


def _order(word: _Word) -> tuple[int, int]:
    return word[:2]


def _words(place: Place, segments: Sequence[Segment], window: Window, who: set[str]) -> Iterator[_Word]:
    """Yield each change of these entities as position, place, id, agency, source, digits, whether it left by it."""
    for segment in segments:
        table = rows_between(place, segment, window.after, window.upto, _WHEN)
        if table is None:
            continue
        ids, known = codes(table["_id"])
        meant = np.array([id_ in who for id_ in known], np.bool_)
        table = taken(table, np.flatnonzero(meant[ids]))
        at = positions(table).tolist()
        occurred_us = numbers(table["_occurred_at"]).tolist()
        sequences = _texts(table, "_sequence") if "_sequence" in table.column_names else [None] * len(table)
        rows = zip(
            at,
            numbers(table["_n"]).tolist(),
            _texts(table, "_id"),
            _texts(table, "_agency"),
            _texts(table, "_source"),
            occurred_us,
            sequences,
            _says(table).tolist(),
            strict=True,
        )
        for position, place_, id_, agency, source, us, sequence, says in rows:
            yield position, place_, id_, agency, source, digits_at(us, sequence), not says


def _departures(words: Iterable[_Word]) -> Iterator[tuple[str, Departure]]:
    known: dict[str, Departure] = {}
    for position, _, id_, agency, source, digits, has_left in words:
        one = known.get(id_)
        if one is None:
            one = known[id_] = Departure(agency)
        one.position, one.agency = position, agency
        if has_left and source == RETENTION:
            # It leaves as late as its own last word, so that news revives it (see retire.lua).
            one.gone = max(one.gone, one.top or digits)
            continue
        one.top = max(one.top, digits)
        if has_left:
            one.gone = max(one.gone, digits)
    for id_, one in known.items():
        one.top = one.top or one.gone
        yield id_, one
