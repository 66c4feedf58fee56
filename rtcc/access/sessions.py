"""Who is signed in: one-time sign-in addresses and the sessions they begin, in the store as hashes of their tokens."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import orjson

from rtcc.access.keys import OPERATE, Key
from rtcc.access.roles import OPERATING, ROLES, WRITING
from rtcc.access.visibility import AUDIENCES, Audience
from rtcc.model.event import iso
from rtcc.store import keys
from rtcc.store.commands import AsyncStore, OpenAsync
from rtcc.store.connection import NoStoreError, StoreAway

#: A session ends so long after the sign-in, whatever its owner does: longer than any watch.
SESSION_S = 12 * 3600
#: A sign-in address that nobody used ends so long after it was made.
LINK_S = 24 * 3600
#: A request waits no longer than this for the store to say whose session it is.
_ANSWER_S = 2.0
#: 256 random bits as ``secrets.token_urlsafe`` writes them.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class LinkRefusedError(ValueError):
    """A sign-in address that cannot be made; the message says why in one sentence."""


class SessionsAway(RuntimeError):  # noqa: N818 - a state of the world, not a mistake
    """Nobody can say now who is signed in: the store does not answer."""


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom a sign-in address is for."""

    name: str
    role: Audience


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in. ``id`` may be shown and named; it opens nothing."""

    id: str
    name: str
    role: Audience
    operates: bool
    writes: bool
    created_at: str
    #: Scope and birth of the key it was begun with, None where that was a sign-in address.
    key_scope: str | None = None
    key_created_at: str | None = None

    def key(self) -> Key | None:
        """Return the key it was begun with, without which it is worth nothing any more."""
        if self.key_scope is None or self.key_created_at is None:
            return None
        return Key(self.name, self.key_scope, self.key_created_at)


class Sessions:
    """The sessions of one installation. Every method raises SessionsAway where the store cannot be asked."""

    def __init__(self, connect: OpenAsync) -> None:
        """``connect`` opens a client of the store, which need not run yet."""
        self._connect = connect
        self._store: AsyncStore | None = None

    async def invite(self, name: str, role: str) -> str:
        """Make a sign-in address for somebody and return its token. Raises LinkRefusedError for an odd name or role."""
        invited = _invited(name, role)
        token = secrets.token_urlsafe(32)
        async with self._asked() as store:
            await store.set(keys.link(_hash(token)), orjson.dumps(asdict(invited)), ex=LINK_S)
        return token

    async def invited(self, token: str) -> Invited | None:
        """Return whom a sign-in address is for, and leave it as it is."""
        if not _TOKEN.fullmatch(token):
            return None
        async with self._asked() as store:
            kept = await store.get(keys.link(_hash(token)))
        return None if kept is None else Invited(**orjson.loads(kept))

    async def was_used(self, token: str) -> bool:
        """Say whether somebody has signed in with this address, as far back as it would still be good."""
        if not _TOKEN.fullmatch(token):
            return False
        async with self._asked() as store:
            return bool(await store.exists(keys.used_link(_hash(token))))

    async def accept(self, token: str) -> tuple[str, Session] | None:
        """Use a sign-in address up: of all who come with it, one gets a session, and its token."""
        if not _TOKEN.fullmatch(token):
            return None
        digest = _hash(token)
        async with self._asked() as store:
            kept = await store.getdel(keys.link(digest))
            if kept is None:
                return None
            await store.set(keys.used_link(digest), 1, ex=LINK_S)
            invited = Invited(**orjson.loads(kept))
            role = invited.role
            return await _begin(store, _session(invited.name, role, role in OPERATING, role in WRITING))

    async def begin_with(self, key: Key) -> tuple[str, Session] | None:
        """Begin a session that may what a key may, and return its token; None for a key that is not for people."""
        role = role_of(key)
        if role is None:
            return None
        operates = key.scope == OPERATE
        async with self._asked() as store:
            return await _begin(store, _session(key.name, role, operates, operates, key))

    async def find(self, token: str) -> Session | None:
        """Return the session that a token stands for, None where there is none or it has ended."""
        if not _TOKEN.fullmatch(token):
            return None
        async with self._asked() as store:
            kept = await store.get(keys.session(_hash(token)))
        return None if kept is None else Session(**orjson.loads(kept))

    async def end(self, token: str) -> None:
        """End a session, if it is one."""
        if _TOKEN.fullmatch(token):
            async with self._asked() as store:
                await store.delete(keys.session(_hash(token)))

    async def close(self) -> None:
        """Let go of the store."""
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(*StoreAway):
                await store.aclose()

    @contextlib.asynccontextmanager
    async def _asked(self) -> AsyncIterator[AsyncStore]:
        try:
            if self._store is None:
                self._store = self._connect()
            async with asyncio.timeout(_ANSWER_S):
                yield self._store
        except (NoStoreError, *StoreAway) as error:
            raise SessionsAway("Nobody can say now who is signed in: the store does not answer.") from error


def role_of(key: Key) -> Audience | None:
    """Return the role of whoever presents a key; None for a key of a program that only pushes events."""
    if key.scope == OPERATE:
        return "dispatcher"
    return next((audience for audience in AUDIENCES if key.scope == f"read:{audience}"), None)


def _invited(name: str, role: str) -> Invited:
    known = next((each for each in ROLES if each == role), None)
    if known is None:
        raise LinkRefusedError(f"role is no known role; it must be one of {', '.join(ROLES)}.")
    if not (0 < len(name) <= 64 and name.isprintable() and name.strip() == name):
        raise LinkRefusedError(
            "name is empty, too long or no plain text; it must be text of 1 to 64 printable characters, "
            "without a space at either end."
        )
    return Invited(name, known)


def _session(name: str, role: Audience, operates: bool, writes: bool, key: Key | None = None) -> Session:
    scope, born = (None, None) if key is None else (key.scope, key.created_at)
    return Session(secrets.token_hex(6), name, role, operates, writes, iso(datetime.now(UTC)), scope, born)


async def _begin(store: AsyncStore, session: Session) -> tuple[str, Session]:
    token = secrets.token_urlsafe(32)
    await store.set(keys.session(_hash(token)), orjson.dumps(asdict(session)), ex=SESSION_S)
    return token, session


def _hash(token: str) -> str:
    # As for keys: 256 random bits need no slow hash, for there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()
