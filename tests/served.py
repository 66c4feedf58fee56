"""The web application in a thread of the test, for pages that need no city: quick to start, its state within reach."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pyotp
import uvicorn
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from rtcc.access.accounts import Accounts
from rtcc.access.second_factor import new_recovery_codes, recovery_hash
from rtcc.access.session import By, Entrance
from rtcc.access.sessions import Sessions
from rtcc.access.visibility import Audience
from rtcc.picture.replica import Entity
from rtcc.settings import Settings
from rtcc.store.embedded import EmbeddedStore
from rtcc.web.server import create_app
from tests.running import free_port
from tests.signing_in import COOKIE, OWN_PAGE

T = TypeVar("T")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
PASSWORD = "four horses in the harbour"


class Served:
    """A running web application; `run` does what must be done in its event loop."""

    def __init__(self, settings: Settings) -> None:
        """Start it, on a free port."""
        self.settings, self.app = settings, create_app(settings)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        config = uvicorn.Config(self.app, port=port, log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="served")

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._server.serve())

    def start(self) -> None:
        """Begin, and wait until it answers."""
        self._thread.start()
        begun = threading.Event()
        while not self._server.started:
            assert self._thread.is_alive(), "the web application did not start"
            begun.wait(0.02)

    def stop(self) -> None:
        """End it."""
        self._server.should_exit = True
        self._thread.join(20)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the server's event loop, where its store's client lives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    @property
    def accounts(self) -> Accounts:
        """The accounts of the application."""
        accounts: Accounts = self.app.state.accounts
        return accounts

    @property
    def sessions(self) -> Sessions:
        """Its sessions."""
        sessions: Sessions = self.app.state.sessions
        return sessions

    def there_is(self, kind: str, id_: str, **fields: Any) -> None:
        """Let something be in the picture."""
        self.app.state.hub.replica.entities[kind, id_] = Entity(kind, id_, fields, 1, agency="PFPD")

    def link(self, name: str, role: str) -> str:
        """Return the address of a new one-time link."""
        self.accounts.ensure(name, role)
        return f"{self.address}/login/{self.run(self.sessions.invite(name, role, account=True))}"

    def begin(self, name: str, role: Audience, agent: str = FIREFOX, came_by: By = "password") -> str:
        """Begin a session as after a sign-in, and return its token."""
        return self.run(self.sessions.begin(Entrance(name, role, came_by, True, "127.0.0.1", agent)))[0]

    @contextlib.contextmanager
    def signed(self, name: str, role: Audience, came_by: By = "password") -> Iterator[httpx.Client]:
        """Give the browser of somebody who has an account and is signed in."""
        with self.browser() as client:
            client.cookies[COOKIE] = self.begin(name, role, came_by=came_by)
            yield client

    def browser(self) -> httpx.Client:
        """Return a client that sends what browsers send from a page of ours, and follows no redirect by itself."""
        return httpx.Client(base_url=self.address, headers=OWN_PAGE, timeout=20.0)

    def person(self, name: str, *roles: str) -> Person:
        """Make somebody with a password, a second factor and recovery codes."""
        accounts, secret, codes = self.accounts, pyotp.random_base32(32), new_recovery_codes()
        for role in roles:
            accounts.ensure(name, role)
        accounts.set_roles(name, roles)
        accounts.set_password(name, _HASHER.hash(PASSWORD))
        accounts.set_second_factor(name, secret, map(recovery_hash, codes))
        return Person(name, secret, codes)


class Person:
    """Somebody with an account, and what they know and hold."""

    def __init__(self, name: str, secret: str, codes: list[str]) -> None:
        """Keep it."""
        self.name, self.secret, self.codes = name, secret, codes

    def code(self) -> str:
        """Return what their app shows now."""
        return pyotp.TOTP(self.secret).now()


#: What is tested here is not how hard a hash is to compute.
_HASHER = PasswordHasher.from_parameters(CHEAPEST)


@contextlib.contextmanager
def served(data_dir: Path, **chosen: Any) -> Iterator[Served]:
    """Serve the web application, with a store of its own, for as long as the context lasts."""
    settings = Settings(data_dir=data_dir, **chosen)
    embedded = EmbeddedStore(settings, subprocess.Popen)
    process = embedded.start()
    server = Served(settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        embedded.close()
        process.wait(10)
