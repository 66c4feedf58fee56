"""How every process reaches the store: by `RTCC_REDIS_URL`, or the embedded server of this data folder."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import redis
import redis.asyncio
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, LockError, ReadOnlyError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from rtcc.settings import Settings
from rtcc.store.commands import AsyncStore, Store

#: What a store that is away, starting or full answers with: the work is not done and may be tried again.
StoreAway = (RedisConnectionError, RedisTimeoutError, BusyLoadingError, ReadOnlyError, OSError)
#: What the store answers to a command that it will never accept.
StoreRefused = ResponseError
#: What a lock raises that is held by somebody else, or by nobody, by now.
LockLost = LockError


class NoStoreError(RuntimeError):
    """No address is configured and no embedded server runs in the data folder."""


def address_file(data_dir: Path) -> Path:
    """Return the file in which the embedded server's address stands while it runs."""
    return data_dir / "store" / "address"


def store_url(settings: Settings) -> str:
    """Return the URL of the store; raises NoStoreError where there is none."""
    if settings.redis_url:
        return settings.redis_url
    try:
        return address_file(settings.data_dir).read_text().strip()
    except FileNotFoundError:
        raise NoStoreError(
            f"No store runs for {settings.data_dir}: start `rtcc up` with the same --data, or set RTCC_REDIS_URL."
        ) from None


def connect(settings: Settings, *, timeout_s: float = 5.0) -> Store:
    """Return a client for plain code. No retry inside: whoever calls knows what may be done twice."""
    client = redis.Redis.from_url(
        store_url(settings), socket_timeout=timeout_s, socket_connect_timeout=timeout_s, retry=Retry(NoBackoff(), 0)
    )
    return cast("Store", client)


def connect_async(settings: Settings, *, timeout_s: float = 4.0) -> AsyncStore:
    """Return a client for the web process; its timeout leaves room for blocking reads of the stream."""
    client = redis.asyncio.Redis.from_url(
        store_url(settings), socket_timeout=timeout_s, socket_connect_timeout=timeout_s
    )
    return cast("AsyncStore", client)
