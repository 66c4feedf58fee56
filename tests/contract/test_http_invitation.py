"""Invitations over HTTP: an address where somebody sets up their account, once, and nobody else can."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pyotp
import pytest

from rtcc.settings import Settings
from tests.at_the_door import PASSWORD, DoorOf, refusal, sign_in, who
from tests.signing_in import COOKIE

GOOD = {"password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def door(settings: Settings, tmp_path: Path) -> DoorOf:
    """An installation that invites people."""
    return DoorOf(settings, tmp_path)


def test_an_invitation_leads_to_password_second_factor_and_in(door: DoorOf) -> None:
    """Looking uses nothing up; each step leads to the next; then the account works by what was set."""

    async def story() -> None:
        path = await door.invite("Ann Roe", "officer")
        async with door.browser() as ann, door.browser() as later:
            for _ in range(2):
                shown = await ann.get(path)
                assert shown.status_code == 200
                assert "Choose a password" in shown.text
                assert "12 characters or more" in shown.text
            first = await ann.post(path, data=GOOD)
            assert (first.status_code, first.headers["location"]) == (303, "/login/authenticator")
            assert await who(ann) == ""
            found = re.search(r'id="secret">([A-Z2-7 ]+)<', (await ann.get("/login/authenticator")).text)
            assert found
            totp = pyotp.TOTP(found[1].replace(" ", ""))
            done = await ann.post("/login/authenticator", data={"code": totp.now()})
            assert "Keep your recovery codes" in done.text
            assert 'href="/officer"' in done.text
            assert await who(ann) == "Ann Roe"
            for again in (await later.get(path), await later.post(path, data=GOOD)):
                assert again.status_code == 410
                assert "has been used" in again.text
            assert (await sign_in(later, "Ann Roe")).headers["location"] == "/login/second"

    door.run(story)
    assert [tuple(record) for record in door.records("who", "action")] == [
        ("Ann Roe", "account changed"),
        ("Ann Roe", "second factor set"),
        ("Ann Roe", "sign in"),
        ("unknown", "sign in failed"),
    ]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "too short"),
        ({"password": "tiny one"}, "too short"),
        ({"password": "password2026!"}, "tried first"),
        ({"password": "my name is ann roe"}, "holds your name"),
        ({"password": PASSWORD, "again": PASSWORD + "!"}, "not the same"),
    ],
)
def test_a_password_that_is_refused_uses_nothing_up(door: DoorOf, form: dict[str, str], sentence: str) -> None:
    """The page says why, at the field, and the same address takes a better one."""

    async def story() -> None:
        path = await door.invite("Ann Roe")
        async with door.browser() as ann:
            answer = await ann.post(path, data=form)
            assert answer.status_code == 422
            assert sentence in refusal(answer)
            assert 'aria-invalid="true"' in answer.text
            assert not answer.cookies
            assert not form.get("password") or form["password"] not in answer.text
            assert (await ann.post(path, data=GOOD)).status_code == 303

    door.run(story)


def test_an_older_invitation_takes_no_account_over(door: DoorOf) -> None:
    """Of two for one person the first that is used sets the password; the other says so, and changes nothing."""

    async def story() -> None:
        older, newer = await door.invite("Ann Roe"), await door.invite("Ann Roe")
        async with door.browser() as ann, door.browser() as mallory:
            assert (await ann.post(newer, data=GOOD)).status_code == 303
            for answer in (
                await mallory.get(older),
                await mallory.post(older, data={"password": "quite another one"}),
            ):
                assert answer.status_code == 410
                assert "set up already" in answer.text
            assert (await sign_in(mallory, "Ann Roe", "quite another one")).status_code == 401
            assert (await sign_in(mallory, "Ann Roe")).status_code == 303

    door.run(story)


def test_setting_a_password_ends_what_was_begun_before_it(door: DoorOf) -> None:
    """Whoever was in by another way is not any more when the account becomes its owner's."""

    async def story() -> tuple[str, str]:
        link = await door.invite("Ann Roe", enroll=False)
        invitation = await door.invite("Ann Roe")
        async with door.browser() as before, door.browser() as ann:
            await before.post(link)
            known = await who(before)
            await ann.post(invitation, data=GOOD)
            return known, await who(before)

    assert door.run(story) == ("Ann Roe", "")


@pytest.mark.parametrize("enroll", [True, False])
@pytest.mark.parametrize("state", ["locked", "disabled", "unused", "role taken"])
def test_whose_account_is_shut_comes_in_by_no_address(door: DoorOf, state: str, enroll: bool) -> None:
    """With a sentence, and the address is not used up: when somebody has opened the account it works."""

    async def story() -> None:
        path = await door.invite("Ann Roe", "officer", enroll=enroll)
        if state == "locked":
            door.accounts.lock("Ann Roe")
        elif state == "disabled":
            door.accounts.disable("Ann Roe", "left")
        elif state == "unused":
            door.accounts.unused_days = -1
        else:
            door.accounts.set_roles("Ann Roe", ["analyst"])
        async with door.browser() as ann:
            for answer in (await ann.get(path), await ann.post(path, data=GOOD)):
                assert answer.status_code == (404 if state == "role taken" else 403)
                assert not answer.cookies
            door.accounts.unlock("Ann Roe")
            door.accounts.enable("Ann Roe")
            door.accounts.unused_days = 90
            door.accounts.ensure("Ann Roe", "officer")
            assert (await ann.post(path, data=GOOD)).status_code == 303

    door.run(story)


def test_a_link_begins_a_session_that_ends_with_its_account(door: DoorOf) -> None:
    """It signs in at once, in the role it was made for; disabling the account, or taking the role, ends it at once."""

    async def story() -> list[str]:
        door.accounts.ensure("Ann Roe", "dispatcher")
        path = await door.invite("Ann Roe", "officer", enroll=False)
        async with door.browser() as ann:
            entered: httpx.Response = await ann.post(path)
            assert (entered.status_code, entered.headers["location"]) == (303, "/officer")
            seen = [await who(ann)]
            door.accounts.set_roles("Ann Roe", ["dispatcher"])
            seen.append(await who(ann))
            door.accounts.ensure("Ann Roe", "officer")
            seen.append(await who(ann))
            door.accounts.disable("Ann Roe", "left")
            seen.append(await who(ann))
            assert COOKIE in ann.cookies
            return seen

    assert door.run(story) == ["Ann Roe", "", "Ann Roe", ""]
    account = door.accounts.get("Ann Roe")
    assert account is not None
    assert account.last_used_at is not None
