"""Sign-in addresses and sessions in a real store: used once, ended in time, and kept only as hashes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from rtcc.access.asked_store import AccessAway
from rtcc.access.keys import OPERATE, KeyRing
from rtcc.access.sessions import LINK_S, SESSION_S, LinkRefusedError, Sessions
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.store.connection import connect_async

T = TypeVar("T")
NEVER_GIVEN = "A" * 43


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Sessions]:
    sessions = Sessions(partial(connect_async, settings))
    yield sessions
    await sessions.close()


@pytest.fixture
def ask(settings: Settings) -> Iterator[Callable[[Callable[[Sessions], Awaitable[T]]], T]]:
    """Ask the sessions of an empty store something."""

    def ask_(question: Callable[[Sessions], Awaitable[T]]) -> T:
        async def answered() -> T:
            async with opened(settings) as sessions:
                return await question(sessions)

        return asyncio.run(answered())

    return ask_


def everything(store: Any) -> str:
    """Return all keys and values that the store holds, as one text."""
    readers = {b"set": store.smembers, b"string": store.get}
    return repr([(name, readers[store.type(name)](name)) for name in store.keys()])  # noqa: SIM118 - a command of the store


def test_an_address_signs_in_whom_it_is_for_once(ask: Any) -> None:
    """Looked at as often as one likes, used once; then it is known as used, and there is one session."""

    async def story(sessions: Sessions) -> None:
        token = await sessions.invite("Ann Roe", "dispatcher")
        for _ in range(2):
            invited = await sessions.invited(token)
            assert invited is not None
            assert (invited.name, invited.role) == ("Ann Roe", "dispatcher")
        assert not await sessions.was_used(token)
        begun = await sessions.accept(token)
        assert begun is not None
        assert await sessions.accept(token) is None
        assert await sessions.invited(token) is None
        assert await sessions.was_used(token)
        there = await sessions.find(begun[0])
        assert there is not None
        found = there.session
        assert found == begun[1]
        assert not there.locked
        assert (found.name, found.role, found.operates, found.writes) == ("Ann Roe", "dispatcher", True, True)
        assert token != begun[0]
        assert found.id not in {token, begun[0]}

    ask(story)


def test_of_many_who_use_an_address_at_once_one_gets_in(ask: Any) -> None:
    """Twenty at the same moment: one session, nineteen refused."""

    async def story(sessions: Sessions) -> list[Any]:
        token = await sessions.invite("Ann Roe", "officer")
        return await asyncio.gather(*(sessions.accept(token) for _ in range(20)))

    assert sum(begun is not None for begun in ask(story)) == 1


@pytest.mark.parametrize("token", ["", "x", NEVER_GIVEN, NEVER_GIVEN[:-1], NEVER_GIVEN + "A", "../../etc", "ä" * 43])
def test_what_was_never_given_out_opens_nothing(ask: Any, token: str) -> None:
    """Neither as an address nor as a session, and ending it ends nothing."""

    async def story(sessions: Sessions) -> list[Any]:
        await sessions.end(token)
        asked = sessions.invited, sessions.accept, sessions.find, sessions.was_used
        return [await question(token) for question in asked]

    assert not any(ask(story))


def test_a_sessions_token_is_no_address_and_an_addresss_no_session(ask: Any) -> None:
    """Each opens its own thing only."""

    async def story(sessions: Sessions) -> list[Any]:
        address = await sessions.invite("Ann Roe", "wall")
        session, _ = await sessions.accept(await sessions.invite("Bo Díaz", "wall")) or ("", None)
        return [await sessions.find(address), await sessions.accept(session), await sessions.invited(session)]

    assert ask(story) == [None, None, None]


def test_the_store_holds_hashes_that_end_by_themselves(ask: Any, store: Store) -> None:
    """No token stands in the store; an address lives 24 hours, a session 12, whatever is done with it."""

    async def story(sessions: Sessions) -> list[str]:
        unused = await sessions.invite("Ann Roe", "admin")
        token = await sessions.invite("Bo Díaz", "admin")
        begun = await sessions.accept(token)
        assert begun is not None
        assert await sessions.find(begun[0])
        return [unused, token, begun[0]]

    tokens = ask(story)
    held: Any = store
    assert not [token for token in tokens if token in everything(held)]
    lifetimes = {name.decode(): held.ttl(name) for name in held.keys()}  # noqa: SIM118 - a command of the store
    (used,) = [name for name in lifetimes if name.startswith(keys.USED_LINK)]
    (session,) = [name for name in lifetimes if re.fullmatch(keys.SESSION + "[0-9a-f]{64}", name)]
    (seen,) = [name for name in lifetimes if name.startswith(keys.SESSION_SEEN)]
    (of,) = [name for name in lifetimes if name.startswith(keys.SESSIONS_OF)]
    (address,) = lifetimes.keys() - {used, session, seen, of}
    assert address.startswith(keys.LINK)
    assert LINK_S - 30 < lifetimes[address] <= LINK_S
    assert LINK_S - 30 < lifetimes[used] <= LINK_S
    for name in (session, seen, of):
        assert SESSION_S - 30 < lifetimes[name] <= SESSION_S


def test_a_session_or_address_whose_time_is_over_is_nobodys(ask: Any, store: Store) -> None:
    """When the store has let go of it, the token is worth nothing."""

    async def begin(sessions: Sessions) -> tuple[str, str]:
        address = await sessions.invite("Ann Roe", "admin")
        begun = await sessions.accept(await sessions.invite("Ann Roe", "admin"))
        assert begun is not None
        return address, begun[0]

    address, session = ask(begin)
    held: Any = store
    for name in held.keys():  # noqa: SIM118 - a command of the store
        held.pexpire(name, 0)

    async def later(sessions: Sessions) -> list[Any]:
        return [await sessions.find(session), await sessions.accept(address), await sessions.was_used(address)]

    assert ask(later) == [None, None, False]


def test_who_signs_out_is_signed_in_no_more(ask: Any) -> None:
    """That one session ends, and no other of the same person."""

    async def story(sessions: Sessions) -> list[bool]:
        begun = [await sessions.accept(await sessions.invite("Ann Roe", "officer")) for _ in range(2)]
        tokens = [each[0] for each in begun if each]
        await sessions.end(tokens[0])
        return [await sessions.find(token) is not None for token in tokens]

    assert ask(story) == [False, True]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("dispatcher", (True, True)),
        ("supervisor", (True, True)),
        ("admin", (True, True)),
        ("officer", (False, True)),
        ("analyst", (False, False)),
        ("wall", (False, False)),
    ],
)
def test_a_role_says_what_its_session_may(ask: Any, role: str, may: tuple[bool, bool]) -> None:
    """Three roles command, officers write notes too, the others look."""

    async def story(sessions: Sessions) -> tuple[bool, bool]:
        begun = await sessions.accept(await sessions.invite("Ann Roe", role))
        assert begun is not None
        return begun[1].operates, begun[1].writes

    assert ask(story) == may


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (OPERATE, ("dispatcher", True, True)),
        ("read:supervisor", ("supervisor", False, False)),
        ("read:officer", ("officer", False, False)),
        ("read:public", ("public", False, False)),
        ("ingest", None),
    ],
)
def test_a_session_begun_with_a_key_may_what_the_key_may(
    ask: Any, tmp_path: Path, scope: str, expected: tuple[str, bool, bool] | None
) -> None:
    """A key that only reads makes a session that only reads; a feed's makes none. It knows its key again."""
    ring = KeyRing(tmp_path)
    key = ring.find(ring.create("Ann Roe", scope))
    assert key is not None

    async def story(sessions: Sessions) -> Any:
        begun = await sessions.begin_with(key)
        return begun and await sessions.find(begun[0])

    found = ask(story)
    if expected is None:
        assert found is None
        return
    session = found.session
    assert (session.role, session.operates, session.writes) == expected
    assert session.key() == key
    assert ring.stands(session.key())
    ring.revoke("Ann Roe")
    ring.create("Ann Roe", scope)
    assert not ring.stands(session.key())


@pytest.mark.parametrize(
    ("name", "role", "word"),
    [
        ("", "admin", "name"),
        (" ", "admin", "name"),
        (" Ann", "admin", "name"),
        ("a" * 65, "admin", "name"),
        ("a\nb", "admin", "name"),
        ("Ann\u202e", "admin", "name"),
        ("Ann", "public", "role"),
        ("Ann", "root", "role"),
        ("Ann", "", "role"),
    ],
)
def test_an_odd_name_or_role_is_refused(ask: Any, store: Store, name: str, role: str, word: str) -> None:
    """With a sentence that names the field, and nothing is kept."""

    async def story(sessions: Sessions) -> None:
        await sessions.invite(name, role)

    with pytest.raises(LinkRefusedError, match=rf"^{word} is .*\.$"):
        ask(story)
    held: Any = store
    assert held.dbsize() == 0


@pytest.mark.parametrize("url", [None, "unix:///nowhere/valkey.sock"])
def test_without_a_store_nobody_can_say_who_is_signed_in(tmp_path: Path, url: str | None) -> None:
    """No store, or one that does not answer: the same clear error for every question."""
    nobody = Settings(data_dir=tmp_path, redis_url=url)

    async def story() -> None:
        async with opened(nobody) as sessions:
            for question in (sessions.invited, sessions.accept, sessions.find, sessions.end, sessions.was_used):
                with pytest.raises(AccessAway, match=r"does not answer\.$"):
                    await question(NEVER_GIVEN)

    asyncio.run(story())


def test_what_is_kept_is_plain_json(ask: Any, store: Store) -> None:
    """Whoever looks into the store finds who it is and what they may, and no secret."""

    async def story(sessions: Sessions) -> None:
        await sessions.accept(await sessions.invite("Ann Roe", "supervisor"))

    ask(story)
    held: Any = store
    (name,) = [name for name in held.keys() if re.fullmatch(keys.SESSION + "[0-9a-f]{64}", name.decode())]  # noqa: SIM118
    kept = json.loads(held.get(name))
    assert kept.pop("id")
    assert kept.pop("created_at").endswith("Z")
    assert kept == {
        "name": "Ann Roe",
        "role": "supervisor",
        "operates": True,
        "writes": True,
        "key_scope": None,
        "key_created_at": None,
        "by": "link",
        "account": False,
        "address": "",
        "agent": "",
        "locks": True,
    }
