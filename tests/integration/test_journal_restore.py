"""A lost store and its journal: what comes back, how it goes on, and into what nothing is restored."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Folder
from rtcc.journal.restore import RestoreError, restore
from rtcc.model.event import iso
from rtcc.picture.changes import cursor_of, seconds_of
from rtcc.picture.inbox import Inbox
from rtcc.picture.rebuild import Rebuild
from rtcc.picture.received import FIELD, Received, pack
from rtcc.picture.retention import retire
from rtcc.picture.snapshot import StoredEntity
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from tests.factories import NOON, make_event
from tests.journaling import in_the_journal, in_the_stream, is_journaled, keep_until
from tests.restoring import all_of, lose_and_restore, write_journal
from tests.stored_picture import stored_picture


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a journal of the test's own."""
    return settings.model_copy(update={"journal": str(tmp_path), "journal_segment_s": 0.05})


def a_day(store: Store, kept: Settings) -> None:
    """Bring in one of everything: present, leaving, left, withdrawn, come back, of two agencies, cleared in part."""
    writer = PictureWriter(store, kept, clock=NOON.timestamp)
    early, late = NOON - timedelta(seconds=9), NOON + timedelta(seconds=9)
    closed = {"status": "closed", "priority": 2}
    writer.apply([make_event("incident", "I-left", data=closed), make_event("incident", "I-back", data=closed)])
    retire(store, kept, clock=lambda: NOON.timestamp() + kept.incident_leaves_after_s + 1)
    writer.apply(
        [
            make_event("incident", "I-back", occurred_at=late, data={"status": "pending", "address": 'a "b" ü'}),
            make_event("incident", "I-ends", sequence=4, data=closed),
            make_event("incident", "I-ends", sequence=4, data={"address": "in the same layer"}),
            make_event("call", "C-1", data={"state": "ended"}),
            make_event("detection", "D-1", data={"detection_type": "gunshot", "confidence": 0.5, "rounds": 3}),
            make_event("unit", "U-1"),
            make_event("unit", "U-1", agency="BART", source="other"),
            make_event("unit", "U-2", occurred_at=early),
            make_event("camera", "K-1", data={"name": "Dock", "lat": 37.0, "lon": -122}),
            make_event("notice", "W-1", data={"state": "active", "expires_at": iso(NOON + timedelta(hours=2))}),
            make_event("notice", "W-2", data={"state": "ended", "event": "Flood"}),
            make_event("unit", "U-3", data={"lat": 37.0, "lon": -122.0, "stale_at": iso(late)}),
        ]
    )
    writer.apply(
        [make_event("unit", "U-2", data=None), make_event("camera", "K-1", occurred_at=late, data={"name": None})]
    )


@pytest.mark.parametrize("picture", [True, False])
def test_the_store_is_as_the_script_had_left_it(store: Store, kept: Settings, picture: bool) -> None:
    """Layers, versions, who leaves when, tombstones, the stream's last id: all as before, with or without a picture."""
    a_day(store, kept)
    write_journal(store, kept, picture=picture)
    before = all_of(store)
    told = {change.id: change.position for change in in_the_stream(store) if change.fields is None}
    restored = lose_and_restore(store, kept)
    assert all_of(store) == before
    assert (restored.entities, restored.departed, restored.gap) == (10, 2, None)
    for member, forgotten_at in store.zrange(keys.TOMBSTONES, 0, -1, withscores=True):
        told_at = seconds_of(told[member.decode().partition(":")[2]])
        assert forgotten_at == int(told_at) + kept.tombstone_kept_s


def test_who_left_stays_gone_and_who_ended_leaves(store: Store, kept: Settings) -> None:
    """Late events do not revive a restored tombstone, news does; what had ended leaves in its time."""
    a_day(store, kept)
    write_journal(store, kept)
    lose_and_restore(store, kept)
    writer = PictureWriter(store, kept, clock=NOON.timestamp)
    late, news = (NOON + timedelta(seconds=seconds) for seconds in (-1, 1))
    writer.apply([make_event("incident", "I-left", occurred_at=late, data={"address": "late"})])
    writer.apply([make_event("unit", "U-2", occurred_at=late)])
    assert "I-left" not in stored_picture(store)["incident"]
    assert "U-2" not in stored_picture(store)["unit"]
    writer.apply([make_event("incident", "I-left", occurred_at=news, data={"status": "pending"})])
    assert stored_picture(store)["incident"]["I-left"] == {"status": "pending"}
    retire(store, kept, clock=lambda: NOON.timestamp() + kept.incident_leaves_after_s + 1)
    assert set(stored_picture(store)["incident"]) == {"I-back", "I-left"}


def test_who_came_back_after_a_whole_picture_did_not_exist_before(store: Store, kept: Settings) -> None:
    """The picture does not know of who was withdrawn then, the changes before it do."""
    writer = PictureWriter(store, kept, clock=NOON.timestamp)
    late, news = (NOON + timedelta(seconds=seconds) for seconds in (-1, 1))
    writer.apply([make_event("unit", "U-1"), make_event("unit", "U-2")])
    writer.apply([make_event("unit", "U-1", data=None)])
    write_journal(store, kept, picture=True)
    writer.apply([make_event("unit", "U-1", occurred_at=news, data={"status": "busy"})])
    write_journal(store, kept)
    lose_and_restore(store, kept)
    writer.apply([make_event("unit", "U-1", occurred_at=late, data={"callsign": "late"})])
    assert stored_picture(store)["unit"]["U-1"] == {"status": "busy"}


def test_the_journal_goes_on_without_a_gap(store: Store, kept: Settings) -> None:
    """What comes after the restore follows in the journal, by the same process: nothing twice, nothing missing."""
    a_day(store, kept)
    keep_until(kept, lambda: is_journaled(store))
    had = in_the_journal(Path(kept.journal_place()))
    lose_and_restore(store, kept)
    assert is_journaled(store)
    PictureWriter(store, kept).apply([make_event("unit", "U-9")])
    keep_until(kept, lambda: is_journaled(store))
    state = Manifest(Folder(Path(kept.journal_place()))).refresh()
    assert state.gaps == []
    assert in_the_journal(Path(kept.journal_place())) == had + in_the_stream(store)
    assert store.hget(keys.JOURNAL, "total") == b"1"


def test_what_is_new_comes_after_what_the_journal_has(store: Store, kept: Settings) -> None:
    """Changes and raw bytes, also where this store's clock is behind that of the one that was lost."""
    ahead = f"{2**42}-7"
    about = b'"kind":"unit","id":"U-1","agency":"SFPD","source":"avl","fields":{"status":"busy"}'
    times = b'"occurred_at":"2026-11-22T12:00:09Z","received_at":"2026-11-22T12:00:09Z"'
    store.xadd(keys.CHANGES, {"c": b"[{%b,%b}]" % (about, times)}, id=ahead)
    body = Received(NOON, "cad", "application/json", b"{}")
    store.xadd(keys.RAW, {FIELD: pack([body])}, id=ahead)
    write_journal(store, kept)
    lose_and_restore(store, kept)
    assert not store.xlen(keys.RAW)
    assert store.hget(keys.JOURNAL, "raw") == ahead.encode()
    Inbox(store, lambda _: None).put([], [body])
    PictureWriter(store, kept).apply([make_event("unit", "U-9")])
    ((raw_id, _),) = store.xrange(keys.RAW)
    (change,) = in_the_stream(store)
    assert cursor_of(change.position) == raw_id.decode() == f"{2**42}-8"


def test_only_an_empty_store_is_restored_into(store: Store, kept: Settings) -> None:
    """A picture that is there is left alone, and so is a journal that somebody keeps."""
    a_day(store, kept)
    write_journal(store, kept)
    before = all_of(store)
    with pytest.raises(RestoreError, match="empty"):
        restore(kept, store)
    assert all_of(store) == before
    store.flushall()
    lock = store.lock(keys.JOURNAL_WRITER, timeout=60, blocking=False, thread_local=False)
    assert lock.acquire()
    with pytest.raises(RestoreError, match="end RTCC first"):
        restore(kept, store)
    assert not store.exists(keys.PRESENT)


def test_without_a_journal_there_is_nothing_to_restore(store: Store, kept: Settings) -> None:
    """Said in a sentence, and nothing is written."""
    with pytest.raises(RestoreError, match="nothing to restore"):
        restore(kept, store)
    with pytest.raises(RestoreError, match="off"):
        restore(kept.model_copy(update={"journal": "off"}), store)
    assert store.dbsize() == 0


def half(store: Store, kept: Settings) -> Rebuild:
    """Rebuild half a picture, with an entity that the journal knows nothing of (any more)."""
    upto = Manifest(Folder(Path(kept.journal_place()))).refresh().position
    rebuild = Rebuild(store, kept, upto)
    rebuild.begin()
    version = {"status": "0" * 37}
    rebuild.put([StoredEntity("unit", "half", "SFPD", {"status": "busy"}, 1, 0, {"status": "avl"}, version)])
    return rebuild


def test_a_restore_that_was_killed_is_run_again(store: Store, kept: Settings) -> None:
    """Whatever it has left: the next one ends in the same store as one that was never killed."""
    a_day(store, kept)
    write_journal(store, kept)
    before = all_of(store)
    store.flushall()
    half(store, kept)
    restore(kept, store)
    assert all_of(store) == before


def test_half_a_picture_that_went_on_is_said(store: Store, kept: Settings) -> None:
    """Where RTCC was started with it, or runs meanwhile, the restore does not pretend to be whole."""
    a_day(store, kept)
    write_journal(store, kept)
    store.flushall()
    rebuild = half(store, kept)
    PictureWriter(store, kept).apply([make_event("unit", "U-9")])
    with pytest.raises(RestoreError, match="half"):
        restore(kept, store)
    with pytest.raises(RuntimeError, match="empty the store"):
        rebuild.finish("0-0")
    assert [change.id for change in in_the_stream(store)] == ["U-9"]
