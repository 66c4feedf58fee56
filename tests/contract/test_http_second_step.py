"""The second step over HTTP: set up where there is none, asked for where there is one, and guessed by nobody."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import pyotp
import pytest

from rtcc.settings import Settings
from tests.at_the_door import DoorOf, refusal, sign_in, who


@pytest.fixture
def door(settings: Settings, tmp_path: Path) -> DoorOf:
    """An installation whose people have passwords and second factors."""
    return DoorOf(settings, tmp_path)


def test_who_has_no_second_factor_sets_one_up_first(door: DoorOf) -> None:
    """The password alone is no session: the secret is shown, its code proves it, recovery codes are shown once."""
    door.with_password("Ann Roe", "supervisor")

    async def story() -> None:
        async with door.browser() as ann:
            first = await sign_in(ann, "Ann Roe")
            assert first.headers["location"] == "/login/authenticator"
            shown = await ann.get("/login/authenticator")
            found = re.search(r'id="secret">([A-Z2-7 ]+)<', shown.text)
            assert found
            assert "<svg" in shown.text
            again = await ann.post("/login/authenticator", data={"code": "000000x"})
            assert again.status_code == 422
            assert "is not the code of this secret" in refusal(again)
            assert await who(ann) == ""
            account = door.accounts.get("Ann Roe")
            assert account is not None
            assert account.totp is None
            secret = found[1].replace(" ", "")
            assert secret in again.text.replace(" ", "")
            code = pyotp.TOTP(secret).now()
            done = await ann.post("/login/authenticator", data={"code": code})
            assert done.status_code == 200
            assert done.headers["cache-control"] == "no-store"
            codes = re.findall(r"<li>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</li>", done.text)
            assert len(codes) == 10
            assert await who(ann) == "Ann Roe"
            assert (await ann.post("/login/authenticator", data={"code": code})).status_code == 401
        async with door.browser() as later:
            await sign_in(later, "Ann Roe")
            # The code that proved the set-up is used, too.
            assert (await later.post("/login/second", data={"code": code})).status_code == 401
            entered = await later.post("/login/second", data={"code": codes[3].upper()})
            assert (entered.status_code, await who(later)) == (303, "Ann Roe")
            await sign_in(later, "Ann Roe")
            assert (await later.post("/login/second", data={"code": codes[3]})).status_code == 401

    door.run(story)
    actions = [action for action, *_ in door.records("action")]
    assert actions == [
        "second factor set", "sign in", "sign in failed", "recovery code used", "sign in", "sign in failed",
    ]  # fmt: skip


def test_codes_that_are_wrong_lock_too_and_end_the_sign_in(door: DoorOf) -> None:
    """Five, and neither code nor password is asked for any more."""
    secret = door.with_password("Ann Roe", factor=True)

    async def story() -> list[int]:
        async with door.browser() as client:
            await sign_in(client, "Ann Roe")
            statuses = [
                (await client.post("/login/second", data={"code": f"abc{number}"})).status_code for number in range(5)
            ]
            code = pyotp.TOTP(secret).now()
            statuses.append((await client.post("/login/second", data={"code": code})).status_code)
            return [*statuses, (await sign_in(client, "Ann Roe")).status_code]

    assert door.run(story) == [401] * 4 + [403, 401, 403]


def test_of_two_who_bring_the_same_code_one_gets_in(door: DoorOf) -> None:
    """At the same moment, with the same cookie: one session."""
    secret = door.with_password("Ann Roe", factor=True)

    async def story() -> list[int]:
        async with door.browser() as ann:
            await sign_in(ann, "Ann Roe")
            code = pyotp.TOTP(secret).at(time.time())
            both = await asyncio.gather(*(ann.post("/login/second", data={"code": code}) for _ in range(2)))
            return sorted(answer.status_code for answer in both)

    assert door.run(story) == [303, 401]
