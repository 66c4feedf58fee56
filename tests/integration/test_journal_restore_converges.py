"""A lost store and its journal, with the real script: later events make of what came back what they would have made."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rtcc.model.event import Event
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store.commands import Store
from rtcc.store.connection import connect
from tests.factories import NOON, histories
from tests.journaling import in_the_stream
from tests.pure_picture import PurePicture
from tests.restoring import lose_and_restore, write_journal
from tests.stored_picture import stored_picture

many = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder below which each generated history has its own journal."""
    number = 0

    def following() -> Iterator[Path]:
        nonlocal number
        while True:
            number += 1
            yield tmp_path_factory.mktemp(f"journal{number}")

    return following()


def deliver(store: Store, settings: Settings, events: list[Event], chance: random.Random) -> None:
    """Apply events in this order, in batches of any size."""
    writer = PictureWriter(store, settings, clock=NOON.timestamp)
    while events:
        size = chance.randint(1, 5)
        writer.apply(events[:size])
        events = events[size:]


def journaled(store: Store, kept: Settings, history: list[Event], chance: random.Random) -> None:
    """Apply a history and write it down, with whole pictures here and there."""
    cut = chance.randint(0, len(history))
    deliver(store, kept, history[:cut], chance)
    if chance.random() < 0.7:
        write_journal(store, kept, picture=chance.random() < 0.7)
    deliver(store, kept, history[cut:], chance)
    write_journal(store, kept)
    assume(in_the_stream(store))


def _that_only_add(history: list[Event]) -> list[Event]:
    filled = [
        event._replace(data={name: value for name, value in event.data.items() if value is not None})
        for event in history
        if event.data is not None
    ]
    return [event for event in filled if event.data]


def _that_clear_nothing(history: list[Event]) -> list[Event]:
    return [event for one in history for event in ([one] if one.data is None else _that_only_add([one]))]


additions = histories.map(_that_only_add).filter(bool)
#: Without a field that is cleared: who has none left is restored as one who was withdrawn.
words_and_withdrawals = histories.map(_that_clear_nothing).filter(bool)


@many
@given(history=histories, seed=st.integers(0, 2**32))
def test_the_picture_comes_back(valkey_settings: Settings, folders: Iterator[Path], history, seed) -> None:
    """Whatever was said, cleared and withdrawn: the picture is the same, and so is who wrote what there last."""
    store, chance = connect(valkey_settings), random.Random(seed)
    store.flushall()
    kept = valkey_settings.model_copy(update={"journal": str(next(folders))})
    journaled(store, kept, history, chance)
    before = stored_picture(store)
    restored = lose_and_restore(store, kept)
    assert stored_picture(store) == before
    assert restored.entities == sum(map(len, before.values()))
    store.close()


@many
@given(history=words_and_withdrawals, later=words_and_withdrawals, seed=st.integers(0, 2**32))
def test_what_is_sent_again_ends_in_the_picture_without_the_loss(
    valkey_settings: Settings, folders: Iterator[Path], history, later, seed
) -> None:
    """Doubled, late and new events in any order after the restore: the model's picture of all that was ever said."""
    store, chance = connect(valkey_settings), random.Random(seed)
    store.flushall()
    kept = valkey_settings.model_copy(update={"journal": str(next(folders))})
    journaled(store, kept, history, chance)
    lose_and_restore(store, kept)
    again = history + later + chance.choices(history, k=len(history) // 2)
    chance.shuffle(again)
    deliver(store, kept, again, chance)
    assert stored_picture(store) == PurePicture(history + later).entities()
    store.close()


@many
@given(history=additions, later=histories, seed=st.integers(0, 2**32))
def test_after_a_whole_picture_late_events_alone_do_what_they_would_have_done(
    valkey_settings: Settings, folders: Iterator[Path], history, later, seed
) -> None:
    """Every field came back with its version: what is late stays late although nothing else is sent again."""
    store, chance = connect(valkey_settings), random.Random(seed)
    store.flushall()
    kept = valkey_settings.model_copy(update={"journal": str(next(folders))})
    deliver(store, kept, history, chance)
    write_journal(store, kept, picture=True)
    lose_and_restore(store, kept)
    deliver(store, kept, later, chance)
    assert stored_picture(store) == PurePicture(history + later).entities()
    store.close()
