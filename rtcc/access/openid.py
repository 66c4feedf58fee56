"""Signing in with the agency's own provider by OpenID Connect: the way there, the way back, and for whom it vouches."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from rtcc.access.asked_store import AskedStore
from rtcc.access.openid_provider import OpenIdRefusedError, Provider
from rtcc.access.openid_settings import require_roles, secret_of
from rtcc.access.roles import ROLES
from rtcc.access.visibility import Audience
from rtcc.settings import OpenIdSettings
from rtcc.store import keys

#: Somebody signs in at the provider within so long.
WAY_S: Final = 10 * 60
_SCOPE: Final = "openid profile"


@dataclass(frozen=True, slots=True)
class Way:
    """Somebody on the way to the provider: what only we and their browser know."""

    nonce: str
    verifier: str
    #: Hash of what the browser's cookie holds.
    browser: str
    #: Where the provider sends them back to.
    back: str
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Vouched:
    """For whom the provider vouches, and as what: ``subject`` is theirs for ever, ``name`` may change there."""

    subject: str
    name: str
    roles: tuple[Audience, ...]
    next: str | None


class OpenId:
    """Signing in with one provider. Raises OpenIdRefusedError, OpenIdAway, and AccessAway where there is no store."""

    def __init__(self, settings: OpenIdSettings, store: AskedStore, now: Callable[[], float] = time.time) -> None:
        """``now`` gives the Unix second. Raises OpenIdSettingsError."""
        require_roles(settings)
        self._settings, self._store = settings, store
        self._provider = Provider(settings.issuer, settings.client_id, secret_of(settings), settings.name, now)

    async def begin(self, back: str, next_page: str | None) -> tuple[str, str]:
        """Return the provider's address for somebody who signs in, and what their browser's cookie must hold."""
        found = await self._provider.found()
        state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        way = Way(secrets.token_urlsafe(32), generate_token(64), _hash(browser), back, next_page)
        async with self._store.asked() as store:
            await store.set(keys.openid(_hash(state)), orjson.dumps(asdict(way)), ex=WAY_S)
        address: str = prepare_grant_uri(
            found["authorization_endpoint"],
            self._settings.client_id,
            "code",
            redirect_uri=back,
            scope=_SCOPE,
            state=state,
            nonce=way.nonce,
            code_challenge=create_s256_code_challenge(way.verifier),
            code_challenge_method="S256",
        )
        return address, browser

    async def end(self, said: Mapping[str, str], browser: str) -> Vouched:
        """Return for whom the provider vouches to whoever comes back with what it ``said``; once for each way."""
        async with self._store.asked() as store:
            kept = await store.getdel(keys.openid(_hash(said.get("state", ""))))
        way = None if kept is None else Way(**orjson.loads(kept))
        # Of a state that somebody else began, only their browser has the other half.
        if way is None or not hmac.compare_digest(way.browser, _hash(browser)):
            raise OpenIdRefusedError("This sign-in did not begin in this browser, or it took too long. Begin anew.")
        if "code" not in said:
            raise OpenIdRefusedError(f"{self._settings.name} let nobody in ({_plain(said.get('error', 'no code'))}).")
        claims = await self._provider.claims(
            said["code"], way.verifier, way.nonce, way.back, {self._settings.name_claim, self._settings.roles_claim}
        )
        return self._vouched(claims, way)

    def _vouched(self, claims: Mapping[str, Any], way: Way) -> Vouched:
        name, said = claims.get(self._settings.name_claim), claims.get(self._settings.roles_claim)
        if not isinstance(name, str) or not name:
            raise OpenIdRefusedError(
                f"{self._settings.name} says no name (claim {self._settings.name_claim}) of you; whoever runs it can."
            )
        values = {said} if isinstance(said, str) else set(map(str, said)) if isinstance(said, list) else set()
        known = {self._settings.roles[value] for value in self._settings.roles if value in values}
        roles = tuple(role for role in ROLES if role in known)
        if not roles:
            raise OpenIdRefusedError(
                f"{self._settings.name} knows you as {_plain(name)}, but in no role that counts here; whoever runs it "
                f"can give you one (claim {self._settings.roles_claim})."
            )
        return Vouched(f"{claims['iss']} {claims['sub']}", name, roles, way.next)


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:64]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
