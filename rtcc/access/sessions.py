"""Who is signed in: one-time sign-in addresses and the sessions they begin, in the store as hashes of their tokens."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime

import orjson

from rtcc.access.asked_store import AskedStore
from rtcc.access.keys import OPERATE, Key
from rtcc.access.roles import OPERATING, ROLES, WRITING
from rtcc.access.session import Entrance, Found, Invited, Session
from rtcc.access.visibility import AUDIENCES, Audience
from rtcc.model.event import iso
from rtcc.store import keys
from rtcc.store.commands import OpenAsync

#: A session ends so long after the sign-in, whatever its owner does: longer than any watch.
SESSION_S = 12 * 3600
#: A sign-in address that nobody used ends so long after it was made.
LINK_S = 24 * 3600
#: A screen that nobody has touched so long is locked.
LOCK_AFTER_S = 1800
#: What a browser says of itself is kept so far.
_AGENT_LENGTH = 200
#: 256 random bits as ``secrets.token_urlsafe`` writes them.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class LinkRefusedError(ValueError):
    """A sign-in address that cannot be made; the message says why in one sentence."""


class Sessions:
    """The sessions of one installation. Every method raises AccessAway where the store cannot be asked."""

    def __init__(
        self, connect: OpenAsync, lock_after_s: int = LOCK_AFTER_S, now: Callable[[], float] = time.time
    ) -> None:
        """``connect`` opens a client of the store, which need not run yet; ``now`` gives the Unix second."""
        self._store = AskedStore(connect, "Nobody can say now who is signed in: the store does not answer.")
        self.lock_after_s, self._now = lock_after_s, now

    async def invite(self, name: str, role: str, *, account: bool = False, enroll: bool = False) -> str:
        """Make a sign-in address for somebody and return its token. Raises LinkRefusedError for an odd name or role."""
        invited = replace(_invited(name, role), account=account, enroll=enroll)
        token = secrets.token_urlsafe(32)
        async with self._store.asked() as store:
            await store.set(keys.link(_hash(token)), orjson.dumps(asdict(invited)), ex=LINK_S)
        return token

    async def invited(self, token: str) -> Invited | None:
        """Return whom a sign-in address is for, and leave it as it is."""
        if not _TOKEN.fullmatch(token):
            return None
        async with self._store.asked() as store:
            kept = await store.get(keys.link(_hash(token)))
        return None if kept is None else Invited(**orjson.loads(kept))

    async def was_used(self, token: str) -> bool:
        """Say whether somebody has used this address up, as far back as it would still be good."""
        if not _TOKEN.fullmatch(token):
            return False
        async with self._store.asked() as store:
            return bool(await store.exists(keys.used_link(_hash(token))))

    async def use(self, token: str) -> Invited | None:
        """Use a sign-in address up: of all who come with it, one is told whom it is for."""
        if not _TOKEN.fullmatch(token):
            return None
        digest = _hash(token)
        async with self._store.asked() as store:
            # First, so that whoever comes second is never told that there is no such address.
            if not await store.exists(keys.link(digest)):
                return None
            await store.set(keys.used_link(digest), 1, ex=LINK_S)
            kept = await store.getdel(keys.link(digest))
        return None if kept is None else Invited(**orjson.loads(kept))

    async def accept(
        self, token: str, address: str = "", agent: str = "", *, locks: bool = True
    ) -> tuple[str, Session] | None:
        """Use a sign-in address up: of all who come with it, one gets a session, and its token."""
        invited = await self.use(token)
        if invited is None:
            return None
        entrance = Entrance(invited.name, invited.role, "link", invited.account, address, agent, locks)
        return await self.begin(entrance)

    async def begin(self, entrance: Entrance, replaces: str | None = None) -> tuple[str, Session]:
        """Begin a session for somebody who has proved who they are, and end the one that their browser had."""
        role = entrance.role
        may = role in OPERATING, role in WRITING
        return await self._begin(_session(entrance, *may), replaces)

    async def begin_with(
        self, key: Key, address: str = "", agent: str = "", *, locks: bool = True, replaces: str | None = None
    ) -> tuple[str, Session] | None:
        """Begin a session that may what a key may, and return its token; None for a key that is not for people."""
        role = role_of(key)
        if role is None:
            return None
        may = key.scope == OPERATE
        begun = _session(Entrance(key.name, role, "key", address=address, agent=agent, locks=locks), may, may)
        return await self._begin(replace(begun, key_scope=key.scope, key_created_at=key.created_at), replaces)

    async def find(self, token: str) -> Found | None:
        """Return the session that a token stands for, None where there is none or it has ended."""
        return await self._find(_hash(token)) if _TOKEN.fullmatch(token) else None

    async def touch(self, token: str) -> None:
        """Note that somebody is at the screen; a locked one stays locked."""
        found = await self.find(token)
        if found is None or found.locked:
            return
        async with self._store.asked() as store:
            # Only while the session is there, and no longer than it.
            await store.set(keys.session_seen(_hash(token)), self._now(), xx=True, keepttl=True)

    async def lock(self, token: str) -> None:
        """Let the session's screens show nothing until it is unlocked."""
        await self._lock(_hash(token), self._now())

    async def unlock(self, token: str) -> None:
        """Open the session's screens again: its owner has proved to be there."""
        digest = _hash(token)
        async with self._store.asked() as store:
            await store.set(keys.session_seen(digest), self._now(), xx=True, keepttl=True)
            await store.delete(keys.session_locked(digest))

    async def switch_role(self, token: str, role: Audience) -> str | None:
        """Let a session go on in another role, under a new token; None where it has ended."""
        found = await self.find(token)
        if found is None:
            return None
        session = replace(found.session, role=role, operates=role in OPERATING, writes=role in WRITING)
        return (await self._begin(session, token))[0]

    async def of(self, name: str) -> list[Found]:
        """Return somebody's sessions, the latest first."""
        return [found for _, found in await self._of(name)]

    async def end(self, token: str) -> None:
        """End a session, if it is one."""
        if _TOKEN.fullmatch(token):
            await self._end(_hash(token))

    async def end_by_id(self, name: str, id_: str) -> bool:
        """End one of somebody's sessions; say whether there was one."""
        ended = [digest for digest, found in await self._of(name) if found.session.id == id_]
        await self._end(*ended)
        return bool(ended)

    async def end_all(self, name: str, but: str | None = None) -> int:
        """End somebody's sessions, but the one of this id; return how many."""
        ended = [digest for digest, found in await self._of(name) if found.session.id != but]
        await self._end(*ended)
        return len(ended)

    async def close(self) -> None:
        """Let go of the store."""
        await self._store.close()

    async def _begin(self, session: Session, replaces: str | None) -> tuple[str, Session]:
        token = secrets.token_urlsafe(32)
        digest, of = _hash(token), keys.sessions_of(session.name)
        # A session that goes on under another token does not last longer for that.
        left_s = int(_began(session) + SESSION_S - self._now())
        if replaces is not None:
            await self.end(replaces)
        async with self._store.asked() as store:
            await store.set(keys.session_seen(digest), self._now(), ex=max(1, left_s))
            await store.set(keys.session(digest), orjson.dumps(asdict(session)), ex=max(1, left_s))
            await store.sadd(of, digest)
            await store.expire(of, SESSION_S)
        return token, session

    async def _find(self, digest: str) -> Found | None:
        async with self._store.asked() as store:
            kept, seen, locked = await store.mget(
                [keys.session(digest), keys.session_seen(digest), keys.session_locked(digest)]
            )
        if kept is None:
            return None
        session = Session(**orjson.loads(kept))
        seen_at = _began(session) if seen is None else float(seen)
        if locked is not None:
            return Found(session, seen_at, float(locked))
        if session.locks and self._now() - seen_at >= self.lock_after_s:
            locked_at = seen_at + self.lock_after_s
            await self._lock(digest, locked_at)
            return Found(session, seen_at, locked_at)
        return Found(session, seen_at, None)

    async def _lock(self, digest: str, at: float) -> None:
        async with self._store.asked() as store:
            await store.set(keys.session_locked(digest), at, ex=SESSION_S)

    async def _of(self, name: str) -> list[tuple[str, Found]]:
        of = keys.sessions_of(name)
        async with self._store.asked() as store:
            digests = [member.decode() for member in await store.smembers(of)]
        found = [(digest, await self._find(digest)) for digest in digests]
        gone = [digest for digest, each in found if each is None]
        if gone:
            async with self._store.asked() as store:
                await store.srem(of, *gone)
        there = [(digest, each) for digest, each in found if each is not None]
        return sorted(there, key=lambda each: each[1].session.created_at, reverse=True)

    async def _end(self, *digests: str) -> None:
        if digests:
            async with self._store.asked() as store:
                await store.delete(
                    *(of(digest) for digest in digests for of in (keys.session, keys.session_seen, keys.session_locked))
                )


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


def _session(entrance: Entrance, operates: bool, writes: bool) -> Session:
    return Session(
        secrets.token_hex(6),
        entrance.name,
        entrance.role,
        operates,
        writes,
        iso(datetime.now(UTC)),
        by=entrance.by,
        account=entrance.account,
        address=entrance.address,
        agent=entrance.agent[:_AGENT_LENGTH],
        locks=entrance.locks,
    )


def _began(session: Session) -> float:
    return datetime.fromisoformat(session.created_at).timestamp()


def _hash(token: str) -> str:
    # As for keys: 256 random bits need no slow hash, for there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()
