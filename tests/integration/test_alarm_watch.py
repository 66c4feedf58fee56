"""The process that watches the alarms, against a real Valkey: one at a time, and from wherever the picture stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from rtcc.alarms import watch
from rtcc.alarms.parameters import read_plan
from rtcc.alarms.view import View
from rtcc.alarms.watch import AlarmWatch
from rtcc.picture import snapshot
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.store.connection import connect
from tests.factories import make_event


def emergency(settings: Settings, pressed: bool, unit: str = "U1") -> None:
    """Say at this moment whether a unit's button is pressed."""
    now = datetime.now(UTC)
    store = connect(settings)
    event = make_event("unit", unit, occurred_at=now, received_at=now, data={"emergency": pressed, "status": "busy"})
    PictureWriter(store, settings).apply([event])
    store.close()


def state(store: Store, id_: str) -> str:
    """Return the state of an alarm in the store."""
    stored = snapshot.read_entity(f"alarm:{id_}".encode(), store.hgetall(keys.entity("alarm", id_)))
    return str(stored.fields["state"]) if stored else ""


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(15):
        while not true():  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.02)


def watching(settings: Settings) -> AlarmWatch:
    """Return one that watches every rule, in a city of no areas."""
    return AlarmWatch(settings, read_plan({}), lambda: View({1: 60.0}))


def test_it_raises_what_holds_already(store: Store, settings: Settings) -> None:
    """What became true while nobody watched is raised by whoever begins."""
    emergency(settings, pressed=True)

    async def scenario() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(watching(settings).run(stop))
        await until(lambda: state(store, "unit_emergency:U1") == "active")
        stop.set()
        await running

    asyncio.run(scenario())
    assert store.exists(keys.ALARM_WATCH) == 0, "the watch is free again"


def test_one_watches_and_the_other_takes_over(store: Store, settings: Settings) -> None:
    """A second one waits while the first holds the watch, and goes on when that one ends; no alarm is raised twice."""

    async def scenario() -> None:
        first_stop, second_stop = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(watching(settings).run(first_stop))
        await until(lambda: store.exists(keys.ALARM_WATCH) == 1)
        second = asyncio.create_task(watching(settings).run(second_stop))
        emergency(settings, pressed=True)
        await until(lambda: state(store, "unit_emergency:U1") == "active")
        first_stop.set()
        await first
        emergency(settings, pressed=True, unit="U2")
        await until(lambda: state(store, "unit_emergency:U2") == "active")
        second_stop.set()
        await second

    asyncio.run(scenario())
    raised = [entry.decode().partition(" ")[2] for entry in store.zrange(keys.ALARM_RAISES, 0, -1)]
    assert sorted(raised) == ["unit_emergency:U1", "unit_emergency:U2"]


def test_what_was_loaded_newer_than_the_stream_is_not_undone(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A button that is pressed and released while the picture is loaded raises no alarm afterwards."""
    emergency(settings, pressed=False)
    load = snapshot.load

    async def slow_load(following):  # type: ignore[no-untyped-def]
        # After the place in the stream was taken, and before the picture is read.
        emergency(settings, pressed=True)
        emergency(settings, pressed=False)
        async for entity in load(following):
            yield entity

    monkeypatch.setattr(watch, "load", slow_load)

    async def scenario() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(watching(settings).run(stop))
        emergency(settings, pressed=True, unit="U2")
        await until(lambda: state(store, "unit_emergency:U2") == "active")
        stop.set()
        await running

    asyncio.run(scenario())
    assert state(store, "unit_emergency:U1") == ""
