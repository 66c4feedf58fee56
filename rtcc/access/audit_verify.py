"""Finds what was changed in the audit log: any record changed, missing, out of order, put in, or cut off its end."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from rtcc.access.audit import folder_of
from rtcc.access.audit_chain import LONGEST_LINE, MENDED, SHORTENED, digest_of, head_file, locked, months, record_of
from rtcc.access.audit_heads import NOTHING_YET, Head, HeadFile, HeadInStore, Link
from rtcc.settings import Settings

#: More findings than this say nothing more.
_MOST_FINDINGS = 100


class Line(NamedTuple):
    """One line of the log, and where it stands."""

    file: str
    line: int
    link: Link
    prev: str
    fields: dict[str, Any]

    def place(self) -> str:
        """Return where it stands, for people."""
        return f"{self.file} line {self.line} (number {self.link.number})"


@dataclass
class Verified:
    """What was found: one sentence for each thing that is wrong, and how much there is."""

    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    records: int = 0
    since: str = ""
    until: str = ""
    last: Link = NOTHING_YET

    def found(self, sentence: str) -> None:
        """Add what is wrong."""
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(sentence)


def verify(settings: Settings, noted: Link | None = None) -> Verified:
    """Read the whole log and compare each record with the one before it, and the end with both heads.

    ``noted`` is an end that somebody wrote down elsewhere: it must still be there.
    """
    folder = folder_of(settings.data_dir)
    verified = Verified()
    in_store = HeadInStore(settings)
    # Nobody writes meanwhile, so what looks torn is torn.
    with locked(folder, fcntl.LOCK_SH):
        head, known_to_store = HeadFile(head_file(folder)).read(), in_store.read()
        in_store.close()
        _Reader(verified, _expected(head, known_to_store, noted)).read(folder, head)
    return verified


def _expected(head: Head | None, known_to_store: Link | None, noted: Link | None) -> list[tuple[str, Link]]:
    beside = None if head is None else head.last
    heads = [("head beside the log", beside), ("head in the store", known_to_store), ("end that was noted", noted)]
    return [(name, link) for name, link in heads if link is not None and link.number > 0]


class _Reader:
    """Goes through the lines once, holding no more than three of them."""

    def __init__(self, verified: Verified, heads: list[tuple[str, Link]]) -> None:
        self._said = verified
        self._heads = heads
        self._seen: dict[int, str] = {}
        #: Records from which the log may begin, because those before were removed by the clock.
        self._begins: list[Link] = []
        self._first: Line | None = None
        #: The last line, and whether the line after it did not fit it.
        self._last: Line | None = None
        self._doubted: Line | None = None

    def read(self, folder: Path, head: Head | None) -> None:
        wanted = {link.number for _, link in self._heads}
        for line in self._lines(folder):
            self._count(line)
            self._compare(line)
            if line.link.number in wanted:
                self._seen.setdefault(line.link.number, line.link.digest)
            self._last = line
        if self._doubted is not None and self._last is not None and not self._is_denied(self._last.link):
            self._say_changed(self._doubted)
        self._check_begin()
        self._check_end(head)

    def _lines(self, folder: Path) -> Iterator[Line]:
        for file in months(folder):
            with file.open("rb") as opened:
                for at, raw in enumerate(iter(lambda: opened.readline(LONGEST_LINE), b""), start=1):
                    line = self._parsed(file.name, at, raw)
                    if line is not None:
                        yield line

    def _parsed(self, file: str, at: int, raw: bytes) -> Line | None:
        if not raw.endswith(b"\n"):
            self._said.found(f"{file} line {at} is torn: it ends in the middle of a record.")
            return None
        fields = record_of(raw)
        if fields is None:
            self._said.found(f"{file} line {at} is no record; it was changed or put there.")
            return None
        return Line(file, at, Link(fields["number"], digest_of(raw)), fields["prev"], fields)

    def _count(self, line: Line) -> None:
        self._said.records += 1
        self._said.since = self._said.since or line.fields["at"]
        self._said.until = line.fields["at"]
        action, details = line.fields["action"], line.fields["details"]
        if action == MENDED:
            self._said.notes.append(f"{line.place()}: {', '.join(map(str, details.values()))}.")
        elif action == SHORTENED:
            # A record that was changed is found as that; here it must only not stop the reading.
            with contextlib.suppress(KeyError, TypeError, ValueError):
                self._begins.append(Link(int(details["last_number"]), details["last_hash"]))
                self._said.notes.append(f"{line.place()}: {details['files']} removed, being older than is kept.")

    def _compare(self, line: Line) -> None:
        last, doubted = self._last, self._doubted
        self._doubted = None
        if last is None:
            self._first = line
            return
        fits = line.prev == last.link.digest
        if doubted is not None:
            # Two neighbours that do not fit: the later one is sound if the next fits it, else it is the changed one.
            self._say_changed(doubted if fits else last)
        if line.link.number != last.link.number + 1:
            self._say_order(last, line)
        elif not fits and doubted is None:
            self._doubted = last

    def _is_denied(self, link: Link) -> bool:
        return any(head.number == link.number and head.digest != link.digest for _, head in self._heads)

    def _say_changed(self, line: Line) -> None:
        self._said.found(f"{line.place()} was changed: its hash is not the one that the chain holds.")

    def _say_order(self, last: Line, line: Line) -> None:
        missing = line.link.number - last.link.number - 1
        if missing > 0:
            span = f"{last.link.number + 1}" if missing == 1 else f"{last.link.number + 1} to {line.link.number - 1}"
            self._said.found(f"Number {span} is missing before {line.place()}.")
        else:
            self._said.found(f"{line.place()} is out of order or was put in: it stands after {last.place()}.")

    def _check_begin(self) -> None:
        first = self._first
        if first is None:
            return
        begin = Link(first.link.number - 1, first.prev)
        if begin != NOTHING_YET and begin not in self._begins:
            what = "does not begin with the first record" if begin.number else "has a first record that was changed"
            self._said.found(f"The log {what}: {first.place()} is the first, and no record says why.")

    def _check_end(self, head: Head | None) -> None:
        self._said.last = last = NOTHING_YET if self._last is None else self._last.link
        for name, link in self._heads:
            if link.number > last.number:
                self._said.found(
                    f"The end was cut off: the {name} knows number {link.number}, and the last here is {last.number}."
                )
            elif self._seen.get(link.number, link.digest) != link.digest:
                self._said.found(f"Number {link.number} was changed: its hash is not the one of the {name}.")
        if head is None and last != NOTHING_YET:
            self._said.found("The head beside the log is missing, so that nobody can tell whether its end is whole.")
        elif head is not None and last.number > head.intended:
            self._said.found(
                f"Records were put in at the end: number {head.intended} was written last, and {last.number} is there."
            )
