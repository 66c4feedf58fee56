"""Listens for a feed that never ends: a TCP server, a TCP client that connects again, TLS, UDP and multicast."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Callable

from rtcc.feeds.declared import Feed
from rtcc.feeds.transports.batches import Batches, Message
from rtcc.feeds.transports.listen_table import ListenTable
from rtcc.feeds.transports.retry import pause_s

log = logging.getLogger(__name__)

#: A message that does not end within so many bytes is none, and neither is what follows.
LONGEST = 1024 * 1024
_READ = 64 * 1024
_RECEIVE_BUFFER = 4 * 1024 * 1024
#: A connection that lasted so long was a good one: the next failure counts as the first.
_SOUND_AFTER_S = 30.0


def split_lines(buffer: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole lines of a buffer but the empty ones, and the beginning of the next."""
    *lines, rest = buffer.split(b"\n")
    return [line for line in lines if line.strip()], rest


class Listener:
    """Listens for one feed until it is cancelled. What it hears goes into ``batches``."""

    def __init__(
        self,
        feed: Feed,
        batches: Batches,
        fail: Callable[[str], None] = lambda _: None,
        bound: Callable[[int], None] = lambda _: None,
    ) -> None:
        """``fail`` is told in a sentence why nothing is heard; ``bound`` the port that is listened on."""
        self._feed = feed
        self._table = ListenTable.from_table(feed.name, feed.transport)
        self._batches = batches
        self._fail = fail
        self._bound = bound
        split = getattr(feed.format, "split", None)
        self._split: Callable[[bytes], tuple[list[bytes], bytes]] = split or split_lines
        self._joiner = b"\n" if split is None else b""
        self._content_type = "application/x-ndjson" if split is None else "application/octet-stream"
        self._clients: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Listen; raises OSError where the address cannot be had."""
        if self._table.kind == "udp":
            await self._hear_datagrams()
        elif self._table.kind == "tcp-server":
            await self._serve()
        else:
            await self._connect_for_ever()

    async def _serve(self) -> None:
        context = None if self._table.tls is None else self._table.tls.for_server()
        server = await asyncio.start_server(self._welcome, self._table.host, self._table.port, ssl=context)
        self._bound(server.sockets[0].getsockname()[1])
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()
            for client in list(self._clients):
                client.cancel()
            await asyncio.gather(*self._clients, return_exceptions=True)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._clients) >= self._table.most_clients:
            log.warning("%s has as many clients as it may; one more was sent away.", self._feed.name)
            writer.close()
            return
        self._clients.add(task)
        try:
            await self._hear(reader)
        except asyncio.CancelledError:
            # asyncio logs a handler that was cancelled as a failure; this one ends because all of it does.
            pass
        except (OSError, TimeoutError):
            log.info("A client of %s has gone.", self._feed.name)
        finally:
            self._clients.discard(task)
            await _close(writer)

    async def _connect_for_ever(self) -> None:
        context = None if self._table.tls is None else self._table.tls.for_client()
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began = loop.time()
            try:
                async with asyncio.timeout(10):
                    reader, writer = await asyncio.open_connection(self._table.host, self._table.port, ssl=context)
                try:
                    await self._hear(reader)
                finally:
                    await _close(writer)
                why = "The server closed the connection."
            except TimeoutError:
                why = f"The server could not be reached, or said nothing for {self._table.silence_s:g} s."
            except OSError as error:
                why = f"The server could not be reached ({type(error).__name__})."
            failures = 1 if loop.time() - began > _SOUND_AFTER_S else failures + 1
            await asyncio.to_thread(self._fail, why)
            await asyncio.sleep(min(pause_s(failures, 1.0), 30.0))

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        """Hear one connection to its end; raises TimeoutError where it says nothing for too long."""
        rest = b""
        while True:
            async with asyncio.timeout(self._table.silence_s):
                piece = await reader.read(_READ)
            if not piece:
                break
            messages, rest = self._split(rest + piece)
            for message in messages:
                await self._add(message)
            if len(rest) > LONGEST:
                # Said whole, so that it is refused with a reason; what follows belongs to nothing.
                await self._add(rest)
                return
        if rest.strip():
            await self._add(rest)

    async def _add(self, message: bytes) -> None:
        await self._batches.add(Message(self._content_type, message, self._joiner))

    async def _hear_datagrams(self) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self._offer), sock=self._socket())
        self._bound(transport.get_extra_info("sockname")[1])
        try:
            await loop.create_future()
        finally:
            transport.close()

    def _offer(self, datagram: bytes) -> None:
        # Never joined: some forms of a message have no length of their own, and end with their datagram.
        self._batches.offer(Message(self._content_type, datagram, None))

    def _socket(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._table.host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setblocking(False)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            if self._table.group is not None:
                made.bind((self._table.group, self._table.port))
                joined = socket.inet_aton(self._table.group) + socket.inet_aton(self._table.interface)
                made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("8s", joined))
            else:
                made.bind((self._table.host, self._table.port))
        except OSError:
            made.close()
            raise
        return made


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, offer: Callable[[bytes], None]) -> None:
        self._offer = offer

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data:
            self._offer(data)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    # The other side may be gone already, or never answer a TLS goodbye.
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(1):
            await writer.wait_closed()
