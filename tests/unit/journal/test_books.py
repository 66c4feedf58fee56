"""Books: a journal of years opens as quickly as a young one, and says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rtcc.journal import books
from rtcc.journal.books import book_due
from rtcc.journal.chain import numbers
from rtcc.journal.manifest import DamagedError, Manifest
from rtcc.journal.place import Folder, PlaceError, TakenError
from rtcc.journal.verify import verify
from rtcc.journal.writer import JournalWriter, OvertakenError
from tests.journal_of import DAY_MS, TWO, change, merge_all, new_writer, rows, write


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a book be due after eight entries."""
    monkeypatch.setattr("rtcc.journal.books.ENTRIES", 8)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of an empty journal."""
    return tmp_path / "journal"


@pytest.fixture
def writer(root: Path, tmp_path: Path) -> JournalWriter:
    """Return a writer that has begun."""
    return new_writer(root, tmp_path)


def go_on(writer: JournalWriter, entries: int, step_ms: int = DAY_MS) -> None:
    """Write so many entries, each a day after the one before."""
    for _ in range(entries):
        write(writer, change(max(TWO, (writer.state.position >> 20) + step_ms), f"U{writer.state.number}"))


def files(root: Path, folder: str) -> list[str]:
    """Return the files of a folder of the journal."""
    return sorted(path for path, _ in Folder(root).files(folder))


def test_who_opens_the_journal_by_a_book_knows_all_that_every_entry_said(writer: JournalWriter, root: Path) -> None:
    """Segments, gaps, holds and how far it goes: as if all entries had been read."""
    writer.note_gap(5 << 20)
    writer.commit("hold", lambda _: ([], []), note={"entity": "incident:SFPD:I-1", "why": "case 7"})
    writer.commit("hold", lambda _: ([], []), note={"entity": "incident:SFPD:I-2", "why": "case 8"})
    writer.commit("release", lambda _: ([], []), note={"entity": "incident:SFPD:I-2"})
    go_on(writer, 5)
    merge_all(writer, TWO + 90 * DAY_MS)
    assert book_due(writer)
    assert not book_due(writer)
    go_on(writer, 2)
    assert numbers(Folder(root)) == [11, 12, 13]
    assert Manifest(Folder(root)).refresh() == writer.state
    assert writer.state.book is not None
    assert len(rows(root)) == 7


def test_pages_are_few_and_only_changed_ones_are_written(writer: JournalWriter, root: Path) -> None:
    """One a month, one a date of the last two; a month in which nothing happened any more keeps its page."""
    for _ in range(3):
        go_on(writer, 40)
        assert book_due(writer)
    pages = {re.sub(r"-\d{12}-\w{16}\.json$", "", path)[6:]: path for path in files(root, "pages")}
    assert [name for name in pages if len(name) == 7] == ["2026-11", "2026-12", "2027-01", "bundles"]
    assert len(pages) == 3 + 28 + 21 + 1
    go_on(writer, 8)
    assert book_due(writer)
    assert set(pages.values()) - set(files(root, "pages")) == {pages["bundles"]}


def test_who_lags_behind_reads_on_by_the_book(writer: JournalWriter, root: Path) -> None:
    """A reader that knew the journal before several books were made knows all of it after one look."""
    lagging = Manifest(Folder(root))
    go_on(writer, 3)
    lagging.refresh()
    for _ in range(3):
        go_on(writer, 8)
        book_due(writer)
    go_on(writer, 1)
    assert lagging.refresh() == writer.state


def test_who_lags_behind_cannot_write_into_the_past(writer: JournalWriter, root: Path, tmp_path: Path) -> None:
    """The number that he is about to take is free again, yet not his: nothing of it stays."""
    lagging = new_writer(root, tmp_path)
    go_on(writer, 9)
    assert book_due(writer)
    before = rows(root)
    with pytest.raises(TakenError, match="gone on"):
        lagging.manifest.commit("thin")
    with pytest.raises(OvertakenError):
        write(lagging, change(TWO))
    assert numbers(Folder(root)) == [10]
    assert rows(root) == before
    assert lagging.state == writer.state


@pytest.mark.parametrize("fails_at", range(1, 22))
def test_a_book_that_dies_anywhere_harms_nothing(
    writer: JournalWriter, root: Path, tmp_path: Path, fails_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever write or removal is the last one, the journal opens to the same state, and the next book tidies up."""
    go_on(writer, 8)
    book_due(writer)
    go_on(writer, 8)
    expected = dict(writer.state.segments)
    steps = 0

    def dying(of: str):
        whole = getattr(Folder, of)

        def step(self: Folder, *args: object) -> None:
            nonlocal steps
            steps += 1
            if steps >= fails_at:
                raise PlaceError("The journal cannot be written: it died.")
            whole(self, *args)

        return step

    with monkeypatch.context() as patched:
        for of in ("put", "put_new", "remove"):
            patched.setattr(Folder, of, dying(of))
        with pytest.raises(PlaceError):
            book_due(writer)
    again = new_writer(root, tmp_path)
    assert again.state.segments == expected
    go_on(again, 8)
    assert book_due(again)
    assert len(numbers(Folder(root))) == 1
    named = {path for path, _ in again.state.book.pages.values()}
    assert set(files(root, "pages")) == named
    assert set(files(root, "bundles")) == {each["path"] for each in books.bundles_of(Folder(root), again.state.book)}


def test_two_who_make_the_same_book_end_in_one(writer: JournalWriter, root: Path, tmp_path: Path) -> None:
    """Whether the slower one finds the book made or is beaten while making it: nothing named is taken away."""
    go_on(writer, 8)
    second, third = new_writer(root, tmp_path), new_writer(root, tmp_path)
    commit = second.manifest.commit

    def beaten(*args, **says):
        assert book_due(writer)
        return commit(*args, **says)

    second.manifest.commit = beaten
    assert book_due(second)
    assert book_due(third)
    assert Manifest(Folder(root)).refresh() == writer.state == second.state == third.state
    assert len(rows(root)) == 8


@pytest.mark.parametrize("name", ["2026-11", "bundles"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_damaged_page_ends_no_journal(
    writer: JournalWriter, root: Path, tmp_path: Path, name: str, is_there: bool
) -> None:
    """Every entry is still there and says the same; verifying names the page, and the next book mends it."""
    for _ in range(2):
        go_on(writer, 8)
        book_due(writer)
    page = next(path for path in (root / "pages").iterdir() if path.name.startswith(name))
    if is_there:
        page.write_bytes(page.read_bytes().replace(b"a", b"b"))
    else:
        page.unlink()
    assert [finding.path for finding in verify(Folder(root))] == [f"pages/{page.name}"]
    again = new_writer(root, tmp_path)
    assert again.state.segments == writer.state.segments
    go_on(again, 8)
    assert book_due(again)
    assert verify(Folder(root)) == []
    assert Manifest(Folder(root)).refresh() == again.state


def test_a_journal_whose_book_and_bundle_are_damaged_is_not_opened(writer: JournalWriter, root: Path) -> None:
    """Nobody reads or writes on as if it were whole; what is missing is named."""
    go_on(writer, 8)
    book_due(writer)
    for page in (root / "pages").iterdir():
        page.unlink()
    for bundle in (root / "bundles").iterdir():
        bundle.unlink()
    with pytest.raises(DamagedError, match="Entry 0 of the manifest is missing"):
        Manifest(Folder(root)).refresh()


def test_a_missing_entry_is_named(writer: JournalWriter, root: Path) -> None:
    """Its number, and not that of another."""
    go_on(writer, 4)
    (root / "manifest" / "000000000002.json").unlink()
    with pytest.raises(DamagedError, match="Entry 2 of the manifest is missing"):
        Manifest(Folder(root)).refresh()
