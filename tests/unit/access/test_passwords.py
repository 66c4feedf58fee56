"""Passwords: long enough, not those that are tried first, and hashed a few at a time at the same cost for everybody."""

from __future__ import annotations

import asyncio
import hashlib
import random
import threading
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from rtcc.access.breached import _stands_in, is_breached
from rtcc.access.passwords import (
    AT_ONCE,
    WAITING,
    WAITING_OF_ONE,
    Hashing,
    PasswordRefusedError,
    PasswordRules,
    TooBusyError,
)

GOOD = "harbour crane at seven"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery",
        "ÄÖÜ äöü ßßß éè 日本語の言葉",
        "x9$Lq#2vRt!m",
        "a" * 5 + " wall of quiet bees " * 10,
    ],
)
def test_what_is_long_enough_is_taken_whatever_it_is_made_of(password: str) -> None:
    """No digits, signs or capital letters are asked for, and every letter there is may stand in it."""
    PasswordRules().require(password, "Ann Roe")


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("", "too short"),
        ("harbour cra", "too short"),
        ("x7 " * 86, "too long"),
        ("password1234", "tried first"),
        ("PassWord2026!!", "tried first"),
        ("elephant 2026", "tried first"),
        ("qwertyuiopasdf", "tried first"),
        ("aaaaaaaaaaaaaaa", "tried first"),
        ("123456789012", "tried first"),
        ("abcdefghijkl", "tried first"),
        ("the wall of rtcc", "holds your name or this program's"),
        ("Real-Time Crime Center", "holds your name or this program's"),
        ("Wolfgang in spring", "holds your name or this program's"),
        ("my ROE-ANN-WOLFGANG!", "holds your name or this program's"),
    ],
)
def test_what_others_would_try_is_refused(password: str, words: str) -> None:
    """With a sentence that says why, and never the password itself."""
    with pytest.raises(PasswordRefusedError, match=rf"{words}.*\.$") as refused:
        PasswordRules().require(password, "Ann Wolfgang")
    assert not password or password not in str(refused.value)


def test_the_least_length_is_the_installations() -> None:
    """Counted in characters, as they look, not in bytes or in the parts that a keyboard composes them of."""
    with pytest.raises(PasswordRefusedError, match="must have 15 characters or more"):
        PasswordRules(15).require("quiet bees fly", "Ann")
    PasswordRules(15).require("quiet bees flew", "Ann")
    with pytest.raises(PasswordRefusedError, match="too short"):
        PasswordRules(15).require("quiet bees fle\u0301"[:15], "Ann")


@pytest.fixture(scope="module")
def breached(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A list as haveibeenpwned.com gives it, with lines of different length."""
    known = [f"known to all {number}" for number in range(500)]
    hashes = sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in known)
    file = tmp_path_factory.mktemp("lists") / "breached.txt"
    chance = random.Random(7)
    file.write_bytes(
        "".join(f"{digest}:{chance.randrange(1, 10 ** chance.randrange(1, 9))}\r\n" for digest in hashes).encode()
    )
    return file, known


def test_every_password_of_a_list_is_found_and_no_other(breached: tuple[Path, list[str]]) -> None:
    """The first line, the last one and each between them; the list is halved by bytes, so each place counts."""
    file, known = breached
    assert all(is_breached(word, file) for word in known)
    assert not any(is_breached(f"{word}!", file) for word in known)


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_a_short_list_is_a_list(tmp_path: Path, ending: str) -> None:
    """None, one or two lines, whether or not the last one ends."""
    file = tmp_path / "list"
    file.write_bytes(b"")
    assert not is_breached(GOOD, file)
    digest = hashlib.sha1(GOOD.encode()).hexdigest()
    for lines in ([digest], ["0" * 40, digest], [digest, "F" * 40]):
        file.write_bytes(("\n".join(lines) + ending).encode())
        assert is_breached(GOOD, file)
        assert not is_breached("something else", file)


class Endless:
    """A list of sixteen million million hashes, each line made when it is read."""

    line = 43
    lines = 1 << 44

    def __init__(self) -> None:
        self.at, self.read = 0, 0

    def seek(self, where: int, whence: int = 0) -> int:
        self.at = where + (self.lines * self.line if whence == 2 else 0)
        return self.at

    def tell(self) -> int:
        return self.at

    def readline(self, _: int) -> bytes:
        self.read += 1
        number, into = divmod(self.at, self.line)
        if number >= self.lines:
            return b""
        rest = b"%s:1\n" % self.digest(number)
        self.at += len(rest) - into
        return rest[into:]

    def digest(self, number: int) -> bytes:
        return b"%040X" % (number << 116)


@pytest.mark.parametrize("number", [0, 1, 2, 12_345_678_901, Endless.lines - 2, Endless.lines - 1])
def test_of_a_list_of_any_size_some_lines_are_looked_at(number: int) -> None:
    """Of one of hundreds of terabytes about a hundred, and what stands nowhere in it is not found."""
    there, absent = Endless(), Endless()
    assert _stands_in(there, there.digest(number))  # type: ignore[arg-type]
    assert not _stands_in(absent, absent.digest(number)[:-1] + b"1")  # type: ignore[arg-type]
    assert max(there.read, absent.read) < 120


def test_a_password_known_from_a_breach_is_refused(breached: tuple[Path, list[str]], tmp_path: Path) -> None:
    """And where the list cannot be read no password is taken: nobody could say whether it is good."""
    file, known = breached
    with pytest.raises(PasswordRefusedError, match=r"known from a breach"):
        PasswordRules(breached_file=file).require(known[3], "Ann")
    PasswordRules(breached_file=file).require(GOOD, "Ann")
    with pytest.raises(PasswordRefusedError, match=r"access\.breached_file"):
        PasswordRules(breached_file=tmp_path / "nowhere").require(GOOD, "Ann")


def test_a_hash_is_argon2id_with_the_parameters_of_the_rfc() -> None:
    """64 MiB, three passes, four lanes, a salt of its own; the password itself opens it however it was composed."""

    async def story() -> list[Any]:
        hashing = Hashing()
        made = [await hashing.make("d\u00edaz and the bees") for _ in range(2)]
        right = await hashing.is_right("di\u0301az and the bees", made[0])
        wrong = await hashing.is_right("diaz and the bees", made[0])
        old = hashing.is_old(made[0]), hashing.is_old(PasswordHasher.from_parameters(CHEAPEST).hash("x"))
        hashing.close()
        return [*made, right, wrong, old]

    one, two, right, wrong, old = asyncio.run(story())
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != two
    assert (right, wrong, old) == (True, False, (False, True))


@pytest.mark.parametrize("hashed", [None, "", "no hash at all", "$argon2id$v=19$m=8,t=1,p=1$bad$bad"])
def test_where_there_is_no_hash_one_is_computed_all_the_same(hashed: str | None) -> None:
    """An unknown name costs what a known one does, and nothing opens it."""

    async def story() -> tuple[bool, int]:
        hashing = Hashing(CHEAPEST)
        right = await hashing.is_right(GOOD, hashed)
        hashing.close()
        return right, hashing.computed

    assert asyncio.run(story()) == (False, 1)


class SlowHashing(Hashing):
    """Waits in each hash until it is let go, and says how many are at it."""

    def __init__(self) -> None:
        super().__init__(CHEAPEST)
        self.go, self.at_once, self.most = threading.Event(), 0, 0

    def _is_right(self, password: str, hashed: str | None) -> bool:
        with self._counting:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.go.wait(20)
        with self._counting:
            self.at_once -= 1
        return super()._is_right(password, hashed)


def test_few_hash_at_once_and_the_line_has_an_end() -> None:
    """Two at a time; so many may wait, of one address fewer; and when the line is gone others come again."""

    async def story() -> SlowHashing:
        hashing = SlowHashing()
        one = [asyncio.create_task(hashing.is_right(GOOD, None, "one")) for _ in range(AT_ONCE + WAITING_OF_ONE)]
        await asyncio.sleep(0)
        with pytest.raises(TooBusyError):
            await hashing.is_right(GOOD, None, "one")
        others = [
            asyncio.create_task(hashing.is_right(GOOD, None, f"other {number}"))
            for number in range(WAITING - WAITING_OF_ONE)
        ]
        await asyncio.sleep(0)
        with pytest.raises(TooBusyError):
            await hashing.is_right(GOOD, None, "late")
        hashing.go.set()
        assert not any(await asyncio.gather(*one, *others))
        assert not await hashing.is_right(GOOD, None, "late")
        hashing.close()
        return hashing

    assert asyncio.run(story()).most == AT_ONCE
