"""A session's life in a real store: it locks when nobody is there, goes on in another role, and is listed and ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

import pytest

from rtcc.access.session import Entrance, Found
from rtcc.access.sessions import SESSION_S, Sessions
from rtcc.settings import Settings
from rtcc.store.commands import Store
from rtcc.store.connection import connect_async

T = TypeVar("T")
ANN = Entrance("Ann Roe", "dispatcher", "password", address="10.0.0.7", agent="Firefox")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.s


Ask = Callable[[Callable[[Sessions, Clock], Awaitable[T]]], T]


@pytest.fixture
def ask(settings: Settings, store: Store) -> Ask[T]:
    """Ask the sessions of an empty store something, with a clock that only the test moves."""

    def ask_(question: Callable[[Sessions, Clock], Awaitable[T]]) -> T:
        async def answered() -> T:
            clock = Clock()
            sessions = Sessions(partial(connect_async, settings), 1800, clock)
            try:
                return await question(sessions, clock)
            finally:
                await sessions.close()

        return asyncio.run(answered())

    return ask_


def test_a_screen_that_nobody_touches_is_locked_and_one_that_somebody_touches_is_not(ask: Ask[None]) -> None:
    """After half an hour without a touch; each touch begins the half hour anew, but none opens a locked one."""

    async def story(sessions: Sessions, clock: Clock) -> None:
        token, _ = await sessions.begin(ANN)
        for _ in range(3):
            clock.s += 1799
            assert not (await found(sessions, token)).locked
            await sessions.touch(token)
        clock.s += 1800
        # What comes a moment too late finds it locked, whether or not anybody has looked in between.
        assert (await found(sessions, token)).locked_at == clock.s
        await sessions.touch(token)
        assert (await found(sessions, token)).locked
        await sessions.unlock(token)
        assert not (await found(sessions, token)).locked

    ask(story)


def test_a_touch_that_comes_too_late_opens_nothing(ask: Ask[None]) -> None:
    """Also where it is the first that anybody hears of the session since its time was over."""

    async def story(sessions: Sessions, clock: Clock) -> None:
        token, _ = await sessions.begin(ANN)
        clock.s += 1801
        await sessions.touch(token)
        assert (await found(sessions, token)).locked

    ask(story)


def test_a_screen_is_locked_by_hand_and_a_registered_position_is_not_locked_by_time(ask: Ask[None]) -> None:
    """Whoever leaves can lock; where the center is always manned, time alone does not."""

    async def story(sessions: Sessions, clock: Clock) -> None:
        token, _ = await sessions.begin(ANN._replace(locks=False))
        clock.s += 8 * 3600
        assert not (await found(sessions, token)).locked
        await sessions.lock(token)
        assert (await found(sessions, token)).locked

    ask(story)


def test_a_session_goes_on_in_another_role_under_another_token_and_lasts_no_longer(ask: Ask[str], store: Store) -> None:
    """The old token is worth nothing; twelve hours after the sign-in it is over all the same."""

    async def story(sessions: Sessions, clock: Clock) -> str:
        token, begun = await sessions.begin(ANN)
        clock.s = began(begun.created_at) + 7200
        switched = await sessions.switch_role(token, "supervisor")
        assert switched
        assert switched != token
        assert await sessions.find(token) is None
        now = (await found(sessions, switched)).session
        assert (now.id, now.role, now.created_at) == (begun.id, "supervisor", begun.created_at)
        assert await sessions.switch_role(token, "admin") is None
        return switched

    ask(story)
    lifetimes = [store.ttl(name) for name in store.keys("rtcc:session:*")]  # type: ignore[attr-defined]
    assert lifetimes
    assert all(SESSION_S - 7200 - 30 < left_s <= SESSION_S - 7200 for left_s in lifetimes)


def test_signing_in_ends_what_the_browser_had_before(ask: Ask[None]) -> None:
    """Whatever token somebody planted or left there: after the sign-in it opens nothing."""

    async def story(sessions: Sessions, clock: Clock) -> None:
        planted, _ = await sessions.begin(ANN._replace(name="Mal Ory"))
        token, _ = await sessions.begin(ANN, replaces=planted)
        assert await sessions.find(planted) is None
        assert (await found(sessions, token)).session.name == "Ann Roe"

    ask(story)


def test_somebodys_sessions_are_listed_and_ended_one_or_all(ask: Ask[None]) -> None:
    """By id, which opens nothing; another's are not among them, however the name is written."""

    async def story(sessions: Sessions, clock: Clock) -> None:
        tokens = [(await sessions.begin(ANN))[0] for _ in range(3)]
        other, _ = await sessions.begin(ANN._replace(name="Bo Díaz"))
        listed = await sessions.of("ann roe")
        assert len(listed) == 3
        assert {each.session.address for each in listed} == {"10.0.0.7"}
        first = (await found(sessions, tokens[0])).session.id
        assert await sessions.end_by_id("Ann Roe", first)
        assert not await sessions.end_by_id("Ann Roe", (await found(sessions, other)).session.id)
        assert await sessions.find(tokens[0]) is None
        kept = (await found(sessions, tokens[1])).session.id
        assert await sessions.end_all("Ann Roe", but=kept) == 1
        assert [each.session.id for each in await sessions.of("Ann Roe")] == [kept]
        assert await sessions.find(other) is not None

    ask(story)


async def found(sessions: Sessions, token: str) -> Found:
    """Return the session of a token that has one."""
    there = await sessions.find(token)
    assert there is not None
    return there


def began(created_at: str) -> float:
    """Return the Unix second of a session's birth."""
    return datetime.fromisoformat(created_at).timestamp()
