"""Passwords: which are good enough, and their Argon2id hashes, made a few at a time so that nothing else must wait."""

from __future__ import annotations

import asyncio
import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from rtcc.access.breached import is_breached, is_common

T = TypeVar("T")
LONGEST: Final = 256
#: As many hashes are made at once: each takes 64 MiB for a tenth of a second.
AT_ONCE: Final = 2
#: So many wait for their turn, of one address and of all; whoever comes then is told to come back.
WAITING: Final = 32
WAITING_OF_ONE: Final = 6
_PRODUCT = ("rtcc", "realtimecrimecenter")
_SHORTEST_WORD = 4


class PasswordRefusedError(ValueError):
    """A password that is not good enough; the message says why in one sentence."""


class TooBusyError(RuntimeError):
    """More people prove who they are at this moment than can be asked."""


class PasswordRules:
    """Which passwords an installation takes: long enough, and none that others would try first."""

    def __init__(self, shortest: int = 12, breached_file: Path | None = None) -> None:
        """``breached_file`` holds SHA-1 hashes of passwords known from breaches, in order, one a line."""
        self.shortest, self._breached_file = shortest, breached_file

    def require(self, password: str, name: str) -> None:
        """Refuse a password for the account of this name. Raises PasswordRefusedError. May wait for a disk."""
        password = normal(password)
        if len(password) < self.shortest:
            raise PasswordRefusedError(f"This password is too short; it must have {self.shortest} characters or more.")
        if len(password) > LONGEST:
            raise PasswordRefusedError(f"This password is too long; it may have up to {LONGEST} characters.")
        if _has_name(password, name):
            raise PasswordRefusedError("This password holds your name or this program's; choose one that does not.")
        if is_common(password):
            raise PasswordRefusedError("This password is one of those that are tried first; choose another.")
        try:
            breached = self._breached_file is not None and is_breached(password, self._breached_file)
        except OSError as error:
            raise PasswordRefusedError(
                "No password can be set now: the list of breached ones (access.breached_file) cannot be read."
            ) from error
        if breached:
            raise PasswordRefusedError("This password is known from a breach elsewhere; choose another.")


class Hashing:
    """Makes and compares hashes in threads of its own. Unknown people cost what known people do."""

    def __init__(self, parameters: Parameters = RFC_9106_LOW_MEMORY) -> None:
        """Begin with the parameters that RFC 9106 recommends where memory is not plenty."""
        self._hasher = PasswordHasher.from_parameters(parameters)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._inside: dict[str, int] = {}
        self._counting = threading.Lock()
        self._nobodys: str | None = None
        #: Hashes computed so far, to compare or to keep.
        self.computed = 0

    async def make(self, password: str, address: str = "") -> str:
        """Return the hash of a password. Raises TooBusyError."""
        return await asyncio.wrap_future(self._queue(address, self._make, normal(password)))

    async def is_right(self, password: str, hashed: str | None, address: str = "") -> bool:
        """Say whether a password has this hash; where there is none it takes as long to say no. Raises TooBusyError."""
        return await asyncio.wrap_future(self._queue(address, self._is_right, normal(password), hashed))

    def is_old(self, hashed: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def close(self) -> None:
        """End the threads; what waits is not done any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _make(self, password: str) -> str:
        self.computed += 1
        return self._hasher.hash(password)

    def _is_right(self, password: str, hashed: str | None) -> bool:
        # For whoever comes first, known or not: it must not tell them apart.
        nobodys = self._nobodys = self._nobodys or self._hasher.hash(secrets.token_urlsafe())
        self.computed += 1
        try:
            self._hasher.verify(hashed or nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    def _queue(self, address: str, work: Callable[..., T], *told: str | None) -> Future[T]:
        with self._counting:
            inside = self._inside.get(address, 0)
            if sum(self._inside.values()) >= AT_ONCE + WAITING or inside >= AT_ONCE + WAITING_OF_ONE:
                raise TooBusyError("Too many people sign in at this moment; try again in a few seconds.")
            self._inside[address] = inside + 1
        try:
            future = self._threads.submit(work, *told)
        except RuntimeError:
            self._leave(address)
            raise
        # Not when the one who asked has gone away: the thread works on, and its memory is taken until then.
        future.add_done_callback(lambda _: self._leave(address))
        return future

    def _leave(self, address: str) -> None:
        with self._counting:
            self._inside[address] -= 1
            if not self._inside[address]:
                del self._inside[address]


def normal(password: str) -> str:
    """Return a password as it is compared, however a keyboard composed its letters."""
    # Half of a character is none, and would stop whoever hashes it.
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


def _has_name(password: str, name: str) -> bool:
    said = _letters(password)
    words = [word for word in map(_letters, name.split()) if len(word) >= _SHORTEST_WORD]
    whole = _letters(name)
    return any(word in said for word in (*words, *_PRODUCT, *([whole] if len(whole) >= _SHORTEST_WORD else [])))


def _letters(text: str) -> str:
    return "".join(letter for letter in normal(text).casefold() if letter.isalnum())
