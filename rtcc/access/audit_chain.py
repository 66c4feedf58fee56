"""The files of the audit log: a line a record, each holding the hash of the line before it, a file a month.

Whoever appends holds the folder's lock, whichever process it is. What a crash left half written is put aside and
said so; where the files end before the head does, the chain goes on from the head, so that the gap stays to be found.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from rtcc.access.audit_heads import NOTHING_YET, Head, HeadFile, HeadInStore, Link
from rtcc.model.event import iso

MENDED = "audit mended"
SHORTENED = "audit shortened"
_MONTH = re.compile(r"\d{4}-\d{2}\.jsonl", re.ASCII)
#: More than any record takes: its texts are bounded.
LONGEST_LINE = 256 * 1024
_KINDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("at", "who", "role", "by", "session", "address", "action", "outcome", "prev"), str),
    "number": int,
    "subject": (list, type(None)),
    "purpose": (str, type(None)),
    "details": dict,
}


class AuditFolder:
    """The folder of one installation's audit log, for those who write it."""

    def __init__(self, folder: Path, store: HeadInStore) -> None:
        """Use this folder, which need not exist yet."""
        self._folder = folder
        self._store = store
        self._head = HeadFile(head_file(folder))
        #: What is known to stand at the end: file, size and inode as they were then.
        self._known: tuple[Path, tuple[int, int] | None, Link] | None = None

    def append(self, records: Sequence[dict[str, Any]], now: datetime) -> list[int]:
        """Write these records behind one another and flush them to disk; return their numbers.

        Raises OSError where that cannot be; then none of them stands there.
        """
        with locked(self._folder, fcntl.LOCK_EX):
            file = self._file_for(now)
            last, before = self._end(file)
            lines, numbers = [], []
            for fields in [*(mended(what, now) for what in before), *records]:
                line = written(fields, last)
                last = Link(last.number + 1, digest_of(line))
                lines.append(line)
                numbers.append(last.number)
            self._write(file, b"".join(lines), last)
        return numbers[len(before) :]

    def shorten(self, oldest_kept: str, now: datetime) -> list[str]:
        """Remove the files of whole months before this one (``YYYY-MM``), after a record that says so."""
        with locked(self._folder, fcntl.LOCK_SH):
            files = months(self._folder)
            old = [file for file in files[:-1] if file.stem < oldest_kept]
            last = None if not old else last_link(old[-1])
        if last is None:
            return []
        names = [file.name for file in old]
        details = {"files": ", ".join(names), "last_number": str(last.number), "last_hash": last.digest}
        self.append([said(SHORTENED, details, now)], now)
        for file in old:
            file.unlink()
        return names

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def _file_for(self, now: datetime) -> Path:
        # A clock that goes back begins no earlier file: the order of the files is the order of the records.
        name = f"{now.astimezone(UTC):%Y-%m}.jsonl"
        if self._known is not None and self._known[0].name >= name:
            return self._known[0]
        newest = months(self._folder)[-1:]
        return max(self._folder / name, *newest) if newest else self._folder / name

    def _end(self, file: Path) -> tuple[Link, list[dict[str, str]]]:
        """Return what the next record follows, and what has to be said first."""
        if self._known is not None and self._known[:2] == (file, _identity(file)):
            return self._known[2], []
        said_first = []
        files = months(self._folder)
        if files and (torn := put_torn_end_aside(files[-1])):
            said_first.append(torn)
        end = (last_link(files[-1]) if files else NOTHING_YET) or NOTHING_YET
        head, in_store = self._head.read(), self._store.read() or NOTHING_YET
        if head is None:
            if files:
                said_first.append({"found": "the head beside the log was missing"})
            head = Head(max(in_store, end, key=lambda link: link.number), end.number)
        known = max(head.last, in_store, key=lambda link: link.number)
        # The end may be ahead of the head by what a killed process was about to write, and by nothing else.
        honest = known.number < end.number <= head.intended
        return end if honest or end == known else known, said_first

    def _write(self, file: Path, lines: bytes, last: Link) -> None:
        self._known = None
        is_new = not file.exists()
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            self._announce(last.number)
            try:
                write_whole(descriptor, lines)
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)
        if is_new:
            _flush_folder(self._folder)
        self._head.write(Head(last, last.number))
        self._store.write(last)
        self._known = file, _identity(file), last

    def _announce(self, number: int) -> None:
        head = self._head.read()
        self._head.write(Head(NOTHING_YET if head is None else head.last, number))


def written(fields: dict[str, Any], last: Link) -> bytes:
    """Return the line of a record that follows ``last``."""
    return orjson.dumps({"number": last.number + 1, **fields, "prev": last.digest}) + b"\n"


def said(action: str, details: dict[str, str], now: datetime) -> dict[str, Any]:
    """Return what the log says of itself."""
    return {
        "at": iso(now),
        "who": "rtcc",
        "role": "",
        "by": "",
        "session": "",
        "address": "",
        "action": action,
        "subject": None,
        "outcome": "done",
        "purpose": None,
        "details": details,
    }


def mended(what: dict[str, str], now: datetime) -> dict[str, Any]:
    """Return the record that says what was found at the end and put in order."""
    return said(MENDED, what, now)


def record_of(line: bytes) -> dict[str, Any] | None:
    """Return the fields of a line; None where it is no record, or none any more."""
    try:
        fields = orjson.loads(line)
    except ValueError:
        return None
    whole = (
        isinstance(fields, dict)
        and fields.keys() == _KINDS.keys()
        and all(isinstance(fields[name], kind) for name, kind in _KINDS.items())
    )
    return fields if whole else None


def digest_of(line: bytes) -> str:
    """Return the hash of a record's line, by which the next one holds on to it."""
    return hashlib.sha256(line.rstrip(b"\n")).hexdigest()


def months(folder: Path) -> list[Path]:
    """Return the files of the log, oldest first."""
    return sorted(file for file in folder.iterdir() if _MONTH.fullmatch(file.name)) if folder.is_dir() else []


def head_file(folder: Path) -> Path:
    """Return the file in which the head stands."""
    return folder / "head"


def last_link(file: Path) -> Link | None:
    """Return number and hash of the last whole line of a file; None where that is no record."""
    with file.open("rb") as opened:
        size = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, size - LONGEST_LINE))
        lines = opened.read().rsplit(b"\n", 2)
    last = lines[-2] if len(lines) > 1 else b""
    record = record_of(last)
    return None if record is None else Link(record["number"], digest_of(last))


def put_torn_end_aside(file: Path) -> dict[str, str] | None:
    """Move what stands behind the last whole line into a file of its own; return what there is to say about it."""
    with file.open("r+b") as opened:
        size = opened.seek(0, os.SEEK_END)
        start = max(0, size - LONGEST_LINE)
        opened.seek(start)
        end = opened.read()
        torn = end[end.rfind(b"\n") + 1 :]
        if not torn:
            return None
        aside = file.with_suffix(f".torn-{hashlib.sha256(torn).hexdigest()[:12]}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as kept:
            kept.write(torn)
            kept.flush()
            os.fsync(kept.fileno())
        opened.truncate(size - len(torn))
    return {"found": f"the last record of {file.name} was torn", "bytes": str(len(torn)), "kept_in": aside.name}


@contextlib.contextmanager
def locked(folder: Path, how: int) -> Iterator[None]:
    """Hold the folder's lock, shared for reading or alone for writing, against any process."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def write_whole(descriptor: int, data: bytes) -> None:
    """Write all of it, however many calls that takes."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
