"""Requests that no browser and no honest program sends, as raw bytes: each refused, and the server goes on."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from tests.running import Running
from tests.serving import headers_of, request, said_to, status_of
from tests.signing_in import link, signed_in

FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"


@pytest.fixture
def port(rtcc_up: Running) -> Iterator[int]:
    """The port of a running RTCC, which answers after each attack as before."""
    yield rtcc_up.port
    assert status_of(said_to(rtcc_up.port, request("/healthz"))) == 200


@pytest.mark.parametrize(
    "target",
    [
        "/assets/../pyproject.toml",
        "/assets/%2e%2e/pyproject.toml",
        "/assets/..%2fpyproject.toml",
        "/assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%252e%252e/pyproject.toml",
        "/assets//etc/passwd",
        "/assets/%2fetc/passwd",
        "/assets/..%5c..%5cpyproject.toml",
        "/assets/css\\..\\..\\pyproject.toml",
        "/assets/css/00-tokens.css%00.txt",
        "/basemap/..%2f..%2fcity.json",
        "/basemap/%2e%2e/city.json",
        "//etc/passwd",
        "/../../etc/passwd",
        "/%00",
        "/wall/%0d%0aSet-Cookie:%20a=b",
        "/_dash-component-suites/dash/..%2f..%2f..%2fpyproject.toml",
        "/_dash-component-suites/%2e%2e/dash/dash.py",
        "/_dash-component-suites/dash/dash.py",
        "/login/" + "A" * 7000,
    ],
)
def test_no_path_leads_out_of_its_folder(port: int, target: str) -> None:
    """Whatever it is called, what is not a route of ours or a file of the pages is not there."""
    answer = said_to(port, request(target))
    assert status_of(answer) in {400, 404}, answer[:200]
    assert b"root:" not in answer
    assert b"[project]" not in answer
    assert "set-cookie" not in headers_of(answer)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (request("/" + "a" * 9000), 414),
        (request("/wall?q=" + "a" * 9000), 414),
        (request("/wall", *[f"X-{number}: 1" for number in range(120)]), 431),
        (request("/wall", "X-Large: " + "y" * 40_000), 431),
        # A head that does not end.
        (b"GET /wall HTTP/1.1\r\nX-Large: " + b"y" * 600_000, 431),
        (b"GET /" + b"a" * 600_000, 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (request("/wall", "Name without a colon"), 400),
        (request("/wall", "X: a\x00b"), 400),
        (request("/wall", method="WALL"), 400),
        (request("/wall", "Transfer-Encoding: chunked", "Content-Length: 5", body=b"0\r\n\r\n"), 400),
        (request("/login", "Content-Length: 5", "Content-Length: 6", method="POST", body=b"123456"), 400),
        (request("/login", "Content-Length: -5", method="POST"), 400),
        (request("/login", "Transfer-Encoding: chunked", method="POST", body=b"zz\r\nabc\r\n"), 400),
    ],
)
def test_a_head_without_measure_or_sense_is_refused(port: int, sent: bytes, status: int) -> None:
    """Length, number, form, and two ways to say how long a body is, of which a proxy might believe the other."""
    assert status_of(said_to(port, sent)) == status


@pytest.mark.parametrize(
    ("target", "size"),
    [("/login", 20_000), ("/_dash-update-component", 300_000)],
)
def test_a_body_is_bounded_however_long_it_says_it_is(port: int, target: str, size: int) -> None:
    """Announced, in chunks, or announced by the gigabyte and never sent: 413, for everybody."""
    headers, body = ("Sec-Fetch-Site: same-origin", JSON), b"a" * size
    announced = request(target, *headers, f"Content-Length: {size}", method="POST", body=body)
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (size, body)
    chunked = request(target, *headers, "Transfer-Encoding: chunked", method="POST", body=chunks)
    boasting = request(target, *headers, f"Content-Length: {2**40}", method="POST")
    for sent in (announced, chunked, boasting):
        assert status_of(said_to(port, sent)) == 413


def test_what_comes_after_a_short_announcement_is_no_part_of_the_body(port: int, rtcc_up: Running) -> None:
    """The excess is another request, and one without sense: it is not taken as anybody's."""
    with signed_in(rtcc_up, "Ann Roe", "dispatcher") as ann:
        cookie = f"Cookie: rtcc_session={ann.cookies['rtcc_session']}"
        lying = (
            f"POST /api/v1/session/active HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\nSec-Fetch-Site: same-origin\r\n"
            "Content-Length: 2\r\n\r\nabPOST /logout HTTP/1.1\r\n"
        )
        assert b"HTTP/1.1 400" in said_to(port, lying.encode() + b"\x00\r\n\r\n")
        assert ann.get("/api/v1/me").json()["name"] == "Ann Roe"


def test_a_body_that_ends_before_its_announced_end_does_nothing(port: int, rtcc_up: Running) -> None:
    """A sign-in form that is cut short signs nobody in, and uses the address not up."""
    path = link(rtcc_up, "Ann Roe", "wall")
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        head = request(path, FORM, "Sec-Fetch-Site: cross-site", "Content-Length: 10", method="POST", body=b"abc")
        connection.sendall(head)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert b"set-cookie: rtcc_session" not in connection.recv(65536)
    assert b"Sign in as Ann Roe" in said_to(port, request(path))


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_is_what_the_request_line_says(port: int, rtcc_up: Running, header: str) -> None:
    """A GET, which another site's link may send, becomes no POST by a header or a field of the query."""
    path = link(rtcc_up, "Ann Roe", "wall")
    for target in (path, f"{path}?_method=POST"):
        answer = said_to(port, request(target, f"{header}: POST"))
        assert status_of(answer) == 200
        assert "set-cookie" not in headers_of(answer)
    assert b"Sign in as Ann Roe" in said_to(port, request(path))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "CONNECT"])
@pytest.mark.parametrize("target", ["/login", "/api/v1/picture", "/wall", "/assets/icon.svg"])
def test_other_methods_do_nothing(port: int, method: str, target: str) -> None:
    """Nor does any answer repeat what was sent, as TRACE would."""
    answer = said_to(port, request(target, "X-Secret: 4711", method=method))
    assert status_of(answer) in {400, 401, 403, 404, 405}
    assert b"4711" not in answer


@pytest.mark.parametrize("target", ["/_dash-ws-callback", "/api/v1/live", "/wall"])
def test_no_websocket_begins(port: int, target: str) -> None:
    """Nothing here speaks it, so that nothing can come in by it beside the checks."""
    headers = ("Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    sent = request(target, *headers).replace(b"Connection: close", b"Connection: Upgrade")
    answer = said_to(port, sent)
    assert status_of(answer) == 400
    assert b"101" not in answer.split(b"\r\n")[0]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.nip.io", "localhost@evil"])
def test_a_name_that_is_not_ours_is_not_answered_to(port: int, host: str) -> None:
    """So that no other site can give this machine a name of its own and read it; a proxy's word counts as little."""
    assert status_of(said_to(port, request("/wall", host=host))) == 421
    assert status_of(said_to(port, request("/wall", "X-Forwarded-Host: localhost", host=host))) == 421
