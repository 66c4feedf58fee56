"""Reading the journal: everything in its order and nothing twice, however it lies in segments, also when those go."""

from __future__ import annotations

import itertools
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rtcc.journal import window
from rtcc.journal.area import Area
from rtcc.journal.columns import decode
from rtcc.journal.manifest import DamagedError
from rtcc.journal.reader import BeyondError, Journal, position_at
from rtcc.journal.segments import CHANGES
from rtcc.picture.changes import Change
from tests.made_journal import HOUR, SECOND, TWO, journal_of, merge_all, reading, told, write, writing

NOON = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@st.composite
def streams(draw: st.DrawFn) -> list[list[Change]]:
    """Return changes of few entities, kinds and agencies in the order of the stream, cut into parts."""
    changes: list[Change] = []
    ms = TWO
    for number in range(draw(st.integers(1, 25))):
        ms += draw(st.sampled_from([1, SECOND, HOUR]))
        for place in range(draw(st.integers(1, 3))):
            kind = draw(st.sampled_from(["unit", "incident"]))
            agency = draw(st.sampled_from(["SFPD", "OPD"]))
            id_ = draw(st.sampled_from(["a", "b", "c"]))
            source = draw(st.sampled_from(["avl", "cad"]))
            fields = {"status": f"s{number}"}
            changes.append(told(ms, id_, fields, kind, agency=agency, source=source, place=place))
    positions = sorted({change.position for change in changes})
    cuts = [*draw(st.lists(st.sampled_from(positions), max_size=4)), 2**62]
    parts: list[list[Change]] = []
    begin = 0
    for cut in sorted(set(cuts)):
        parts.append([change for change in changes if begin <= change.position < cut])
        begin = cut
    return parts


@given(streams(), st.data())
@settings(max_examples=25)
def test_a_window_holds_all_its_changes_in_the_order_of_the_stream(parts: list[list[Change]], data: st.DataObject):
    """Whatever the segments and however small the slices: exactly what changed after its beginning up to its end."""
    changes = [change for part in parts for change in part]
    moments = st.sampled_from([0, *(change.position for change in changes), 2**62])
    since, until = sorted([data.draw(moments), data.draw(moments)])
    kinds = data.draw(st.none() | st.sets(st.sampled_from(["unit", "incident"])))
    sources = data.draw(st.none() | st.sets(st.sampled_from(["avl", "cad"])))
    agency = data.draw(st.none() | st.sampled_from(["SFPD", "OPD"]))
    wanted = [
        change
        for change in changes
        if since < change.position <= until
        and (kinds is None or change.kind in kinds)
        and (sources is None or change.source in sources)
        and agency in {None, change.agency}
    ]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "ROWS_AT_ONCE", data.draw(st.sampled_from([1, 3, 100])))
        journal = journal_of(Path(folder), parts)
        assert list(journal.changes(since, until, kinds, sources, agency=agency)) == wanted
        merge_all(writing(Path(folder)))
        journal.refresh()
        assert list(journal.changes(since, until, kinds, sources, agency=agency)) == wanted


@given(streams(), st.sampled_from(["a", "b", "c", "d"]), st.sampled_from([None, "SFPD", "OPD"]))
@settings(max_examples=20)
def test_a_timeline_is_all_that_was_said_of_one_entity(parts: list[list[Change]], id_: str, agency: str | None):
    """In the order of the stream, across segments, of one agency or of all."""
    wanted = [
        change
        for part in parts
        for change in part
        if (change.kind, change.id) == ("unit", id_) and agency in {None, change.agency}
    ]
    with TemporaryDirectory() as folder:
        journal = journal_of(Path(folder), parts)
        assert list(journal.timeline("unit", id_, agency)) == wanted
        merge_all(writing(Path(folder)))
        journal.refresh()
        assert list(journal.timeline("unit", id_, agency)) == wanted


def test_a_long_timeline_is_found_among_many_row_groups(tmp_path: Path) -> None:
    """An entity whose rows begin in one row group and end in another is told whole."""
    changes = [told(TWO + i, f"U{i % 3}", {"speed_mps": float(i)}) for i in range(30_000)]
    journal = journal_of(tmp_path, [changes])
    assert list(journal.timeline("unit", "U1")) == changes[1::3]
    some = journal.timeline("unit", "U1", since=(TWO + 100) << 20, until=(TWO + 200) << 20)
    assert list(some) == [change for change in changes[1::3] if TWO + 100 < change.position >> 20 <= TWO + 200]


@pytest.mark.parametrize("after", [0, 1, 7, 19])
@pytest.mark.parametrize("asked", ["changes", "tables", "timeline"])
def test_segments_that_are_merged_while_they_are_read_double_and_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int, asked: str
) -> None:
    """Files vanish after so many changes: the reader looks anew and goes on where it was."""
    monkeypatch.setattr(window, "ROWS_AT_ONCE", 7)
    parts = [[told(TWO + part * 20 + i, f"U{i % 3}") for i in range(10)] for part in range(6)]
    changes = [change for part in parts for change in part]
    journal = journal_of(tmp_path, parts)
    if asked == "changes":
        found, wanted = journal.changes(0, 2**62), changes
    elif asked == "tables":
        found, wanted = itertools.chain.from_iterable(map(decode, journal.tables(0, 2**62))), changes
    else:
        found, wanted = journal.timeline("unit", "U0"), [change for change in changes if change.id == "U0"]
    before = list(itertools.islice(found, after))
    merge_all(writing(tmp_path))
    assert before + list(found) == wanted


def test_a_picture_survives_a_merge_too(tmp_path: Path) -> None:
    """Asked of a manifest that is out of date, the picture is the same."""
    journal = journal_of(tmp_path, [[told(TWO + i, f"U{i}")] for i in range(5)])
    before = sorted(entity.id for entity in journal.picture_at(journal.reaches_to))
    merge_all(writing(tmp_path))
    assert (
        sorted(entity.id for entity in journal.picture_at(journal.reaches_to)) == before == [f"U{i}" for i in range(5)]
    )


@pytest.mark.parametrize("harm", ["remove", "truncate", "scramble"])
def test_what_is_damaged_is_named(tmp_path: Path, harm: str) -> None:
    """A segment that is missing or cannot be read is said by its path, and that verify tells more."""
    journal = journal_of(tmp_path, [[told(TWO)], [told(TWO + 5)]])
    path = journal.state.of(CHANGES)[1].path
    file = tmp_path / "journal" / path
    if harm == "remove":
        file.unlink()
    elif harm == "truncate":
        file.write_bytes(file.read_bytes()[:-20])
    else:
        file.write_bytes(b"PAR1" + bytes(200) + b"PAR1")
    for ask in (
        lambda: list(journal.changes(0, 2**62)),
        lambda: list(journal.timeline("unit", "U1")),
        lambda: list(journal.picture_at(journal.reaches_to)),
    ):
        with pytest.raises(DamagedError, match=path) as told_:
            ask()
        assert "rtcc journal verify" in str(told_.value)


def test_the_picture_is_not_told_beyond_what_the_journal_has(tmp_path: Path) -> None:
    """A moment that the journal does not reach is refused with up to when it does; one within its last ms is not."""
    journal = journal_of(tmp_path, [[told(TWO + 500)]])
    assert [entity.id for entity in journal.picture_at(NOON + timedelta(milliseconds=500, microseconds=999))] == ["U1"]
    with pytest.raises(BeyondError, match=r"reaches to 2026-11-22T02:00:00\.500Z"):
        journal.picture_at(NOON + timedelta(milliseconds=501))


def test_a_moment_needs_a_zone() -> None:
    """A naive time means nothing here."""
    with pytest.raises(ValueError, match="needs a time zone"):
        position_at(datetime(2026, 11, 22))  # noqa: DTZ001


def test_far_moments_are_the_ends(tmp_path: Path) -> None:
    """The first and the last moment that can be written ask for everything."""
    journal = journal_of(tmp_path, [[told(TWO)]])
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert len(list(journal.changes(first, last))) == 1


class TestArea:
    """A change belongs to an area if its entity is there after it."""

    @pytest.fixture
    def journal(self, tmp_path: Path) -> Journal:
        """U1 comes in, speaks, and goes out; U2 is there from the beginning and leaves; U3 never says where it is."""
        return journal_of(
            tmp_path,
            [
                [told(TWO, "U2", {"lat": 1.0, "lon": 1.0, "district": "North", "beat": "N1"})],
                [told(TWO + 1, "U1", {"lat": 9.0, "lon": 9.0, "district": "South"})],
                [told(TWO + 2, "U3", {"status": "busy"})],
                [told(TWO + 3, "U1", {"lat": 2.0, "lon": 2.0, "district": "North"})],
                [told(TWO + 4, "U1", {"status": "busy"}, source="cad")],
                [told(TWO + 5, "U2", left=True)],
                [told(TWO + 6, "U1", {"lat": None, "lon": None, "district": None})],
                [told(TWO + 7, "U1", {"status": "available"})],
            ],
        )

    @pytest.mark.parametrize(
        "area",
        [
            Area.of_name("North"),
            Area.of_box(0, 0, 2, 2),
            Area.of_shape(shapely.box(0, 0, 2, 2)),
            Area.of_shape(shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(1.5, 1.5, 3, 3)])),
        ],
    )
    def test_each_way_of_saying_where(self, journal: Journal, area: Area) -> None:
        """By name, by box, by shape, with its edge; what leaves is where it was last, what says nothing is nowhere."""
        found = [change.position >> 20 for change in journal.changes(0, 2**62, area=area)]
        assert found == [TWO, TWO + 3, TWO + 4, TWO + 5]

    def test_a_beat_is_an_area_too(self, journal: Journal) -> None:
        """By the name that the entity says."""
        found = [change.position >> 20 for change in journal.changes(0, 2**62, area=Area.of_name("N1"))]
        assert found == [TWO, TWO + 5]

    def test_where_it_was_before_the_window_counts(self, journal: Journal) -> None:
        """A window that begins later knows where everything is by then, whoever said it."""
        area = Area.of_box(0, 0, 2, 2)
        found = journal.changes((TWO + 3) << 20, 2**62, area=area)
        assert [change.position >> 20 for change in found] == [TWO + 4, TWO + 5]
        only = journal.changes((TWO + 2) << 20, 2**62, sources={"cad"}, area=area)
        assert [change.position >> 20 for change in only] == [TWO + 4]


def test_a_manifest_that_grows_is_read_on(tmp_path: Path) -> None:
    """What is written later is there after a refresh, and not before."""
    writer = writing(tmp_path)
    write(writer, told(TWO))
    journal = reading(tmp_path)
    write(writer, told(TWO + 1))
    assert len(list(journal.changes(0, 2**62))) == 1
    journal.refresh()
    assert len(list(journal.changes(0, 2**62))) == 2


def test_a_timeline_loads_no_pandas(tmp_path: Path) -> None:
    """Reading for the first time takes milliseconds only as long as nothing makes Arrow load pandas."""
    from tests.running import ROOT, environment, subprocess

    journal_of(tmp_path, [[told(TWO + i, f"U{i % 2}") for i in range(20)]])
    code = f"""
import sys
from pathlib import Path
from rtcc.journal.place import Folder
from rtcc.journal.reader import Journal
from rtcc.journal.statistics import responses
journal = Journal(Folder(Path({str(tmp_path / "journal")!r})))
journal.refresh()
assert len(list(journal.timeline("unit", "U1"))) == 10
assert len(list(journal.changes(0, 2**62))) == 20
assert len(list(journal.picture_at(journal.reaches_to))) == 2
assert responses(journal) == []
assert "pandas" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, env=environment(), cwd=ROOT, timeout=60)
