"""A read of the stream that never ends must not leave every screen with an old picture that looks live."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

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


def test_a_read_that_never_ends_is_given_up(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub begins anew with another connection, and hears what came meanwhile."""
    monkeypatch.setattr(hub_module, "_STUCK_S", 0.3)

    async def follow() -> None:
        hung = asyncio.Event()
        hub = Hub(lambda: Hanging(connect_async(settings), hung), lambda _: 60.0)  # type: ignore[arg-type,return-value]
        running = asyncio.create_task(hub.run())
        async with asyncio.timeout(20):
            await hung.wait()
            await asyncio.to_thread(PictureWriter(store, settings).apply, [make_event(id_="slept-1")])
            while ("unit", "slept-1") not in hub.replica.entities:
                await hub.frame_after(hub.next_number)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(follow())
