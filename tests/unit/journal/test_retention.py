"""Terms: what goes, what stays, and that a hold is stronger than any term."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rtcc.journal.holds import Entity, hold, release
from rtcc.journal.raw import GatheredRaw
from rtcc.journal.retention import retire_due
from rtcc.journal.segments import CHANGES, PICTURE
from rtcc.journal.verify import verify
from rtcc.journal.writer import JournalWriter
from rtcc.picture.changes import Change
from rtcc.picture.received import Received, pack
from rtcc.settings import JournalKept, Settings
from tests.journal_of import DAY_MS, HOUR_MS, MOVED, TWO, change, merge_all, new_writer, rows, write, write_picture
from tests.journaling import in_the_journal

#: The midnight before TWO.
DAY = TWO - 2 * HOUR_MS
IT = Entity("incident", "SFPD", "I-1")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of an empty journal."""
    return tmp_path / "journal"


@pytest.fixture
def writer(root: Path, tmp_path: Path) -> JournalWriter:
    """Return a writer that has begun."""
    return new_writer(root, tmp_path)


def retire_all(writer: JournalWriter, ms: int, **kept: object) -> int:
    """Retire until nothing is due at a millisecond; return the steps it took."""
    terms = {"positions_days": 0, "raw_days": 0} | kept
    steps = 0
    while retire_due(writer, Settings(journal_kept=JournalKept(**terms)), ms / 1000):
        steps += 1
        assert steps < 100
    assert verify(writer.place) == []
    return steps


def left(root: Path) -> list[tuple[str, int]]:
    """Return id and day of every change that is left."""
    return [(each.id, ((each.position >> 20) - DAY) // DAY_MS) for each in in_the_journal(root)]


def write_days(writer: JournalWriter, number: int, **kinds: dict[str, object]) -> None:
    """Write one change of each kind on each of so many days."""
    for day in range(number):
        for kind, fields in kinds.items():
            write(writer, change(TWO + day * DAY_MS, f"{kind[0].upper()}-{day}", kind, fields, seq=len(kind)))


def test_a_kinds_past_goes_after_its_term(writer: JournalWriter, root: Path) -> None:
    """To the day, also out of the middle of a segment, and no other kind's with it."""
    write_days(writer, 5, unit={"status": "busy"}, call={"state": "ended"})
    merge_all(writer, TWO + 40 * DAY_MS)
    assert len(writer.state.of(CHANGES)) == 2
    assert retire_all(writer, TWO + 30 * DAY_MS, days={"call": 30}) == 0
    assert retire_all(writer, TWO + 32 * DAY_MS, days={"call": 30}) == 1
    assert sorted(left(root)) == [(f"C-{day}", day) for day in (2, 3, 4)] + [(f"U-{day}", day) for day in range(5)]
    retire_all(writer, TWO + 90 * DAY_MS, days={"call": 30})
    assert {id_[0] for id_, _ in left(root)} == {"U"}


def test_without_terms_nothing_goes(writer: JournalWriter, root: Path) -> None:
    """Zero is for ever."""
    write_days(writer, 3, unit={"lat": 1.0})
    assert retire_all(writer, TWO + 10_000 * DAY_MS) == 0


def test_pictures_follow_their_kind(writer: JournalWriter) -> None:
    """But for the newest that is past its term, from which the changes after it are told."""
    for hour in range(0, 72, 6):
        write_picture(writer, DAY + hour * HOUR_MS + 1, change(TWO), change(TWO, "I-1", "incident", {"priority": 1}))
    retire_all(writer, DAY + 12 * DAY_MS, days={"unit": 10})
    pictures = [(segment.kind, (int(segment.last[:13]) - DAY) // HOUR_MS) for segment in writer.state.of(PICTURE)]
    assert [hour for kind, hour in pictures if kind == "unit"] == [42, 48, 54, 60, 66]
    assert len([hour for kind, hour in pictures if kind == "incident"]) == 12


def write_raw(writer: JournalWriter, ms: int, *bodies: bytes) -> None:
    """Write bodies that were received together."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    raw = GatheredRaw()
    raw.take([(f"{ms}-0".encode(), {b"b": pack([Received(at, "cad", "text/x", body) for body in bodies])})])
    writer.write_raw(raw.table(), raw.first, raw.last)


def test_received_bytes_go_after_their_own_term(writer: JournalWriter, root: Path) -> None:
    """The changes that were made of them stay."""
    write_days(writer, 4, unit={"status": "busy"})
    for day in range(4):
        write_raw(writer, TWO + day * DAY_MS, b"body %d" % day)
    retire_all(writer, TWO + 12 * DAY_MS, raw_days=10)
    assert [row["body"] for row in rows(root, "raw")] == [b"body 2", b"body 3"]
    assert len(left(root)) == 4


def test_positions_thin_out_to_the_last_of_each_minute(writer: JournalWriter, root: Path) -> None:
    """Only those past their term, and only changes that speak of nothing else; a whole segment is thinned once."""
    write(writer, change(DAY), change(DAY, "U2", seq=1))
    write(writer, change(DAY + 5_000, fields={"lat": 1.0, "status": "busy"}), change(DAY + 6_000, fields={"lat": None}))
    for second in range(10, 180, 10):
        write(writer, change(DAY + second * 1_000), change(DAY + second * 1_000, "U2", seq=1))
    for second in range(0, 180, 10):
        write(writer, change(DAY + 5 * DAY_MS + second * 1_000))
    write(writer, change(DAY + 5 * DAY_MS + 200_000, fields={"status": "busy"}))
    merge_all(writer, DAY + 40 * DAY_MS)
    assert retire_all(writer, DAY + 12 * DAY_MS, positions_days=10) == 1
    kept = [(each.id, (each.position >> 20) - DAY) for each in in_the_journal(root)]
    first_day = [(id_, ms) for id_, ms in kept if ms < DAY_MS]
    assert sorted(first_day) == sorted(
        [(id_, ms) for id_ in ("U1", "U2") for ms in (50_000, 110_000, 170_000)] + [("U1", 5_000), ("U1", 6_000)]
    )
    assert len(kept) - len(first_day) == 18 + 1
    assert retire_all(writer, DAY + 12 * DAY_MS, positions_days=10) == 0
    assert retire_all(writer, DAY + 30 * DAY_MS, positions_days=10) == 1
    assert len(in_the_journal(root)) == len(first_day) + 3 + 1
    merge_all(writer, DAY + 80 * DAY_MS)
    assert [segment.path.split("/")[2:4] for segment in writer.state.of(CHANGES)] == [["2026-11", "thinned"]]


def folded(changes: list[Change], until_ms: int) -> dict[str, dict]:
    """Return the fields of each unit as they are after the changes up to a millisecond."""
    units: dict[str, dict] = {}
    for each in changes:
        if each.position >> 20 < until_ms:
            units[each.id] = {} if each.fields is None else units.get(each.id, {}) | each.fields
    return units


_fields = st.dictionaries(
    st.sampled_from(["lat", "speed_mps", "fix_at", "beat", "status"]), st.none() | st.just(1) | st.just(2.5), min_size=1
)


@settings(max_examples=25)
@given(
    made=st.lists(st.tuples(st.integers(0, 300), st.sampled_from(["U1", "U2"]), st.none() | _fields), max_size=30),
    at_once=st.integers(1, 9),
)
def test_at_the_end_of_every_minute_the_thinned_past_is_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, made: list, at_once: int
) -> None:
    """Whatever units did, in whatever segments it stands."""
    root = tmp_path_factory.mktemp("thinned")
    writer = new_writer(root / "journal", root)
    ordered = sorted(made, key=lambda one: one[0])
    changes = [change(DAY + s * 1_000, id_, fields=fields, seq=i) for i, (s, id_, fields) in enumerate(ordered)]
    for start in range(0, len(changes), at_once):
        write(writer, *changes[start : start + at_once])
    merge_all(writer, DAY + DAY_MS)
    before = in_the_journal(root / "journal")
    retire_all(writer, DAY + 20 * DAY_MS, positions_days=1)
    after = in_the_journal(root / "journal")
    assert all(each in before for each in after)
    for minute in range(1, 7):
        assert folded(after, DAY + minute * 60_000) == folded(before, DAY + minute * 60_000)


# ---------------------------------------------------------------- holds


def write_a_held_incident(writer: JournalWriter) -> None:
    """Write an incident with all that refers to it, and beside each of those one that does not."""
    changes: list[Change] = []

    def add(s: int, id_: str, kind: str = "unit", fields: dict | None = MOVED) -> None:
        changes.append(change(DAY + s * 1_000, id_, kind, fields, seq=len(changes)))

    pairs = [("I-1", "U1"), ("I-2", "U2")]
    for n, (id_, unit) in enumerate(pairs):
        about = [{"kind": "incident", "id": id_}, {"kind": "detection", "id": f"D-{n}"}]
        for s in (100, 200):
            add(s, id_, "incident", {"units": [unit], "priority": s})
            add(s, f"C-{n}", "call", {"incident_id": id_} if s == 100 else {"state": "ended"})
            add(s, f"A-{n}", "alarm", {"about": about} if s == 100 else {"state": "cleared"})
            add(s, f"N-{n}", "note", {"about": about, "text": "x"})
            add(s, f"D-{n}", "detection", {"plate": "X"})
            add(s, f"V-{n}", "unit", {"incident_id": id_})
        for s in range(90, 210, 5):
            add(s, unit)
            add(s, f"V-{n}")
    changes.sort(key=lambda each: each.position)
    for start in range(0, len(changes), 20):
        write(writer, *changes[start : start + 20])
    for n, (id_, unit) in enumerate(pairs):
        write_picture(writer, DAY + (150 + n) * 1_000, change(DAY, id_, "incident", {"priority": 1}), change(DAY, unit))
        write_raw(writer, DAY + (150 + n) * 1_000, b'{"id": "%s"}' % id_.encode())
    # The pictures that the ones above may go for.
    write_picture(writer, DAY + 300_000, change(DAY, "I-9", "incident", {"priority": 1}), change(DAY, "U9"))


ALL = dict.fromkeys(("incident", "call", "alarm", "note", "detection", "unit"), 10)


def test_what_is_held_stays_with_all_that_refers_to_it(writer: JournalWriter, root: Path) -> None:
    """Calls, notes, alarms and detections whole; its units' rows while it ran; pictures and received bytes of it."""
    write_a_held_incident(writer)
    merge_all(writer, DAY + 3 * HOUR_MS)
    before = rows(root)
    hold(writer.manifest, writer.place, IT, "case 7")
    assert retire_all(writer, DAY + 50 * DAY_MS, days=ALL, raw_days=10) > 0
    after = rows(root)
    ids = {"I-1", "C-0", "A-0", "N-0", "D-0"}
    spans = [row for row in before if row["_id"] in {"U1", "V-0"} and DAY + 100_000 <= row["_ms"] <= DAY + 200_000]
    expected = [row for row in before if row["_id"] in ids] + [row for row in spans if row["role"] == "changes"]
    said = [row for row in after if row["role"] == "changes" or (row["role"] == "picture" and row["_id"] == "I-1")]
    assert sorted(map(str, said)) == sorted(map(str, expected))
    assert [row["body"] for row in rows(root, "raw")] == [b'{"id": "I-1"}']
    assert retire_all(writer, DAY + 50 * DAY_MS, days=ALL, raw_days=10) == 0


def test_when_a_hold_ends_the_terms_hold_again(writer: JournalWriter, root: Path) -> None:
    """All of it goes, and that only once."""
    write_a_held_incident(writer)
    hold(writer.manifest, writer.place, IT, "case 7")
    retire_all(writer, DAY + 50 * DAY_MS, days=ALL, raw_days=10)
    release(writer.manifest, IT)
    retire_all(writer, DAY + 50 * DAY_MS, days=ALL, raw_days=10)
    assert {row["_id"] for row in rows(root)} <= {"I-9", "U9"}


def test_a_held_incidents_units_are_not_thinned_while_it_ran(writer: JournalWriter, root: Path) -> None:
    """Until it is released; then they thin out like all others."""
    write_a_held_incident(writer)
    merge_all(writer, DAY + 3 * HOUR_MS)
    hold(writer.manifest, writer.place, IT, "case 7")
    retire_all(writer, DAY + 50 * DAY_MS, positions_days=10)

    def positions(id_: str) -> int:
        return len([row for row in rows(root, "changes") if row["_id"] == id_ and "lat" in row])

    assert positions("U2") == positions("V-1") == 3
    assert positions("U1") == 21 + 1
    merge_all(writer, DAY + 80 * DAY_MS)
    release(writer.manifest, IT)
    retire_all(writer, DAY + 50 * DAY_MS, positions_days=10)
    assert positions("U1") == positions("V-0") == 3


def test_a_hold_that_comes_in_between_is_heeded(writer: JournalWriter, root: Path, tmp_path: Path) -> None:
    """Somebody holds it after it was decided what goes: nothing goes on that decision."""
    write_a_held_incident(writer)
    beside = new_writer(root, tmp_path)
    hold(beside.manifest, beside.place, IT, "case 7")
    retire_all(writer, DAY + 50 * DAY_MS, days={"incident": 10})
    assert {row["_id"] for row in rows(root, "changes") if row["_kind"] == "incident"} == {"I-1"}


def test_nothing_goes_while_it_cannot_be_said_what_is_held(writer: JournalWriter, root: Path) -> None:
    """A damaged segment may be the one that says which calls belong to it."""
    write_a_held_incident(writer)
    hold(writer.manifest, writer.place, IT, "case 7")
    call = next(segment for segment in writer.state.of(CHANGES) if segment.kind == "call")
    (root / call.path).write_bytes(b"PAR1")
    before = dict(writer.state.segments)
    assert not retire_due(writer, Settings(journal_kept=JournalKept(days=ALL)), DAY / 1000 + 50 * 86_400)
    assert writer.state.segments == before


def test_terms_of_unknown_kinds_are_refused() -> None:
    """A typing mistake keeps nothing for ever unseen."""
    with pytest.raises(ValidationError, match="there is no kind calls"):
        JournalKept(days={"calls": 10})
    with pytest.raises(ValidationError):
        JournalKept(days={"call": -1})


def test_terms_stand_in_the_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a table of their own."""
    file = tmp_path / "rtcc.toml"
    file.write_text("[journal_kept]\npositions_days = 31\n[journal_kept.days]\nunit = 400\n")
    monkeypatch.setenv("RTCC_CONFIG", str(file))
    assert Settings().journal_kept == JournalKept(positions_days=31, days={"unit": 400})
