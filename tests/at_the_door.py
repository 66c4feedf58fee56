"""The door of RTCC as many browsers come to it, for tests: the real application in this process, on a real store."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pyotp
from argon2.profiles import CHEAPEST
from fastapi import FastAPI

from rtcc.access.accounts import Accounts
from rtcc.access.door import Door
from rtcc.access.passwords import Hashing
from rtcc.access.sessions import Sessions
from rtcc.settings import AccessSettings, Settings
from rtcc.web.server import create_app
from tests.signing_in import OWN_PAGE

PASSWORD = "harbour crane at seven"
HERE = "198.51.100.7"


class DoorOf:
    """One installation's web application, without what it shows. What is slow on purpose is quick here."""

    def __init__(self, valkey: Settings, data: Path, *, trusted_proxies: tuple[str, ...] = (), **access: Any) -> None:
        """Use the store of these settings, and a data folder of the test's own; ``access`` are settings too."""
        self.settings = Settings(
            data_dir=data,
            redis_url=(valkey.data_dir / "store" / "address").read_text().strip(),
            hosts=("center.example.org", "127.0.0.1"),
            trusted_proxies=trusted_proxies,
            access=AccessSettings(**access),
        )
        self.app: FastAPI = create_app(self.settings)
        door: Door = self.app.state.door
        door.hashing.close()
        # Sixty-four megabytes and a tenth of a second for each attempt would only make the test slow.
        self.hashing = Hashing(CHEAPEST)
        object.__setattr__(door, "hashing", self.hashing)
        door.proof._hashing = self.hashing

    @property
    def accounts(self) -> Accounts:
        """The accounts, as the application sees them."""
        accounts: Accounts = self.app.state.accounts
        return accounts

    def browser(self, address: str = HERE, *, tls: bool = True) -> httpx.AsyncClient:
        """Return a browser at an address, which keeps its cookies."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 50_000))
        base = f"http{'s' * tls}://center.example.org"
        return httpx.AsyncClient(transport=transport, base_url=base, headers=OWN_PAGE)

    def with_password(self, name: str, role: str = "dispatcher", *, factor: bool = False) -> str:
        """Let there be an account with PASSWORD, and return the secret of its second factor, which it may have."""
        self.accounts.ensure(name, role)
        self.accounts.set_password(name, self.hashing._make(PASSWORD))
        secret = pyotp.random_base32()
        if factor:
            self.accounts.set_second_factor(name, secret, [])
        return secret

    async def invite(self, name: str, role: str = "dispatcher", *, enroll: bool = True) -> str:
        """Return the path of an address for an account."""
        self.accounts.ensure(name, role)
        sessions: Sessions = self.app.state.sessions
        return f"/login/{await sessions.invite(name, role, account=True, enroll=enroll)}"

    def records(self, *names: str) -> list[tuple[str, ...]]:
        """Return these of what stands in the audit log, in order."""
        files = sorted((self.settings.data_dir / "audit").glob("*.jsonl"))
        found = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        return [tuple(str(record.get(name, record["details"].get(name, ""))) for name in names) for record in found]

    def run(self, story: Callable[[], Awaitable[Any]]) -> Any:
        """Run a story at this door, and close it."""

        async def told() -> Any:
            try:
                return await story()
            finally:
                await self.app.state.door.close()
                await self.app.state.sessions.close()

        return asyncio.run(told())


async def sign_in(browser: httpx.AsyncClient, name: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    """Send the form of the first step."""
    return await browser.post("/login", data={"name": name, "password": password}, **more)


async def who(browser: httpx.AsyncClient) -> str:
    """Return as whom a browser is known."""
    name: str = (await browser.get("/api/v1/me")).json()["name"]
    return name


def refusal(answer: httpx.Response) -> str:
    """Return the sentence beside the form."""
    found = re.search(r'role="alert">(.*?)</p>', answer.text, re.DOTALL)
    return unescape(found[1]) if found else ""
