"""Signing in by name, password and code over HTTP: two steps, one session, and nothing learnt by who is not let in."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import httpx
import pyotp
import pytest

from rtcc.access.proof import LOCKED
from rtcc.settings import Settings
from tests.at_the_door import PASSWORD, DoorOf, refusal, sign_in, who
from tests.signing_in import COOKIE

HALF_WAY = "rtcc_signing_in"
WRONG = "The name or the password is not right."


@pytest.fixture
def door(settings: Settings, tmp_path: Path) -> DoorOf:
    """An installation whose people have passwords and second factors."""
    return DoorOf(settings, tmp_path)


def flags(answer: httpx.Response, name: str) -> set[str]:
    """Return what a cookie of an answer is bound to."""
    (cookie,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{name}=")]
    return {flag.lower() for flag in cookie.split("; ")[1:]}


def test_password_and_code_sign_in(door: DoorOf) -> None:
    """The password leads to the second step and is no session yet; the code is one, at the page that was asked for."""
    secret = door.with_password("Ann Roe", factor=True)

    async def story() -> None:
        async with door.browser() as ann:
            shown = await ann.get("/login?next=/incident/17")
            assert 'action="/login?next=%2Fincident%2F17"' in shown.text
            first = await sign_in(ann, " ann roe ", params={"next": "/incident/17"})
            assert (first.status_code, first.headers["location"]) == (303, "/login/second")
            assert flags(first, HALF_WAY) == {"httponly", "max-age=300", "path=/login", "samesite=strict", "secure"}
            assert await who(ann) == ""
            assert "Code of your authenticator app for Ann Roe" in (await ann.get("/login/second")).text
            code = pyotp.TOTP(secret).now()
            second = await ann.post("/login/second", data={"code": f" {code[:3]} {code[3:]} "})
            assert (second.status_code, second.headers["location"]) == (303, "/incident/17")
            assert flags(second, COOKIE) == {"httponly", "max-age=43200", "path=/", "samesite=strict", "secure"}
            assert await who(ann) == "Ann Roe"
            assert HALF_WAY not in ann.cookies
            # Gone through, it leads nowhere any more.
            assert (await ann.post("/login/second", data={"code": code})).status_code == 401

    door.run(story)
    assert door.records("who", "action", "outcome", "by", "address") == [
        ("Ann Roe", "sign in", "done", "session", "198.51.100.7")
    ]


def test_without_a_second_factor_a_password_may_do(settings: Settings, tmp_path: Path) -> None:
    """Where the installation says so, and for whom has none; who has one is asked for it all the same."""
    door = DoorOf(settings, tmp_path, second_factor=False)
    door.with_password("Ann Roe", "officer")
    door.with_password("Bo", "officer", factor=True)

    async def story() -> list[str]:
        async with door.browser() as ann, door.browser() as bo:
            return [(await sign_in(ann, "Ann Roe")).headers["location"], (await sign_in(bo, "Bo")).headers["location"]]

    assert door.run(story) == ["/officer", "/login/second"]


@pytest.mark.parametrize("name", ["Ann Roe", "Nobody"])
def test_who_is_refused_learns_nothing(door: DoorOf, name: str) -> None:
    """The same pages in the same order, whether there is such a name or not, but for the name they typed themselves."""
    door.with_password("Ann Roe", factor=True)

    async def story() -> None:
        async with door.browser() as client:
            for status, sentence in [(401, WRONG)] * 4 + [(403, LOCKED)] * 2:
                answer = await sign_in(client, name, "wrong")
                assert (answer.status_code, refusal(answer)) == (status, sentence)
                assert not answer.cookies
                assert f'value="{name}"' in answer.text
                assert 'aria-invalid="true" aria-describedby="refusal" autofocus' in answer.text
            right = await sign_in(client, name)
            assert (right.status_code, refusal(right)) == (403, LOCKED)

    door.run(story)
    known = name == "Ann Roe"
    # One of them made the password.
    assert door.hashing.computed == 1 + 5
    told = door.records("who", "action", "outcome", "why")
    assert [record[1] for record in told].count("account locked") == 1
    assert {record[0] for record in told} == {"Ann Roe" if known else "unknown"}
    failed = [why for _, action, outcome, why in told if (action, outcome) == ("sign in failed", "refused")]
    assert failed == ["wrong"] * 4 + ["just locked"] + ["locked"] * 2


def test_a_lock_ends_no_session(door: DoorOf) -> None:
    """Whoever fails under somebody's name keeps them out, but does not throw out who is in."""
    secret = door.with_password("Ann Roe", factor=True)

    async def story() -> None:
        async with door.browser() as ann, door.browser("203.0.113.5") as other:
            await sign_in(ann, "Ann Roe")
            await ann.post("/login/second", data={"code": pyotp.TOTP(secret).now()})
            for _ in range(5):
                await sign_in(other, "Ann Roe", "wrong")
            assert await who(ann) == "Ann Roe"
            await ann.post("/logout")
            assert (await sign_in(ann, "Ann Roe")).status_code == 403
            door.accounts.unlock("Ann Roe")
            assert (await sign_in(ann, "Ann Roe")).status_code == 303

    door.run(story)


def test_an_address_that_failed_too_often_is_told_when_to_come_back(door: DoorOf) -> None:
    """429 and Retry-After, for whatever it asks next, and one record of it however long it goes on."""
    door.with_password("Ann Roe", factor=True)

    async def story() -> None:
        async with door.browser() as client, door.browser("203.0.113.5") as other:
            for number in range(20):
                assert (await sign_in(client, f"Name {number}", "wrong")).status_code == 401
            hashed = door.hashing.computed
            for form in ({"name": "Ann Roe", "password": PASSWORD}, {"name": "x", "password": "y"}):
                answer = await client.post("/login", data=form)
                assert answer.status_code == 429
                assert 0 < int(answer.headers["retry-after"]) <= 900
                assert "try again in 15 minutes" in answer.text
            assert door.hashing.computed == hashed
            assert (await sign_in(other, "Ann Roe")).status_code == 303

    door.run(story)
    assert [why for (why,) in door.records("why")] == ["wrong"] * 20 + ["too many"]


@pytest.mark.parametrize("state", ["disabled", "unused"])
def test_a_shut_account_is_told_to_its_owner(door: DoorOf, state: str) -> None:
    """With who can help; a session that runs is over at once."""
    secret = door.with_password("Ann Roe", factor=True)

    async def story() -> str:
        async with door.browser() as ann, door.browser() as later:
            await sign_in(ann, "Ann Roe")
            await ann.post("/login/second", data={"code": pyotp.TOTP(secret).now()})
            assert await who(ann) == "Ann Roe"
            if state == "disabled":
                door.accounts.disable("Ann Roe", "left")
            else:
                door.accounts.unused_days = -1
            assert await who(ann) == ""
            assert (await sign_in(later, "Ann Roe", "wrong")).status_code == 401
            answer = await sign_in(later, "Ann Roe")
            assert answer.status_code == 403
            return refusal(answer)

    sentence = door.run(story)
    assert "An administrator can enable it" in sentence


ELSEWHERE = [
    "//evil.example", "https://evil.example/", "/\\evil.example", "\\/evil.example", "/\tevil", "/\r\nSet-Cookie: a=b",
    "javascript:alert(1)", "evil", "", "/x\u202e", "/" + "a" * 600,
]  # fmt: skip


def test_nobody_is_led_elsewhere(settings: Settings, tmp_path: Path) -> None:
    """Only a page of ours is gone on to; for everything else a session begins where its role does."""
    door = DoorOf(settings, tmp_path, second_factor=False)
    door.with_password("Ann Roe")

    async def story() -> None:
        for asked in ELSEWHERE:
            async with door.browser() as client:
                shown = await client.get(f"/login?next={quote(asked, safe='')}")
                assert 'action="/login"' in shown.text, asked
                entered = await sign_in(client, "Ann Roe", params={"next": asked})
                assert entered.headers["location"] == "/dispatch", asked

    door.run(story)
