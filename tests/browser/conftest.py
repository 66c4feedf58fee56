"""One Chromium and one made-up city a run, and pages on them that remember every request and every painted change."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from scripts.chromium import FLAGS, program
from tests.browser.waiting import wait_for_function

# What a page shows it shows within moments; on a machine that many share those can be long.
expect.set_options(timeout=20_000)
# Every page has its policy in these tests as it has it for people.
setattr(Page, "wait_for_function", wait_for_function)  # noqa: B010

ROOT = Path(__file__).resolve().parents[2]
# Every painted change, by its id, in the order in which the page said so.
REMEMBER = "window.painted = []; addEventListener('rtcc:painted', (e) => window.painted.push(e.detail))"


class City:
    """A made-up city in a process of its own, which can be killed and started again on the same port."""

    def __init__(self, *options: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.options = options
        self.url = f"http://127.0.0.1:{self.port}"
        self.client = httpx.Client(base_url=self.url, timeout=5)
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.browser.fake_city", "--port", str(self.port), *self.options]
        self.process = subprocess.Popen(command, cwd=ROOT)
        until(self._answers, 30)

    def _answers(self) -> bool:
        try:
            return self.client.get("/api/v1/picture").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def close(self) -> None:
        self.kill()
        self.client.close()

    def change(self, kind: str, entity: str, fields: dict[str, Any] | None) -> None:
        self.post("changes", [{"kind": kind, "id": entity, "fields": fields}])

    def post(self, what: str, body: Any) -> None:
        self.client.post(f"/fake/{what}", json=body).raise_for_status()

    def clear(self) -> None:
        """Withdraw everything."""
        entities = self.client.get("/api/v1/picture").json()["entities"]
        gone = [{"kind": kind, "id": entity, "fields": None} for kind, all_ in entities.items() for entity in all_]
        self.post("silence", False)
        if gone:
            self.post("changes", gone)


def until(true: Callable[[], Any], within_s: float) -> None:
    """Wait for a condition outside the browser."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within_s} s: {true}")
        time.sleep(0.02)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; without one, the run fails and says so."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def shared_city() -> Iterator[City]:
    city = City()
    yield city
    city.close()


@pytest.fixture
def city(shared_city: City) -> City:
    """The run's city, emptied."""
    shared_city.clear()
    return shared_city


@pytest.fixture
def own_city() -> Iterator[City]:
    """A city for tests that kill it."""
    city = City()
    yield city
    city.close()


def lists_only(context: BrowserContext) -> None:
    """Let pages never build what they build late, map and charts: drawn by the processor, they are most of a test."""
    nothing = "export async function buildLate() {}"
    context.route("**/js/late.js", lambda route: route.fulfill(body=nothing, content_type="text/javascript"))


@pytest.fixture
def open_wall(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open /wall in a window of its own, where it looks at the whole city, and wait until all of it is live."""
    contexts = []

    def open_(city: City, width: int = 1280, height: int = 720, *, whole: bool = True) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.asked = []  # type: ignore[attr-defined]
        asked = page.asked  # type: ignore[attr-defined]
        context.on("request", lambda request: asked.append(request.url))
        page.add_init_script(REMEMBER)
        if not whole:
            lists_only(context)
        page.goto(f"{city.url}/wall?tour=0")
        page.wait_for_selector('#wall[data-map="ready"][data-link="live"]' if whole else '#wall[data-link="live"]')
        return page

    yield open_
    for context in contexts:
        context.close()


def painted(page: Page, entity: str) -> Any:
    """Wait until the page has painted a change of this entity, and give the last message that held it."""
    handle = page.wait_for_function(
        "(id) => window.painted.findLast((one) => one.changes.some((change) => change.id === id))", arg=entity
    )
    return handle.json_value()
