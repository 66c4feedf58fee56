"""OpenID providers for tests, as real HTTP servers: an honest one from a package, and one that lies as it is told."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.running import environment, eventually, free_port

CLIENT = "rtcc"


class HonestProvider:
    """The package's provider, in a process of its own: anybody signs in there by naming themselves."""

    def __init__(self, issuer: str) -> None:
        """Use the one at this address."""
        self.issuer = issuer

    def knows(self, subject: str, **claims: Any) -> None:
        """Let there be a person of whom it says this."""
        assert httpx.put(f"{self.issuer}/users/{subject}", json=claims).status_code == 204

    def sign_in(self, address: str, subject: str, **changed: str) -> str:
        """Sign in there as a browser that was led to this address does; return where it is led then.

        What is ``changed`` of the address is what somebody on the way might have changed.
        """
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
        answer = httpx.post(parts._replace(query=urlencode(query)).geturl(), data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


@contextlib.contextmanager
def honest_provider() -> Iterator[HonestProvider]:
    """Run the package's provider."""
    port = free_port()
    # Its own warnings are about libraries that it uses.
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    process = subprocess.Popen(
        command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    issuer = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{issuer}/.well-known/openid-configuration").status_code == 200
        return False

    try:
        eventually(answers, why="the OpenID provider answers")
        yield HonestProvider(issuer)
    finally:
        process.terminate()
        process.wait(10)


class LyingProvider:
    """Says what the test tells it to say, signed with the key that it is told to use."""

    def __init__(self) -> None:
        """Answer at a free port of this machine, from now on."""
        self.key, self.other_key = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("ours", "theirs"))
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.tell_the_truth()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def tell_the_truth(self) -> None:
        """Forget what it was told to say, and what it was asked."""
        self.signs_with: Any = self.key
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}
        #: What it says beside an ID token of its own making, or instead of one.
        self.answer: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.asked.clear()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def token(self, nonce: str) -> dict[str, Any]:
        """Return what the token endpoint says."""
        now = int(time.time())
        plain = {"iss": self.issuer, "sub": "1", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce}
        claims = plain | {"preferred_username": "Ann Roe", "roles": ["desk"]} | self.claims
        said = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "ours"}
        encoded = jwt.encode(header, said, self.signs_with, algorithms=[self.algorithm])
        return {"access_token": "a", "token_type": "Bearer", "id_token": encoded} | self.answer

    def _said(self, path: str, form: dict[str, str], headers: dict[str, str]) -> Any:
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            } | self.metadata
        if path == "/jwks":
            return {"keys": [self.key.as_dict(private=False)]}
        if path == "/userinfo":
            return self.metadata.get("says", {})
        self.asked.append((path, form, headers))
        # The code is the nonce here: a provider would know it by the code.
        return self.token(form.get("code", ""))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        said = self._said

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                answer = json.dumps(said(urlsplit(self.path).path, form, dict(self.headers))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET  # noqa: N815 - the name that the server looks for

            def log_message(self, *_: object) -> None: ...

        return Handler
