"""How often somebody may fail to prove who they are: by name, until an administrator helps, and by address."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import secrets
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from rtcc.access.account import folded
from rtcc.access.asked_store import AskedStore
from rtcc.store import keys

#: So long a failure counts.
WINDOW_S: Final = 15 * 60
#: So many failures under one name lock its account.
MOST_OF_NAME: Final = 5
#: So many failures from one address, under whatever names, and it must wait.
MOST_OF_ADDRESS: Final = 20
#: So often an address may do what is no guess and yet leaves something behind: go to the provider, say an unknown key.
MOST_VISITS: Final = 100
#: A name that nobody has seems to be locked for so long.
NOBODYS_LOCK_S: Final = 24 * 3600

# In one step, so that of many attempts at the same moment no more than the limit are made. An attempt counts as failed
# from its beginning; whoever was right is forgiven. What is refused does not count, or a wait would never end.
_COUNT = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1] - ARGV[2])
local failed = redis.call('ZCARD', KEYS[1])
if failed >= tonumber(ARGV[3]) then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
  return -math.max(1, math.ceil(oldest + ARGV[2] - ARGV[1]))
end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return failed + 1
"""


class TooManyError(RuntimeError):
    """An address from which too many attempts have failed."""

    def __init__(self, wait_s: int, *, is_first: bool = False) -> None:
        """Keep after how many seconds the next attempt may be made, and whether this is the first that is refused."""
        super().__init__(f"Too many attempts from this address have failed; try again in {-(-wait_s // 60)} minutes.")
        self.wait_s, self.is_first = wait_s, is_first


class Attempt(NamedTuple):
    """An attempt that is being made. ``of_name``: the how many-th under its name that counts; 0 is one too many."""

    id: str
    name: str
    address: str
    of_name: int

    @property
    def is_last(self) -> bool:
        """Whether the name is locked where this one fails too."""
        return self.of_name == MOST_OF_NAME


class Throttle:
    """The failed attempts of one installation. Every method raises AccessAway where the store cannot be asked."""

    def __init__(self, store: AskedStore, now: Callable[[], float] = time.time) -> None:
        """``now`` gives the Unix second."""
        self._store, self._now = store, now

    async def begin_from(self, address: str) -> Attempt:
        """Count an attempt from an address under no name. Raises TooManyError, before anything costs anything."""
        attempt, from_ = secrets.token_hex(8), _hash(f"address {network_of(address)}")
        await self._count_from(from_, MOST_OF_ADDRESS, attempt)
        return Attempt(attempt, "", from_, 1)

    async def visit(self, address: str) -> None:
        """Count what is no guess and yet leaves something behind, in the store or on record. Raises TooManyError."""
        await self._count_from(_hash(f"visit {network_of(address)}"), MOST_VISITS, secrets.token_hex(8))

    async def begin(self, name: str, address: str) -> Attempt:
        """Count an attempt under a name, there or not. Raises TooManyError, before anything costs anything."""
        attempt = await self.begin_from(address)
        of = _of(name)
        counted = await self._count(keys.failures(of), MOST_OF_NAME, attempt.id)
        return attempt._replace(name=of, of_name=max(counted, 0))

    async def forgive(self, attempt: Attempt) -> None:
        """Do not count an attempt: it was right, or was not made."""
        async with self._store.asked() as store:
            await store.zrem(keys.failures(attempt.address), attempt.id)
            if attempt.name:
                await store.zrem(keys.failures(attempt.name), attempt.id)

    async def forgive_name(self, attempt: Attempt) -> None:
        """Count an attempt for its address alone: under this name nothing was tried."""
        async with self._store.asked() as store:
            await store.zrem(keys.failures(attempt.name), attempt.id)

    async def clear(self, name: str) -> None:
        """Forget the failures under a name: its owner is in, or it is locked anyway."""
        async with self._store.asked() as store:
            await store.delete(keys.failures(_of(name)))

    async def lock_nobody(self, name: str) -> None:
        """Let a name that nobody has seem to be locked."""
        async with self._store.asked() as store:
            await store.set(keys.nobodys_lock(_of(name)), 1, ex=NOBODYS_LOCK_S)

    async def is_nobody_locked(self, name: str) -> bool:
        """Say whether a name that nobody has seems to be locked."""
        async with self._store.asked() as store:
            return bool(await store.exists(keys.nobodys_lock(_of(name))))

    async def _count_from(self, from_: str, most: int, attempt: str) -> None:
        counted = await self._count(keys.failures(from_), most, attempt)
        if counted < 0:
            async with self._store.asked() as store:
                is_first = await store.set(keys.refused_address(from_), 1, ex=-counted, nx=True)
            raise TooManyError(-counted, is_first=bool(is_first))

    async def _count(self, key: str, most: int, attempt: str) -> int:
        async with self._store.asked() as store:
            return await store.eval(_COUNT, 1, key, self._now(), WINDOW_S, most, attempt)


def network_of(address: str) -> str:
    """Return by what an address is counted: whoever has one of IPv6 has a whole network of them."""
    with contextlib.suppress(ValueError):
        known = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(known, ipaddress.IPv6Address):
            if known.ipv4_mapped is not None:
                return str(known.ipv4_mapped)
            return str(ipaddress.ip_network((known, 64), strict=False))
        return str(known)
    return address


def _of(name: str) -> str:
    return _hash(f"name {folded(name)}")


def _hash(what: str) -> str:
    # People type passwords where their name belongs; what they typed is kept nowhere.
    return hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()
