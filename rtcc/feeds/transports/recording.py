"""Reads a file of past rows, CSV or JSON, into the moments of every life in it, before any of them is replayed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

from rtcc.feeds.catalogue import detect_mapping
from rtcc.feeds.formats.mapping import RowMapping
from rtcc.feeds.formats.rows import Moment, read_row
from rtcc.feeds.formats.values import text
from rtcc.model.lifecycle import ENDED, LIFECYCLES


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
        status_field = LIFECYCLES[self.mapping.kind][0]
        last: dict[tuple[str, str], Any] = {}
        for moment in self.moments:
            last[moment.agency, moment.id] = moment.fields.get(status_field, last.get((moment.agency, moment.id)))
        ended = ENDED.get(self.mapping.kind, frozenset())
        return [key for key, status in last.items() if status not in ended]


def load_recording(file: Path, mapping: RowMapping | None = None) -> Recording:
    """Read a whole file; the mapping is found by the columns of its first row when none is given."""
    try:
        rows = _rows(file)
        first = next(rows, None)
    except (OSError, ValueError, csv.Error) as error:
        raise RecordingError(f"{file} cannot be read: {error}.") from error
    if first is None:
        raise RecordingError(f"{file} holds no rows.")
    mapping = mapping or detect_mapping(first if isinstance(first, dict) else ())
    moments: list[Moment] = []
    troubles: list[Trouble] = []
    count = 0
    for count, row in enumerate(_readable(chain((first,), rows), troubles), start=1):
        if not isinstance(row, dict):
            troubles.append(Trouble(count, "", "The row is no object of columns.", refused=True))
            continue
        reading = read_row(row, mapping)
        moments.extend(reading.moments)
        id_ = text(row.get(mapping.id))[:64]
        troubles.extend(Trouble(count, id_, reason, refused=not reading.moments) for reason in reading.reasons)
    return Recording(mapping, count, tuple(sorted(moments, key=attrgetter("at"))), tuple(troubles))


def _readable(rows: Iterator[Any], troubles: list[Trouble]) -> Iterator[Any]:
    """Pass rows on until the file itself breaks off, which is told, and keeps what came before."""
    count = 0
    try:
        for row in rows:
            count += 1
            yield row
    except (ValueError, csv.Error) as error:
        troubles.append(Trouble(count + 1, "", f"The file cannot be read further: {error}.", refused=True))


def _rows(file: Path) -> Iterator[Any]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        start = lines.read(1)
        while start.isspace():
            start = lines.read(1)
        lines.seek(0)
        if start == "[":
            yield from json.load(lines)
        elif start == "{":
            yield from (json.loads(line) for line in lines if line.strip())
        else:
            yield from csv.DictReader(lines)
