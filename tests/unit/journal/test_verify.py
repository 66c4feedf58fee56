"""Verifying: whatever was done to the journal's files is named, and an untouched journal is found whole."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtcc.journal.books import book_due
from rtcc.journal.chain import entry_path
from rtcc.journal.place import Folder
from rtcc.journal.raw import GatheredRaw
from rtcc.journal.segments import CHANGES
from rtcc.journal.signing import load_signer
from rtcc.journal.verify import Verification, verify
from rtcc.journal.writer import JournalWriter
from rtcc.picture.received import Received, pack
from tests.journal_of import HOUR_MS, TWO, change, merge_all, new_writer, write, write_picture

OVER_MS = TWO + 3 * HOUR_MS


def write_raw(writer: JournalWriter, ms: int, body: bytes) -> None:
    """Write one body that was received."""
    raw = GatheredRaw()
    received = Received(datetime.fromtimestamp(ms / 1000, UTC), "cad", "application/json", body)
    raw.take([(f"{ms}-0".encode(), {b"b": pack([received])})])
    writer.write_raw(raw.table(), raw.first, raw.last)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a journal of all there can be: segments of each role, merged ones, books, bundles."""
    data = tmp_path_factory.mktemp("whole")
    writer = new_writer(data / "journal", data)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("rtcc.journal.books.ENTRIES", 6)
        for i in range(14):
            write(writer, change(TWO + i * 600_000, f"U{i % 3}"), change(TWO + i * 600_000, f"I-{i}", "incident", {}))
            if i % 5 == 0:
                write_picture(writer, TWO + i * 600_000 + 1, change(TWO + i))
                write_raw(writer, TWO + i * 600_000, b'{"id": "I-%d"}' % i)
            book_due(writer)
        merge_all(writer, OVER_MS)
        merge_all(writer, OVER_MS + 61_000)
    return data


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copytree(whole, tmp_path / "data"))


def look(data: Path) -> dict[str, str]:
    """Verify the journal of a data folder; return what is found by file."""
    return {finding.path: str(finding) for finding in verify(Folder(data / "journal"), [load_signer(data).public])}


def segments(data: Path) -> list[str]:
    """Return the paths of all segments of changes."""
    return sorted(path for path, _ in Folder(data / "journal").files(CHANGES))


def test_an_untouched_journal_is_whole(data: Path) -> None:
    """Nothing is found, and it says how much there is."""
    verification = Verification(Folder(data / "journal"), [load_signer(data).public])
    assert verification.run() == []
    assert verification.rows == 14 * 2 + 3 + 3
    assert verification.unfinished == []
    assert verification.chain.state.upto == f"{TWO + 13 * 600_000}-0"
    assert (data / "journal" / "bundles").is_dir()


@settings(max_examples=150)
@given(draw=st.data())
def test_a_byte_flipped_in_any_file_is_named(whole: Path, draw: st.DataObject) -> None:
    """Segment, entry, bundle or page: its file is named, wherever the byte was."""
    file = draw.draw(st.sampled_from(sorted(path for path in (whole / "journal").rglob("*") if path.is_file())))
    before = file.read_bytes()
    at, bit = draw.draw(st.integers(0, len(before) - 1)), draw.draw(st.integers(0, 7))
    try:
        file.write_bytes(before[:at] + bytes([before[at] ^ 1 << bit]) + before[at + 1 :])
        assert file.relative_to(whole / "journal").as_posix() in look(whole)
    finally:
        file.write_bytes(before)


@pytest.mark.parametrize("word", ["path", "what", "upto", "raw_upto", "previous", "added", "role", "sha256"])
def test_a_word_changed_in_an_entry_is_named(whole: Path, word: str) -> None:
    """An entry that is JSON all the same, and lacks what every entry says, is as damaged as one that is none."""
    for file in sorted((whole / "journal" / "manifest").iterdir()):
        before = file.read_bytes()
        if f'"{word}"'.encode() not in before:
            continue
        try:
            file.write_bytes(before.replace(f'"{word}"'.encode(), f'"{word[:-1]}~"'.encode(), 1))
            assert file.relative_to(whole / "journal").as_posix() in look(whole)
        finally:
            file.write_bytes(before)


@settings(max_examples=60)
@given(draw=st.data())
def test_any_file_cut_short_or_removed_is_named(whole: Path, draw: st.DataObject) -> None:
    """All but the chain's last entry, of which only the store can tell that it was there."""
    files = sorted(path for path in (whole / "journal").rglob("*") if path.is_file())
    head = max(path for path in files if path.parent.name == "manifest")
    file = draw.draw(st.sampled_from([path for path in files if path != head]))
    before = file.read_bytes()
    length = draw.draw(st.integers(-1, len(before) - 1))
    try:
        file.unlink()
        if length >= 0:
            file.write_bytes(before[:length])
        assert file.relative_to(whole / "journal").as_posix() in look(whole)
    finally:
        file.write_bytes(before)


def test_a_missing_segment_is_named(data: Path) -> None:
    """And only that."""
    path = segments(data)[0]
    (data / "journal" / path).unlink()
    assert look(data) == {path: f"The segment {path} is missing."}


def test_a_segment_under_another_name_is_named_with_it(data: Path) -> None:
    """Where its content lies is said."""
    path = segments(data)[0]
    moved = path.replace("SFPD", "OPD")[: -len("000000000000-01234567.parquet")] + "000000000003-01234567.parquet"
    (data / "journal" / moved).parent.mkdir(parents=True)
    (data / "journal" / path).rename(data / "journal" / moved)
    assert look(data) == {
        path: f"The segment {path} is missing; its content lies at {moved}.",
        moved: f"{moved} was added: no entry of the manifest names it.",
    }


def test_two_swapped_segments_are_named_with_each_other(data: Path) -> None:
    """Each holds what belongs to the other."""
    one, other, *_ = segments(data)
    first, second = data / "journal" / one, data / "journal" / other
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)
    assert look(data) == {
        one: f"The segment {one} holds what belongs to {other}.",
        other: f"The segment {other} holds what belongs to {one}.",
    }


def test_a_truncated_segment_is_named(data: Path) -> None:
    """With how much of it is left."""
    path = segments(data)[0]
    file = data / "journal" / path
    size = file.stat().st_size
    file.write_bytes(file.read_bytes()[:100])
    assert look(data) == {path: f"The segment {path} is truncated: 100 of {size:,} bytes are left."}


def test_an_added_segment_is_named(data: Path) -> None:
    """A copy of another, under a name like any other's."""
    path = segments(data)[0]
    added = path[: -len("000000000000-01234567.parquet")] + "000000000003-01234567.parquet"
    shutil.copy(data / "journal" / path, data / "journal" / added)
    assert look(data) == {added: f"{added} was added: no entry of the manifest names it."}


@pytest.mark.parametrize("path", ["changes/note.txt", "manifest/note.txt", "pages/a.json", "bundles/a", "x"])
def test_a_file_of_nobody_is_named(data: Path, path: str) -> None:
    """Whatever lies in the journal's folder and is not the journal's."""
    (data / "journal" / path).write_text("x")
    assert list(look(data)) == [path]


def test_swapped_entries_are_named(data: Path) -> None:
    """Both hold the other."""
    *_, one, other = sorted((data / "journal" / "manifest").iterdir())
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    a, b = int(one.stem), int(other.stem)
    found = look(data)
    assert found[entry_path(a)] == f"Entry {a} of the manifest holds entry {b}."
    assert found[entry_path(b)] == f"Entry {b} of the manifest holds entry {a}."


def test_missing_entries_are_named_together(data: Path) -> None:
    """A whole bundle that is gone is one sentence for it and one for its entries."""
    bundle = min((data / "journal" / "bundles").iterdir())
    bundle.unlink()
    found = look(data)
    assert f"bundles/{bundle.name}" in found
    assert found[entry_path(0)] == f"The entries from 0 to {int(bundle.name[13:25])} are missing from the manifest."
    assert len(found) == 2


def test_a_chain_signed_anew_by_somebody_else_is_named(data: Path, tmp_path: Path) -> None:
    """Whoever rewrites all of it needs our key to make it look like ours."""
    forged = new_writer(tmp_path / "forged" / "journal", tmp_path / "theirs")
    write(forged, change(TWO))
    shutil.rmtree(data / "journal")
    shutil.copytree(tmp_path / "forged" / "journal", data / "journal")
    assert look(data) == {entry_path(0): "From entry 0 on the manifest is signed by a key that is not ours."}
    assert verify(Folder(data / "journal")) == []


def test_a_writer_with_a_new_key_says_so(data: Path, tmp_path: Path) -> None:
    """A lost key ends no journal: the first entry by the new one names it, and whoever trusts both finds it whole."""
    old = load_signer(data).public
    (data / "journal.key").unlink()
    writer = new_writer(data / "journal", data)
    write(writer, change(OVER_MS))
    found = look(data)
    assert list(found.values())[-1].startswith("From entry 0 on")
    assert verify(Folder(data / "journal"), [old, load_signer(data).public]) == []


def test_what_is_being_written_is_no_damage(data: Path) -> None:
    """A file for an entry that is not there yet may be named any moment, or be waste."""
    path = segments(data)[0]
    head = max(int(file.stem) for file in (data / "journal" / "manifest").iterdir())
    coming = path[: -len("000000000000-01234567.parquet")] + f"{head + 1:012d}-01234567.parquet"
    (data / "journal" / coming).write_bytes(b"on its way")
    verification = Verification(Folder(data / "journal"))
    assert verification.run() == []
    assert verification.unfinished == [coming]


def test_merged_files_may_lie_about_and_expunged_ones_may_not(data: Path) -> None:
    """What an expungement took away and is still there an hour later is named."""
    writer = new_writer(data / "journal", data)
    *_, merged, expunged = writer.state.of(CHANGES)
    for what, segment in (("merge", merged), ("expunge", expunged)):
        writer.manifest.commit(what, removed=[segment.path])
    place = Folder(data / "journal")
    assert verify(place) == []
    later = Verification(place, clock=lambda: datetime.now(UTC) + timedelta(hours=2)).run()
    assert [finding.path for finding in later] == [expunged.path]


def test_a_journal_is_whole_while_it_is_written_to(data: Path) -> None:
    """What is merged and let go of while it is looked at is not missing."""
    writer = new_writer(data / "journal", data)
    for i in range(3):
        write(writer, change(OVER_MS + i))
    steps = iter([OVER_MS + 9 * HOUR_MS, OVER_MS + 10 * HOUR_MS])

    def meanwhile(_done: int, _all: int) -> None:
        for ms in steps:
            merge_all(writer, ms)

    assert Verification(Folder(data / "journal"), told=meanwhile).run() == []
