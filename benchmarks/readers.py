"""A companion that listens: many plain readers of the live stream in one process, and some that never read.

They only look for the mark of a tagged sample in the bytes, so that hundreds of them cost little. Reads its
configuration as one JSON line, says ready when every reader has heard something, listens until `stop`.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
import time
from typing import Any

#: The mark of a sample, as `tags.py` writes it.
_MARK = re.compile(rb'"tag-(\d{6})"')
_TAIL = 16
_AT_ONCE = 1 << 18


class Reader:
    """One listener."""

    def __init__(self, port: int, cookie: str = "", *, stalled: bool = False) -> None:
        """Connect and ask for the stream from now on, as whoever holds the ``cookie``."""
        self.socket = socket.socket()
        if stalled:
            # Small buffers, so that the server feels it soon.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", port))
        held = f"Cookie: {cookie}\r\n" if cookie else ""
        self.socket.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{held}\r\n".encode())
        self.socket.setblocking(False)
        self.bytes = 0
        self.tail = b""
        self.arrived: dict[int, float] = {}

    def read(self, buffer: memoryview) -> bool:
        """Take in what has come; False when the server hung up."""
        try:
            count = self.socket.recv_into(buffer)
        except BlockingIOError:
            return True
        now = time.time()
        self.bytes += count
        chunk = self.tail + bytes(buffer[:count])
        for mark in _MARK.finditer(chunk):
            self.arrived.setdefault(int(mark[1]), now)
        self.tail = chunk[-_TAIL:]
        return count > 0


def listen(config: dict[str, Any]) -> dict[str, Any]:
    """Listen with all readers until told to stop; return the arrivals of each sample."""
    stalled = [Reader(config["port"], stalled=True) for _ in range(config.get("stalled", 0))]
    readers = [Reader(config["port"], config.get("cookie", "")) for _ in range(config["readers"])]
    buffer = memoryview(bytearray(_AT_ONCE))
    ready = stopped = False
    lost = 0
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ, None)
        for reader in readers:
            selector.register(reader.socket, selectors.EVENT_READ, reader)
        while not stopped:
            for key, _ in selector.select():
                if key.data is None:
                    stopped = True
                elif not key.data.read(buffer):
                    selector.unregister(key.data.socket)
                    lost += 1
            if not ready and all(reader.bytes for reader in readers):
                ready = True
                print(json.dumps({"ready": True}), flush=True)
    return {
        "readers": len(readers),
        "hung_up": lost,
        "bytes": [reader.bytes for reader in readers],
        "arrived": [reader.arrived for reader in readers],
        "stalled": len(stalled),
    }


def main() -> None:
    """Do what the configuration says."""
    print(json.dumps(listen(json.loads(sys.stdin.readline()))), flush=True)


if __name__ == "__main__":
    main()
