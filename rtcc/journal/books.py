"""Books: from time to time an entry says what all before it say, so that the manifest stays quick to read for years.

What it says stands in pages, one for each month of segments and for each date of the last two months; a page that says
the same as before is not written again. The entries before go into a bundle, verbatim, and their own files away. In
this order: bundle, pages, the entry "book" that names them, and only then is anything removed; whoever dies in between
leaves waste that the next book takes away.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from rtcc.journal.chain import BUNDLES, PAGES, bundle_path, entry_path, numbers, page_path, to_bundle
from rtcc.journal.manifest import BUNDLED, Book, DamagedError, State
from rtcc.journal.place import Place, TakenError, read_many
from rtcc.journal.writer import JournalWriter, OvertakenError
from rtcc.picture.changes import instant_of

#: A book is due after so many entries: so many files are the most that opening a journal reads beside its pages.
ENTRIES = 512


def book_due(writer: JournalWriter) -> bool:
    """Write a book if one is due; say whether it was.

    Raises OvertakenError where another process has written changes meanwhile, DamagedError, PlaceError.
    """
    if not _is_due(writer.state):
        return False
    # Of two writers by mistake the other one may have made it, and then the entries are not there any more.
    state = _look_again(writer)
    if not _is_due(state):
        return True
    place, number = writer.place, state.number + 1
    bundles = [*_bundles_before(place, state.book), _bundle(place, state)]
    contents = {BUNDLED: orjson.dumps(bundles)} | _pages(state)
    pages = {name: _put_page(place, state.book, name, number, content) for name, content in contents.items()}
    note = {"pages": pages, "gaps": state.gaps, "holds": state.holds, "released": state.released}
    try:
        writer.manifest.commit("book", note=note, more={"public": state.public})
    except TakenError:
        # What was written stays for the next book to take away: who was quicker may have written the same.
        _look_again(writer)
        return True
    _tidy(place, Book(number, pages), {bundle["path"] for bundle in bundles})
    return True


def _is_due(state: State) -> bool:
    return state.number - (state.book.number if state.book else -1) >= ENTRIES


def _look_again(writer: JournalWriter) -> State:
    """Read on. Raises OvertakenError where another process has written changes."""
    upto = writer.state.upto, writer.state.raw_upto
    state = writer.manifest.refresh()
    if (state.upto, state.raw_upto) != upto:
        raise OvertakenError("Another process writes to this journal.")
    return state


def _bundles_before(place: Place, book: Book | None) -> list[dict[str, Any]]:
    """Return what is known of the bundles so far; where no page says it, they do so themselves."""
    if book is None:
        return []
    try:
        return bundles_of(place, book)
    except DamagedError:
        found = sorted(path for path, _ in place.files(BUNDLES) if _number_in(path, -3) < book.number)
        return [
            {
                "path": path,
                "sha256": hashlib.sha256(data).hexdigest(),
                "first": _number_in(path, -3),
                "last": _number_in(path, -2),
            }
            for path, data in zip(found, read_many(place, found), strict=True)
        ]


def bundles_of(place: Place, book: Book) -> list[dict[str, Any]]:
    """Return what a book says of the bundles: path, sha256, first, last.

    Raises DamagedError, PlaceError.
    """
    if BUNDLED not in book.pages:
        raise DamagedError(f"The book in entry {book.number} of the manifest could not be read.")
    path, sha256 = book.pages[BUNDLED]
    try:
        data = place.read(path)
    except FileNotFoundError:
        raise DamagedError(f"The page {path} of the manifest is missing.") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DamagedError(f"The page {path} of the manifest has been changed.")
    bundles: list[dict[str, Any]] = orjson.loads(data)
    return bundles


def _bundle(place: Place, state: State) -> dict[str, Any]:
    """Put the entries since the last book, and it, into a bundle."""
    first, last = (state.book.number if state.book else 0), state.number
    paths = [entry_path(number) for number in range(first, last + 1)]
    try:
        data = to_bundle(enumerate(read_many(place, paths), first))
    except FileNotFoundError:
        raise DamagedError(f"An entry of the manifest between {first} and {last} is missing.") from None
    path = bundle_path(first, last, data)
    place.put(path, data)
    return {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "first": first, "last": last}


def _pages(state: State) -> dict[str, bytes]:
    """Return the pages that together name all segments."""
    dates: dict[str, list[dict[str, Any]]] = {}
    for _, segment in sorted(state.segments.items()):
        date = instant_of(segment.begins)[:10]
        dates.setdefault(date, []).append(segment.to_json())
    # Those of a month together once it is past: few files to read, and they seldom change any more.
    newest = max(dates, default="")
    recent = _month_before(newest) if newest else ""
    pages: dict[str, list[dict[str, Any]]] = {}
    for date, segments in sorted(dates.items()):
        pages.setdefault(date if date >= recent else date[:7], []).extend(segments)
    return {name: orjson.dumps(segments) for name, segments in pages.items()}


def _month_before(date: str) -> str:
    first = datetime.fromisoformat(f"{date[:7]}-01").replace(tzinfo=UTC)
    return f"{first - timedelta(days=1):%Y-%m}"


def _put_page(place: Place, book: Book | None, name: str, number: int, content: bytes) -> tuple[str, str]:
    sha256 = hashlib.sha256(content).hexdigest()
    if book and name in book.pages and book.pages[name][1] == sha256:
        return book.pages[name]
    path = page_path(name, number, content)
    place.put(path, content)
    return path, sha256


def _tidy(place: Place, book: Book, bundles: set[str]) -> None:
    """Remove what a book stands for, and what others left that were to be a book up to this one."""
    named = {path for path, _ in book.pages.values()}
    for path, _ in list(place.files(PAGES)):
        if path not in named and _number_in(path, -2) <= book.number:
            place.remove(path)
    for path, _ in list(place.files(BUNDLES)):
        if path not in bundles and _number_in(path, -3) < book.number:
            place.remove(path)
    # In their order: see Manifest.commit.
    for number in numbers(place):
        if number < book.number:
            place.remove(entry_path(number))


def _number_in(path: str, part: int) -> int:
    """Return the number that stands in a file's name, counted from its end; 0 where there is none."""
    parts = path.rpartition("/")[2].split("-")
    return int(parts[part]) if len(parts) >= -part and parts[part].isdigit() else 0
