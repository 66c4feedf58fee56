"""How often one may fail: under a name until an administrator helps, from an address until time has passed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rtcc.access.proof import ProofRefusedError
from rtcc.access.throttle import (
    MOST_OF_ADDRESS,
    MOST_OF_NAME,
    MOST_VISITS,
    NOBODYS_LOCK_S,
    WINDOW_S,
    TooManyError,
    network_of,
)
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from tests.proving import HERE, PASSWORD, Door, told

Tell = Callable[[Callable[[Door], Awaitable[Any]]], Any]


@pytest.fixture
def tell(settings: Settings, tmp_path: Path) -> Tell:
    """Tell a story at a door of the test's own."""
    return partial(told, settings, tmp_path)


def test_failures_of_long_ago_do_not_count(tell: Tell) -> None:
    """Four in a quarter of an hour, again and again, lock nobody; the fifth within it does."""

    async def story(door: Door) -> list[str]:
        seen = []
        for _ in range(3):
            seen += [await door.tries("Ann") for _ in range(4)]
            door.now += WINDOW_S + 1
        seen += [await door.tries("Ann") for _ in range(4)]
        door.now += WINDOW_S - 1
        return [*seen, await door.tries("Ann")]

    assert tell(story) == ["wrong"] * 16 + ["just locked"]


def test_an_administrator_opens_a_locked_account(tell: Tell) -> None:
    """Time does not; and when it is open the count begins anew."""

    async def story(door: Door) -> list[str]:
        for _ in range(5):
            await door.tries("Ann")
        door.now += 80 * 86_400
        seen = [await door.tries("Ann", PASSWORD)]
        door.accounts.unlock("Ann")
        seen += [await door.tries("Ann") for _ in range(4)]
        return [*seen, await door.tries("Ann", PASSWORD)]

    assert tell(story) == ["locked", *["wrong"] * 4, "in"]


def test_the_lock_of_nobody_lasts_a_day_and_names_nobody(tell: Tell, store: Store) -> None:
    """It ends by itself, and no name that was tried stands in the store: people type passwords there."""

    async def story(door: Door) -> None:
        for _ in range(5):
            await door.tries("My Secret Password")
        await door.tries("Another One")

    tell(story)
    held: Any = store
    lives = {name.decode(): held.ttl(name) for name in held.keys()}  # noqa: SIM118 - a command of the store
    (locked,) = [left for name, left in lives.items() if name.startswith(keys.NOBODYS_LOCK)]
    assert NOBODYS_LOCK_S - 30 < locked <= NOBODYS_LOCK_S
    assert all(0 < left <= NOBODYS_LOCK_S for left in lives.values())
    assert not [name for name in lives if "secret" in name.lower() or "another" in name.lower()]


def test_one_address_fails_twenty_times_and_must_wait(tell: Tell) -> None:
    """Under whatever names; before anything is computed; others are not touched, and time lets it try again."""

    async def story(door: Door) -> None:
        seen = [await door.tries(f"Name {number}") for number in range(MOST_OF_ADDRESS)]
        assert seen == ["wrong"] * MOST_OF_ADDRESS
        before = door.hashing.computed
        assert await door.tries("Name 99") == "too many"
        assert [await door.tries(name, PASSWORD) for name in ("Ann", "Name 1")] == ["still too many"] * 2
        assert door.hashing.computed == before
        assert await door.tries("Ann", PASSWORD, "203.0.113.9") == "in"
        with pytest.raises(ProofRefusedError, match="try again in 15 minutes") as refused:
            await door.proof.password("Ann", PASSWORD, HERE)
        assert refused.value.wait_s == WINDOW_S
        # Who goes on asking does not wait longer for it.
        door.now += WINDOW_S
        assert await door.tries("Ann", PASSWORD) == "in"

    tell(story)


def test_of_attempts_at_the_same_moment_no_more_are_made_than_may_fail(tell: Tell) -> None:
    """Sixty at once from many addresses under one name: five passwords are tried, and the account is locked."""

    async def story(door: Door) -> tuple[list[str], int]:
        seen = await asyncio.gather(*(door.tries("Ann", f"guess {n}", f"203.0.113.{n}") for n in range(60)))
        return seen, door.hashing.computed

    seen, computed = tell(story)
    assert set(seen) <= {"wrong", "locked", "just locked"}
    assert (seen.count("just locked"), computed) == (1, MOST_OF_NAME)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("198.51.100.7", "198.51.100.8", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "unix", False),
    ],
)
def test_whoever_has_a_network_has_one_address(one: str, other: str, same: bool) -> None:
    """Of IPv6, whose smallest network has more addresses than anybody could try."""
    assert (network_of(one) == network_of(other)) is same


def test_what_is_no_guess_has_a_limit_of_its_own(tell: Tell) -> None:
    """Whoever fills the record or the store is told to wait, and may still sign in."""

    async def story(door: Door) -> str:
        for _ in range(MOST_VISITS):
            await door.throttle.visit(HERE)
        with pytest.raises(TooManyError, match="try again in 15 minutes"):
            await door.throttle.visit(HERE)
        await door.throttle.visit("203.0.113.9")
        return await door.tries("Ann", PASSWORD)

    assert tell(story) == "in"
