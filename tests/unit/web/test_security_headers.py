"""The headers of every answer: added once, none broken in two, and what an answer says of itself kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Message

from rtcc.web.security_headers import ALWAYS, POLICY, SecurityHeaders, policy_of_maps


def answered(response: Any, scheme: str = "http") -> list[tuple[str, str]]:
    """Return the headers with which an answer leaves."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "scheme": scheme, "method": "GET", "path": "/", "headers": []}
    asyncio.run(SecurityHeaders(response)(scope, receive, send))
    return [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]


def test_each_is_there_once() -> None:
    """Also for an answer without any header of its own."""
    for response in (Response("a"), Response("a", headers={"X-Other": "1"})):
        names = [name for name, _ in answered(response)]
        assert len(names) == len(set(names))
        assert {*ALWAYS, POLICY, "cache-control"} <= set(names)


def test_what_an_answer_says_of_itself_stands() -> None:
    """Its own policy and how long it may be kept."""
    own = {POLICY: policy_of_maps(["'sha256-x'"]), "cache-control": "max-age=60"}
    headers = answered(Response("a", headers=own))
    assert [value for name, value in headers if name in own] == [*own.values()]


@pytest.mark.parametrize(("scheme", "there"), [("http", False), ("https", True)])
def test_only_over_tls_a_browser_is_told_to_stay_there(scheme: str, there: bool) -> None:
    """Over plain HTTP anybody on the way could say so."""
    assert ("strict-transport-security" in dict(answered(Response("a"), scheme))) is there


@pytest.mark.parametrize("evil", ["a\r\nSet-Cookie: b=c", "a\nb", "a\rb", "a\0b"])
def test_no_value_breaks_a_header_in_two(evil: str) -> None:
    """Whatever somebody was called, or wherever they wanted to go: it stays one line."""
    headers = answered(Response("a", 303, {"Location": evil, "Content-Disposition": f'attachment; filename="{evil}"'}))
    assert not [value for _, value in headers if set(value) & set("\r\n\0")]
    assert "set-cookie" not in dict(headers)
