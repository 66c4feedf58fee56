"""What an OpenID provider says over HTTP, believed only as far as its own signature goes."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

#: The provider answers within so long, or is away.
_ANSWER_S: Final = 5.0
#: What a provider says of itself is asked for again after so long.
_KNOWN_S: Final = 3600.0
#: Clocks may differ so much.
_LEEWAY_S: Final = 60
#: Signatures that only the provider can make: none with a secret that both know, and never none.
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OpenIdRefusedError(RuntimeError):
    """Somebody for whom the provider does not vouch, or not so that it could be believed; one sentence says why."""


class OpenIdAway(RuntimeError):  # noqa: N818 - a state of the world, not a mistake
    """The provider does not answer, or not as an OpenID provider; one sentence says so."""


class Provider:
    """One provider, as a client of it."""

    def __init__(
        self, issuer: str, client_id: str, secret: str | None, name: str, now: Callable[[], float] = time.time
    ) -> None:
        """``name`` is what people call it, ``now`` gives the Unix second."""
        self._issuer, self._client_id, self._secret, self._name, self._now = issuer, client_id, secret, name, now
        self._found: tuple[float, Mapping[str, Any]] | None = None
        self._keys: KeySet | None = None
        self._trusted: ssl.SSLContext | None = None

    async def found(self) -> Mapping[str, Any]:
        """Return what the provider says of itself. Raises OpenIdAway."""
        if self._found is None or self._now() - self._found[0] > _KNOWN_S:
            said = await self._asked("GET", get_well_known_url(self._issuer, external=True))
            if said.get("issuer") != self._issuer:
                raise OpenIdAway(f"What answers as {self._name} is another issuer than access.openid.issuer says.")
            # What goes there is worth as much as a password.
            if not all(_is_safe(str(said.get(endpoint, ""))) for endpoint in _ENDPOINTS):
                raise OpenIdAway(f"{self._name} has no usable addresses; they must be https.")
            self._found, self._keys = (self._now(), said), None
        return self._found[1]

    async def claims(
        self, code: str, verifier: str, nonce: str, back: str, wanted: Collection[str]
    ) -> Mapping[str, Any]:
        """Return what the provider says of whoever has this code, as far as ``wanted`` from where it says more too."""
        found = await self.found()
        token = await self._token(found, code, verifier, back)
        claims = await self._believed(found, str(token.get("id_token", "")), nonce, token.get("access_token"))
        if not claims.keys() >= set(wanted) and "userinfo_endpoint" in found and "access_token" in token:
            held = {"Authorization": f"Bearer {token['access_token']}"}
            more = await self._asked("GET", str(found["userinfo_endpoint"]), headers=held)
            if more.get("sub") != claims["sub"]:
                raise OpenIdRefusedError(f"{self._name} says something of somebody else than of you.")
            claims = {name: more[name] for name in wanted if name in more} | claims
        return claims

    async def _token(self, found: Mapping[str, Any], code: str, verifier: str, back: str) -> dict[str, Any]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        posts = "client_secret_basic" not in methods and "client_secret_post" in methods
        method = "none" if self._secret is None else "client_secret_post" if posts else "client_secret_basic"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        client = ClientAuth(self._client_id, self._secret, method)
        uri, headers, body = client.prepare("POST", str(found["token_endpoint"]), headers, urlencode(form))
        return await self._asked("POST", uri, headers=headers, content=body)

    async def _believed(self, found: Mapping[str, Any], id_token: str, nonce: str, access_token: Any) -> dict[str, Any]:
        offered = found.get("id_token_signing_alg_values_supported", ["RS256"])
        algorithms = [algorithm for algorithm in _ALGORITHMS if algorithm in offered]
        registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        try:
            try:
                decoded = jwt.decode(id_token, await self._key_set(found), registry=registry)
            except InvalidKeyIdError:
                # It has taken up a new key since.
                decoded = jwt.decode(id_token, await self._key_set(found, again=True), registry=registry)
            must = {
                "iss": {"essential": True, "value": self._issuer},
                "aud": {"essential": True, "value": self._client_id},
            }
            params = {"nonce": nonce, "client_id": self._client_id, "access_token": access_token}
            claims = CodeIDToken(decoded.claims, decoded.header, must, params)
            claims.validate(now=int(self._now()), leeway=_LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            raise OpenIdRefusedError(
                f"What {self._name} says of you cannot be believed ({type(error).__name__}); begin anew."
            ) from error
        return dict(claims)

    async def _key_set(self, found: Mapping[str, Any], *, again: bool = False) -> KeySet:
        if self._keys is None or again:
            said: Any = await self._asked("GET", str(found["jwks_uri"]))
            self._keys = KeySet.import_key_set(said)
        return self._keys

    async def _asked(self, method: str, address: str, **more: Any) -> dict[str, Any]:
        if self._trusted is None:
            # Reading whom one trusts takes longer than most answers.
            self._trusted = await asyncio.to_thread(httpx.create_ssl_context)
        try:
            async with httpx.AsyncClient(timeout=_ANSWER_S, follow_redirects=False, verify=self._trusted) as client:
                answer = await client.request(method, address, **more)
                said = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise OpenIdAway(f"{self._name} does not answer just now; try again in a moment.") from error
        if answer.status_code != 200 or not isinstance(said, dict):
            if method == "POST" and answer.status_code in {400, 401, 403}:
                raise OpenIdRefusedError(f"{self._name} does not know this sign-in any more; begin anew.")
            raise OpenIdAway(f"{self._name} answers with status {answer.status_code}; whoever runs it can say why.")
        return said


def _is_safe(address: str) -> bool:
    """Say whether nobody on the way can read what goes to an address: TLS, or this very machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.netloc)
    try:
        local = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        local = parts.hostname == "localhost"
    return parts.scheme == "http" and local
