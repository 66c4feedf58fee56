"""RTCC for others than this machine: over TLS of its own, or behind a proxy whose word counts and nobody else's."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import json
import socket
import ssl
import threading
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rtcc.access.devices import Devices
from rtcc.access.sessions import Sessions
from rtcc.settings import Settings
from rtcc.store.connection import connect_async, store_url
from tests.running import eventually, free_port
from tests.serving import headers_of, request, said_to, served, status_of
from tests.signing_in import OWN_PAGE

ELSEWHERE, FURTHER = "192.0.2.7", "198.51.100.9"
NAME = "center.example.org"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine, and its key, each in a file."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=2))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.touch(0o600)
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, secret


@pytest.fixture(scope="module")
def own(valkey_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an installation of this file's own, on the run's store."""
    return Settings(data_dir=tmp_path_factory.mktemp("own"), redis_url=store_url(valkey_settings))


@pytest.fixture(scope="module")
def over_tls(own: Settings, tls: tuple[Path, Path]) -> Iterator[int]:
    """The port of an RTCC that speaks TLS."""
    with served(own.model_copy(update={"tls_certificate": tls[0], "tls_key": tls[1]})) as port:
        yield port


@pytest.fixture(scope="module")
def behind_proxy(own: Settings) -> Iterator[int]:
    """The port of a proxy on this machine, which RTCC trusts, and by which somebody asks from elsewhere."""
    trusting = own.model_copy(update={"trusted_proxies": ("127.0.0.2/32",), "hosts": (*own.hosts, NAME)})
    with served(trusting) as port, _forwarder(port) as through:
        yield through


@contextlib.contextmanager
def _forwarder(port: int) -> Iterator[int]:
    """Pass each request on from an address of its own, as a proxy that ends TLS does, and say who asked."""
    own_port, loop, ready = free_port(), asyncio.new_event_loop(), threading.Event()
    said = (f"X-Forwarded-Proto: https\r\nX-Forwarded-Host: {NAME}\r\nX-Forwarded-For: {ELSEWHERE}\r\n").encode()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, rest = head.partition(b"\r\n")
        there, back = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
        # What the browser said of itself stands before what the proxy says, as in a chain of proxies.
        back.write(line + b"\r\n" + rest[:-2] + said + b"\r\n")
        with contextlib.suppress(ConnectionError):
            while chunk := await there.read(65536):
                writer.write(chunk)
                await writer.drain()
        back.close()
        writer.close()

    async def serve() -> None:
        async with await asyncio.start_server(pass_on, "127.0.0.1", own_port):
            ready.set()
            await asyncio.Event().wait()

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(work)

    work = loop.create_task(serve())
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    yield own_port
    loop.call_soon_threadsafe(work.cancel)
    thread.join(10)
    loop.close()


def link(settings: Settings, name: str, role: str) -> str:
    """Return the path of a new sign-in address."""

    async def invite() -> str:
        sessions = Sessions(partial(connect_async, settings))
        try:
            return await sessions.invite(name, role)
        finally:
            await sessions.close()

    return f"/login/{asyncio.run(invite())}"


def recorded(settings: Settings, who: str) -> list[dict[str, Any]]:
    """Return the audit records of somebody, as they stand in the files."""
    files = (settings.data_dir / "audit").glob("*.jsonl")
    records = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return [record for record in records if record["who"] == who]


def test_over_tls_the_cookie_stays_there_and_the_browser_comes_back_by_it(
    over_tls: int, own: Settings, tls: tuple[Path, Path]
) -> None:
    """The certificate is ours, the session's cookie is `Secure`, and HSTS says to ask by TLS from now on."""
    context = ssl.create_default_context(cafile=str(tls[0]))
    with httpx.Client(base_url=f"https://localhost:{over_tls}", verify=context, headers=OWN_PAGE) as client:
        answer = client.post(link(own, "Ann Roe", "wall"))
        assert answer.status_code == 303
        assert "Secure" in answer.headers["set-cookie"].split("; ")
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert client.get("/api/v1/me").json()["name"] == "Ann Roe"
        device = Devices(own.data_dir).register("Wall east", "wall")
        assert "Secure" in client.post(f"/device/{device}").headers["set-cookie"].split("; ")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_nothing_older_than_tls_1_2_and_nothing_unsealed_is_spoken(over_tls: int) -> None:
    """An old client is refused in the handshake, and plain HTTP gets no answer of ours."""
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        said_to(over_tls, request("/healthz"), old)
    new = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    new.check_hostname, new.verify_mode = False, ssl.CERT_NONE
    assert status_of(said_to(over_tls, request("/healthz"), new)) == 200
    assert status_of(said_to(over_tls, request("/healthz"))) == 0


def test_behind_a_declared_proxy_the_browsers_own_address_scheme_and_name_count(
    behind_proxy: int, own: Settings
) -> None:
    """Its TLS is ours: `Secure` and HSTS; its name for us is where it is sent; a device is bound to its own address."""
    devices = Devices(own.data_dir)
    token = devices.register("Wall north", "wall")
    shown = said_to(behind_proxy, request(f"/device/{token}", host=NAME))
    assert ELSEWHERE.encode() in shown
    sent = request(f"/device/{token}", f"Origin: https://{NAME}", "Content-Length: 0", method="POST", host="127.0.0.1")
    headers = headers_of(said_to(behind_proxy, sent))
    assert "Secure" in headers["set-cookie"].split("; ")
    assert headers["strict-transport-security"] == "max-age=31536000"
    claimed = next(device for device in devices.all() if device.name == "Wall north")
    assert claimed.address == ELSEWHERE


@pytest.mark.parametrize(
    "forged", [f"X-Forwarded-For: {FURTHER}", f"X-Forwarded-For: 127.0.0.2, {FURTHER}", f"Forwarded: for={FURTHER}"]
)
def test_what_the_browser_forged_before_the_proxy_counts_for_nothing(
    behind_proxy: int, own: Settings, forged: str
) -> None:
    """Of the chain only what the declared proxy has seen itself is believed."""
    token = Devices(own.data_dir).register(f"Wall {uuid.uuid4().hex}", "wall")
    shown = said_to(behind_proxy, request(f"/device/{token}", forged, f"X-Real-IP: {FURTHER}", host=NAME))
    assert ELSEWHERE.encode() in shown
    assert FURTHER.encode() not in shown


def test_behind_a_proxy_nobody_sees_the_wall_unsigned(behind_proxy: int) -> None:
    """Loopback is no longer this machine alone."""
    assert status_of(said_to(behind_proxy, request("/api/v1/picture", host=NAME))) == 401
    assert status_of(said_to(behind_proxy, request("/healthz", host=NAME))) == 200


def test_another_sites_name_is_none_of_ours_behind_a_proxy_either(behind_proxy: int, own: Settings) -> None:
    """What the proxy was asked by counts; a page of another site that names itself is refused."""
    token = Devices(own.data_dir).register("Wall south", "wall")
    sent = request(f"/device/{token}", "Origin: https://evil.example", "Content-Length: 0", method="POST", host=NAME)
    assert status_of(said_to(behind_proxy, sent)) == 403


@pytest.fixture(scope="module")
def plain(own: Settings) -> Iterator[int]:
    """The port of an RTCC on this machine that no proxy stands before, so far as anybody has said."""
    with served(own) as port:
        yield port


@pytest.mark.parametrize(
    "forged",
    [f"X-Forwarded-For: {FURTHER}", "X-Forwarded-Proto: https", f"X-Forwarded-Host: {NAME}", "X-Real-IP: 192.0.2.1"],
)
def test_nobody_else_is_believed(plain: int, own: Settings, forged: str) -> None:
    """Not the address, not the scheme, not the name: what only a proxy may say changes nothing here."""
    token = Devices(own.data_dir).register(f"Wall {uuid.uuid4().hex}", "wall")
    shown = said_to(plain, request(f"/device/{token}", forged))
    assert b"127.0.0.1" in shown
    assert FURTHER.encode() not in shown
    assert "strict-transport-security" not in headers_of(shown)
    sent = request(f"/device/{token}", forged, f"Origin: http://{NAME}", "Content-Length: 0", method="POST")
    assert status_of(said_to(plain, sent)) == 403
    sent = request(f"/device/{token}", forged, "Sec-Fetch-Site: same-origin", "Content-Length: 0", method="POST")
    assert "Secure" not in headers_of(said_to(plain, sent))["set-cookie"].split("; ")


@pytest.mark.parametrize("said", ["X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1"])
def test_a_proxy_that_nobody_has_declared_opens_the_wall_to_nobody(plain: int, said: str) -> None:
    """Whoever it brings is not on this machine, though it is: they are told to sign in."""
    assert status_of(said_to(plain, request("/api/v1/picture"))) in {200, 503}
    assert status_of(said_to(plain, request("/api/v1/picture", said))) == 401


def test_a_device_is_used_from_its_own_address_alone(behind_proxy: int, plain: int, own: Settings) -> None:
    """Its cookie, copied to another machine, opens nothing there."""
    devices = Devices(own.data_dir)
    claimed = devices.claim(devices.register("Wall far", "wall"), ELSEWHERE, "")
    assert claimed is not None
    cookie = f"Cookie: rtcc_device={claimed[0]}"
    assert status_of(said_to(behind_proxy, request("/api/v1/picture", cookie, host=NAME))) in {200, 503}
    assert b'"Wall far"' in said_to(behind_proxy, request("/api/v1/me", cookie, host=NAME))
    for _ in range(2):
        assert b'"Wall far"' not in said_to(plain, request("/api/v1/me", cookie))
    (stray,) = eventually(lambda: recorded(own, "Wall far"), why="the stray use is on record, once")
    assert (stray["outcome"], stray["by"], stray["address"]) == ("refused", "device", "127.0.0.1")
    assert stray["details"] == {"bound_to": ELSEWHERE}
    assert claimed[0] not in str(stray)


def test_a_connection_that_says_nothing_is_not_held_for_ever(plain: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one on which nothing comes, nor one on which a head comes byte by byte."""
    monkeypatch.setattr("rtcc.web.bounded_protocol._HEAD_S", 0.05)
    for first in (b"", b"GET /wall HT"):
        with socket.create_connection(("127.0.0.1", plain), 10) as connection:
            connection.sendall(first)
            answer = b"".join(iter(lambda: connection.recv(64), b""))
            assert answer.startswith(b"HTTP/1.1 408")
