"""A whole RTCC that speaks the standards: a position from a TAK client to others' maps, a warning to every audience."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from rtcc.model.event import iso
from tests.running import Running, eventually, free_port, running

TOLD_WITHIN_S = 10.0


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """Where TAK clients are listened to, and where they are told."""
    return free_port(), free_port()


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory, ports: tuple[int, int]) -> Iterator[Running]:
    """An installation with a feed of each of two standards, and a server for TAK clients."""
    folder = tmp_path_factory.mktemp("standards")
    (folder / "feeds.toml").write_text(
        f"""
        [feeds.tak]
        title = "Telephones"
        agency = "SFPD"
        format = "cot"
        listen = {{ kind = "tcp-server", port = {ports[0]} }}
        [feeds.warnings]
        title = "Warnings"
        agency = "NWS"
        format = "cap"
        push = {{}}
        [cot_out]
        port = {ports[1]}
        """,
        encoding="utf-8",
    )
    with running(folder) as instance:
        yield instance


def heard(client: socket.socket, words: bytes) -> bytes:
    """Return what a client is told until these words have come."""
    client.settimeout(TOLD_WITHIN_S)
    told = b""
    while words not in told:
        some = client.recv(65_536)
        assert some, "the server has closed the connection"
        told += some
    return told


def test_a_position_from_tak_reaches_the_picture_and_other_maps(center: Running, ports: tuple[int, int]) -> None:
    """One client sends it, half an event at a time; another is told of it as our unit."""
    now = datetime.now(UTC)
    event = (
        f'<event version="2.0" uid="ANDROID-9" type="a-f-G-U-C" how="m-g" time="{iso(now)}" start="{iso(now)}" '
        f'stale="{iso(now + timedelta(minutes=5))}"><point lat="37.7" lon="-122.4" hae="0" ce="5" le="5"/>'
        '<detail><contact callsign="3Z99"/></detail></event>'
    ).encode()
    with socket.create_connection(("127.0.0.1", ports[1])) as other:
        heard(other, b"t-x-takp-v")
        with socket.create_connection(("127.0.0.1", ports[0])) as sender:
            sender.sendall(event[:90])
            sender.sendall(event[90:])
            unit = eventually(lambda: center.picture().get("unit", {}).get("ANDROID-9"))
        assert (unit["callsign"], unit["lat"], unit["accuracy_m"], unit["fix_at"]) == ("3Z99", 37.7, 5.0, iso(now))
        assert b'uid="rtcc.unit.ANDROID-9"' in heard(other, b"3Z99")


def test_a_pushed_warning_reaches_every_audience(center: Running) -> None:
    """An alert, then its cancellation, which everybody sees."""
    now = datetime.now(UTC)

    def push(identifier: str, kind: str, references: str, sent: datetime) -> None:
        body = (
            '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
            f"<identifier>{identifier}</identifier><sender>nws@example.org</sender><sent>{iso(sent)}</sent>"
            f"<status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>{references}"
            "<info><event>Flood</event><headline>Leave the shore</headline><area><areaDesc>Shore</areaDesc>"
            "<circle>37.7,-122.5 2</circle></area></info></alert>"
        )
        key = {"Authorization": f"Bearer {center.key('feed:warnings')}"}
        answer = httpx.post(f"{center.address}/api/v1/feeds/warnings", content=body, headers=key, timeout=20)
        assert answer.status_code == 202, answer.text

    push("W-1", "Alert", "", now - timedelta(minutes=1))
    for scope in ("read:public", "read:wall", "read:officer"):
        notice = eventually(lambda scope=scope: center.picture(scope).get("notice", {}).get("W-1"))
        assert (notice["headline"], notice["state"]) == ("Leave the shore", "active")
        assert notice["areas"] == [{"center": [37.7, -122.5], "radius_m": 2000.0}]
    push("W-2", "Cancel", f"<references>nws@example.org,W-1,{iso(now)}</references>", now)
    eventually(lambda: center.picture("read:public")["notice"]["W-1"]["state"] == "ended")
