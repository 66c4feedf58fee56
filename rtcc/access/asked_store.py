"""The store as those ask it who decide about people: it answers soon, or nobody can say."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from rtcc.store.commands import AsyncStore, OpenAsync
from rtcc.store.connection import NoStoreError, StoreAway

#: A request waits no longer than this for the store to say whose session it is.
_ANSWER_S = 2.0


class AccessAway(RuntimeError):  # noqa: N818 - a state of the world, not a mistake
    """Nobody can say now who is signed in, may sign in, or said what for: the store does not answer."""


class AskedStore:
    """One client of the store, opened when it is first needed."""

    def __init__(self, connect: OpenAsync, says: str = "Nobody can sign in now: the store does not answer.") -> None:
        """``connect`` opens a client of the store, which need not run yet; ``says`` so while it is away."""
        self._connect, self._says = connect, says
        self._store: AsyncStore | None = None

    @contextlib.asynccontextmanager
    async def asked(self) -> AsyncIterator[AsyncStore]:
        """Give the store for a question or two. Raises AccessAway where it does not answer."""
        try:
            if self._store is None:
                self._store = self._connect()
            async with asyncio.timeout(_ANSWER_S):
                yield self._store
        except (NoStoreError, *StoreAway) as error:
            raise AccessAway(self._says) from error

    async def close(self) -> None:
        """Let go of the store."""
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(*StoreAway):
                await store.aclose()
