"""Bytes as they were received, from the store into the journal: found in either, and kept only where there is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from rtcc.cli.feeds import redrive
from rtcc.journal.place import Folder
from rtcc.journal.raw_behind import raw_behind, raw_waiting
from rtcc.journal.reader import Journal
from rtcc.model.event import iso
from rtcc.model.wire import decode
from rtcc.picture.changes import Change
from rtcc.picture.deadletters import DeadLetters
from rtcc.picture.received import Received
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.web.outlet import Outlet
from tests.factories import NOON, body, make_event
from tests.journaling import in_the_stream, keep_until

BODY = b'{"kind": "unit", "id": "3D12"}'


@pytest.fixture
def kept(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a journal of the test's own, written often."""
    return settings.model_copy(update={"journal": str(tmp_path), "journal_segment_s": 0.05})


def received(store: Store, settings: Settings) -> Change:
    """Take in one event and the bytes it came in; return the change that it makes."""
    event = make_event(received_at=datetime.now(UTC))
    Outlet(settings).send([event], [Received(event.received_at, "cad", "application/json", BODY)])
    PictureWriter(store, settings).apply([event])
    return in_the_stream(store)[-1]


def test_bytes_wait_in_the_store_and_are_found_there(store: Store, kept: Settings) -> None:
    """Until the journal has them."""
    change = received(store, kept)
    (found,) = raw_waiting(store, change)
    assert (found.key, found.content_type, found.body) == ("cad", "application/json", BODY)
    assert iso(found.received_at) == change.received_at
    assert raw_waiting(store, replace(change, received_at=iso(NOON))) == []


def test_bytes_go_into_the_journal_and_out_of_the_store(store: Store, kept: Settings) -> None:
    """Then they are found there, and the store has room again."""
    change = received(store, kept)
    keep_until(kept, lambda: not store.xlen(keys.RAW))
    journal = Journal(Folder(Path(kept.journal_place())))
    journal.refresh()
    (found,) = raw_behind(journal, change)
    assert (iso(found.received_at), found.key, found.body) == (change.received_at, "cad", BODY)
    assert raw_waiting(store, change) == []


def test_without_a_journal_no_bytes_are_kept(store: Store, kept: Settings) -> None:
    """Nobody would ever take them out of the store."""
    received(store, kept.model_copy(update={"journal": "off"}))
    assert not store.exists(keys.RAW)


def test_a_dead_letter_of_the_picture_leads_back_too(store: Store, kept: Settings) -> None:
    """Whoever buries an event says when it was received."""
    store.set(keys.entity("unit", "3D12"), "a key of another type")
    event = make_event()
    Outlet(kept).send([event], [Received(event.received_at, "cad", "", BODY)])
    PictureWriter(store, kept).apply([event])
    (letter,) = DeadLetters(store).all()
    assert DeadLetters(store).find(letter.id) == letter
    assert [found.body for found in raw_waiting(store, letter)] == [BODY]
    assert DeadLetters(store).find("1-1") is DeadLetters(store).find("no id") is None


def test_an_event_that_is_sent_again_leads_to_the_bytes_of_its_letter(store: Store, settings: Settings) -> None:
    """It is received anew, at another moment, and so are they."""
    raw = orjson.dumps(body(make_event("camera", "again", occurred_at=NOON - timedelta(days=1), data={"name": "Dock"})))
    never = [b"[]", b'[["no", "batch"]]', b'{"no": "event"}', b"nothing"]
    DeadLetters(store).add_all(("letters", "It could not be taken then.", letter) for letter in [*never, raw])
    redrive(settings.data_dir)
    assert [letter.raw for letter in DeadLetters(store).all()] == never
    (name,) = store.zrange(keys.BATCHES, 0, -1)
    (event,) = decode(store.get(keys.batch(name.decode())) or b"[]")
    change = Change(1, event.kind, event.id, event.agency, event.source, {}, iso(NOON), iso(event.received_at))
    assert [found.body for found in raw_waiting(store, change)] == [raw]
