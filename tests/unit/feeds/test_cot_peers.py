"""The server for TAK clients: what it tells whom, in which language, and that it waits for nobody."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from rtcc.feeds.formats.cot_frames import split
from rtcc.feeds.formats.cot_message import CotMessage
from rtcc.feeds.formats.cot_proto import MAGIC, read_proto
from rtcc.feeds.formats.cot_xml import read_xml
from rtcc.feeds.out import cot_peers
from rtcc.feeds.out.cot import control_event, incident_event
from rtcc.feeds.out.cot_peers import CotPeers

NOW = datetime.now(UTC)


def spot(name: str) -> bytes:
    """Return an event that is known by a name."""
    event = incident_event(name, {"lat": 1.0, "lon": 2.0}, NOW)
    assert event is not None
    return event


class Client:
    """A client that reads message by message."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.messages: list[bytes] = []
        self._left = b""

    async def next(self) -> tuple[CotMessage, bool]:
        """Return the next message, and whether it was in the TAK protocol."""
        while not self.messages:
            read = await asyncio.wait_for(self.reader.read(65_536), 5)
            assert read, "the server has closed the connection"
            some, self._left = split(self._left + read)
            self.messages += some
        message = self.messages.pop(0)
        read_as = read_proto(message) if message[0] == MAGIC else read_xml(message)
        assert read_as is not None
        return read_as, message[0] == MAGIC


def served(current: list[bytes], test: Callable[[CotPeers, Callable[[], Awaitable[Client]]], Awaitable[None]]) -> None:
    """Run a test against a server on a free port."""

    async def run() -> None:
        peers = CotPeers(lambda _: current)
        await peers.open("127.0.0.1", 0, None)

        clients: list[Client] = []

        async def connect() -> Client:
            clients.append(Client(*await asyncio.open_connection("127.0.0.1", peers.port)))
            return clients[-1]

        try:
            await test(peers, connect)
        finally:
            await peers.close()
            for client in clients:
                client.writer.close()
                with contextlib.suppress(ConnectionError):
                    await client.writer.wait_closed()

    asyncio.run(run())


async def until(look: Callable[[], bool]) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(10):
        while not look():  # noqa: ASYNC110 - the server tells nobody when a client comes or goes
            await asyncio.sleep(0.001)


def test_all_that_is_current_first_then_what_changes() -> None:
    """It says what it speaks, then everything, then each change."""

    async def test(peers: CotPeers, connect: Callable[[], Awaitable[Client]]) -> None:
        client = await connect()
        assert (await client.next())[0].type == "t-x-takp-v"
        assert (await client.next())[0].uid == "rtcc.incident.A"
        peers.tell([spot("B"), spot("C")])
        assert [(await client.next())[0].uid for _ in "BC"] == ["rtcc.incident.B", "rtcc.incident.C"]

    served([spot("A")], test)


def test_a_client_may_ask_for_the_tak_protocol() -> None:
    """It is told that it may, in XML; from then on all is protobuf, for it alone."""

    async def test(peers: CotPeers, connect: Callable[[], Awaitable[Client]]) -> None:
        client, other = await connect(), await connect()
        for one in (client, other):
            assert (await one.next())[0].type == "t-x-takp-v"
        wish = control_event("t-x-takp-q", '<TakControl><TakRequest version="1"/></TakControl>', NOW)
        client.writer.write(wish)
        answer, in_protocol = await client.next()
        assert (answer.type, in_protocol) == ("t-x-takp-r", False)
        peers.tell([spot("B")])
        for one, protocol in ((client, True), (other, False)):
            told, in_protocol = await one.next()
            assert (told.uid, in_protocol) == ("rtcc.incident.B", protocol)

    served([], test)


def test_a_ping_is_answered_and_all_else_is_not() -> None:
    """A client that hears no pong parts; what it says of itself, or noise, is for a feed and not for us."""

    async def test(_: CotPeers, connect: Callable[[], Awaitable[Client]]) -> None:
        client = await connect()
        await client.next()
        client.writer.write(b"noise" + spot("mine") + control_event("t-x-c-t", "", NOW))
        assert (await client.next())[0].type == "t-x-c-t-r"

    served([], test)


def test_who_does_not_read_is_cut_off_and_nobody_else_waits() -> None:
    """A client that takes nothing loses its connection; the other one has had everything by then."""

    async def test(peers: CotPeers, connect: Callable[[], Awaitable[Client]]) -> None:
        reading = await connect()
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.setblocking(False)
        await asyncio.get_running_loop().sock_connect(stuck, ("127.0.0.1", peers.port))
        await until(lambda: peers.count == 2)
        await reading.next()
        big = spot("x" * 500_000)
        told = 0
        while peers.cut_off == 0:
            assert told < 100
            peers.tell([big])
            told += 1
            assert (await reading.next())[0].uid == "rtcc.incident." + "x" * 500_000
        assert (peers.count, told * len(big) > cot_peers.MOST_BEHIND) == (1, True)
        stuck.close()

    served([], test)


def test_who_parts_is_forgotten() -> None:
    """A connection that ends costs nothing."""

    async def test(peers: CotPeers, connect: Callable[[], Awaitable[Client]]) -> None:
        client = await connect()
        await client.next()
        client.writer.close()
        await until(lambda: peers.count == 0)
        peers.tell([spot("B")])

    served([], test)
