"""Merging, terms, books and expungement that die between any two writes: nothing is lost, doubled or damaged."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rtcc.journal.books import book_due
from rtcc.journal.expunge import expunge
from rtcc.journal.holds import Entity
from rtcc.journal.merge import merge_due
from rtcc.journal.place import Folder
from rtcc.journal.retention import retire_due
from rtcc.journal.verify import verify
from rtcc.journal.writer import JournalWriter
from rtcc.settings import JournalKept, Settings
from rtcc.store.commands import Store
from tests.journal_of import DAY_MS, TWO, change, merge_all, new_writer, rows, write, write_picture

NOW = TWO / 1000 + 40 * 86_400
KEPT = Settings(journal_kept=JournalKept(positions_days=5, days={"call": 5}))


class DiedError(BaseException):
    """The process is no more: nothing after it is done, no cleaning up either."""


def make(root: Path, data: Path) -> JournalWriter:
    """Make a journal in which everything is due."""
    writer = new_writer(root, data)
    for i in range(5):
        ms = TWO + i * DAY_MS // 2
        write(writer, change(ms), change(ms + 1), change(ms, f"C-{i}", "call", {"state": "ended"}, seq=9))
        write_picture(writer, ms + 2, change(ms), change(ms, "C-1", "call", {"state": "ended"}))
    return writer


def keep(writer: JournalWriter, _: Store) -> None:
    """Do what is due, over an hour."""
    for later in (0, 61, 3_600):
        while merge_due(writer, NOW + later):
            pass
        book_due(writer)


def retire(writer: JournalWriter, _: Store) -> None:
    """Let go of what is past its term."""
    while retire_due(writer, KEPT, NOW):
        pass
    merge_due(writer, NOW + 61)


def take_out(writer: JournalWriter, store: Store) -> None:
    """Expunge a call."""
    expunge(writer, store, Entity("call", "SFPD", "C-1"), "22-1234")


@pytest.mark.parametrize("work", [keep, retire, take_out])
def test_whatever_dies_the_journal_is_whole(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, work: Callable[[JournalWriter, Store], None]
) -> None:
    """Killed before each of its writes and removals in turn; whoever begins anew finds all of the rows, or ends it."""
    monkeypatch.setattr("rtcc.journal.books.ENTRIES", 7)
    make(tmp_path / "made", tmp_path)
    shutil.copytree(tmp_path / "made", tmp_path / "whole")
    before = rows(tmp_path / "whole")
    whole = new_writer(tmp_path / "whole", tmp_path)
    work(whole, store)
    merge_all(whole, TWO + 41 * DAY_MS)
    after = rows(tmp_path / "whole")
    if work is keep:
        before = after
    for dies_at in itertools.count(1):
        root = tmp_path / str(dies_at)
        shutil.copytree(tmp_path / "made", root)
        writer = new_writer(root, tmp_path)
        with monkeypatch.context() as patched:
            left = iter(range(dies_at))
            for of in ("put", "put_new", "remove"):
                patched.setattr(Folder, of, dying(getattr(Folder, of), left))
            try:
                work(writer, store)
                break
            except DiedError:
                pass
        again = new_writer(root, tmp_path)
        assert verify(Folder(root)) == []
        found = rows(root)
        assert all(row in found for row in after if row in before)
        work_on(work, again, store)
        merge_all(again, TWO + 41 * DAY_MS)
        assert rows(root) == after
        assert verify(Folder(root)) == []
    assert dies_at > 5


def work_on(work: Callable[[JournalWriter, Store], None], writer: JournalWriter, store: Store) -> None:
    """Do it again, unless it was done before it died."""
    if work is take_out and any(row.get("_says") == "!" for row in rows(writer.place.root)):
        return
    work(writer, store)


def dying(whole: Callable[..., None], left: object) -> Callable[..., None]:
    """Return an operation that is done a few times, and then is the last thing that the process ever tried."""

    def step(*args: object) -> None:
        if next(left, None) is None:
            raise DiedError
        whole(*args)

    return step
