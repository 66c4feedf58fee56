"""People who are signed in to the web application of a test, with a picture of the test's own behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from rtcc.access.session import Entrance
from rtcc.access.sessions import Sessions
from rtcc.access.visibility import Audience
from rtcc.picture.replica import Entity
from rtcc.settings import Settings
from rtcc.web.past import UnknownToPastError
from rtcc.web.server import create_app
from tests.signing_in import COOKIE, OWN_PAGE


class _NoPast:
    """Nothing is on record; what is tested here stands in the picture."""

    async def ask(self, question: str, /, **arguments: Any) -> bytes:
        raise UnknownToPastError

    async def close(self) -> None:
        return None


class Center:
    """The web application in this process, on the run's store, with accounts and audit log in a folder of its own."""

    def __init__(self, valkey: Settings, data: Path) -> None:
        """Build it; nothing is served, and nothing follows the stream."""
        url = (valkey.data_dir / "store" / "address").read_text().strip()
        self.settings = Settings(data_dir=data, redis_url=url, hosts=("center.example.org",))
        self.app: FastAPI = create_app(self.settings)
        self.app.state.past = _NoPast()

    def there_is(self, kind: str, id_: str, **fields: Any) -> None:
        """Let something be in the picture."""
        self.app.state.hub.replica.entities[kind, id_] = Entity(kind, id_, fields, 1, agency="PFPD")

    async def person(self, name: str, role: Audience) -> httpx.AsyncClient:
        """Return the browser of somebody who has signed in."""
        self.app.state.accounts.ensure(name, role)
        sessions: Sessions = self.app.state.sessions
        token, _ = await sessions.begin(Entrance(name, role, "password", True))
        client = self.nobody()
        client.cookies.set(COOKIE, token)
        return client

    def nobody(self) -> httpx.AsyncClient:
        """Return the browser of somebody who has not."""
        transport = httpx.ASGITransport(app=self.app, client=("198.51.100.7", 50_000))
        return httpx.AsyncClient(transport=transport, base_url="https://center.example.org", headers=OWN_PAGE)

    def program(self, scope: str) -> httpx.AsyncClient:
        """Return a program with a key."""
        client = self.nobody()
        client.headers["Authorization"] = f"Bearer {self.app.state.keys.create(scope, scope)}"
        return client

    def records(self, *actions: str) -> list[dict[str, Any]]:
        """Return what stands in the audit log of these actions, in order."""
        files = sorted((self.settings.data_dir / "audit").glob("*.jsonl"))
        found = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        return [record for record in found if record["action"] in actions]

    def run(self, story: Callable[[], Awaitable[None]]) -> None:
        """Run a story, and close what it has opened."""

        async def told() -> None:
            try:
                await story()
            finally:
                state = self.app.state
                for part in (state.reasons, state.sessions, state.door):
                    await part.close()
                state.audit.close()

        asyncio.run(told())
