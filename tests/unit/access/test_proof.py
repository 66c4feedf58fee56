"""Proving who one is: what a failure tells, and that it costs the same whoever it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher

from rtcc.access.asked_store import AccessAway
from rtcc.access.proof import LOCKED, ProofRefusedError
from rtcc.access.second_factor import recovery_hash
from rtcc.settings import Settings
from tests.proving import HERE, PASSWORD, Door, told

Tell = Callable[[Callable[[Door], Awaitable[Any]]], Any]


@pytest.fixture
def tell(settings: Settings, tmp_path: Path) -> Tell:
    """Tell a story at a door of the test's own."""
    return partial(told, settings, tmp_path)


@pytest.mark.parametrize("name", ["Ann", "Nobody"])
def test_five_failures_lock_a_name_whether_it_is_there_or_not(tell: Tell, name: str) -> None:
    """The same answers in the same order: whoever guesses does not learn which names there are."""

    async def story(door: Door) -> list[str]:
        seen = [await door.tries(name) for _ in range(4)]
        seen += [await door.tries(name.upper()) for _ in range(3)]
        # Nor does the right password tell.
        return [*seen, await door.tries(name, PASSWORD), await door.tries(name, PASSWORD, "203.0.113.9")]

    assert tell(story) == ["wrong"] * 4 + ["just locked"] + ["locked"] * 4


def test_an_attempt_costs_one_hash_whoever_it_is(tell: Tell) -> None:
    """Known, unknown, without a password, with a password that is far too long; a locked name costs none at all."""

    async def story(door: Door) -> dict[str, int]:
        door.accounts.ensure("By provider only", "officer", door.instant())
        cost = {}
        for name, password in [
            ("Ann", "wrong"), ("Ann", PASSWORD), ("Nobody", "wrong"), ("Nobody", PASSWORD), ("", ""),
            ("By provider only", ""), ("Ann", "x" * 5000), ("\ud800", "\ud800"), ("Nobody", "x" * 5000),
        ]:  # fmt: skip
            before = door.hashing.computed
            await door.tries(name, password)
            cost[f"{name[:9]!r} {password[:9]!r}"] = door.hashing.computed - before
        before = door.hashing.computed
        for name in ("Ann", "Nobody"):
            door.accounts.lock("Ann")
            await door.throttle.lock_nobody("Nobody")
            await door.tries(name, PASSWORD)
        cost["locked"] = door.hashing.computed - before
        return cost

    cost = tell(story)
    assert cost.pop("locked") == 0
    assert set(cost.values()) == {1}, cost


def test_who_is_right_is_not_counted(tell: Tell) -> None:
    """However often somebody signs in; and their success makes an earlier mistake forgotten."""

    async def story(door: Door) -> list[str]:
        seen = [await door.tries("Ann", PASSWORD) for _ in range(30)]
        for _ in range(3):
            seen += [await door.tries("Ann") for _ in range(4)]
            seen.append(await door.tries("Ann", PASSWORD))
            await door.proof.is_in("Ann")
        return seen

    assert tell(story) == ["in"] * 30 + (["wrong"] * 4 + ["in"]) * 3


def test_a_right_password_alone_forgets_nothing(tell: Tell) -> None:
    """Whoever has a stolen password guesses no more codes for it: the second factor's failures go on counting."""

    async def story(door: Door) -> list[str]:
        door.accounts.set_second_factor("Ann", pyotp.random_base32(), [])
        seen = []
        for _ in range(5):
            seen.append(await door.tries("Ann", PASSWORD))
            try:
                await door.proof.second_factor("Ann", "abc", HERE)
            except ProofRefusedError as refusal:
                seen.append(refusal.why)
        return [*seen, await door.tries("Ann", PASSWORD)]

    assert tell(story) == ["in", "wrong"] * 4 + ["in", "just locked", "locked"]


def test_a_disabled_account_says_so_to_its_owner_alone(tell: Tell) -> None:
    """Whoever does not know the password is told that it is wrong; its owner, who can help."""

    async def story(door: Door) -> None:
        door.accounts.disable("Ann", "left")
        assert await door.tries("Ann") == "wrong"
        with pytest.raises(ProofRefusedError, match=r"of Ann is disabled\. An administrator can enable it"):
            await door.proof.password("Ann", PASSWORD, HERE)
        door.now += timedelta(days=91).total_seconds()
        assert await door.tries("Bo") == "wrong"
        with pytest.raises(ProofRefusedError, match="Nobody has used the account of Bo for 90 days"):
            await door.proof.password("Bo", PASSWORD, HERE)
        door.accounts.enable("Bo", door.instant())
        assert await door.tries("Bo", PASSWORD) == "in"

    tell(story)


def test_an_old_hash_is_made_anew_when_its_owner_comes(tell: Tell) -> None:
    """Stronger parameters reach everybody by and by, and the password stays what it was."""
    old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)

    async def story(door: Door) -> list[Any]:
        door.accounts.set_password("Ann", old)
        seen: list[Any] = [await door.tries("Ann"), door.accounts.get("Ann").password == old]  # type: ignore[union-attr]
        seen += [await door.tries("Ann", PASSWORD), door.accounts.get("Ann").password == old]  # type: ignore[union-attr]
        return [*seen, await door.tries("Ann", PASSWORD)]

    assert tell(story) == ["wrong", True, "in", False, "in"]


def test_a_code_is_taken_once(tell: Tell) -> None:
    """Not by somebody who saw it typed, nor in another browser at the same moment; the next one is another."""
    secret = pyotp.random_base32()

    async def story(door: Door) -> list[Any]:
        door.accounts.set_second_factor("Ann", secret, [])

        async def tries(code: str) -> str:
            with contextlib.suppress(ProofRefusedError):
                return await door.proof.second_factor("Ann", code, HERE)
            return "refused"

        code = pyotp.TOTP(secret).at(door.now)
        at_once = sorted(await asyncio.gather(tries(code), tries(code)))
        door.now += 30
        return [at_once, await tries(code), await tries(pyotp.TOTP(secret).at(door.now)), await tries("000000x")]

    assert tell(story) == [["code", "refused"], "refused", "code", "refused"]


def test_a_recovery_code_stands_for_a_code_once(tell: Tell) -> None:
    """However it is typed; somebody else's is none."""

    async def story(door: Door) -> list[str]:
        door.accounts.set_second_factor("Ann", pyotp.random_base32(), [recovery_hash("abcd-efgh-ijkl-mnop")])
        door.accounts.set_second_factor("Bo", pyotp.random_base32(), [recovery_hash("bbbb-efgh-ijkl-mnop")])
        seen = []
        for code in ("bbbb-efgh-ijkl-mnop", "ABCD EFGH IJKL MNOP", "abcd-efgh-ijkl-mnop"):
            try:
                seen.append(await door.proof.second_factor("Ann", code, HERE))
            except ProofRefusedError as refusal:
                seen.append(refusal.why)
        return seen

    assert tell(story) == ["wrong", "recovery code", "wrong"]


def test_sentences_tell_no_more_than_they_must(tell: Tell) -> None:
    """Word for word the same for a name that is there and one that is not, wrong and locked."""

    async def sentences(door: Door, name: str) -> list[str]:
        said = []
        for _ in range(7):
            with pytest.raises(ProofRefusedError) as refused:
                await door.proof.password(name, "wrong", HERE)
            said.append(str(refused.value))
        return said

    async def story(door: Door) -> None:
        known, unknown = await sentences(door, "Ann"), await sentences(door, "Nobody")
        assert known == unknown
        assert known[-1] == LOCKED
        assert "Ann" not in "".join(known)

    tell(story)


def test_without_a_store_nobody_proves_anything(tmp_path: Path) -> None:
    """Where failures cannot be counted nothing is tried."""

    async def story() -> int:
        door = Door(Settings(data_dir=tmp_path, redis_url="unix:///nowhere.sock"), tmp_path)
        for name in ("Ann", "Nobody"):
            with pytest.raises(AccessAway, match="does not answer"):
                await door.proof.password(name, PASSWORD, HERE)
        with pytest.raises(AccessAway):
            await door.proof.second_factor("Ann", "123456", HERE)
        await door.close()
        return door.hashing.computed

    assert asyncio.run(story()) == 0


def test_the_attempt_that_locks_writes_as_much_for_a_name_that_nobody_has(
    tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is waited for as often, so that the time it takes tells nothing either."""
    flushed: list[int] = []
    monkeypatch.setattr("rtcc.access.kept_file.os.fsync", flushed.append)

    async def story(door: Door) -> list[int]:
        counts = []
        for name in ("Ann", "Nobody"):
            flushed.clear()
            assert [await door.tries(name) for _ in range(5)][-1] == "just locked"
            counts.append(len(flushed))
        return counts

    known, unknown = tell(story)
    assert known == unknown > 0
