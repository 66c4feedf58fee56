"""Reads a file of past rows, CSV or JSON, gzipped or not, into the moments of every life in it, to be replayed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

from rtcc.feeds.catalogue import detect_mapping
from rtcc.feeds.formats.cells import Cells
from rtcc.feeds.formats.identity import entity_of
from rtcc.feeds.formats.mapping import RowMapping
from rtcc.feeds.formats.merging import merged
from rtcc.feeds.formats.rows import Moment, read_row
from rtcc.feeds.formats.shape import Shape
from rtcc.feeds.formats.tables import Item, TableError, read_table
from rtcc.model.lifecycle import ENDED, LIFECYCLES

#: What a file of one's own may expand to: it is read on request, and not sent by anybody.
_MOST_BYTES = 4 * 1024**3


class RecordingError(ValueError):
    """A file that holds no rows; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in one row that could not be used; ``refused`` where the whole row could not."""

    row: int
    id: str
    reason: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything a file told, in time order."""

    mapping: RowMapping
    rows: int
    moments: tuple[Moment, ...]
    troubles: tuple[Trouble, ...]

    def left_open(self) -> list[tuple[str, str]]:
        """Return (agency, id) of whatever had not ended when the recording did, in the order it began."""
        status_field, _ = LIFECYCLES.get(self.mapping.kind, ("", ()))
        last: dict[tuple[str, str], Any] = {}
        for moment in self.moments:
            last[moment.agency, moment.id] = moment.fields.get(status_field, last.get((moment.agency, moment.id)))
        ended = ENDED.get(self.mapping.kind, frozenset())
        return [key for key, status in last.items() if status not in ended]


def load_recording(file: Path, mapping: RowMapping | None = None) -> Recording:
    """Read a whole file; the mapping is found by the columns of its first row when none is given."""
    try:
        body = file.read_bytes()
    except OSError as error:
        raise RecordingError(f"{file} cannot be read: {error}.") from error
    items = _items(file, body, mapping.shape if mapping else Shape())
    if not items:
        raise RecordingError(f"{file} holds no rows.")
    if mapping is None:
        mapping = detect_mapping(items[0].row or ())
        if mapping.shape != Shape():
            items = _items(file, body, mapping.shape)
    moments: list[Moment] = []
    troubles: list[Trouble] = []
    for count, row in _rows(items, mapping, troubles):
        reading = read_row(row, mapping)
        moments.extend(reading.moments)
        id_ = entity_of(Cells(row, mapping))[1][:64]
        troubles.extend(Trouble(count, id_, reason, refused=not reading.moments) for reason in reading.reasons)
    troubles.sort(key=attrgetter("row"))
    return Recording(mapping, len(items), tuple(sorted(moments, key=attrgetter("at"))), tuple(troubles))


def _items(file: Path, body: bytes, shape: Shape) -> list[Item]:
    try:
        return list(read_table(body, "", shape, _MOST_BYTES, sys.maxsize))
    except TableError as error:
        raise RecordingError(f"{file} cannot be read: {error}") from error


def _rows(items: list[Item], mapping: RowMapping, troubles: list[Trouble]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each row with its number, those of one entity as one where the mapping merges them."""
    together: dict[tuple[str, str], list[tuple[int, dict[str, Any]]]] = {}
    for count, item in enumerate(items, start=1):
        if item.row is None:
            troubles.append(Trouble(count, "", item.reason, refused=True))
        elif mapping.merge is None:
            yield count, item.row
        else:
            together.setdefault(entity_of(Cells(item.row, mapping)), []).append((count, item.row))
    for rows in together.values():
        assert mapping.merge is not None  # noqa: S101 - only a merge puts rows together
        yield rows[-1][0], merged([row for _, row in rows], mapping, mapping.merge)
