"""Merging: fewer segments as time goes by, and not one row more, less or other."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtcc.journal.columns import decode
from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Folder
from rtcc.journal.raw import GatheredRaw
from rtcc.journal.segments import CHANGES, PICTURE, RAW, read_table
from rtcc.journal.writer import JournalWriter
from rtcc.picture.received import Received, pack
from tests.journal_of import DAY_MS, HOUR_MS, TWO, change, merge_all, new_writer, rows, write, write_picture
from tests.journaling import unnamed_files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of an empty journal."""
    return tmp_path / "journal"


@pytest.fixture
def writer(root: Path, tmp_path: Path) -> JournalWriter:
    """Return a writer that has begun."""
    return new_writer(root, tmp_path)


def periods(writer: JournalWriter, role: str = CHANGES) -> list[str]:
    """Return the folders that segments stand in, below the agency's."""
    return sorted(segment.path.split("/", 2)[2].rpartition("/")[0] for segment in writer.state.of(role))


def test_an_hour_is_merged_when_it_is_over_by_some_minutes(writer: JournalWriter, root: Path) -> None:
    """Not before; then one segment of each kind and agency is left of it, sorted by entity and time."""
    for i in range(6):
        write(writer, change(TWO + i, f"U{i % 2}"), change(TWO + i, "I-1", "incident", {"priority": 1}))
    before = rows(root)
    assert merge_all(writer, TWO + HOUR_MS + 299_000) == 0
    assert merge_all(writer, TWO + HOUR_MS + 300_000) == 2
    assert rows(root) == before
    assert [(segment.kind, segment.rows) for segment in writer.state.of(CHANGES)] == [("incident", 6), ("unit", 6)]
    unit = writer.state.of(CHANGES)[1]
    assert [each.id + str(each.position >> 20) for each in decode(read_table(Folder(root), unit))] == sorted(
        f"U{i % 2}{TWO + i}" for i in range(6)
    )
    assert (unit.first, unit.last) == (f"{TWO}-0", f"{TWO + 5}-0")


def test_hours_become_a_day_and_days_a_month(writer: JournalWriter, root: Path) -> None:
    """Each when it is over: the folder says what a segment is of."""
    for day in range(3):
        for hour in range(3):
            for i in range(2):
                write(writer, change(TWO + day * DAY_MS + hour * HOUR_MS + i))
    before = rows(root)
    merge_all(writer, TWO + 2 * DAY_MS + 2 * HOUR_MS + 300_000)
    assert periods(writer) == [
        "2026-11-22", "2026-11-23", "2026-11-24/02", "2026-11-24/03", "2026-11-24/04", "2026-11-24/04",
    ]  # fmt: skip
    merge_all(writer, TWO + 20 * DAY_MS)
    assert periods(writer) == ["2026-11"]
    assert rows(root) == before


def test_what_is_too_much_for_one_segment_stays_in_several(
    writer: JournalWriter, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No segment grows beyond the most rows one may hold."""
    monkeypatch.setattr("rtcc.journal.merge.MOST_ROWS", 10)
    for i in range(12):
        write(writer, *[change(TWO + i * 10 + j) for j in range(3)])
    before = rows(root)
    merge_all(writer, TWO + 40 * DAY_MS)
    assert [segment.rows for segment in writer.state.of(CHANGES)] == [9, 9, 9, 9]
    assert rows(root) == before


def test_agencies_are_never_in_one_file(writer: JournalWriter) -> None:
    """However old the changes."""
    for i in range(4):
        write(writer, change(TWO + i), change(TWO + i, agency="OPD"))
    merge_all(writer, TWO + 60 * DAY_MS)
    assert sorted((segment.agency, segment.rows) for segment in writer.state.of(CHANGES)) == [("OPD", 4), ("SFPD", 4)]


def test_readers_have_a_minute_to_let_go_of_merged_files(writer: JournalWriter, root: Path) -> None:
    """The old files are there until then, though nobody names them."""
    write(writer, change(TWO))
    write(writer, change(TWO + 1))
    old = [segment.path for segment in writer.state.of(CHANGES)]
    over = TWO + 2 * HOUR_MS
    merge_all(writer, over)
    merge_all(writer, over + 59_000)
    assert sorted(unnamed_files(root)) == sorted(old)
    merge_all(writer, over + 60_000)
    assert unnamed_files(root) == []


def test_a_damaged_segment_is_not_merged_into_a_sound_one(writer: JournalWriter, root: Path) -> None:
    """Its damage stays where it is and what it is; the others are merged."""
    for i in range(4):
        write(writer, change(TWO + i))
    damaged = writer.state.of(CHANGES)[1]
    file = root / damaged.path
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    merge_all(writer, TWO + 2 * HOUR_MS)
    assert sorted(segment.rows for segment in writer.state.of(CHANGES)) == [1, 3]
    assert damaged.path in writer.state.segments
    assert writer.damaged == {damaged.path}


def test_two_who_merge_the_same_end_in_one(writer: JournalWriter, root: Path, tmp_path: Path) -> None:
    """The second finds the old ones gone, and leaves nothing behind."""
    for i in range(3):
        write(writer, change(TWO + i))
    before = rows(root)
    second = new_writer(root, tmp_path)
    merge_all(writer, TWO + 2 * HOUR_MS)
    merge_all(second, TWO + 2 * HOUR_MS)
    assert rows(root) == before
    assert len(list(Folder(root).files(CHANGES))) == 4


def test_merged_raw_bytes_stand_there_once(writer: JournalWriter, root: Path) -> None:
    """A content that came in two segments is kept in the first row of it; every receipt stays."""
    for i, body in enumerate([b"same", b"same", b"other"]):
        raw = GatheredRaw()
        received = Received(datetime(2026, 11, 22, 2, 0, i, tzinfo=UTC), "cad", "application/json", body)
        raw.take([(f"{TWO + i}-0".encode(), {b"b": pack([received])})])
        writer.write_raw(raw.table(), raw.first, raw.last)
    merge_all(writer, TWO + 40 * DAY_MS)
    (segment,) = writer.state.of(RAW)
    kept = read_table(Folder(root), segment)
    assert sorted(kept["body"].drop_null().to_pylist()) == [b"other", b"same"]
    assert kept.num_rows == 3


def test_old_pictures_thin_out(writer: JournalWriter) -> None:
    """All of two days, then one an hour, after thirty days one a day: the first of each."""
    for minutes in range(0, 3 * 1440, 20):
        write_picture(writer, TWO + minutes * 60_000, change(TWO))
    newest = TWO + 3 * DAY_MS

    def kept(days: int) -> int:
        merge_all(writer, newest + days * DAY_MS)
        return len(writer.state.of(PICTURE))

    assert kept(0) == 2 * 72 + 24
    assert kept(3) == 72
    assert kept(40) == 4
    first = writer.state.of(PICTURE)[1]
    assert first.path.split("/")[2:4] == ["2026-11-23", "00"]


def test_the_first_picture_after_a_gap_stays(writer: JournalWriter) -> None:
    """Without it nobody could tell how things stood when the journal went on."""
    write_picture(writer, TWO, change(TWO))
    writer.note_gap((TWO + 5_000) << 20)
    write_picture(writer, TWO + 6_000, change(TWO))
    write_picture(writer, TWO + 7_000, change(TWO))
    merge_all(writer, TWO + 90 * DAY_MS)
    assert [segment.last for segment in writer.state.of(PICTURE)] == [f"{TWO}-0", f"{TWO + 6_000}-0"]


_changes = st.lists(
    st.tuples(
        st.integers(0, 40 * 24),
        st.sampled_from(["U1", "U2", "U10"]),
        st.sampled_from(["SFPD", "OPD"]),
        st.none()
        | st.dictionaries(st.sampled_from(["lat", "status", "callsign"]), st.none() | st.just("1"), min_size=1),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25)
@given(made=_changes, at_once=st.integers(1, 7), later=st.lists(st.integers(0, 80), max_size=4))
def test_any_history_stays_the_same_whenever_it_is_merged(
    tmp_path_factory: pytest.TempPathFactory, made: list, at_once: int, later: list[int]
) -> None:
    """Merged once, often, late or between writing: every change is there once and reads as before."""
    root = tmp_path_factory.mktemp("history")
    writer = new_writer(root / "journal", root)
    changes = [
        dataclasses.replace(change(TWO + hours * HOUR_MS, id_, fields=fields, agency=agency), place=i)
        for i, (hours, id_, agency, fields) in enumerate(sorted(made, key=lambda one: one[0]))
    ]
    for start in range(0, len(changes), at_once):
        write(writer, *changes[start : start + at_once])
        if later:
            merge_all(writer, (changes[start].position >> 20) + later.pop() * DAY_MS)
    before = rows(root / "journal")
    merge_all(writer, TWO + 100 * DAY_MS)
    assert rows(root / "journal") == before
    assert len(writer.state.of(CHANGES)) <= 2 * 3


def test_a_merge_killed_before_its_entry_is_waste_until_its_number_is_past(writer: JournalWriter, root: Path) -> None:
    """Nobody takes its file for waste while it might still be named, and it is no part of the journal."""
    from rtcc.journal.swap import AHEAD, Draft, write_drafts

    write(writer, change(TWO))
    table = read_table(Folder(root), writer.state.of(CHANGES)[0])
    write_drafts(writer, [Draft(CHANGES, table, TWO << 20, TWO << 20, "2026-11-22")], writer.state.number + AHEAD)
    assert unnamed_files(root) == []
    assert len(rows(root)) == 1
    assert Manifest(Folder(root)).refresh().segments == writer.state.segments
