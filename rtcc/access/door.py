"""All that letting people in by name and password needs, made once for a web process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from rtcc.access.accounts import Accounts
from rtcc.access.asked_store import AskedStore
from rtcc.access.half_way import SigningIn
from rtcc.access.passwords import Hashing, PasswordRules
from rtcc.access.proof import Proof
from rtcc.access.throttle import Throttle
from rtcc.settings import Settings
from rtcc.store.connection import connect_async


@dataclass(frozen=True, slots=True)
class Door:
    """Who proves what to whom: ``proof`` asks, ``rules`` and ``hashing`` are for passwords that are set."""

    accounts: Accounts
    store: AskedStore
    hashing: Hashing
    rules: PasswordRules
    throttle: Throttle
    proof: Proof
    signing_in: SigningIn
    #: Whether a password alone lets nobody in.
    needs_second_factor: bool

    async def close(self) -> None:
        """Let go of the store and end the threads."""
        self.hashing.close()
        await self.store.close()


def open_door(settings: Settings, accounts: Accounts) -> Door:
    """Return what an installation with these settings lets people in by."""
    access = settings.access
    store, hashing = AskedStore(partial(connect_async, settings)), Hashing()
    throttle = Throttle(store)
    return Door(
        accounts,
        store,
        hashing,
        PasswordRules(access.password_min, access.breached_file),
        throttle,
        Proof(accounts, hashing, throttle),
        SigningIn(store),
        access.second_factor,
    )
