"""Signing in over HTTP as a browser does, for tests: a fresh address, its button, then the cookie."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx

from rtcc.access.sessions import Sessions
from rtcc.settings import Settings
from rtcc.store.connection import connect_async
from tests.running import Running

#: What a browser says of a request that a page of the same server made.
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
COOKIE = "rtcc_session"


def link(running: Running, name: str, role: str) -> str:
    """Return the path of a new sign-in address, as `rtcc users link` makes it, without a process for each."""

    async def invite() -> str:
        sessions = Sessions(partial(connect_async, Settings(data_dir=running.data)))
        try:
            return await sessions.invite(name, role)
        finally:
            await sessions.close()

    # In a thread of its own: in the main one Playwright's event loop may be running.
    with ThreadPoolExecutor(1) as aside:
        return f"/login/{aside.submit(asyncio.run, invite()).result()}"


def browser(running: Running) -> httpx.Client:
    """Return a client that keeps cookies, sends what browsers send, and follows no redirect by itself."""
    return httpx.Client(base_url=running.address, headers=OWN_PAGE, timeout=20.0)


@contextlib.contextmanager
def signed_in(running: Running, name: str, role: str) -> Iterator[httpx.Client]:
    """Give the browser of somebody who has just signed in."""
    with browser(running) as client:
        answer = client.post(link(running, name, role))
        assert answer.status_code == 303, answer.text
        yield client


class Screen:
    """What a listener of the live stream opens for somebody who is signed in: their session, again and again."""

    def __init__(self, signed: httpx.Client) -> None:
        """Look with the session of this client."""
        self._signed = signed

    def client(self, scope: str | None = None) -> httpx.Client:
        """Return another connection of the same browser."""
        return httpx.Client(base_url=self._signed.base_url, cookies=self._signed.cookies, timeout=20.0)
