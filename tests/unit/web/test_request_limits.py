"""What no request may be: too large in any part, an odd path, a body that lies about itself or never ends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, Request
from starlette.types import Message, Receive, Scope, Send

from rtcc.web import request_limits
from rtcc.web.request_limits import RequestLimits

FORM = "/login"
EVENTS = "/api/v1/events"


class Taking:
    """An application that reads every body to its end, and says how much it was."""

    def __init__(self) -> None:
        self.read: int | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size, more = 0, True
        while more:
            message = await receive()
            size, more = size + len(message.get("body", b"")), message.get("more_body", False)
        self.read = size
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def asked(
    app: Any, path: str = FORM, chunks: tuple[bytes, ...] = (), headers: dict[str, str] | None = None, query: str = ""
) -> int:
    """Return the status of the answer to a request whose body comes in these chunks, and then stands still."""
    coming: list[Message] = [
        {"type": "http.request", "body": chunk, "more_body": at < len(chunks) - 1} for at, chunk in enumerate(chunks)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0) if coming else await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: Message) -> None:
        sent.append(message)

    told = {"transfer-encoding": "chunked"} if headers is None else headers
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
    }
    asyncio.run(RequestLimits(app)(scope, receive, send))
    starts = [message for message in sent if message["type"] == "http.response.start"]
    assert len(starts) == 1
    return int(starts[0]["status"])


@pytest.mark.parametrize(
    ("path", "largest"),
    [(FORM, 16), ("/admin/devices", 16), ("/api/v1/session/lock", 64), ("/_dash-update-component", 256)],
)
def test_a_body_is_bounded_by_what_its_path_needs(path: str, largest: int) -> None:
    """To the byte, whether it says how large it is or comes in parts that do not."""
    whole = b"x" * (largest * 1024)
    taking = Taking()
    assert asked(taking, path, (whole,)) == 200
    assert asked(taking, path, (whole[:-1], b"x")) == 200
    taking.read = None
    for headers in (None, {"content-length": str(len(whole) + 1)}, {"content-length": "5"}):
        assert asked(taking, path, (whole, b"x"), headers) == 413
    assert taking.read is None


def test_what_programs_push_in_bulk_is_bounded_where_it_is_read() -> None:
    """The limit of forms would be none for them."""
    taking = Taking()
    assert asked(taking, EVENTS, (b"x" * 300_000,)) == 200
    assert taking.read == 300_000


def test_an_announced_flood_is_not_even_read() -> None:
    """A gigabyte is refused by its announcement; nothing is waited for."""
    assert asked(Taking(), FORM, (), {"content-length": str(2**30)}) == 413


def test_a_body_that_stops_in_the_middle_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds connections open so gets 408."""
    monkeypatch.setattr(request_limits, "_PAUSE_S", 0.01)
    assert asked(Taking(), FORM, (b"a", b"b")) == 200
    assert asked(Taking(), FORM, ()) == 408


def test_the_refusal_stands_whatever_the_application_makes_of_it() -> None:
    """FastAPI calls every failure to read a body a 400; ours is the answer that says why."""
    app = FastAPI()

    @app.post(FORM)
    async def form(request: Request) -> dict[str, int]:
        return {"read": len(await request.body())}

    @app.post("/login/model")
    async def model(body: dict[str, str]) -> dict[str, int]:
        return {"read": len(body)}

    large = (b'{"a": "', b"x" * 20_000, b'"}')
    assert asked(app, FORM, large) == 413
    assert (
        asked(app, "/login/model", large, {"transfer-encoding": "chunked", "content-type": "application/json"}) == 413
    )


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({f"x-{number}": "1" for number in range(101)}, "", 431),
        ({"x-large": "y" * 33_000}, "", 431),
        ({}, "q=" + "y" * 9000, 414),
        ({"upgrade": "WebSocket", "connection": "upgrade"}, "", 400),
        ({f"x-{number}": "1" for number in range(60)}, "q=1", 200),
    ],
)
def test_a_head_is_bounded(headers: dict[str, str], query: str, status: int) -> None:
    """Number and size of headers, length of the address; and no WebSocket begins."""

    async def answering(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    assert asked(answering, FORM, (), headers, query) == status


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../rtcc.toml",
        "/assets/%2e%2e/rtcc.toml",
        "/assets/.%2E/rtcc.toml",
        "/assets/..",
        "/./wall",
        "//wall",
        "/assets//etc/passwd",
        "/assets\\..\\rtcc.toml",
        "/wall\x00",
        "/wall\r\nx",
        "/login/\x7f",
    ],
)
def test_an_odd_path_leads_nowhere(path: str) -> None:
    """It is refused before any route or folder of files makes its own sense of it."""

    async def reached(_: Scope, __: Receive, ___: Send) -> None:
        pytest.fail("it came through")

    assert asked(reached, path, (), {}) == 404
