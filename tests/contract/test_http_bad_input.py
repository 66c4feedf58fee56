"""Bad input against a whole RTCC: a 4xx with a reason; never a 5xx, a hang, a dead process or a leak."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from tests.contract.bad_bodies import (
    JSON,
    NDJSON,
    SECRET,
    Bad,
    envelopes,
    fields,
    good,
    instants,
    sizes,
    texts,
)
from tests.running import Running, eventually, resident_mb

EVENTS = "/api/v1/events"
GROUPS = {group.__name__: list(group()) for group in (envelopes, instants, fields, texts, sizes)}
SENTENCE = re.compile(r"[A-Za-z\"].*[.]", re.DOTALL)


@pytest.fixture(scope="module")
def client(rtcc_up: Running) -> Iterator[httpx.Client]:
    """A source with a key."""
    with rtcc_up.client("ingest") as opened:
        yield opened


@pytest.fixture(scope="module", autouse=True)
def unharmed(rtcc_up: Running) -> Iterator[None]:
    """Whatever the tests of this file did: the same processes run, small as before, and a good event arrives."""
    before = rtcc_up.pids()
    with rtcc_up.client("ingest") as source:
        yield
        assert source.get("/healthz").status_code == 200
        name = f"after bad input {datetime.now(UTC).isoformat()}"
        assert source.post(EVENTS, json=good(id="bad-input-after", data={"queue": name[:60]})).status_code == 202
    calls = eventually(lambda: rtcc_up.picture().get("call", {}).get("bad-input-after", {}))
    assert calls["queue"] == name[:60]
    assert "bad-input" not in rtcc_up.picture()["call"]
    assert rtcc_up.pids() == before
    assert resident_mb(before["web"]) < 400
    logs = rtcc_up.logs()
    assert SECRET not in logs
    assert "Traceback" not in logs


def assert_refused(answer: httpx.Response, statuses: frozenset[int] = frozenset({422})) -> None:
    """Hold that an answer refuses, says why in a sentence, and repeats nothing of what was sent."""
    assert answer.status_code in statuses, answer.text[:300]
    detail = answer.json()["detail"]
    assert SENTENCE.fullmatch(detail), detail
    assert len(detail) < 1000
    assert SECRET not in answer.text
    for item in answer.json().get("rejected", []):
        assert item.keys() == {"index", "reason"}
        assert SENTENCE.fullmatch(item["reason"])


def test_there_are_hundreds_of_kinds() -> None:
    """The lists hold what they are thought to hold: hundreds of different bodies."""
    assert len({bad.body for group in GROUPS.values() for bad in group}) > 500


@pytest.mark.parametrize(
    "bad", [bad for name, group in GROUPS.items() if name != "fields" for bad in group], ids=lambda bad: bad.name
)
def test_a_bad_body_is_refused_with_a_reason(client: httpx.Client, bad: Bad) -> None:
    """A body with nothing good in it gets its 4xx and one sentence that does not repeat it."""
    assert_refused(client.post(EVENTS, content=bad.body, headers={"Content-Type": bad.content_type}), bad.statuses)


@pytest.mark.parametrize("kind", sorted({bad.name.split(".")[0] for bad in GROUPS["fields"]}))
def test_no_field_takes_what_it_cannot_hold(client: httpx.Client, kind: str) -> None:
    """Each field of each kind refuses lists, objects, control characters and huge numbers, by its name."""
    for bad in GROUPS["fields"]:
        if bad.name.startswith(f"{kind}."):
            answer = client.post(EVENTS, content=bad.body, headers={"Content-Type": JSON})
            assert_refused(answer)
            assert f"data.{bad.name.split()[0].split('.')[1]} is " in answer.json()["detail"]


@pytest.mark.parametrize("content_type", [JSON, NDJSON, "application/jsonl"])
def test_good_events_among_bad_ones_are_taken(client: httpx.Client, rtcc_up: Running, content_type: str) -> None:
    """202 names each refused event by its index; the others arrive."""
    names = [f"among-{content_type[-5:]}-{n}" for n in range(3)]
    items = [good(id=names[0]), good(kind="rocket"), good(id=names[1]), 7, good(id=names[2]), good(data={})]
    lines = [json.dumps(item).encode() for item in items]
    body = b"[" + b",".join(lines) + b"]" if content_type == JSON else b"\n\r\n".join(lines)
    answer = client.post(EVENTS, content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 3
    assert [item["index"] for item in answer.json()["rejected"]] == [1, 3, 5]
    assert SECRET not in answer.text
    eventually(lambda: set(names) <= set(rtcc_up.picture()["call"]))


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic dTpw", "Bearer " + SECRET, "Bearer rtcc_" + "x" * 43, "Bearer " + "x" * 30_000,
     "bearer \xe9", "Token x", SECRET],
)  # fmt: skip
def test_a_bad_key_is_refused(rtcc_up: Running, header: str) -> None:
    """401 with a sentence, whatever stands in the Authorization header, for writing and for reading."""
    headers = {"Authorization": header.encode("latin-1")}
    with rtcc_up.client() as stranger:
        assert_refused(stranger.post(EVENTS, json=good(), headers=headers), frozenset({401}))
        assert_refused(stranger.get("/api/v1/picture", headers=headers), frozenset({401}))


@pytest.mark.parametrize("path", [EVENTS, "/api/v1/picture", "/api/v1/geojson/unit", "/healthz", "/readyz", "/metrics"])
def test_a_wrong_method_is_refused(client: httpx.Client, path: str) -> None:
    """405 for a method that a path does not know."""
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - ({"POST"} if path == EVENTS else {"GET"}):
        assert client.request(method, path).status_code == 405


def test_unknown_paths_and_kinds_are_refused(client: httpx.Client) -> None:
    """404, and the path is not repeated."""
    for path in ("/api/v1/nothing", "/api/v1/geojson/rocket", f"/api/v1/geojson/{SECRET}", "/api/v2/events"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert SECRET not in answer.text


def test_a_foreign_name_is_refused(rtcc_up: Running) -> None:
    """421 for a Host that is not ours: a foreign page must not read this machine under a name of its own."""
    with rtcc_up.client() as stranger:
        assert stranger.get("/api/v1/picture", headers={"Host": "evil.example"}).status_code == 421


def raw(rtcc_up: Running, sent: bytes, *, end: bool) -> bytes:
    """Send bytes over a socket, perhaps close our side, and return what comes back until it ends or says nothing."""
    with socket.create_connection(("127.0.0.1", rtcc_up.port), timeout=10) as connection:
        connection.sendall(sent)
        if not end:
            return b""
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
        return received


def test_half_requests_hurt_nobody(rtcc_up: Running, client: httpx.Client) -> None:
    """Requests that are cut short, lie about their length or are no HTTP end without an effect on others."""
    key = f"Authorization: Bearer {rtcc_up.key('ingest')}\r\n"
    head = f"POST {EVENTS} HTTP/1.1\r\nHost: localhost\r\n{key}"
    body = json.dumps(good(id="bad-input"))
    abuses = [
        "GET", "GET /healthz", "GET /healthz HTTP/1.1\r\nHost: local", "\x00\x01\x02\x16\x03\x01", "A" * 70_000,
        f"{head}Content-Length: {len(body) + 10}\r\n\r\n{body}",
        f"{head}Content-Length: -1\r\n\r\n{body}",
        f"{head}Content-Length: abc\r\n\r\n{body}",
        f"{head}Content-Length: 99999999999999999999\r\n\r\n{body}",
        f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n{body}\r\n",
        f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body) + 5:x}\r\n{body}",
        f"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{body}\r\n0\r\n\r\n",
        f"{head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        f"{head}Expect: 100-continue\r\nContent-Length: 50\r\n\r\n",
        f"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: {'9' * 9000}\r\n",
    ]  # fmt: skip
    for abuse in abuses:
        for end in (True, False):
            answer = raw(rtcc_up, abuse.encode("latin-1"), end=end)
            assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5")), (abuse[:200], answer[:200])
            assert client.get("/healthz").status_code == 200


def test_many_open_half_requests_keep_nobody_waiting(rtcc_up: Running, client: httpx.Client) -> None:
    """Two hundred senders who never finish cost others nothing."""
    half = f"POST {EVENTS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {rtcc_up.key('ingest')}\r\n"
    opened = [socket.create_connection(("127.0.0.1", rtcc_up.port), timeout=10) for _ in range(200)]
    try:
        for connection in opened:
            connection.sendall(half.encode() + b"Content-Length: 100\r\n\r\n{")
        assert client.post(EVENTS, json=good(id="among-half"), timeout=5).status_code == 202
    finally:
        for connection in opened:
            connection.close()
