"""Follows a file that grows, through rotation and restarts, or reads one whole whenever it is another than before."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from rtcc.feeds.declared import Feed
from rtcc.feeds.ledger import Ledger
from rtcc.feeds.options import Options
from rtcc.feeds.payload import Payload
from rtcc.model.checks import BOOLEAN, Check, number, text

#: So much is read at once, and a line is at most so long.
_READ = 1024 * 1024
_LONGEST_WHOLE = 256 * 1024 * 1024
#: Where we are in the file stands in the ledger: which file it is (by device and inode), how far, and its first line.
FILE, OFFSET, HEADER = "file", "offset", "header"
_WHOLE = "whole"
_PATH = Check(lambda value: text(1000).accepts(value) and value.startswith("/"), "a path that begins with /", "text")

#: Takes payloads in: (payloads, whether they are one whole answer, what the ledger keeps in the same transaction).
Take = Callable[[Sequence[Payload], bool, Mapping[str, str | float | int]], object]


@dataclass(frozen=True, slots=True)
class FileTable:
    """``follow`` a file that grows line by line, where ``header`` says that its first line names columns.

    Without ``follow`` the file is read whole each time it was replaced or changed.
    """

    path: Path
    follow: bool
    header: bool
    from_start: bool
    look_s: float

    @classmethod
    def from_table(cls, feed_name: str, table: dict[str, Any]) -> FileTable:
        """Check the table. Raises FeedTableError."""
        options = Options(f"feeds.{feed_name}.file", table)
        made = cls(
            path=Path(options.take("path", _PATH)),
            follow=options.take("follow", BOOLEAN, True),
            header=options.take("header", BOOLEAN, False),
            from_start=options.take("from_start", BOOLEAN, True),
            look_s=float(options.take("look_s", number(0.05, 3600, "seconds"), 0.5)),
        )
        options.done()
        return made


class FileTail:
    """Looks at one feed's file; ``look`` as often as one likes. Blocking. May raise StoreUnavailable or StoreAway."""

    def __init__(
        self, feed: Feed, ledger: Ledger, take: Take, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """``take`` returns when payloads are kept, and with them where we are."""
        self.table = FileTable.from_table(feed.name, feed.transport)
        self._feed = feed
        self._ledger = ledger
        self._take = take
        self._now = now

    def look(self) -> bool:
        """Take in what is new, a piece of it; say whether there may be more at once. Raises OSError without a file."""
        told = self._ledger.read()
        return self._follow(told) if self.table.follow else self._read_whole(told)

    def _read_whole(self, told: Mapping[str, str]) -> bool:
        status = self.table.path.stat()
        name = f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"
        if told.get(_WHOLE) == name:
            return False
        if status.st_size > _LONGEST_WHOLE:
            raise OSError(f"The file is larger than {_LONGEST_WHOLE // 2**20} MB.")
        body = self.table.path.read_bytes()
        self._take([Payload(self._now(), self._feed.name, _type_of(self.table.path), body)], True, {_WHOLE: name})
        return False

    def _follow(self, told: Mapping[str, str]) -> bool:
        path, known = self.table.path, told.get(FILE, "")
        # What was begun is read to its end under whatever name it has by now, before the file that took its place.
        before = _named(path.parent, known) if known else None
        with (before or path).open("rb") as file:
            name = _name(os.fstat(file.fileno()))
            offset, header = (int(told.get(OFFSET, 0)), told.get(HEADER, "")) if name == known else (0, "")
            size = os.fstat(file.fileno()).st_size
            if name != known and not known and not self.table.from_start:
                return self._begin_at_end(file, name)
            if size < offset:
                # Emptied in place, and begun anew.
                offset, header = 0, ""
            if self.table.header and not header:
                line = file.readline(_READ)
                if not line.endswith(b"\n"):
                    return False
                offset, header = file.tell(), line.decode("utf-8", "replace").rstrip("\r\n")
            file.seek(offset)
            piece = file.read(_READ)
            rotated = _is_other(path, name)
            whole = piece if rotated and len(piece) < _READ else piece[: piece.rfind(b"\n") + 1]
            if len(piece) == _READ and not whole:
                # No line is so long; told as it is, it is refused with a reason.
                whole = piece
            if whole.strip():
                where: dict[str, str | int] = {FILE: name, OFFSET: offset + len(whole), HEADER: header}
                self._take([self._payload(whole, header)], False, where)
                return True
            if rotated:
                self._ledger.note({FILE: _name(path.stat()), OFFSET: 0, HEADER: ""})
                return True
            if name != known:
                self._ledger.note({FILE: name, OFFSET: offset, HEADER: header})
            return False

    def _begin_at_end(self, file: BinaryIO, name: str) -> bool:
        header = file.readline(_READ).decode("utf-8", "replace").rstrip("\r\n") if self.table.header else ""
        end = file.seek(0, os.SEEK_END)
        # A line that is being written now belongs to what comes.
        start = max(0, end - _READ)
        file.seek(start)
        offset = start + file.read().rfind(b"\n") + 1
        self._ledger.note({FILE: name, OFFSET: offset, HEADER: header})
        return False

    def _payload(self, lines: bytes, header: str) -> Payload:
        if self.table.header:
            return Payload(self._now(), self._feed.name, "text/csv", header.encode() + b"\n" + lines)
        return Payload(self._now(), self._feed.name, "application/x-ndjson", lines)


def _name(status: os.stat_result) -> str:
    return f"{status.st_dev}:{status.st_ino}"


def _is_other(path: Path, name: str) -> bool:
    """Say whether another file has taken the name by now; while none has, its writer may still write to the old one."""
    try:
        return _name(path.stat()) != name
    except FileNotFoundError:
        return False


def _named(folder: Path, name: str) -> Path | None:
    """Return the file of a folder that has this device and inode; None where it is gone."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and _name(entry.stat(follow_symlinks=False)) == name:
                return Path(entry.path)
    return None


def _type_of(path: Path) -> str:
    suffixes = [suffix for suffix in path.suffixes if suffix != ".gz"]
    kinds = {".csv": "text/csv", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson"}
    return kinds.get(suffixes[-1] if suffixes else "", "application/json")
