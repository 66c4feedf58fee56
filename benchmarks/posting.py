"""Posting events over a plain socket: as little work as a sender can do, so that the server is what is measured."""

from __future__ import annotations

import socket
import time

#: What a body is answered with in the end, and how many seconds a 429 asked us to wait before.
Answer = tuple[int, float]


class Poster:
    """One keep-alive connection to `POST /api/v1/events`."""

    def __init__(self, port: int, key: str) -> None:
        """Connect at once."""
        self._port = port
        self._head = (
            f"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
            "Content-Type: application/x-ndjson\r\nContent-Length: "
        ).encode()
        self._socket = self._connect()

    def post(self, body: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
        """Send a body once; return the answer's status, headers and body."""
        self._socket.sendall(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, _, rest = received.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])}
        length = int(headers.get(b"content-length", b"0"))
        while len(rest) < length:
            rest += self._receive()
        return int(lines[0].split()[1]), headers, rest

    def post_until_taken(self, body: bytes) -> Answer:
        """Send a body, again after each 429 as long as it asks us to wait; return the last status and the wait."""
        waited = 0.0
        while True:
            status, headers, _ = self.post(body)
            if status != 429:
                return status, waited
            pause = float(headers.get(b"retry-after", b"1"))
            time.sleep(pause)
            waited += pause

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _receive(self) -> bytes:
        part = self._socket.recv(65536)
        if not part:
            raise ConnectionError("The server closed the connection before it had answered.")
        return part

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
