"""A real mosquitto broker for tests, in a folder of its own; it can be stopped and started with what it keeps."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import ROOT, eventually, free_port


def program() -> str:
    """Return the broker's program; skips the test, visibly, where there is none."""
    found = subprocess.run([ROOT / "scripts" / "ensure_mosquitto.sh"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("there is no mosquitto on this machine")
    return found.stdout.strip()


class Broker:
    """One broker; ``more`` are further lines of its configuration."""

    def __init__(self, folder: Path, *more: str) -> None:
        """Prepare it."""
        self.port = free_port()
        self._program = program()
        self._process: subprocess.Popen[bytes] | None = None
        self._config = folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", "persistence true", f"persistence_location {folder}/", *more]
        # Root gives up its rights here otherwise, and with them this folder.
        self._config.write_text("\n".join([*lines, "user root", ""]))
        self._log = folder / "mosquitto.log"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([self._program, "-c", self._config], stdout=log, stderr=log)
        eventually(self._answers, 10, why=f"mosquitto answers; see {self._log}")

    def stop(self) -> None:
        """End it, with what it keeps written down."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


@contextlib.contextmanager
def broker(folder: Path, *more: str) -> Iterator[Broker]:
    """Run a broker for the length of a block; without more it lets everybody in."""
    made = Broker(folder, *(more or ("allow_anonymous true",)))
    made.start()
    try:
        yield made
    finally:
        made.stop()
