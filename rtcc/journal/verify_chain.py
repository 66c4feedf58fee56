"""Looks whether the chain is whole: every entry there, as it was signed, after the one it names; so the books."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rtcc.journal.books import bundles_of
from rtcc.journal.chain import BUNDLES, FOLDER, PAGES, DamagedError, Entry, entry_path, read_bundle, read_entry
from rtcc.journal.manifest import State, fold, open_book
from rtcc.journal.place import Place
from rtcc.journal.signing import is_signed
from rtcc.picture.changes import position_of

_ENTRY = re.compile(rf"{FOLDER}/(\d{{12}})\.json")
_BUNDLE = re.compile(rf"{BUNDLES}/(\d{{12}})-\d{{12}}-([0-9a-f]{{16}})\.jsonl\.gz")
_PAGE = re.compile(rf"{PAGES}/[0-9a-z-]+-(\d{{12}})-[0-9a-f]{{16}}\.json")
#: A signature is hexadecimal in one way only, so that none of its bytes can be changed unseen.
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
#: What reading an entry raises that was changed to say something else.
_SAYS_ELSE = (AttributeError, DamagedError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is not as it should be: the file, and a sentence."""

    path: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(slots=True)
class Chain:
    """What the chain says, so far as it can be read, and what is wrong with it."""

    state: State = field(default_factory=State)
    findings: list[Finding] = field(default_factory=list)
    entries: dict[int, Entry] = field(default_factory=dict)
    #: Segments that an entry took away: path → number, what, when.
    gone: dict[str, tuple[int, str, datetime]] = field(default_factory=dict)


def _fold_anyway(state: State, entry: Entry) -> None:
    """Fold an entry whether or not it follows: that has been looked at, and here every entry counts."""
    state.number, state.head = entry.number - 1, entry.says.get("previous", "")
    fold(state, entry)


def check_chain(place: Place, files: Collection[str], trusted: Collection[str]) -> Chain:
    """Read every entry there is; ``trusted`` are the public keys that may sign (hexadecimal), none: any one.

    ``files`` are the paths of all files of the journal. Raises PlaceError.
    """
    return _Check(place, files, trusted).run()


class _Check:
    def __init__(self, place: Place, files: Collection[str], trusted: Collection[str]) -> None:
        self._place, self._files, self._trusted = place, files, trusted
        self._chain = Chain()
        self._key = ""
        self._before: Entry | None = None

    def run(self) -> Chain:
        found = self._read()
        if not found:
            self._find(FOLDER, "There is no entry of the manifest.")
        self._name_missing(found)
        for number in sorted(found):
            self._check(number, found[number])
        self._check_book()
        return self._chain

    def _find(self, path: str, sentence: str) -> None:
        self._chain.findings.append(Finding(path, sentence))

    # ---------------------------------------------------------------- the entries' bytes

    def _read(self) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for path in sorted(self._files):
            if match := _BUNDLE.fullmatch(path):
                for number, data in self._read_bundle(path, match[2]):
                    found.setdefault(number, data)
        for path in sorted(self._files):
            if match := _ENTRY.fullmatch(path):
                number, single = int(match[1]), self._read_file(path)
                if single is not None and found.setdefault(number, single) != single:
                    self._find(path, f"{path} is not what the bundle holds of entry {number}.")
            elif path.startswith(f"{FOLDER}/"):
                self._find(path, f"{path} is no entry of the manifest, and nobody knows what it is.")
        return found

    def _read_file(self, path: str) -> bytes | None:
        try:
            return self._place.read(path)
        except FileNotFoundError:
            # It went into a bundle since the files were listed.
            return None

    def _read_bundle(self, path: str, sha256: str) -> list[tuple[int, bytes]]:
        data = self._read_file(path)
        if data is None:
            return []
        if hashlib.sha256(data).hexdigest()[:16] != sha256:
            self._find(path, f"The bundle {path} has been changed.")
        try:
            return read_bundle(data, path)
        except DamagedError as error:
            self._find(path, str(error))
            return []

    def _name_missing(self, found: Collection[int]) -> None:
        expected = 0
        for number in sorted(found):
            if number > expected:
                which = (
                    f"Entry {expected} is"
                    if number == expected + 1
                    else f"The entries from {expected} to {number - 1} are"
                )
                self._find(entry_path(expected), f"{which} missing from the manifest.")
            expected = number + 1

    # ---------------------------------------------------------------- one after the other

    def _check(self, number: int, data: bytes) -> None:
        path, before = entry_path(number), self._before
        self._before = None
        try:
            entry = read_entry(data, number)
        except DamagedError as error:
            self._find(path, str(error))
            return
        says = entry.says
        declared = says.get("public")
        keys = [declared] if declared else [self._key] if self._key else list(self._trusted)
        if entry.data != data or not _SIGNATURE.fullmatch(entry.signature):
            self._find(path, f"Entry {number} of the manifest is not written as it was signed.")
        elif not any(is_signed(key, entry.line, entry.signature) for key in keys):
            self._find(path, f"Entry {number} of the manifest has been changed: its signature is not right.")
        else:
            self._before = entry
            if before is not None and says["previous"] != before.sha256:
                self._find(path, f"Entry {number} of the manifest does not follow entry {number - 1} as it stands.")
            if declared and declared != self._key:
                self._key = declared
                if self._trusted and declared not in self._trusted:
                    self._find(path, f"From entry {number} on the manifest is signed by a key that is not ours.")
        self._chain.entries[number] = entry
        self._fold(entry)

    def _fold(self, entry: Entry) -> None:
        path, state = entry_path(entry.number), self._chain.state
        upto = state.upto
        try:
            _fold_anyway(state, entry)
            if (position_of(state.upto) or 0) < (position_of(upto) or 0):
                self._find(path, f"Entry {entry.number} of the manifest goes back in time.")
            at = datetime.fromisoformat(entry.says["at"])
        except _SAYS_ELSE:
            self._find(path, f"Entry {entry.number} of the manifest does not say what it must.")
            return
        for removed in entry.says.get("removed", ()):
            self._chain.gone[removed] = entry.number, entry.says["what"], at.astimezone(UTC)

    # ---------------------------------------------------------------- the newest book

    def _check_book(self) -> None:
        """Look whether the newest book says what the entries say; where some of those are missing it stands in."""
        book = self._chain.state.book
        named: set[str] = set()
        if book is not None:
            named = {path for path, _ in book.pages.values()}
            for path, sha256 in book.pages.values():
                data = self._read_file(path)
                if data is None:
                    self._find(path, f"The page {path} of the manifest is missing.")
                elif hashlib.sha256(data).hexdigest() != sha256:
                    self._find(path, f"The page {path} of the manifest has been changed.")
            self._compare(self._chain.entries[book.number])
        newest = book.number if book else -1
        for path in self._files:
            match = _PAGE.fullmatch(path)
            is_waste = match is not None and int(match[1]) > newest
            if path.startswith(f"{PAGES}/") and path not in named and not is_waste and self._is_there(path):
                self._find(path, f"{path} is no page that the manifest names.")

    def _compare(self, entry: Entry) -> None:
        try:
            named = {bundle["path"] for bundle in bundles_of(self._place, self._chain.state.book)}  # type: ignore[arg-type]
            state = open_book(self._place, entry)
        except (FileNotFoundError, *_SAYS_ELSE):
            return
        for path in sorted(named - set(self._files)):
            if not self._is_there(path):
                self._find(path, f"The bundle {path} is missing.")
        for path in self._files:
            match = _BUNDLE.fullmatch(path)
            is_waste = match is not None and int(match[1]) >= entry.number
            if path.startswith(f"{BUNDLES}/") and path not in named and not is_waste:
                self._find(path, f"{path} is no bundle that the manifest names.")
        later = [self._chain.entries[number] for number in sorted(self._chain.entries) if number > entry.number]
        for one in later:
            with contextlib.suppress(*_SAYS_ELSE):
                _fold_anyway(state, one)
        if not self._chain.findings and state.segments != self._chain.state.segments:
            self._find(entry_path(entry.number), f"The book in entry {entry.number} is not what the entries say.")
        self._chain.state = state

    def _is_there(self, path: str) -> bool:
        return self._read_file(path) is not None
