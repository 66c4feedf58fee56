"""The web application served in this process as `rtcc web` serves it, and raw bytes sent to what answers on a port."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator

import uvicorn

from rtcc.settings import Settings
from rtcc.web.server import create_app
from rtcc.web.serving import how_to_serve
from tests.running import eventually, free_port


@contextlib.contextmanager
def served(settings: Settings) -> Iterator[int]:
    """Serve the application of these settings, and give the port on which it answers."""
    chosen = settings.model_copy(update={"port": free_port()})
    server = uvicorn.Server(uvicorn.Config(create_app(chosen), **how_to_serve(chosen)))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started, why="the server has started")
        yield chosen.port
    finally:
        server.should_exit = True
        thread.join(20)


def said_to(port: int, sent: bytes, tls: ssl.SSLContext | None = None, within_s: float = 10.0) -> bytes:
    """Send bytes as they are, and return everything that comes back until the server closes or has answered once."""
    plain = socket.create_connection(("127.0.0.1", port), within_s)
    try:
        connection = plain if tls is None else tls.wrap_socket(plain, server_hostname="localhost")
    except (ssl.SSLError, OSError):
        plain.close()
        raise
    with connection:
        got = b""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
        with contextlib.suppress(ConnectionResetError, ssl.SSLEOFError):
            while chunk := connection.recv(65536):
                got += chunk
        return got


def request(target: str, *headers: str, method: str = "GET", body: bytes = b"", host: str = "localhost") -> bytes:
    """Return a request as it stands, after which the server closes the connection."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def status_of(answer: bytes) -> int:
    """Return the status of the first answer, 0 where there was none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def headers_of(answer: bytes) -> dict[str, str]:
    """Return the headers of the first answer."""
    lines = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
