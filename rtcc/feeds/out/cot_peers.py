"""Serves TAK clients over TCP and TLS: each is told all that is current, then what changes, in XML or the TAK protocol.

Nobody is waited for: a client whose bytes pile up is cut off, and is told all anew when it comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ssl import SSLContext

from rtcc.feeds.formats.cot_frames import split
from rtcc.feeds.formats.cot_message import CotError, CotMessage
from rtcc.feeds.formats.cot_proto import MAGIC, read_proto
from rtcc.feeds.formats.cot_xml import read_xml
from rtcc.feeds.out.cot import as_tak_protocol, control_event

log = logging.getLogger(__name__)

MOST_PEERS = 200
#: So many bytes a client may be behind; all units of a large city are a quarter of it.
MOST_BEHIND = 8 * 1024 * 1024
_AT_ONCE = 65_536
_ANNOUNCE, _REQUEST, _RESPONSE = "t-x-takp-v", "t-x-takp-q", "t-x-takp-r"
_PING, _PONG = "t-x-c-t", "t-x-c-t-r"
_SPEAKS = '<TakControl><TakProtocolSupport version="1"/></TakControl>'
_AGREES = '<TakControl><TakResponse status="true"/></TakControl>'


@dataclass(eq=False, slots=True)
class _Peer:
    writer: asyncio.StreamWriter
    speaks_protocol: bool = False
    left: bytes = b""
    #: Set when nothing is read from it any more.
    parted: asyncio.Event = field(default_factory=asyncio.Event)


class CotPeers:
    """The clients that are connected. ``current`` gives all that a new one must know, as XML."""

    def __init__(self, current: Callable[[datetime], list[bytes]]) -> None:
        """Begin with nobody."""
        self._current = current
        self._peers: set[_Peer] = set()
        self._server: asyncio.Server | None = None
        #: How many were cut off because they were behind.
        self.cut_off = 0

    @property
    def count(self) -> int:
        """How many are connected."""
        return len(self._peers)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        sockets = self._server.sockets if self._server else ()
        return int(sockets[0].getsockname()[1]) if sockets else 0

    async def open(self, host: str, port: int, context: SSLContext | None) -> None:
        """Begin to listen. Raises OSError where the address cannot be had."""
        self._server = await asyncio.start_server(self._serve, host, port, ssl=context)

    async def close(self) -> None:
        """Stop listening and part from everyone; whoever is being served has parted when this returns."""
        if self._server is not None:
            self._server.close()
        peers = list(self._peers)
        for peer in peers:
            self._part(peer)
        for peer in peers:
            await peer.parted.wait()

    def tell(self, events: list[bytes]) -> None:
        """Tell everyone, in one write each; what each language needs is made once."""
        if not events or not self._peers:
            return
        written: dict[bool, bytes] = {}
        for peer in list(self._peers):
            if peer.speaks_protocol not in written:
                written[peer.speaks_protocol] = _encoded(events, protocol=peer.speaks_protocol)
            self._write(peer, written[peer.speaks_protocol])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = _Peer(writer)
        if len(self._peers) >= MOST_PEERS:
            log.warning("A TAK client is turned away: %d are connected.", MOST_PEERS)
            writer.transport.abort()
            return
        _notice_the_dead(writer)
        self._peers.add(peer)
        try:
            now = datetime.now(UTC)
            announced = control_event(_ANNOUNCE, _SPEAKS, now)
            self._write(peer, _encoded([announced, *self._current(now)], protocol=False))
            while peer in self._peers and (read := await reader.read(_AT_ONCE)):
                self._hear(peer, read)
        except OSError:
            # It is gone, which is all that there is to know.
            pass
        finally:
            self._part(peer)
            peer.parted.set()

    def _hear(self, peer: _Peer, read: bytes) -> None:
        """Answer what is asked between TAK programs; all else that clients say is for a feed to hear, not for us."""
        messages, peer.left = split(peer.left + read)
        for message in messages:
            heard = _read(message)
            if heard is None:
                continue
            now = datetime.now(UTC)
            if heard.type == _PING:
                self._write(peer, _encoded([control_event(_PONG, "", now)], protocol=peer.speaks_protocol))
            elif heard.type == _REQUEST and not peer.speaks_protocol:
                self._write(peer, _encoded([control_event(_RESPONSE, _AGREES, now)], protocol=False))
                peer.speaks_protocol = True

    def _write(self, peer: _Peer, data: bytes) -> None:
        transport = peer.writer.transport
        if transport.is_closing():
            self._part(peer)
            return
        peer.writer.write(data)
        if transport.get_write_buffer_size() > MOST_BEHIND:
            self.cut_off += 1
            log.warning("A TAK client is cut off: it is more than %d bytes behind.", MOST_BEHIND)
            self._part(peer)

    def _part(self, peer: _Peer) -> None:
        self._peers.discard(peer)
        peer.writer.transport.abort()


def _encoded(events: list[bytes], *, protocol: bool) -> bytes:
    return b"".join(map(as_tak_protocol, events)) if protocol else b"\n".join(events) + b"\n"


def _read(message: bytes) -> CotMessage | None:
    try:
        return read_proto(message) if message[0] == MAGIC else read_xml(message)
    except CotError:
        return None


def _notice_the_dead(writer: asyncio.StreamWriter) -> None:
    """Let the system ask whether a client that says nothing is still there: a phone in a tunnel never says goodbye."""
    connection = writer.get_extra_info("socket")
    for option, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
