"""The inbox keeps a batch until it is in the picture, even when the message that named it is lost."""

from __future__ import annotations

import pytest

from rtcc.model.wire import decode
from rtcc.picture.inbox import FORGOTTEN_AFTER_S, Inbox, open_inbox
from rtcc.picture.received import FIELD, Received, unpack
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.tasks import StoreUnavailable
from tests.factories import NOON, make_event


def test_a_batch_is_kept_until_it_is_finished(store: Store) -> None:
    """What was put can be taken any number of times; once finished it is gone."""
    names: list[str] = []
    inbox = Inbox(store, names.append)
    inbox.put([make_event()])
    for _ in range(2):
        batch = inbox.take(names[0])
        assert batch is not None
        assert decode(batch) == [make_event()]
    inbox.finish(names[0])
    assert inbox.take(names[0]) is None
    assert inbox.waiting() == 0


def test_many_events_become_several_batches(store: Store) -> None:
    """No batch holds more than 500 events."""
    names: list[str] = []
    inbox = Inbox(store, names.append)
    inbox.put([make_event(id_=f"U{n}") for n in range(1100)])
    assert [len(decode(inbox.take(name) or b"[]")) for name in names] == [500, 500, 100]


def test_a_batch_whose_message_was_lost_is_woken_again(store: Store) -> None:
    """Its wait begins anew then, so that it is not woken at every look; one that is young is left alone."""
    names: list[str] = []
    inbox = Inbox(store, names.append)
    inbox.put([make_event()])
    assert inbox.wake_forgotten() == 0
    assert inbox.wake_forgotten(older_than_s=-1) == 1
    assert names[0] == names[1]
    assert inbox.wake_forgotten(older_than_s=FORGOTTEN_AFTER_S) == 0


def test_a_message_that_cannot_be_sent_does_not_unkeep_the_batch(store: Store) -> None:
    """The store has it, so the sender may be told so; it is woken later."""

    def refuse(_: str) -> None:
        raise StoreUnavailable

    inbox = Inbox(store, refuse)
    inbox.put([make_event()])
    assert inbox.waiting() == 1


def test_a_store_that_is_away_keeps_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Then nobody is told otherwise."""
    nowhere = Settings(redis_url=f"unix://{tmp_path_factory.mktemp('x')}/none.sock")
    with pytest.raises(StoreUnavailable):
        open_inbox(nowhere).put([make_event()])


def test_bytes_are_kept_in_the_step_that_keeps_their_events(store: Store) -> None:
    """What events were received as stands beside their batch, once; and alone where nothing in it was an event."""
    names: list[str] = []
    inbox = Inbox(store, names.append)
    whole = Received(NOON, "cad", "application/json", b"[{}, {}]")
    inbox.put([make_event(id_=f"U{n}") for n in range(600)], [whole])
    inbox.put([], [whole._replace(body=b"nothing")])
    inbox.put([make_event()])
    kept = [unpack(entry[FIELD.encode()]) for _, entry in store.xrange(keys.RAW)]
    assert kept == [[whole], [whole._replace(body=b"nothing")]]
    assert len(names) == 3


def test_without_its_bytes_no_event_is_acknowledged(store: Store) -> None:
    """Where the store does not take the bytes, the sender is told to send all of it again."""
    store.set(keys.RAW, "a key of another type")
    with pytest.raises(StoreUnavailable):
        Inbox(store, print).put([make_event()], [Received(NOON, "cad", "", b"{}")])
