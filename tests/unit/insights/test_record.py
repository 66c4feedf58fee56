"""All that is on record: the journal and the stream after it, without a seam, however the journal lies in segments."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtcc.insights import segment_rows
from rtcc.insights.record import Record, changes_from
from rtcc.insights.segment_rows import SegmentRows
from rtcc.insights.some_fields import decode_some
from rtcc.journal.columns import encode
from rtcc.journal.place import Folder
from rtcc.journal.reader import Journal
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store.commands import Store
from tests.factories import make_event
from tests.made_journal import journal_of, merge_all, reading, told, writing
from tests.unit.insights.told_lives import at, change, entered

_FIELDS: dict[str, Any] = {
    "priority": 2,
    "lat": 37.5,
    "lon": -122,
    "address": "1 A St",
    "entered_at": at(0),
    "cleared_at": "2026-11-22T02:00:00.500Z",
    "dispatched_at": "2026-11-22T02:00:00+01:00",
    "sensitive": True,
    "units": ["3D12"],
    "narrative": "x",
}
_said = st.none() | st.sets(st.sampled_from(sorted(_FIELDS))).flatmap(
    lambda names: st.fixed_dictionaries({name: st.sampled_from([None, _FIELDS[name]]) for name in names})
)


@given(st.lists(st.tuples(st.sampled_from("ab"), _said), min_size=1, max_size=12), st.data())
@settings(max_examples=25)
def test_it_tells_what_was_said_wherever_the_seams_lie(said: list[tuple[str, Any]], data: st.DataObject):
    """Cut into segments, small or large, and a stream anywhere: timelines and windows are the same."""
    changes = [change(n, "incident", id_, fields) for n, (id_, fields) in enumerate(said)]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(changes)), min_size=2, max_size=2)))
    small = data.draw(st.sampled_from([0, 20_000]))
    some = data.draw(st.sets(st.sampled_from(sorted(_FIELDS))))
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment_rows, "_SMALL", small)
        journal = journal_of(Path(folder), [changes[: cuts[0]], changes[cuts[0] : cuts[1]]])
        # What the stream holds may begin before the journal's end.
        record = Record(journal, changes[max(0, cuts[1] - 1) :])
        for id_ in "ab":
            assert record.timeline("incident", id_) == [one for one in changes if one.id == id_]
        after, upto = changes[0].position, changes[-1].position - 1
        window = [one for one in changes if after < one.position <= upto]
        assert record.changes(after, upto, {"incident"}) == window
        for one, whole in zip(record.changes(after, upto, {"incident"}, some), window, strict=True):
            assert (one.fields is None) == (whole.fields is None)
            assert some & (one.fields or {}).keys() == some & (whole.fields or {}).keys()
            assert all(
                (one.fields or {})[name] == (whole.fields or {})[name] for name in some & (one.fields or {}).keys()
            )


def test_some_fields_of_nothing_are_nothing():
    """An empty table, and a change whose fields were expunged."""
    assert list(decode_some(encode("incident", []), {"lat"})) == []
    (gone,) = decode_some(encode("incident", [change(0, "incident", "I", {})]), {"lat"})
    assert gone.fields == {}


def test_what_is_kept_in_memory_has_a_limit_and_leaves_with_its_segment(tmp_path: Path):
    """The oldest looked at goes first; what was merged away is forgotten."""
    journal = journal_of(tmp_path, [[told(n, f"U{n}")] for n in range(1, 5)])
    rows = SegmentRows(most_bytes=1)
    record = Record(journal, rows=rows)
    assert [len(record.timeline("unit", f"U{n}")) for n in (1, 2, 3, 4, 1)] == [1] * 5
    assert len(rows._kept) == 1
    writer = writing(tmp_path)
    merge_all(writer)
    assert len(Record(reading(tmp_path), rows=rows).timeline("unit", "U1")) == 1
    assert rows._bytes == sum(table.nbytes for table in rows._kept.values())
    assert set(rows._kept) == set(reading(tmp_path).state.segments)


def test_segments_that_vanish_while_they_are_asked_about_are_looked_for_anew(tmp_path: Path):
    """A merge in the middle of a question takes nothing from its answer."""
    record = Record(journal_of(tmp_path, [[entered(n, f"I{n}")] for n in range(3)]))
    merge_all(writing(tmp_path))
    assert [len(record.timeline("incident", f"I{n}")) for n in range(3)] == [1, 1, 1]
    assert len(record.changes(0, 2**62, {"incident"})) == 3


def test_what_the_stream_holds_is_read_from_where_the_journal_ends(store: Store, settings: Settings, tmp_path: Path):
    """From the beginning where there is no journal yet; and nothing that the journal has."""
    PictureWriter(store, settings, make_event().received_at.timestamp).apply([make_event(id_="A"), make_event(id_="B")])
    fresh = changes_from(store, 0)
    assert {one.id for one in fresh} == {"A", "B"}
    assert changes_from(store, fresh[-1].position) == []
    journal = Journal(Folder(tmp_path / "none"))
    journal.refresh()
    assert [one.id for one in Record(journal, fresh).timeline("unit", "A")] == ["A"]
