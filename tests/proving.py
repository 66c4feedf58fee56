"""Proving who one is, for tests: accounts, their throttle and a clock that is moved by hand, on a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from rtcc.access.accounts import Accounts
from rtcc.access.asked_store import AskedStore
from rtcc.access.passwords import Hashing
from rtcc.access.proof import Proof, ProofRefusedError
from rtcc.access.throttle import Throttle
from rtcc.settings import Settings
from rtcc.store.connection import connect_async

PASSWORD = "harbour crane at seven"
HERE = "198.51.100.7"
HASHED = PasswordHasher.from_parameters(CHEAPEST).hash(PASSWORD)


class Door:
    """Somebody who asks for proof, on a clock that is moved by hand."""

    def __init__(self, settings: Settings, data: Path) -> None:
        self.now = 1_800_000_000.0
        self.accounts = Accounts(data)
        self.store = AskedStore(partial(connect_async, settings))
        self.throttle = Throttle(self.store, lambda: self.now)
        self.hashing = Hashing(CHEAPEST)
        self.proof = Proof(self.accounts, self.hashing, self.throttle, lambda: self.now)
        for name in ("Ann", "Bo"):
            self.accounts.ensure(name, "officer", self.instant())
            self.accounts.set_password(name, HASHED)

    def instant(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    async def tries(self, name: str, password: str = "wrong", address: str = HERE) -> str:
        """Return why somebody is not let in, or "in"."""
        try:
            await self.proof.password(name, password, address)
        except ProofRefusedError as refusal:
            return refusal.why
        return "in"

    async def close(self) -> None:
        self.hashing.close()
        await self.store.close()


def told(settings: Settings, data: Path, story: Callable[[Door], Awaitable[Any]]) -> Any:
    """Tell a story at a door of its own, and return what it returns."""

    async def whole() -> Any:
        door = Door(settings, data)
        try:
            return await story(door)
        finally:
            await door.close()

    return asyncio.run(whole())
