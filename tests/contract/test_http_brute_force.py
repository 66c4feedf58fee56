"""Guessing by the thousand over HTTP: nobody gets in, one account is locked, and others sign in and work meanwhile."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from pathlib import Path

import httpx
import pyotp
import pytest

from rtcc.access.throttle import MOST_OF_ADDRESS, MOST_OF_NAME
from rtcc.settings import Settings
from tests.at_the_door import DoorOf, sign_in, who

ADDRESSES = 20
#: Names that are guessed at in turn, the attacked one among them.
NAMES = ["Ann Roe", *(f"user{number}" for number in range(39))]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("attempts", [1_000, pytest.param(10_000, marks=pytest.mark.drill)])
def test_thousands_of_attempts_get_nowhere_and_harm_nobody_else(
    settings: Settings, tmp_path: Path, attempts: int
) -> None:
    """Each address fails twenty times, then nothing of it is tried; the one real name among them is locked.

    Everybody else's account stays as it is, and Bo signs in from another address in the middle of it, and works.
    """
    door = DoorOf(settings, tmp_path)
    secret = door.with_password("Bo", "dispatcher", factor=True)
    door.with_password("Ann Roe", "dispatcher", factor=True)
    door.with_password("Cleo", "dispatcher", factor=True)
    made = door.hashing.computed
    guesses = iter(itertools.islice(zip(itertools.cycle(NAMES), itertools.count(), strict=False), attempts))
    statuses: Counter[int] = Counter()
    taken: list[str] = []

    async def guess(client: httpx.AsyncClient) -> None:
        for name, number in guesses:
            answer = await sign_in(client, name, f"guess number {number}")
            statuses[answer.status_code] += 1
            if answer.cookies or answer.status_code < 400:
                taken.append(name)

    async def works() -> list[int]:
        """Sign in and command, again and again, as long as the guessing goes on."""
        async with door.browser("203.0.113.5") as bo:
            seen = [(await sign_in(bo, "Bo")).status_code for _ in range(2)]
            code = pyotp.TOTP(secret).now()
            seen.append((await bo.post("/login/second", data={"code": code})).status_code)
            assert await who(bo) == "Bo"
            while sum(statuses.values()) < attempts:
                assert (await bo.get("/api/v1/sessions")).status_code == 200
                await asyncio.sleep(0)
        return seen

    async def story() -> list[int]:
        clients = [door.browser(f"198.51.100.{number}") for number in range(ADDRESSES)]
        seen, *_ = await asyncio.gather(works(), *(guess(client) for client in clients))
        async with door.browser("203.0.113.6") as ann, door.browser("203.0.113.7") as cleo:
            assert (await sign_in(ann, "Ann Roe")).status_code == 403
            assert (await sign_in(cleo, "Cleo")).status_code == 303
        for client in clients:
            await client.aclose()
        return seen

    assert door.run(story) == [303, 303, 303]
    assert taken == []
    assert sum(statuses.values()) == attempts
    # Whatever was tried was tried before its address had failed twenty times, and under a name that was not locked.
    assert statuses[401] + statuses[403] == ADDRESSES * MOST_OF_ADDRESS
    assert statuses[429] == attempts - ADDRESSES * MOST_OF_ADDRESS
    assert door.hashing.computed - made <= ADDRESSES * MOST_OF_ADDRESS + 3
    assert {account.name: account.locked_at is not None for account in door.accounts.all()} == {
        "Ann Roe": True, "Bo": False, "Cleo": False,
    }  # fmt: skip
    told = Counter(door.records("who", "action", "why"))
    assert told["unknown", "sign in failed", "too many"] + told["Ann Roe", "sign in failed", "too many"] == ADDRESSES
    assert told["Ann Roe", "sign in failed", "wrong"] < MOST_OF_NAME
    assert told["Ann Roe", "account locked", ""] == 1
