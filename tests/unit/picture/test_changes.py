"""Places in the stream: how they read and order, and whether the stream still reaches back to one."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.picture.changes import cursor_of, instant_of, last_changes, last_position, position_of, reaches_back_to
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.store.connection import connect_async
from tests.factories import NOON, make_event

places = st.tuples(st.integers(0, 2**50), st.integers(0, 2**20 - 1))


@given(places, places)
def test_positions_order_as_stream_ids_do(one: tuple[int, int], other: tuple[int, int]) -> None:
    """A cursor and its position name the same place, and the greater position is the later one."""
    positions = [position_of(f"{ms}-{number}") for ms, number in (one, other)]
    assert [cursor_of(p) for p in positions if p is not None] == ["{}-{}".format(*one), "{}-{}".format(*other)]
    assert (positions[0] < positions[1]) == (one < other)


@pytest.mark.parametrize(
    "text", ["", "-", "1", "1-", "-1", "1-2-3", "a-1", "1-a", "+1-1", "1 -1", "٣-٣", "²-1", "1-" * 99]
)
def test_other_texts_name_no_place(text: str) -> None:
    """Whatever a client sends as a cursor, it is a place or it is none."""
    assert position_of(text) is None


def test_a_place_tells_its_time() -> None:
    """To the millisecond, in UTC."""
    assert instant_of(position_of("1700000000123-4") or 0) == "2023-11-14T22:13:20.123Z"


def of_the_stream(settings: Settings, position: int) -> tuple[bool, int]:
    """Return whether the stream reaches back to a position, and where it ends."""

    async def ask() -> tuple[bool, int]:
        store = connect_async(settings)
        try:
            return await reaches_back_to(store, position), await last_position(store)
        finally:
            await store.aclose()

    return asyncio.run(ask())


def write(store: Store, settings: Settings, count: int, start: int = 0) -> None:
    """Let so many batches of one change enter the stream."""
    writer = PictureWriter(store, settings)
    for number in range(start, start + count):
        writer.apply([make_event(occurred_at=NOON + timedelta(seconds=number), data={"callsign": f"{number}"})])


def test_an_empty_stream_reaches_back_to_the_beginning_only(settings: Settings, store: Store) -> None:
    """Who has seen nothing has missed nothing; who has seen something saw another stream."""
    assert of_the_stream(settings, 0) == (True, 0)
    assert of_the_stream(settings, 1) == (False, 0)


def test_a_stream_that_lost_nothing_reaches_back_to_all_of_itself(settings: Settings, store: Store) -> None:
    """From the beginning to its end, and not beyond."""
    write(store, settings, 3)
    _, end = of_the_stream(settings, 0)
    assert [of_the_stream(settings, position)[0] for position in (0, end, end + 1)] == [True, True, False]


def test_a_trimmed_stream_reaches_back_to_what_it_holds(settings: Settings, store: Store) -> None:
    """Who has seen all that left it goes on, without having seen its oldest entry; who is behind that does not."""
    few = settings.model_copy(update={"stream_length": 5, "journal": "off"})
    write(store, few, 20)
    left = position_of((store.hget(keys.COUNTERS, "trimmed") or b"").decode())
    oldest = position_of(store.xrange(keys.CHANGES)[0][0].decode())
    assert left is not None
    assert oldest is not None
    assert left < oldest
    assert [of_the_stream(settings, position)[0] for position in (0, left - 1, left, oldest)] == [
        False,
        False,
        True,
        True,
    ]


def test_the_last_changes_are_read_back_in_order(settings: Settings, store: Store) -> None:
    """As many as asked for, the oldest first, up to a place and not beyond."""
    write(store, settings, 150)

    async def read(most: int) -> list[str]:
        client = connect_async(settings)
        try:
            return [
                change.fields["callsign"] for change in await last_changes(client, await last_position(client), most)
            ]
        finally:
            await client.aclose()

    assert asyncio.run(read(1000)) == [f"{number}" for number in range(150)]
    some = asyncio.run(read(100))
    assert some == [f"{number}" for number in range(150 - len(some), 150)]
    assert len(some) >= 100
