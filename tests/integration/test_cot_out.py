"""The process that serves TAK clients, against a real store and a real TAK peer (PyTAK)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser, SectionProxy
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self

import pytak
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rtcc.feeds.formats.cot import CotFormat
from rtcc.feeds.formats.cot_message import CotMessage
from rtcc.feeds.formats.cot_xml import read_xml
from rtcc.feeds.payload import FeedNames, Payload
from rtcc.model.event import Event, iso
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store.commands import Store
from tests.factories import make_event
from tests.running import ROOT, environment, eventually

PLACE = {"lat": 37.77, "lon": -122.42}


def unit(id_: str, seconds: int = 0, **data: Any) -> Event:
    """Return a unit's fix of just now, or of so many seconds later."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return make_event("unit", id_, occurred_at=at, received_at=at, data=PLACE | {"fix_at": iso(at)} | data)


def incident(id_: str, seconds: int = 0, **data: Any) -> Event:
    """Return an incident of just now."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return make_event("incident", id_, occurred_at=at, received_at=at, data=PLACE | {"status": "pending"} | data)


def serve(settings: Settings, folder: Path, table: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start the process with this table; return it and the port that it says."""
    feeds = folder / "feeds.toml"
    feeds.write_text(f"[cot_out]\nport = 0\n{table}", encoding="utf-8")
    said = folder / "said.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers.cot_out"],
            cwd=ROOT,
            env=environment(RTCC_DATA_DIR=str(settings.data_dir), RTCC_FEEDS_FILE=str(feeds)),
            stdout=log,
            stderr=log,
        )

    def port() -> int:
        assert process.poll() is None, said.read_text()
        found = re.search(r":(\d+)\.$", said.read_text(), re.MULTILINE)
        return int(found[1]) if found else 0

    return process, eventually(port, why="it says its port")


def end(process: subprocess.Popen[bytes]) -> int:
    """End it as `rtcc up` does, and return how it ended."""
    os.kill(process.pid, signal.SIGTERM)
    try:
        return process.wait(5)
    finally:
        if process.poll() is None:
            process.kill()


@pytest.fixture
def port(settings: Settings, tmp_path: Path) -> Iterator[int]:
    """A server for officers on this machine."""
    process, number = serve(settings, tmp_path, "")
    yield number
    assert end(process) == 0


def configured(url: str, **over: str) -> SectionProxy:
    """Return a configuration of PyTAK."""
    config = ConfigParser()
    config["peer"] = {"COT_URL": url} | over
    return config["peer"]


class Peer:
    """PyTAK, receiving."""

    def __init__(self, config: SectionProxy) -> None:
        self._config = config

    async def __aenter__(self) -> Self:
        reader, self._writer = await pytak.protocol_factory(self._config)
        self._worker = pytak.RXWorker(asyncio.Queue(), self._config, reader)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def until(self, *uids_and_types: tuple[str, str]) -> dict[tuple[str, str], CotMessage]:
        """Return what was received when all of these had come."""
        seen: dict[tuple[str, str], CotMessage] = {}
        async with asyncio.timeout(15):
            while not set(uids_and_types) <= set(seen):
                await self._worker.run_once()
                message = read_xml(await self._worker.queue.get())
                seen[message.uid, message.type] = message
        return seen


def test_a_tak_peer_sees_the_picture_and_its_changes(port: int, store: Store, settings: Settings) -> None:
    """All that is current on connecting, then a move, an emergency, a closing; a covert unit never."""
    writer = PictureWriter(store, settings)
    writer.apply(
        [
            unit("U-1", callsign="3A12", unit_type="patrol", status="enroute"),
            unit("U-2", callsign="UC-7", covert=True),
            incident("I-1", type="Robbery", priority=1, narrative="Two men, one with a knife"),
            incident("I-2", type="Noise", status="closed"),
        ]
    )

    async def look() -> None:
        async with Peer(configured(f"tcp://127.0.0.1:{port}")) as peer:
            seen = await peer.until(("rtcc.unit.U-1", "a-f-G-E-V-C"), ("rtcc.incident.I-1", "b-m-p-s-m"))
            assert seen["rtcc.unit.U-1", "a-f-G-E-V-C"].callsign == "3A12"
            writer.apply([unit("U-1", 1, lat=37.8, lon=-122.5), unit("U-2", 1, lat=37.9, lon=-122.5, covert=True)])
            moved = await peer.until(("rtcc.unit.U-1", "a-f-G-E-V-C"))
            assert moved["rtcc.unit.U-1", "a-f-G-E-V-C"].lat == 37.8
            writer.apply([unit("U-1", 2, emergency=True)])
            seen |= moved | await peer.until(("rtcc.unit.U-1-9-1-1", "b-a-o-tbl"))
            writer.apply([unit("U-1", 3, emergency=False), incident("I-1", 3, status="closed")])
            seen |= await peer.until(("rtcc.unit.U-1-9-1-1", "b-a-o-can"), ("rtcc.incident.I-1.deletion", "t-x-d-d"))
            # One that becomes covert leaves the maps of those who must not see it.
            writer.apply([unit("U-1", 4, covert=True)])
            seen |= await peer.until(("rtcc.unit.U-1.deletion", "t-x-d-d"))
            assert not any("U-2" in uid or "I-2" in uid for uid, _ in seen)
            assert not any("knife" in message.remarks for message in seen.values())

    asyncio.run(look())


def test_positions_that_came_from_tak_are_not_told_back(settings: Settings, store: Store, tmp_path: Path) -> None:
    """A device would see itself twice; a unit's fix from elsewhere is told."""
    process, port = serve(settings, tmp_path, 'leave_out = ["tak"]\naudience = "dispatcher"\n')
    PictureWriter(store, settings).apply(
        [unit("own", callsign="A")._replace(source="tak"), unit("other", callsign="B", covert=True)]
    )

    async def look() -> None:
        async with Peer(configured(f"tcp://127.0.0.1:{port}")) as peer:
            seen = await peer.until(("rtcc.unit.other", "a-f-G-E-V-C"))
            assert not any("own" in uid for uid, _ in seen)

    try:
        asyncio.run(look())
    finally:
        assert end(process) == 0


def certificate(folder: Path, name: str, issuer: tuple[x509.Certificate, Any] | None) -> tuple[x509.Certificate, Any]:
    """Write a key and a certificate of an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    made = builder.sign(issuer[1] if issuer else key, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / f"{name}.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return made, key


# PyTAK switches old versions of TLS off in a way that Python would like to see no more.
@pytest.mark.filterwarnings("ignore:ssl.OP_NO:DeprecationWarning")
def test_over_tls_only_known_clients_are_served(settings: Settings, store: Store, tmp_path: Path) -> None:
    """A client with a certificate of ours sees the picture; one without sees nothing."""
    ours = certificate(tmp_path, "ours", None)
    for name in ("server", "client"):
        certificate(tmp_path, name, ours)
    table = '[cot_out.tls]\ncertificate = "server.pem"\nkey = "server.key"\nca = "ours.pem"\n'
    process, port = serve(settings, tmp_path, table)
    PictureWriter(store, settings).apply([unit("U-1", callsign="3A12")])
    known = {
        "PYTAK_TLS_CLIENT_CERT": str(tmp_path / "client.pem"),
        "PYTAK_TLS_CLIENT_KEY": str(tmp_path / "client.key"),
        "PYTAK_TLS_CLIENT_CAFILE": str(tmp_path / "ours.pem"),
    }

    async def look() -> None:
        async with Peer(configured(f"tls://127.0.0.1:{port}", **known)) as peer:
            await peer.until(("rtcc.unit.U-1", "a-f-G-E-V-C"))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"<event/>")
        told = b""
        with contextlib.suppress(ConnectionError):
            told = await asyncio.wait_for(reader.read(), 5)
        assert b"rtcc" not in told
        writer.close()

    try:
        asyncio.run(look())
    finally:
        assert end(process) == 0


def test_what_a_tak_peer_sends_becomes_units() -> None:
    """PyTAK as sender, in XML and in the TAK protocol: our format cuts its stream and reads it."""
    cot = CotFormat.from_table(FeedNames("tak", "tak", "SFPD"), {})

    async def sent(protocol: str) -> bytes:
        got = bytearray()
        done = asyncio.Event()

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while some := await reader.read(1000):
                got.extend(some)
            writer.close()
            done.set()

        server = await asyncio.start_server(take, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        config = configured(f"tcp://127.0.0.1:{port}", TAK_PROTO=protocol)
        _, writer = await pytak.protocol_factory(config)
        worker = pytak.TXWorker(asyncio.Queue(), config, writer)
        for number in range(3):
            await worker.send_data(
                pytak.gen_cot(
                    lat=37.7 + number / 100, lon=-122.4, ce=5, uid=f"UNIT-{number}", stale=60, cot_type="a-f-G"
                )
            )
        writer.close()
        async with asyncio.timeout(10):
            await done.wait()
        server.close()
        return bytes(got)

    for protocol in ("0", "1"):
        messages, left = cot.split(asyncio.run(sent(protocol)))
        assert (len(messages), left) == (3, b"")
        assert (messages[0][0] == 0xBF) is (protocol == "1")
        told = cot.read(Payload(datetime.now(UTC), "peer", "", b"".join(messages)), {})
        assert [(event.kind, event.id, (event.data or {})["lat"]) for event in told.events] == [
            ("unit", "UNIT-0", 37.7),
            ("unit", "UNIT-1", 37.71),
            ("unit", "UNIT-2", 37.72),
        ]


def test_a_wrong_table_ends_it_with_a_sentence(settings: Settings, tmp_path: Path) -> None:
    """Not with a stack of calls; and without the table there is nothing to do."""
    feeds = tmp_path / "feeds.toml"
    for text, code, says in (('[cot_out]\nhost = "0.0.0.0"\n', 2, "rtcc: cot_out.host can be reached"), ("", 0, "")):
        feeds.write_text(text, encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, "-m", "workers.cot_out"],
            cwd=ROOT,
            env=environment(RTCC_DATA_DIR=str(settings.data_dir), RTCC_FEEDS_FILE=str(feeds)),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert ended.returncode == code
        assert ended.stderr.startswith(says)
        assert "Traceback" not in ended.stderr
