"""Reads the audit log for people: what fits a filter, newest or oldest first, holding a piece of a file at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from rtcc.access.audit_chain import LONGEST_LINE, months, record_of
from rtcc.model.event import iso

_PIECE = 64 * 1024
#: A record may say of itself a moment before the month in which it was written down.
_SLACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which records are wanted; what is empty asks for nothing. Texts are looked for without regard to case."""

    who: str = ""
    action: str = ""
    #: Part of ``kind:id``.
    subject: str = ""
    outcome: str = ""
    #: Anywhere in purpose, address or details.
    text: str = ""
    since: datetime | None = None
    #: The first instant that is not wanted any more.
    until: datetime | None = None

    def said(self) -> str:
        """Return what is asked for, for the record of the reading."""
        asked = {
            "who": self.who,
            "action": self.action,
            "subject": self.subject,
            "outcome": self.outcome,
            "text": self.text,
            "since": "" if self.since is None else iso(self.since),
            "until": "" if self.until is None else iso(self.until),
        }
        return "; ".join(f"{name}: {value}" for name, value in asked.items() if value) or "everything"

    def wants(self, record: dict[str, Any]) -> bool:
        """Say whether a record is wanted."""
        return (
            self._within(record["at"])
            and self.who.casefold() in record["who"].casefold()
            and self.action in ("", record["action"])
            and self.outcome in ("", record["outcome"])
            and self.subject.casefold() in ":".join(record["subject"] or ()).casefold()
            and (not self.text or self.text.casefold() in _words(record).casefold())
        )

    def may_be_in(self, month: str) -> bool:
        """Say whether a file of this month (``YYYY-MM``) can hold what is wanted."""
        return (self.since is None or _month(self.since) <= month) and not self.is_after(month)

    def is_after(self, month: str) -> bool:
        """Say whether all that is wanted stands before the file of this month."""
        return self.until is not None and _month(self.until + _SLACK) < month

    def _within(self, at: str) -> bool:
        if self.since is None and self.until is None:
            return True
        try:
            instant = datetime.fromisoformat(at)
        except ValueError:
            return False
        return (self.since is None or instant >= self.since) and (self.until is None or instant < self.until)


class AuditPage(NamedTuple):
    """Some records, the newest first; ``older`` is the number below which to go on, None where that was all."""

    records: list[dict[str, Any]]
    older: int | None


def newest_page(
    folder: Path, wanted: AuditFilter, *, before: int | None = None, most: int = 100, look_at: int = 100_000
) -> AuditPage:
    """Return at most so many records that are wanted, having looked at no more than ``look_at``."""
    found: list[dict[str, Any]] = []
    for looked, record in enumerate(_backwards(folder, wanted, before), start=1):
        if wanted.wants(record):
            found.append(record)
        if len(found) == most or looked == look_at:
            return AuditPage(found, record["number"] if record["number"] > 1 else None)
    return AuditPage(found, None)


def newest_first(folder: Path, wanted: AuditFilter, *, before: int | None = None) -> Iterator[dict[str, Any]]:
    """Return what is wanted, the newest first; only of records with a number below ``before``, where one is given."""
    return filter(wanted.wants, _backwards(folder, wanted, before))


def oldest_first(folder: Path, wanted: AuditFilter) -> Iterator[dict[str, Any]]:
    """Yield what is wanted, the oldest first."""
    for file in months(folder):
        if wanted.may_be_in(file.stem):
            with file.open("rb") as opened:
                yield from filter(wanted.wants, _records(iter(lambda: opened.readline(LONGEST_LINE), b"")))


def _backwards(folder: Path, wanted: AuditFilter, before: int | None) -> Iterator[dict[str, Any]]:
    for file in reversed(months(folder)):
        if wanted.may_be_in(file.stem):
            with file.open("rb") as opened:
                size = opened.seek(0, os.SEEK_END)
                end = size if before is None else _offset_of(opened, before, size)
                yield from _records(_lines_backwards(opened, end))


def _records(lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        # What is no record any more is for `rtcc audit verify` to name; reading goes on past it.
        record = record_of(line)
        if record is not None:
            yield record


def _lines_backwards(opened: BinaryIO, end: int) -> Iterator[bytes]:
    rest = b""
    while end > 0:
        start = max(0, end - _PIECE)
        opened.seek(start)
        first, *others = (opened.read(end - start) + rest).split(b"\n")
        yield from (line for line in reversed(others) if line)
        rest, end = first, start
    if rest:
        yield rest


def _offset_of(opened: BinaryIO, number: int, size: int) -> int:
    """Return where the first record with this number or a greater one begins, by halving: numbers only grow."""
    low, high = 0, size
    while high - low > _PIECE:
        middle = (low + high) // 2
        opened.seek(middle)
        opened.readline(LONGEST_LINE)
        record = record_of(opened.readline(LONGEST_LINE))
        if record is None or record["number"] >= number:
            high = middle
        else:
            low = middle
    opened.seek(low)
    if low:
        opened.readline(LONGEST_LINE)
    while line := opened.readline(LONGEST_LINE):
        record = record_of(line)
        if record is not None and record["number"] >= number:
            return opened.tell() - len(line)
    return size


def _words(record: dict[str, Any]) -> str:
    return "\n".join((record["purpose"] or "", record["address"], *record["details"], *record["details"].values()))


def _month(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m}"
