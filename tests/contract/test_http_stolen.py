"""What is stolen, forged, planted or sent by another site's page opens nothing, and no secret is left lying about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyotp
import pytest

from rtcc.settings import Settings
from rtcc.web.entering import HALF_WAY_COOKIE as HALF_WAY
from tests.at_the_door import PASSWORD, DoorOf, sign_in, who
from tests.signing_in import COOKIE


@pytest.fixture
def door(settings: Settings, tmp_path: Path) -> DoorOf:
    """An installation whose people have passwords and second factors."""
    return DoorOf(settings, tmp_path)


def test_a_session_that_somebody_else_chose_is_not_taken_over(door: DoorOf) -> None:
    """Whatever cookies a browser was given before: after the sign-in it has a new session, and the old one is none."""
    secret = door.with_password("Ann Roe", factor=True)

    async def story() -> None:
        async with door.browser() as ann, door.browser() as mallory:
            planted = {COOKIE: "A" * 43, HALF_WAY: "B" * 43}
            ann.cookies.update(planted)
            mallory.cookies.update(planted)
            await sign_in(ann, "Ann Roe")
            half = next(
                cookie.value for cookie in ann.cookies.jar if cookie.name == HALF_WAY and cookie.value != "B" * 43
            )
            assert half != "B" * 43
            mallory.cookies.clear()
            # A sign-in that somebody else began is of no use without their code.
            mallory.cookies.set(HALF_WAY, half or "")
            assert (await mallory.post("/login/second", data={"code": "nonsense"})).status_code == 401
            ann.cookies.clear()
            ann.cookies.set(COOKIE, "A" * 43)
            ann.cookies.set(HALF_WAY, half or "")
            done = await ann.post("/login/second", data={"code": pyotp.TOTP(secret).now()})
            assert done.status_code == 303
            assert f"{COOKIE}={'A' * 43}" not in done.headers["set-cookie"]
            mallory.cookies.set(COOKIE, "A" * 43)
            assert await who(mallory) == ""

    door.run(story)


def test_a_cookie_that_was_copied_is_worthless_after_signing_out(settings: Settings, tmp_path: Path) -> None:
    """So is the one of before a new sign-in, and one that was changed by a letter."""
    door = DoorOf(settings, tmp_path, second_factor=False)
    door.with_password("Ann Roe")

    async def known(token: str) -> str:
        async with door.browser() as copy:
            copy.cookies.set(COOKIE, token)
            return await who(copy)

    async def story() -> None:
        async with door.browser() as ann:
            tokens = []
            for _ in range(2):
                await sign_in(ann, "Ann Roe")
                tokens.append(ann.cookies[COOKIE])
            assert tokens[0] != tokens[1]
            assert [await known(token) for token in tokens] == ["", "Ann Roe"]
            forged = tokens[1][:-2] + ("AA" if tokens[1][-2:] != "AA" else "BB")
            assert await known(forged) == ""
            await ann.post("/logout")
            assert await known(tokens[1]) == ""

    door.run(story)
    assert [action for (action,) in door.records("action")] == ["sign in", "sign in", "sign out"]


@pytest.mark.parametrize("path", ["/login", "/login/second", "/login/authenticator", "/logout", "/login/" + "A" * 43])
def test_other_sites_pages_send_no_form_of_the_sign_in(door: DoorOf, path: str) -> None:
    """403, nothing is counted, and no cookie is set."""

    async def story() -> list[Any]:
        async with door.browser() as client:
            form = {"name": "Ann", "password": PASSWORD, "code": "123456"}
            headers = [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"}]
            answers = [await client.post(path, data=form, headers=header) for header in headers]
            return [(answer.status_code, dict(answer.cookies)) for answer in answers]

    assert door.run(story) == [(403, {})] * 3
    assert door.hashing.computed == 0


def test_no_secret_stands_on_record(door: DoorOf) -> None:
    """Neither what somebody typed as their name, nor a password, code or token."""
    secret = door.with_password("Ann Roe", factor=True)

    async def story() -> list[str]:
        async with door.browser() as client:
            await sign_in(client, "MyOldPassword1", "MyOldPassword2")
            await sign_in(client, "Ann Roe", "MyOldPassword3")
            await client.post("/login", data={"key": "rtcc_MyKey"})
            await sign_in(client, "Ann Roe")
            half, code = client.cookies[HALF_WAY], pyotp.TOTP(secret).now()
            await client.post("/login/second", data={"code": "wrongcode"})
            await client.post("/login/second", data={"code": code})
            return [half, code, client.cookies[COOKIE]]

    secrets = [*door.run(story), secret, PASSWORD, "MyOldPassword", "MyKey", "wrongcode"]
    kept = "".join(file.read_text() for file in (door.settings.data_dir / "audit").rglob("*") if file.is_file())
    assert "sign in failed" in kept
    assert not [each for each in secrets if each in kept.replace('"at"', "")]
