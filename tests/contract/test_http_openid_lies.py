"""What a provider says is believed only where it is signed by it, for us, now, and in answer to this very question."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey

from rtcc.settings import OpenIdSettings, Settings
from tests.at_the_door import DoorOf, who
from tests.openid_provider import CLIENT, LyingProvider

BACK = "/login/openid/back"


@pytest.fixture(scope="module")
def whole(
    valkey_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[DoorOf, LyingProvider]]:
    """A provider that says what it is told to say, and an installation that trusts it, for all of this file."""
    provider = LyingProvider()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RTCC_OPENID_SECRET", "between-us")
        openid = OpenIdSettings(issuer=provider.issuer, client_id=CLIENT, roles={"desk": "dispatcher"})
        door = DoorOf(valkey_settings, tmp_path_factory.mktemp("openid"), openid=openid)
    door.accounts.ensure("Ann Roe", "dispatcher")
    yield door, provider
    provider.close()


@pytest.fixture
def door(whole: tuple[DoorOf, LyingProvider], settings: Settings) -> DoorOf:
    """The installation, which does not know the provider yet, with an empty store."""
    # What it has learnt of the provider in another test is as good as gone after an hour.
    whole[0].app.state.openid._provider._found = None
    return whole[0]


@pytest.fixture
def provider(whole: tuple[DoorOf, LyingProvider]) -> LyingProvider:
    """The provider, which tells the truth until it is told otherwise."""
    whole[1].tell_the_truth()
    return whole[1]


def came_back(door: DoorOf) -> tuple[httpx.Response, str]:
    """Go there and come back; return the answer, and as whom the browser is known then."""

    async def story() -> tuple[httpx.Response, str]:
        async with door.browser() as client:
            led = await client.get("/login/openid")
            if led.status_code != 303:
                return led, await who(client)
            asked = {name: values[0] for name, values in parse_qs(urlsplit(led.headers["location"]).query).items()}
            answer = await client.get(f"{BACK}?code={asked['nonce']}&state={asked['state']}")
            return answer, await who(client)

    told: tuple[httpx.Response, str] = door.run(story)
    return told


def test_the_truth_is_believed(door: DoorOf, provider: LyingProvider) -> None:
    """And asked for with our secret, which stands in no address, and the proof that it was we who began."""
    answer, name = came_back(door)
    assert (answer.status_code, name) == (200, "Ann Roe")
    ((path, form, headers),) = provider.asked
    assert path == "/token"
    assert form["grant_type"] == "authorization_code"
    assert len(form["code_verifier"]) >= 43
    assert form["redirect_uri"] == "https://center.example.org/login/openid/back"
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode() == f"{CLIENT}:between-us"


NOW = int(time.time())
LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://id.example"},
    "no issuer": {"iss": None},
    "for somebody else": {"aud": "other"},
    "for nobody": {"aud": None},
    "for us and another, who asked": {"aud": [CLIENT, "other"], "azp": "other"},
    "expired": {"exp": NOW - 3600},
    "never ends": {"exp": None},
    "of the future": {"iat": NOW + 3600, "nbf": NOW + 3600},
    "another question": {"nonce": "of somebody else"},
    "no question": {"nonce": None},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_says_something_else_is_refused(door: DoorOf, provider: LyingProvider, lie: str) -> None:
    """However well it is signed; with a sentence, and nobody is in."""
    provider.claims = LIES[lie]
    answer, name = came_back(door)
    assert (answer.status_code, name) == (403, "")
    assert "cannot be believed" in answer.text


def unsigned(claims: dict[str, Any]) -> str:
    """Return a token without a signature."""
    parts = (json.dumps({"alg": "none"}), json.dumps(claims))
    return ".".join([*(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts), ""])


@pytest.mark.parametrize(
    "forged", ["another key", "shared secret", "public key as secret", "unsigned", "none", "spoilt"]
)
def test_a_token_that_the_provider_did_not_sign_is_refused(door: DoorOf, provider: LyingProvider, forged: str) -> None:
    """By another key, by what is no secret of its own, by nobody, or changed on the way."""
    if forged == "another key":
        provider.signs_with = provider.other_key
    elif forged == "shared secret":
        provider.signs_with, provider.algorithm = OctKey.import_key("between us, and long enough for it"), "HS256"
    elif forged == "public key as secret":
        secret = OctKey.import_key(base64.b64encode(provider.key.as_pem(private=False)).decode())
        provider.signs_with, provider.algorithm = secret, "HS256"
    elif forged == "unsigned":
        claims = {"iss": provider.issuer, "sub": "1", "aud": CLIENT, "exp": NOW + 300, "iat": NOW}
        provider.answer = {"id_token": unsigned(claims)}
    elif forged == "none":
        provider.answer = {"id_token": None}
    else:
        head, body, signature = str(provider.token("x")["id_token"]).split(".")
        provider.answer = {"id_token": f"{head}.{body[:-4]}AAAA.{signature}"}
    answer, name = came_back(door)
    assert (answer.status_code, name) == (403, "")
    assert "cannot be believed" in answer.text


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({"issuer": "https://id.example"}, "another issuer than access.openid.issuer says"),
        ({"token_endpoint": "http://id.example/token"}, "no usable addresses; they must be https"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "no usable addresses; they must be https"),
        ({"jwks_uri": None}, "no usable addresses; they must be https"),
    ],
)
def test_a_provider_that_leads_elsewhere_is_not_followed(
    door: DoorOf, provider: LyingProvider, metadata: dict[str, Any], sentence: str
) -> None:
    """Nobody is sent to an address where others could listen, or that belongs to somebody else."""
    provider.metadata = metadata
    answer, name = came_back(door)
    assert (answer.status_code, name) == (503, "")
    assert sentence in answer.text


@pytest.mark.parametrize(("subject", "status"), [("1", 200), ("2", 403)])
def test_what_the_token_does_not_say_is_asked_for(
    door: DoorOf, provider: LyingProvider, subject: str, status: int
) -> None:
    """Of the same person, or not at all."""
    provider.claims = {"preferred_username": None, "roles": None}
    provider.metadata = {
        "userinfo_endpoint": f"{provider.issuer}/userinfo",
        "says": {"sub": subject, "preferred_username": "Ann Roe", "roles": ["desk"], "iss": "https://evil.example"},
    }
    answer, name = came_back(door)
    assert (answer.status_code, name) == (status, "Ann Roe" if status == 200 else "")
