"""The manifest: what the chain of signed entries says of the journal, read from its beginning or from a book.

An entry can be written only once, so of two writers one loses, and nothing is in the journal twice: what no entry names
is not part of it. The number stands in a segment's name too, so that what was written for an entry that went to
somebody else is known as waste. An entry "book" (``books.py``) says with its pages what all entries up to it say, so
that nobody has to read more than the newest.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from rtcc.journal.chain import BUNDLES, FOLDER, DamagedError, Entry, entry_path, numbers, read_bundle, read_entry
from rtcc.journal.place import Place, TakenError, read_many
from rtcc.journal.segments import Segment
from rtcc.journal.signing import Signer
from rtcc.model.event import iso
from rtcc.picture.changes import position_of

__all__ = ["BUNDLED", "FOLDER", "Book", "DamagedError", "Manifest", "State", "fold"]

log = logging.getLogger(__name__)

#: The page of a book that names the bundles and holds no segments.
BUNDLED = "bundles"
_TRIES = 5
_READ_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Book:
    """The newest book: its number, and path and SHA-256 of each of its pages by name."""

    number: int
    pages: dict[str, tuple[str, str]]


@dataclass(slots=True)
class State:
    """What all entries together say. ``upto`` is the stream's last entry whose changes are in the journal."""

    number: int = -1
    head: str = ""
    public: str = ""
    upto: str = "0-0"
    raw_upto: str = "0-0"
    segments: dict[str, Segment] = field(default_factory=dict)
    #: Where changes were lost with the store, or came before the journal did: from, to (both ids of the stream).
    gaps: list[tuple[str, str]] = field(default_factory=list)
    #: "kind:agency:id" → why it is held.
    holds: dict[str, str] = field(default_factory=dict)
    #: The entry that last ended a hold.
    released: int = -1
    book: Book | None = None
    #: What entries since the newest book, or more, took away.
    gone: set[str] = field(default_factory=set, compare=False)

    @property
    def position(self) -> int:
        """``upto`` as a position."""
        return position_of(self.upto) or 0

    @property
    def raw_position(self) -> int:
        """``raw_upto`` as a position."""
        return position_of(self.raw_upto) or 0

    def of(self, role: str) -> list[Segment]:
        """Return the segments of a role, the earliest first."""
        chosen = [segment for segment in self.segments.values() if segment.role == role]
        return sorted(chosen, key=lambda segment: (segment.begins, segment.path))


#: What comes of a word that has been changed in what is JSON all the same.
_UNREADABLE = (AttributeError, KeyError, IndexError, TypeError, ValueError)


def fold(state: State, entry: Entry) -> None:
    """Take one entry into the state. Raises DamagedError where it does not follow what is known, or cannot be read."""
    try:
        _take(state, entry)
    except _UNREADABLE as error:
        raise DamagedError(f"Entry {entry.number} of the manifest does not say what an entry says.") from error


def _take(state: State, entry: Entry) -> None:
    says = entry.says
    if state.number >= 0 and (entry.number != state.number + 1 or says["previous"] != state.head):
        raise DamagedError(f"Entry {entry.number} of the manifest does not follow entry {state.number}.")
    for path in says.get("removed", ()):
        state.segments.pop(path, None)
        state.gone.add(path)
    for about in says.get("added", ()):
        state.segments[about["path"]] = Segment.from_json(about)
    state.number, state.head = entry.number, entry.sha256
    state.public = says.get("public", state.public)
    state.upto, state.raw_upto = says["upto"], says["raw_upto"]
    note = says.get("note", {})
    if says["what"] == "gap":
        state.gaps.append((note["from"], note["to"]))
    elif says["what"] == "hold":
        state.holds[note["entity"]] = note["why"]
    elif says["what"] == "release":
        state.holds.pop(note["entity"], None)
        state.released = entry.number
    elif says["what"] == "book":
        state.book = Book(entry.number, {name: (page[0], page[1]) for name, page in note["pages"].items()})
        state.gone.clear()


def open_book(place: Place, entry: Entry) -> State:
    """Return what a book says. Raises DamagedError, PlaceError; FileNotFoundError where a newer one took its place."""
    try:
        return _opened(place, entry)
    except _UNREADABLE as error:
        raise DamagedError(f"The book {entry.number} of the manifest does not say what a book says.") from error


def _opened(place: Place, entry: Entry) -> State:
    says = entry.says
    note = says["note"]
    state = State(entry.number, entry.sha256, says["public"], says["upto"], says["raw_upto"])
    state.gaps = [(since, to) for since, to in note["gaps"]]
    state.holds, state.released = dict(note["holds"]), note["released"]
    named = {name: (page[0], page[1]) for name, page in note["pages"].items()}
    state.book = Book(entry.number, named)
    pages = [page for name, page in named.items() if name != BUNDLED]
    for (path, sha256), data in zip(pages, read_many(place, [path for path, _ in pages]), strict=True):
        if hashlib.sha256(data).hexdigest() != sha256:
            raise DamagedError(f"The page {path} of the manifest has been changed.")
        for about in orjson.loads(data):
            state.segments[about["path"]] = Segment.from_json(about)
    return state


class _MovedError(Exception):
    """An entry that was to be read has been put into a bundle meanwhile, or is missing."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _ensure_whole(found: Sequence[int], after: int) -> None:
    for at, number in enumerate(found):
        if number != after + 1 + at:
            raise _MovedError(after + 1 + at)


class Manifest:
    """The manifest of one journal, as far as it has been read."""

    def __init__(self, place: Place, signer: Signer | None = None) -> None:
        """Read it from this place; only who has the ``signer`` can write."""
        self._place = place
        self._signer = signer
        self.state = State()

    def refresh(self) -> State:
        """Read the entries that have been written since, and return the state. Raises DamagedError, PlaceError."""
        for _ in range(_TRIES):
            try:
                self._read_on()
                return self.state
            except _MovedError as error:
                # While books are made old entries go, and new ones may be seen in any order: look again.
                missing = error.number
        raise DamagedError(f"Entry {missing} of the manifest is missing.")

    def _read_on(self) -> None:
        found = [number for number in numbers(self._place) if number > self.state.number]
        if not found:
            return
        if self.state.number < 0 or found[0] != self.state.number + 1:
            self._open(found)
            return
        _ensure_whole(found, self.state.number)
        for entry in self._entries(found):
            fold(self.state, entry)

    def _open(self, found: list[int]) -> None:
        """Read from the newest book on, or from the beginning."""
        entries: list[Entry] = []
        for end in range(len(found), 0, -_READ_AT_ONCE):
            entries = self._entries(found[max(0, end - _READ_AT_ONCE) : end]) + entries
            books = [at for at, entry in enumerate(entries) if entry.says["what"] == "book"]
            if books:
                entries = entries[books[-1] :]
                break
        _ensure_whole([entry.number for entry in entries], entries[0].number - 1 if books else -1)
        state = self._open_book(entries.pop(0)) if books else State()
        for entry in entries:
            fold(state, entry)
        self.state = state

    def _open_book(self, book: Entry) -> State:
        """Return what a book says, or, where it cannot be read, what the entries say that it stands for."""
        try:
            return open_book(self._place, book)
        except (DamagedError, FileNotFoundError) as error:
            state = State()
            for entry in self._entries_up_to(book.number):
                fold(state, entry)
            if isinstance(error, DamagedError):
                log.warning("%s Every entry was read instead; the next book is written whole.", error)
            state.book = Book(book.number, {})
            return state

    def _entries_up_to(self, last: int) -> list[Entry]:
        files: dict[int, bytes] = {}
        try:
            for path in sorted(path for path, _ in self._place.files(BUNDLES)):
                files |= dict(read_bundle(self._place.read(path), path))
            single = [number for number in numbers(self._place) if number not in files]
            files |= zip(single, read_many(self._place, [entry_path(number) for number in single]), strict=True)
        except FileNotFoundError:
            raise _MovedError(last) from None
        found = sorted(number for number in files if number <= last)
        _ensure_whole([*found, last] if last not in files else found, -1)
        return [read_entry(files[number], number) for number in found]

    def _entries(self, found: list[int]) -> list[Entry]:
        try:
            data = list(read_many(self._place, [entry_path(number) for number in found]))
        except FileNotFoundError:
            raise _MovedError(found[0]) from None
        return [read_entry(each, number) for number, each in zip(found, data, strict=True)]

    def commit(
        self,
        what: str,
        *,
        added: Sequence[Segment] = (),
        removed: Sequence[str] = (),
        upto: str | None = None,
        raw_upto: str | None = None,
        note: dict[str, Any] | None = None,
        more: dict[str, Any] | None = None,
    ) -> State:
        """Write the next entry. Raises TakenError where somebody else has written it, PlaceError.

        The segments must be written by then, and those to be removed must not be gone before.
        """
        if self._signer is None:
            raise TypeError("A manifest without a signer can only be read.")
        state = self.state
        says: dict[str, Any] = {
            "number": state.number + 1,
            "previous": state.head,
            "at": iso(datetime.now(UTC)),
            "what": what,
            "upto": upto or state.upto,
            "raw_upto": raw_upto or state.raw_upto,
        }
        if state.public != self._signer.public:
            # The first entry, or the first by another key: from here on this one signs.
            says["public"] = self._signer.public
        if added:
            says["added"] = [segment.to_json() for segment in added]
        if removed:
            says["removed"] = list(removed)
        if note:
            says["note"] = note
        line = orjson.dumps(says | (more or {}))
        entry = Entry(state.number + 1, line, self._signer.sign(line), orjson.loads(line))
        self._place.put_new(entry_path(entry.number), entry.data)
        self._ensure_present(entry)
        fold(state, entry)
        return state

    def _ensure_present(self, entry: Entry) -> None:
        """Take back an entry whose number was free only because the one that had it went into a bundle.

        Old entries go in their order, so then the one before is gone too.
        """
        if entry.number == 0:
            return
        try:
            before = read_entry(self._place.read(entry_path(entry.number - 1)), entry.number - 1)
        except FileNotFoundError:
            before = None
        if before is None or before.sha256 != self.state.head:
            self._place.remove(entry_path(entry.number))
            raise TakenError(f"The journal has gone on since entry {self.state.number}.")
