"""Bytes as they were received: in segments each content once, found again by the moment, merged without loss."""

from __future__ import annotations

import itertools
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.journal.place import Folder
from rtcc.journal.raw import GatheredRaw, merge_raw
from rtcc.journal.raw_behind import raw_behind
from rtcc.journal.reader import Journal
from rtcc.journal.segments import RAW, read_table
from rtcc.journal.signing import load_signer
from rtcc.journal.writer import JournalWriter
from rtcc.model.event import iso
from rtcc.picture.changes import Change, cursor_of
from rtcc.picture.deadletters import DeadLetter
from rtcc.picture.received import FIELD, Received, pack
from rtcc.store.commands import Entry
from tests.factories import NOON

POSITION = int(NOON.timestamp() * 1000) << 20


def received(body: bytes, ms: int = 0, key: str = "cad") -> Received:
    """Return a body received so many milliseconds after noon."""
    return Received(NOON + timedelta(milliseconds=ms), key, "application/json", body)


def entry(number: int, *bodies: Received) -> Entry:
    """Return the n-th entry of the stream after noon."""
    return cursor_of(POSITION + (number << 20)).encode(), {FIELD.encode(): pack(bodies)}


def gathered(*entries: Entry) -> GatheredRaw:
    """Return what these entries are gathered to."""
    raw = GatheredRaw()
    raw.take(entries)
    return raw


def change(id_: str, received_at: datetime, agency: str = "SFPD") -> Change:
    """Return a change of an incident that was received at a moment."""
    return Change(1, "incident", id_, agency, "cad", {}, iso(NOON), iso(received_at))


def contents(table: pa.Table) -> list[tuple[Any, ...]]:
    """Return each row's identity, moment and bytes, taken from wherever they stand."""
    rows = table.to_pylist()
    bodies = {row["_id"]: row["body"] for row in rows if row["body"] is not None}
    return sorted(
        (row["_ms"], row["_seq"], row["_n"], row["received_at"], row["key"], bodies[row["_id"]]) for row in rows
    )


def test_each_content_stands_once_in_a_segment() -> None:
    """A body that comes again and again takes its room once; every time that it came is a row."""
    raw = gathered(entry(1, received(b"[same]", 1), received(b"[other]", 1)), entry(2, received(b"[same]", 2)))
    assert (raw.rows, raw.bytes) == (3, 13)
    assert (raw.first, raw.last) == (POSITION + (1 << 20), POSITION + (2 << 20))
    table = raw.table()
    assert table["_id"].to_pylist() == sorted(table["_id"].to_pylist())
    assert sorted(body for body in table["body"].to_pylist() if body) == [b"[other]", b"[same]"]
    assert [row[5] for row in contents(table)] == [b"[same]", b"[other]", b"[same]"]


def test_an_entry_that_nobody_can_read_is_kept_as_it_is() -> None:
    """It neither stops the journal nor is it lost."""
    raw = gathered((cursor_of(POSITION).encode(), {b"what": b"ever"}), entry(1, received(b"good")))
    assert [(row[5], row[4]) for row in contents(raw.table())] == [(b"ever", ""), (b"good", "cad")]


@given(
    bodies=st.lists(st.sampled_from([b"a", b"b", b"c", b"", b"\xff\n"]), min_size=1, max_size=20),
    cuts=st.lists(st.integers(0, 20)),
)
def test_merging_loses_and_changes_nothing(bodies: list[bytes], cuts: list[int]) -> None:
    """However the stream was cut into segments and whatever order they come in: one table, each content once."""
    entries = [entry(number, received(body, number)) for number, body in enumerate(bodies)]
    bounds = sorted({0, len(entries), *(cut for cut in cuts if cut < len(entries))})
    parts = [gathered(*entries[a:b]).table() for a, b in itertools.pairwise(bounds)]
    random.Random(1).shuffle(parts)
    merged = merge_raw(parts)
    assert merged.equals(gathered(*entries).table().combine_chunks())


def written(folder: Path, *raws: GatheredRaw) -> Journal:
    """Return a journal that holds these as segments."""
    writer = JournalWriter(Folder(folder), load_signer(folder / "key"))
    writer.begin()
    for raw in raws:
        writer.write_raw(raw.table(), raw.first, raw.last)
    journal = Journal(Folder(folder))
    journal.refresh()
    return journal


def test_a_change_leads_back_to_its_bytes(tmp_path: Path) -> None:
    """By the moment to the microsecond, and by the id where two requests share a moment."""
    first = gathered(
        entry(1, received(b'{"id":"I-1"}', 1, "cad"), received(b'{"id":"I-2","with":"I-12"}', 1, "cad2")),
        entry(2, received(b'{"id":"I-1"}', 2)),
    )
    second = gathered(entry(3, received(b'{"id":"I-1"}', 3)))
    journal = written(tmp_path, first, second)

    def behind(*about: Change | DeadLetter) -> list[tuple[str, bytes | None]]:
        return [(one.key, one.body) for one in raw_behind(journal, *about)]

    at = [NOON + timedelta(milliseconds=ms) for ms in range(4)]
    assert behind(change("I-1", at[1])) == [("cad", b'{"id":"I-1"}')]
    assert behind(change("SFPD/I-2", at[1])) == [("cad2", b'{"id":"I-2","with":"I-12"}')]
    assert len(behind(change("said otherwise", at[1]))) == 2
    assert behind(change("I-1", at[3]), change("I-1", at[2]), change("I-1", at[3])) == [("cad", b'{"id":"I-1"}')] * 2
    assert behind(change("I-1", at[1] + timedelta(microseconds=1))) == []
    assert behind(DeadLetter("1-0", "x", "why", b'"I-2"', True, iso(at[1]))) == [
        ("cad2", b'{"id":"I-2","with":"I-12"}')
    ]
    assert behind(DeadLetter("1-0", "x", "why", b"x", True, "")) == []


@pytest.mark.parametrize("id_", ["Zürich 1", 'a"b\\c', "tab\there"])
def test_an_id_is_found_however_json_spells_it(tmp_path: Path, id_: str) -> None:
    """Escaped in either way, or not at all."""
    import json

    for ascii_only in (True, False):
        folder = tmp_path / str(ascii_only)
        body = json.dumps({"id": id_}, ensure_ascii=ascii_only).encode()
        journal = written(folder, gathered(entry(1, received(body, 1), received(b"another", 1))))
        (found,) = raw_behind(journal, change(id_, NOON + timedelta(milliseconds=1)))
        assert found.body == body


def test_of_a_large_segment_the_right_body_is_read(tmp_path: Path) -> None:
    """Also where it is far from the first row of its segment, and where its bytes stand with another's moment."""
    many = [received(b'{"id":"I-%d"}' % (number % 9000), number) for number in range(18_000)]
    journal = written(
        tmp_path, gathered(*(entry(number, *many[number : number + 500]) for number in range(0, 18_000, 500)))
    )
    (segment,) = journal.state.of(RAW)
    assert segment.ids == "", "nobody asks the manifest for a content"
    assert read_table(Folder(tmp_path), segment)["body"].null_count == 9000
    for number in (0, 8_999, 9_000, 17_999):
        moment = NOON + timedelta(milliseconds=number)
        (found,) = raw_behind(journal, change(f"I-{number % 9000}", moment))
        assert (found.received_at, found.body) == (moment, many[number].body)
