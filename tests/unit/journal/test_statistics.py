"""Statistics of the journal: each incident's last words count, wherever they stand, and each response once."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtcc.journal.identities import numbered, runs
from rtcc.journal.statistics import responses
from rtcc.model.event import iso
from rtcc.picture.changes import Change
from tests.made_journal import HOUR, TWO, journal_of, told

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def incident(ms: int, id_: str, /, agency: str = "SFPD", **fields: Any) -> Change:
    """Return a change of an incident."""
    return told(ms, id_, fields, "incident", agency=agency, source="cad")


def at(minutes: float) -> str:
    """Return an instant so many minutes after noon."""
    return iso(NOON + timedelta(minutes=minutes))


def found(folder: Path, *parts: list[Change], **asked: Any) -> list[tuple[str | None, int, int, dict[float, float]]]:
    """Return what there is to say of a journal of these changes."""
    told_ = responses(journal_of(folder, parts), **asked)
    return [(one.district, one.hour, one.count, one.seconds) for one in told_]


def test_a_response_is_from_entered_to_on_scene(tmp_path: Path) -> None:
    """By the district and the hour in which the incident was entered; percentiles lie between the nearest two."""
    changes = [
        incident(TWO + i, f"I-{i}", entered_at=at(i), on_scene_at=at(i + 10 * (i + 1)), district="North")
        for i in range(3)
    ]
    assert found(tmp_path, changes) == [("North", 12, 3, {50.0: 1200.0, 90.0: pytest.approx(1680.0)})]


def test_the_last_word_counts(tmp_path: Path) -> None:
    """Corrected in another segment and by another entry, cleared, said to be on view later: as it is in the end."""
    first = [incident(TWO + i, f"I-{i}", entered_at=at(0), on_scene_at=at(5), district="North") for i in range(5)]
    later = [
        incident(TWO + HOUR, "I-0", on_scene_at=at(7)),
        incident(TWO + HOUR + 1, "I-1", on_scene_at=None),
        incident(TWO + HOUR + 2, "I-2", onview=True),
        incident(TWO + HOUR + 3, "I-3", district=None),
        told(TWO + HOUR + 4, "I-4", kind="incident", left=True, source="rtcc-retention"),
    ]
    assert found(tmp_path, first, later) == [
        (None, 12, 1, {50.0: 300.0, 90.0: 300.0}),
        ("North", 12, 2, {50.0: 360.0, 90.0: pytest.approx(408.0)}),
    ]


def test_what_is_no_response_is_not_counted(tmp_path: Path) -> None:
    """Never reached, reached before it was entered, found by a unit itself, or expunged."""
    changes = [
        incident(TWO, "I-1", entered_at=at(0)),
        incident(TWO + 1, "I-2", on_scene_at=at(0)),
        incident(TWO + 2, "I-3", entered_at=at(1), on_scene_at=at(0)),
        incident(TWO + 3, "I-4", entered_at=at(0), on_scene_at=at(1), onview=True),
        Change((TWO + 4) << 20, "incident", "I-5", "SFPD", "cad", {}, at(0), at(0)),
    ]
    assert found(tmp_path, changes) == []


def test_an_empty_journal_has_no_responses(tmp_path: Path) -> None:
    """Nothing was told, nothing is counted."""
    assert found(tmp_path) == []


def test_two_agencies_may_use_one_id(tmp_path: Path) -> None:
    """They are two incidents; one agency's can be asked for alone."""
    changes = [
        incident(TWO, "I-1", "SFPD", entered_at=at(0), on_scene_at=at(5), district="North"),
        incident(TWO + 1, "I-1", "OPD", entered_at=at(0), on_scene_at=at(15), district="North"),
    ]
    assert found(tmp_path / "both", changes)[0][2:] == (2, {50.0: 600.0, 90.0: pytest.approx(840.0)})
    assert found(tmp_path / "one", changes, agency="OPD")[0][2:] == (1, {50.0: 900.0, 90.0: 900.0})


def test_the_hour_is_that_of_the_zone(tmp_path: Path) -> None:
    """Also on the day on which the clocks change, before and after it."""
    before, after = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    later = datetime(2026, 11, 1, 15, 0, tzinfo=UTC)
    changes = [
        incident(TWO + i, f"I-{i}", entered_at=iso(moment), on_scene_at=iso(moment))
        for i, moment in enumerate([before, after, later])
    ]
    hours = [moment.astimezone(NEW_YORK).hour for moment in (before, after, later)]
    assert hours == [1, 1, 10]
    told_ = {(hour, count) for _, hour, count, _ in found(tmp_path, changes, zone=NEW_YORK)}
    assert told_ == {(1, 2), (10, 1)}


def test_only_what_was_entered_in_a_window_counts(tmp_path: Path) -> None:
    """After its beginning up to its end, whenever it was told."""
    late = TWO + 11 * HOUR
    changes = [incident(late + i, f"I-{i}", entered_at=at(i), on_scene_at=at(i + 1)) for i in range(5)]
    asked = {"since": NOON + timedelta(minutes=1), "until": NOON + timedelta(minutes=3)}
    assert [count for _, _, count, _ in found(tmp_path, changes, **asked)] == [2]


_said = st.fixed_dictionaries(
    {},
    optional={
        "entered_at": st.none() | st.integers(0, 200).map(at),
        "on_scene_at": st.none() | st.integers(0, 200).map(at),
        "onview": st.none() | st.booleans(),
        "district": st.none() | st.sampled_from(["North", "South"]),
        "status": st.just("pending"),
    },
).filter(bool)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), _said), max_size=40), st.integers(1, 12))
@settings(max_examples=25)
def test_it_counts_as_one_would_by_hand(spoken: list[tuple[str, dict[str, Any]]], each: int) -> None:
    """Any words in any segments: the same as telling them over in order and looking at what is left."""
    changes = [incident(TWO + i, id_, **fields) for i, (id_, fields) in enumerate(spoken)]
    last: dict[str, dict[str, Any]] = defaultdict(dict)
    for id_, fields in spoken:
        last[id_] |= fields
    wanted: dict[tuple[str | None, int], list[float]] = defaultdict(list)
    for fields in last.values():
        entered, reached = fields.get("entered_at"), fields.get("on_scene_at")
        if entered and reached and not fields.get("onview"):
            begin, end = datetime.fromisoformat(entered), datetime.fromisoformat(reached)
            if end >= begin:
                wanted[fields.get("district"), begin.hour].append((end - begin).total_seconds())
    with TemporaryDirectory() as folder:
        parts = [changes[begin : begin + each] for begin in range(0, len(changes), each)]
        journal = journal_of(Path(folder), parts)
        found_ = {(one.district, one.hour): one for one in responses(journal, percentiles=(0, 100))}
    assert {key: one.count for key, one in found_.items()} == {key: len(took) for key, took in wanted.items()}
    for key, took in wanted.items():
        assert found_[key].seconds == {0: min(took), 100: max(took)}


@given(st.lists(st.sets(st.text("abz", min_size=1, max_size=3)), max_size=6))
def test_the_same_id_is_one_number_and_another_is_another(parts: list[set[str]]) -> None:
    """In however many segments it stands, and however the segments' ids overlap."""
    arrays = [pa.array(sorted(part), pa.string()) for part in parts]
    pairs = [
        (id_, number)
        for array, numbers in zip(arrays, numbered(arrays), strict=True)
        for id_, number in zip(array.to_pylist(), numbers.tolist(), strict=True)
    ]
    known = dict(pairs)
    assert all(known[id_] == number for id_, number in pairs)
    assert len(set(known.values())) == len(known)
    assert all(0 <= number < sum(map(len, parts)) for number in known.values())


@given(st.lists(st.sampled_from("abcde")).map(sorted), st.integers(1, 4))
def test_runs_begin_where_another_entity_does(ids: list[str], each: int) -> None:
    """However the column is cut into chunks, each with a dictionary of its own."""
    chunks = [pa.array(ids[begin : begin + each]).dictionary_encode() for begin in range(0, len(ids), each)]
    starts, names = runs(pa.chunked_array(chunks, pa.dictionary(pa.int32(), pa.string())))
    assert names.to_pylist() == sorted(set(ids))
    assert [ids[start] for start in starts.tolist()] == sorted(set(ids))
    assert starts.tolist() == sorted(ids.index(name) for name in set(ids))
