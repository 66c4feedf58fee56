"""Signing in with the agency's own provider: a real one is believed, and nothing that somebody else could have said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from rtcc.access.openid import OpenId
from rtcc.access.openid_settings import OpenIdSettingsError, secret_of
from rtcc.settings import OpenIdSettings, Settings
from tests.at_the_door import DoorOf, sign_in, who
from tests.openid_provider import CLIENT, HonestProvider, honest_provider
from tests.signing_in import COOKIE

BACK = "https://center.example.org/login/openid/back"
ROLES = {"desk": "dispatcher", "chiefs": "supervisor"}


@pytest.fixture(scope="module")
def provider() -> Iterator[HonestProvider]:
    """A real provider of this file's tests."""
    with honest_provider() as running:
        yield running


def door_with(settings: Settings, data: Path, issuer: str, **more: Any) -> DoorOf:
    """Return an installation whose people sign in with a provider."""
    openid = OpenIdSettings(issuer=issuer, client_id=CLIENT, name="City sign-on", roles=ROLES, **more)
    return DoorOf(settings, data, openid=openid)


@pytest.fixture
def door(settings: Settings, tmp_path: Path, provider: HonestProvider, monkeypatch: pytest.MonkeyPatch) -> DoorOf:
    """An installation whose people sign in with the real one."""
    monkeypatch.setenv("RTCC_OPENID_SECRET", "between us")
    return door_with(settings, tmp_path, provider.issuer)


async def came_back(
    client: httpx.AsyncClient, provider: HonestProvider, subject: str, **changed: str
) -> httpx.Response:
    """Go to the provider, sign in there, and come back."""
    led = await client.get("/login/openid")
    assert led.status_code == 303, led.text
    back = provider.sign_in(led.headers["location"], subject, **changed)
    assert back.startswith(BACK)
    return await client.get(back, headers={"Sec-Fetch-Site": "cross-site"})


def test_who_the_provider_vouches_for_is_in(door: DoorOf, provider: HonestProvider) -> None:
    """With the roles that it says, at the page that was asked for; the account is theirs by subject from then on."""
    provider.knows("u1", preferred_username="Ann Roe", roles=["printers", "chiefs", "desk"])
    door.accounts.ensure("Ann Roe", "officer")

    async def story() -> None:
        async with door.browser() as ann:
            assert "City sign-on" in (await ann.get("/login?next=/admin")).text
            led = await ann.get("/login/openid?next=/admin")
            asked = {name: values[0] for name, values in parse_qs(urlsplit(led.headers["location"]).query).items()}
            assert asked["redirect_uri"] == BACK
            assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
            assert len(asked["code_challenge"]) == 43
            assert min(len(asked["state"]), len(asked["nonce"])) >= 43
            flags = {flag.lower() for flag in led.headers["set-cookie"].split("; ")[1:]}
            assert flags == {"httponly", "max-age=600", "path=/login/openid", "samesite=lax", "secure"}
            back = provider.sign_in(led.headers["location"], "u1")
            entered = await ann.get(back, headers={"Sec-Fetch-Site": "cross-site"})
            assert entered.status_code == 200
            assert 'content="0;url=/admin"' in entered.text
            assert "samesite=strict" in entered.headers["set-cookie"].lower()
            assert await who(ann) == "Ann Roe"
            # The way back is gone once.
            assert (await ann.get(back)).status_code == 403
            assert await who(ann) == "Ann Roe"
        provider.knows("u1", preferred_username="Another Name", roles=["desk"])
        async with door.browser() as later:
            entered = await came_back(later, provider, "u1")
            assert 'href="/dispatch"' in entered.text
            assert await who(later) == "Ann Roe"

    door.run(story)
    account = door.accounts.get("Ann Roe")
    assert account is not None
    assert account.roles == ("dispatcher",)
    assert account.subject == f"{provider.issuer} u1"
    assert door.records("who", "action", "outcome") == [
        ("Ann Roe", "account changed", "done"),
        ("Ann Roe", "account changed", "done"),
        ("Ann Roe", "sign in", "done"),
        ("unknown", "sign in failed", "refused"),
        ("Ann Roe", "account changed", "done"),
        ("Ann Roe", "sign in", "done"),
    ]


UNKNOWN = "There is no account here for you."
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"preferred_username": "Nobody", "roles": ["desk"]}, UNKNOWN),
    # She has a password, and he is somebody else there.
    ({"preferred_username": "Pat", "roles": ["desk"]}, UNKNOWN),
    ({"preferred_username": "Bo", "roles": ["desk"]}, UNKNOWN),
    ({"preferred_username": "Ann Roe", "roles": ["printers"]}, "in no role that counts here"),
    ({"preferred_username": "Ann Roe", "roles": "desks"}, "in no role that counts here"),
    ({"preferred_username": "Ann Roe"}, "in no role that counts here"),
    ({"roles": ["desk"]}, "says no name"),
    ({"preferred_username": ["Ann Roe"], "roles": ["desk"]}, "says no name"),
    ({"preferred_username": "Cleo", "roles": ["desk"]}, "The account of Cleo is disabled."),
]


def test_who_has_nothing_here_is_told_so(door: DoorOf, provider: HonestProvider) -> None:
    """A name that one may choose there opens neither somebody's account nor one with a password."""
    door.with_password("Pat", "admin")
    for name in ("Ann Roe", "Bo", "Cleo"):
        door.accounts.ensure(name, "admin")
    door.accounts.bind("Bo", f"{provider.issuer} somebody else")
    door.accounts.disable("Cleo", "left")

    async def story() -> None:
        for number, (claims, sentence) in enumerate(REFUSED):
            provider.knows(f"refused{number}", **claims)
            async with door.browser() as client:
                answer = await came_back(client, provider, f"refused{number}")
                assert answer.status_code == 403, claims
                assert sentence in answer.text, claims
                assert COOKIE not in client.cookies
                assert await who(client) == ""

    door.run(story)
    assert {account.name: account.roles for account in door.accounts.all()} == {
        "Ann Roe": ("admin",), "Bo": ("admin",), "Cleo": ("admin",), "Pat": ("admin",),
    }  # fmt: skip
    assert [account.name for account in door.accounts.all() if account.subject] == ["Bo"]


def test_a_way_back_belongs_to_the_browser_that_went(door: DoorOf, provider: HonestProvider) -> None:
    """Another state, another browser, a code of another sign-in, a nonce that was changed on the way: nobody is in."""
    provider.knows("u3", preferred_username="Ann Roe", roles=["desk"])
    door.accounts.ensure("Ann Roe", "dispatcher")

    async def story() -> None:
        async with door.browser() as ann, door.browser() as mallory:
            led = await ann.get("/login/openid")
            back = provider.sign_in(led.headers["location"], "u3")
            state = parse_qs(urlsplit(back).query)["state"][0]
            refused = [
                await ann.get(back.replace(state, "A" * 43)),
                await ann.get("/login/openid/back"),
                # Whoever lures somebody onto a sign-in of their own has used it up with that.
                await mallory.get(back),
                await ann.get(back),
                await came_back(ann, provider, "u3", nonce="of-somebody-else"),
            ]
            first = provider.sign_in((await ann.get("/login/openid")).headers["location"], "u3")
            assert (await ann.get(first)).status_code == 200
            used = parse_qs(urlsplit(first).query)["code"][0]
            again = (await mallory.get("/login/openid")).headers["location"]
            of_hers = parse_qs(urlsplit(again).query)["state"][0]
            refused += [
                await mallory.get(f"{BACK}?code={used}&state={of_hers}"),
                await mallory.get(f"{BACK}?error=access_denied&state={of_hers}"),
            ]
            assert [answer.status_code for answer in refused] == [403] * 7
            assert not [answer for answer in refused if COOKIE in answer.cookies]
            assert await who(mallory) == ""

    door.run(story)


def test_who_says_no_there_is_told_so_here(door: DoorOf, provider: HonestProvider) -> None:
    """The provider's word is said, without its markup."""

    async def story() -> httpx.Response:
        async with door.browser() as client:
            led = await client.get("/login/openid")
            state = parse_qs(urlsplit(led.headers["location"]).query)["state"][0]
            return await client.get(f"{BACK}?error=%3Cb%3Eaccess_denied&state={state}")

    answer = door.run(story)
    assert answer.status_code == 403
    assert "City sign-on let nobody in (&lt;b&gt;access_denied)." in answer.text


def test_without_its_provider_people_sign_in_as_before(settings: Settings, tmp_path: Path) -> None:
    """Away: 503 and one sentence; where none is declared there is no such way in."""
    away = door_with(settings, tmp_path / "away", "http://127.0.0.1:9")
    away.with_password("Ann Roe", factor=True)
    none = DoorOf(settings, tmp_path / "none")

    async def told(door: DoorOf) -> tuple[httpx.Response, httpx.Response, str]:
        async with door.browser() as client:
            answers = await client.get("/login/openid"), await sign_in(client, "Ann Roe")
            return *answers, (await client.get("/login")).text

    answer, entered, shown = away.run(lambda: told(away))
    assert answer.status_code == 503
    assert "City sign-on does not answer just now; try again in a moment." in answer.text
    assert entered.headers["location"] == "/login/second"
    assert "City sign-on" in shown
    answer, _, shown = none.run(lambda: told(none))
    assert answer.status_code == 404
    assert "/login/openid" not in shown


def test_the_secret_is_the_environments_or_a_files_that_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence where others can read it, where there is none, or where a role is none."""
    monkeypatch.delenv("RTCC_OPENID_SECRET", raising=False)
    plain = OpenIdSettings(issuer="https://id.example", client_id=CLIENT)
    assert secret_of(plain) is None
    monkeypatch.setenv("RTCC_OPENID_SECRET", "of the environment")
    assert secret_of(plain) == "of the environment"
    file = tmp_path / "secret"
    of_file = plain.model_copy(update={"client_secret_file": file})
    with pytest.raises(OpenIdSettingsError, match=r"access\.openid\.client_secret_file is .* cannot be read"):
        secret_of(of_file)
    file.write_text("of the file\n")
    file.chmod(0o644)
    with pytest.raises(OpenIdSettingsError, match=f"chmod 600 {file}"):
        secret_of(of_file)
    file.chmod(0o600)
    assert secret_of(of_file) == "of the file"
    with pytest.raises(OpenIdSettingsError, match=r"access\.openid\.roles names boss, which is no role; there are "):
        OpenId(plain.model_copy(update={"roles": {"x": "boss"}}), None)  # type: ignore[arg-type]
