"""The process that keeps the journal, against a real Valkey: everything once, in order, and nothing trimmed before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Folder
from rtcc.journal.restore import restore
from rtcc.journal.segments import CHANGES, PICTURE, read_table
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from tests.factories import NOON, make_event
from tests.journaling import confirmed, in_the_journal, in_the_stream, is_journaled, keep_until, last_id


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a journal of the test's own, written often."""
    return settings.model_copy(update={"journal": str(tmp_path), "journal_segment_s": 0.05})


def root(settings: Settings) -> Path:
    """Return the folder of the journal."""
    return Path(settings.journal_place())


def drive(store: Store, settings: Settings, number: int, first: int = 0) -> None:
    """Move a unit so many times, one batch each."""
    writer = PictureWriter(store, settings)
    for i in range(first, first + number):
        at = NOON + timedelta(seconds=i)
        data = {"lat": 37.0 + i / 1000, "lon": -122.4, "status": "available"}
        writer.apply([make_event("unit", f"U{i % 3}", occurred_at=at, received_at=at, data=data)])


def test_every_change_is_in_the_journal_as_it_was_in_the_stream(store: Store, kept: Settings) -> None:
    """What the stream says the journal says, in the same words, and the store knows up to where."""
    drive(store, kept, 20)
    keep_until(kept, lambda: is_journaled(store))
    assert in_the_journal(root(kept)) == in_the_stream(store)
    assert store.hget(keys.JOURNAL, "total") == b"20"


def test_it_goes_on_where_it_ended(store: Store, kept: Settings) -> None:
    """A second run adds what came meanwhile, and nothing twice."""
    drive(store, kept, 5)
    keep_until(kept, lambda: is_journaled(store))
    drive(store, kept, 5, first=5)
    assert not is_journaled(store)
    keep_until(kept, lambda: is_journaled(store))
    assert in_the_journal(root(kept)) == in_the_stream(store)
    assert Manifest(Folder(root(kept))).refresh().gaps == []


def test_the_stream_keeps_what_the_journal_does_not_have(store: Store, kept: Settings) -> None:
    """However short the stream may be, nothing leaves it before the journal has it; then the rest goes."""
    short = kept.model_copy(update={"stream_length": 5})
    drive(store, short, 60)
    assert store.xlen(keys.CHANGES) == 60
    keep_until(short, lambda: is_journaled(store))
    before = confirmed(store)
    drive(store, short, 3, first=60)
    left = [change.position for change in in_the_stream(store)]
    assert store.xlen(keys.CHANGES) == 5 or left[0] == before
    keep_until(short, lambda: is_journaled(store))
    assert len(in_the_journal(root(short))) == 63


def test_a_whole_picture_stands_in_it_from_the_beginning(store: Store, kept: Settings) -> None:
    """The first run takes a picture at once: every entity as it stands, with who wrote which field."""
    drive(store, kept, 7)
    place = Folder(root(kept))
    keep_until(kept, lambda: is_journaled(store) and bool(Manifest(place).refresh().of(PICTURE)))
    (picture,) = Manifest(place).refresh().of(PICTURE)
    table = read_table(place, picture)
    assert table["_id"].to_pylist() == ["U0", "U1", "U2"]
    assert table["lat"].to_pylist() == [37.006, 37.004, 37.005]
    assert all("avl" in versions for versions in table["_versions"].to_pylist())


def test_a_store_that_was_emptied_is_a_gap_and_not_the_end(store: Store, kept: Settings) -> None:
    """When the store has lost its stream the journal says so, and goes on with what comes."""
    drive(store, kept, 4)
    keep_until(kept, lambda: is_journaled(store))
    had = in_the_journal(root(kept))
    store.flushall()
    drive(store, kept, 4, first=10)
    keep_until(kept, lambda: is_journaled(store))
    assert in_the_journal(root(kept)) == had + in_the_stream(store)
    state = Manifest(Folder(root(kept))).refresh()
    assert len(state.gaps) == 1
    assert state.upto == last_id(store)


def test_a_store_that_is_emptied_while_it_runs_is_a_gap_too(store: Store, kept: Settings) -> None:
    """The same without a restart: what was gathered is written, and the picture is taken anew."""
    place = Folder(root(kept))
    drive(store, kept, 4)
    emptied: list[int] = []

    def emptied_and_journaled_again() -> bool:
        if not emptied and is_journaled(store):
            emptied.append(1)
            store.flushall()
            drive(store, kept, 4, first=10)
        state = Manifest(place).refresh()
        return bool(emptied) and bool(state.gaps) and len(state.of(CHANGES)) > 1 and is_journaled(store)

    keep_until(kept, emptied_and_journaled_again)
    assert [change.occurred_at[17:19] for change in in_the_journal(root(kept))][-4:] == ["10", "11", "12", "13"]


def test_a_journal_begun_late_says_what_it_has_not(store: Store, kept: Settings) -> None:
    """Changes that left the stream before there was a journal are a gap, and the picture stands in for them."""
    off = kept.model_copy(update={"journal": "off", "stream_length": 5})
    drive(store, off, 30)
    assert store.xlen(keys.CHANGES) < 30
    place = Folder(root(kept))
    keep_until(kept, lambda: is_journaled(store) and bool(Manifest(place).refresh().of(PICTURE)))
    assert in_the_journal(root(kept)) == in_the_stream(store)
    assert [gap[0] for gap in Manifest(place).refresh().gaps] == ["0-0"]


def test_an_empty_store_is_waited_for_since_it_may_be_restored(store: Store, kept: Settings) -> None:
    """A keeper that starts before the restoring notes no gap, and goes on after it as if nothing had been."""
    drive(store, kept, 4)
    keep_until(kept, lambda: is_journaled(store))
    store.flushall()
    keep_until(kept, lambda: store.hget(keys.JOURNAL, "alive_at") is not None)
    assert Manifest(Folder(root(kept))).refresh().gaps == []
    store.unlink(keys.JOURNAL_WRITER)
    restore(kept, store)
    drive(store, kept, 4, first=10)
    keep_until(kept, lambda: is_journaled(store))
    assert Manifest(Folder(root(kept))).refresh().gaps == []
    assert len(in_the_journal(root(kept))) == 8
