"""The store as those ask it who decide about a sign-in: it answers soon, or nobody is let in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from rtcc.access.sessions import SessionsAway
from rtcc.store.commands import AsyncStore, OpenAsync
from rtcc.store.connection import NoStoreError, StoreAway

_ANSWER_S = 2.0


class AskedStore:
    """One client of the store, opened when it is first needed."""

    def __init__(self, connect: OpenAsync) -> None:
        """``connect`` opens a client of the store, which need not run yet."""
        self._connect = connect
        self._store: AsyncStore | None = None

    @contextlib.asynccontextmanager
    async def asked(self) -> AsyncIterator[AsyncStore]:
        """Give the store for a question or two. Raises SessionsAway where it does not answer."""
        try:
            if self._store is None:
                self._store = self._connect()
            async with asyncio.timeout(_ANSWER_S):
                yield self._store
        except (NoStoreError, *StoreAway) as error:
            raise SessionsAway("Nobody can sign in now: the store does not answer.") from error

    async def close(self) -> None:
        """Let go of the store."""
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(*StoreAway):
                await store.aclose()
