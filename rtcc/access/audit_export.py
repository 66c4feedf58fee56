"""Writes records of the audit log for other programs: CSV that no spreadsheet takes for formulas, and JSON lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

COLUMNS = (
    "number",
    "at",
    "who",
    "role",
    "by",
    "session",
    "address",
    "action",
    "subject_kind",
    "subject_id",
    "outcome",
    "purpose",
    "details",
    "prev",
)
#: With these a spreadsheet begins a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the head, then a line a record."""
    yield _line(COLUMNS)
    for record in records:
        kind, id_ = record["subject"] or ("", "")
        cells = {**record, "subject_kind": kind, "subject_id": id_, "details": _details(record["details"])}
        yield _line(["" if cells.get(name) is None else _safe(str(cells[name])) for name in COLUMNS])


def as_json_lines(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield a line a record, as the log itself has it."""
    for record in records:
        yield orjson.dumps(record).decode() + "\n"


def _details(details: dict[str, str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in details.items())


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
