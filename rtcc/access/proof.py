"""Whether somebody is who they say: password and second factor, held to how often one may fail."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, Literal

from rtcc.access.account import Account, Shut
from rtcc.access.accounts import AccountRefusedError, Accounts
from rtcc.access.passwords import LONGEST, Hashing, TooBusyError, normal
from rtcc.access.second_factor import is_recovery, recovery_hash, step_of
from rtcc.access.throttle import Throttle, TooManyError

Why = Literal["wrong", "locked", "just locked", "disabled", "unused", "too many", "still too many", "too busy"]
LOCKED: Final = (
    "After too many failed attempts this account is locked, until an administrator opens it: "
    "in RTCC under People, or with `rtcc users unlock`."
)


class ProofRefusedError(RuntimeError):
    """Somebody is not let in; the message says why, to whoever it is, in one sentence."""

    def __init__(self, why: Why, sentence: str, wait_s: int | None = None) -> None:
        """Keep why, and after how many seconds another attempt may be made, where that is the reason."""
        super().__init__(sentence)
        self.why, self.wait_s = why, wait_s


class Proof:
    """Asks for proof. Raises ProofRefusedError where there is none, AccessAway where the store cannot be asked.

    Whoever guesses learns nothing from it: a name that nobody has gets the same answers, and costs the same.
    """

    def __init__(
        self, accounts: Accounts, hashing: Hashing, throttle: Throttle, now: Callable[[], float] = time.time
    ) -> None:
        """``now`` gives the Unix second."""
        self._accounts, self._hashing, self._throttle, self._now = accounts, hashing, throttle, now

    async def password(self, name: str, password: str, address: str) -> Account:
        """Return the account whose name and password these are; a second factor is still to be asked for."""
        account = self._accounts.get(name)
        hashed = None if account is None else account.password
        # What is too long to be a password would only cost time.
        tried = password if len(normal(password)) <= LONGEST else ""

        async def is_right() -> bool:
            return await self._hashing.is_right(tried, hashed, address)

        await self._require(name, address, is_right, "The name or the password is not right.")
        account = self._accounts.get(name)
        if account is None or hashed is None:
            raise ProofRefusedError("wrong", "The name or the password is not right.")
        self.require_open(account)
        if self._hashing.is_old(hashed):
            # What can be put off is, where many sign in at once.
            with contextlib.suppress(TooBusyError):
                made = await self._hashing.make(tried, address)
                await asyncio.to_thread(self._accounts.rehash, name, hashed, made)
        return account

    async def second_factor(self, name: str, code: str, address: str) -> Literal["code", "recovery code"]:
        """Take a code of somebody's second factor, or one of their recovery codes; say which it was."""
        recovery = is_recovery(code)

        async def is_right() -> bool:
            with contextlib.suppress(AccountRefusedError):
                if recovery:
                    return await asyncio.to_thread(self._accounts.use_recovery, name, recovery_hash(code))
                account = self._accounts.get(name)
                if account is not None and account.totp is not None:
                    step = step_of(account.totp, code, self._now())
                    return step is not None and await asyncio.to_thread(self._accounts.use_step, name, step)
            return False

        await self._require(name, address, is_right, "This code is not right, or has been used. Wait for the next one.")
        account = self._accounts.get(name)
        if account is not None:
            self.require_open(account)
        return "recovery code" if recovery else "code"

    async def is_in(self, name: str) -> None:
        """Note that somebody has proved all there is to prove: their failures are forgotten, the account is in use."""
        await self._throttle.clear(name)
        await asyncio.to_thread(self._accounts.used, name, self._instant())

    def require_open(self, account: Account) -> None:
        """Refuse an account that lets nobody in, its owner neither."""
        if account.locked_at is not None:
            raise ProofRefusedError("locked", LOCKED)
        shut = self._accounts.shut(account, self._instant())
        if shut is not None:
            raise ProofRefusedError(shut, shut_sentence(account, shut, self._accounts.unused_days))

    async def _require(self, name: str, address: str, is_right: Callable[[], Awaitable[bool]], wrong: str) -> None:
        try:
            attempt = await self._throttle.begin(name, address)
        except TooManyError as error:
            why: Why = "too many" if error.is_first else "still too many"
            raise ProofRefusedError(why, str(error), error.wait_s) from error
        seems_locked = await self._throttle.is_nobody_locked(name)
        if attempt.of_name == 0 or self._is_locked(name, seems_locked):
            # Or it would be locked again at once when somebody has opened it.
            await self._throttle.forgive_name(attempt)
            raise ProofRefusedError("locked", LOCKED)
        try:
            right = await is_right()
        except TooBusyError as error:
            await self._throttle.forgive(attempt)
            raise ProofRefusedError("too busy", str(error), 5) from error
        if self._is_locked(name, seems_locked):
            # Somebody else's failures have locked it in the meantime.
            raise ProofRefusedError("locked", LOCKED)
        if right:
            await self._throttle.forgive(attempt)
            return
        if not attempt.is_last:
            raise ProofRefusedError("wrong", wrong)
        await self._lock(name)
        raise ProofRefusedError("just locked", LOCKED)

    def _is_locked(self, name: str, seems_locked: bool) -> bool:
        account = self._accounts.get(name)
        return seems_locked if account is None else account.locked_at is not None

    async def _lock(self, name: str) -> None:
        # The same for a name that nobody has, or the last attempt before the lock would take less time for it.
        await asyncio.to_thread(self._accounts.lock_if_there, name, self._instant())
        await self._throttle.lock_nobody(name)
        await self._throttle.clear(name)

    def _instant(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def shut_sentence(account: Account, shut: Shut, unused_days: int) -> str:
    """Say why an account lets its owner in no more, and who can help."""
    helps = "An administrator can enable it: in RTCC under People, or with `rtcc users enable`."
    if shut == "disabled":
        return f"The account of {account.name} is disabled. {helps}"
    return f"Nobody has used the account of {account.name} for {unused_days} days, so it is disabled. {helps}"
