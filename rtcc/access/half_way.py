"""Who has proved one part of who they are, and has another to go: in the store, by a token that their browser holds."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import asdict, dataclass
from typing import Final, Literal

import orjson

from rtcc.access.asked_store import AskedStore
from rtcc.store import keys

#: A code is typed within so long.
CODE_S: Final = 5 * 60
#: An authenticator app is found, installed and set up within so long.
SET_UP_S: Final = 20 * 60
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Somebody who knows a password, or has just set one.

    ``then``: gives the code of their second factor, or sets one up with this ``secret`` first. ``next``: the page that
    they were on their way to.
    """

    name: str
    then: Literal["code", "set up"]
    secret: str = ""
    next: str | None = None


class SigningIn:
    """The sign-ins of one installation that are under way. Raises AccessAway where the store cannot be asked."""

    def __init__(self, store: AskedStore) -> None:
        """Keep them in this store."""
        self._store = store

    async def begin(self, half: HalfWay) -> str:
        """Keep how far somebody is, and return the token for their browser."""
        token = secrets.token_urlsafe(32)
        async with self._store.asked() as store:
            await store.set(keys.half_way(_hash(token)), orjson.dumps(asdict(half)), ex=lasts_s(half))
        return token

    async def find(self, token: str) -> HalfWay | None:
        """Return how far the owner of a token is, None where there is nothing or its time is over."""
        if not _TOKEN.fullmatch(token):
            return None
        async with self._store.asked() as store:
            kept = await store.get(keys.half_way(_hash(token)))
        return None if kept is None else HalfWay(**orjson.loads(kept))

    async def end(self, token: str) -> bool:
        """Forget it; say whether it was there, so that of two who come with it at once one goes on."""
        if not _TOKEN.fullmatch(token):
            return False
        async with self._store.asked() as store:
            return bool(await store.delete(keys.half_way(_hash(token))))


def lasts_s(half: HalfWay) -> int:
    """Return for how many seconds somebody may take up again where they are."""
    return CODE_S if half.then == "code" else SET_UP_S


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
