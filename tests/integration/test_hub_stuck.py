"""A read of the stream that never ends must not leave every screen with an old picture that looks live."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreLost

from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store.commands import AsyncStore, Store
from rtcc.store.connection import connect_async
from rtcc.web import hub as hub_module
from rtcc.web.hub import Hub
from tests.factories import make_event


class Hanging:
    """A client of the real store on which the first blocking read of the stream of all clients never ends."""

    def __init__(self, store: AsyncStore, hung: asyncio.Event) -> None:
        self._store, self._hung = store, hung

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def xread(self, *streams: Any, **options: Any) -> Any:
        if options.get("block") is not None and not self._hung.is_set():
            self._hung.set()
            await asyncio.Event().wait()
        return await self._store.xread(*streams, **options)


class Deaf:
    """A client whose first question for the feeds loses the cancellation that comes with the loss of the store."""

    def __init__(self, store: AsyncStore, asked: asyncio.Event) -> None:
        self._store, self._asked = store, asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def xread(self, *streams: Any, **options: Any) -> Any:
        if options.get("block") is not None and not self._asked.is_set():
            await self._asked.wait()
            raise StoreLost
        return await self._store.xread(*streams, **options)

    async def hgetall(self, key: str) -> Any:
        if not self._asked.is_set():
            self._asked.set()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        return await self._store.hgetall(key)


def test_a_read_that_never_ends_is_given_up(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub begins anew with another connection, and hears what came meanwhile."""
    monkeypatch.setattr(hub_module, "_STUCK_S", 0.3)
    hears_again(settings, store, Hanging)


def test_a_question_that_loses_its_cancellation_does_not_hold_the_hub(settings: Settings, store: Store) -> None:
    """After a loss of the store the hub begins anew, though one of its readers never heard that it is over."""
    hears_again(settings, store, Deaf)


def hears_again(settings: Settings, store: Store, client: Callable[[AsyncStore, asyncio.Event], Any]) -> None:
    async def follow() -> None:
        failed = asyncio.Event()
        hub = Hub(lambda: client(connect_async(settings), failed), lambda _: 60.0)
        running = asyncio.create_task(hub.run())
        async with asyncio.timeout(20):
            await failed.wait()
            await asyncio.to_thread(PictureWriter(store, settings).apply, [make_event(id_="slept-1")])
            while ("unit", "slept-1") not in hub.replica.entities:
                await hub.frame_after(hub.next_number)
        running.cancel()
        await asyncio.wait_for(asyncio.gather(running, return_exceptions=True), 20)

    asyncio.run(follow())
