"""A whole RTCC as real processes, for tests that look at it from outside: `rtcc up` in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx

from rtcc.access.keys import KeyRing

ROOT = Path(__file__).parents[1]
#: A small city that is built in a second or two.
PLAIN_CITY = ROOT / "cities" / "plain"
T = TypeVar("T")


def eventually(look: Callable[[], T], within_s: float = 30.0, every_s: float = 0.05, why: str = "") -> T:
    """Look until what is seen is true, and return it; fail when the time is over."""
    deadline = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {why or look}"
        time.sleep(every_s)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**over: str) -> dict[str, str]:
    """Return an environment in which no setting of the person who runs the tests has a say; "" takes one away."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("RTCC_")}
    chosen = plain | {"PYTHONPATH": str(ROOT), "RTCC_CITY": str(PLAIN_CITY)} | over
    return {name: value for name, value in chosen.items() if value}


def rtcc(*arguments: str, cwd: Path, within_s: float = 60.0, **over: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the command line to its end."""
    command = [sys.executable, "-m", "rtcc.cli", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment(**over), capture_output=True, text=True, timeout=within_s, check=False
    )


def is_running(pid: int) -> bool:
    """Say whether a process lives; one that is dead and not yet buried does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def resident_mb(pid: int) -> float:
    """Return how much memory a process holds, in megabytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class Running:
    """One `rtcc up`; start() and stop() may be called in turn, with the same data."""

    def __init__(self, data: Path, *command: str, **over: str) -> None:
        """Use this data folder; ``over`` are settings as RTCC_* variables."""
        self.data = data
        self._command = command or ("up", "--no-simulator")
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._over = over
        self._process: subprocess.Popen[bytes] | None = None
        self._keys: dict[str, str] = {}
        data.mkdir(parents=True, exist_ok=True)

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it says that it is ready."""
        command = [sys.executable, "-m", "rtcc.cli", *self._command, "--port", str(self.port)]
        with (self.data / "up.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data", str(self.data)],
                cwd=self.data,
                env=environment(**self._over),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if wait:
            self.wait_ready()

    def wait_ready(self, within_s: float = 60.0) -> None:
        """Wait until it says that it is ready."""
        eventually(self.is_ready, within_s, why=f"readyz; see {self.data / 'up.log'}")

    def is_ready(self) -> bool:
        """Say whether /readyz answers 200."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200
        return False

    def pids(self) -> dict[str, int]:
        """Return every process by its name, the supervisor as `rtcc`."""
        pids: dict[str, int] = json.loads((self.data / "run" / "processes.json").read_text())
        return pids

    def pool(self) -> list[int]:
        """Return the worker's children, who do the work."""
        return eventually(lambda: children_of(self.pids().get("worker", 0)), why="the worker has children")

    def all_pids(self) -> list[int]:
        """Return every process there is, children of children too."""
        found, look_at = [], [self.pids()["rtcc"]]
        while look_at:
            pid = look_at.pop()
            found.append(pid)
            look_at += children_of(pid)
        return found

    def send_signal(self, name: str, number: int) -> int:
        """Send a signal to a process by its name; return its pid."""
        pid = self.pids()[name]
        os.kill(pid, number)
        return pid

    def stop(self, number: int = signal.SIGTERM, within_s: float = 30.0) -> float:
        """End it, and return how long that took."""
        began = time.monotonic()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
            self._process.wait(within_s)
            self._process = None
        return time.monotonic() - began

    def key(self, scope: str, name: str = "") -> str:
        """Return a key of this scope, made once for each name."""
        name = name or f"test {scope}"
        if name not in self._keys:
            # As `rtcc keys create` makes it, without a process for each.
            self._keys[name] = KeyRing(self.data).create(name, scope)
        return self._keys[name]

    def client(self, scope: str | None = None, timeout: float = 20.0, name: str = "") -> httpx.Client:
        """Return an HTTP client that presents a key of this scope, one of this name where several are needed."""
        headers = {"Authorization": f"Bearer {self.key(scope, name)}"} if scope else {}
        return httpx.Client(base_url=self.address, headers=headers, timeout=timeout)

    def logs(self) -> str:
        """Return everything that all processes have logged."""
        return "\n".join(file.read_text(errors="replace") for file in sorted((self.data / "logs").glob("*.log")))

    def picture(self, scope: str | None = "read:admin") -> dict[str, dict[str, dict[str, Any]]]:
        """Return the picture's entities as the audience of ``scope`` sees them; without one as `wall`."""
        with self.client(scope) as client:
            answer = client.get("/api/v1/picture")
        assert answer.status_code == 200, answer.text
        entities: dict[str, dict[str, dict[str, Any]]] = answer.json()["entities"]
        return entities


@contextlib.contextmanager
def running(data: Path, *command: str, **over: str) -> Iterator[Running]:
    """Run RTCC, or one command of it that listens on a port, for the length of a block."""
    instance = Running(data, *command, **over)
    try:
        instance.start()
        yield instance
    finally:
        instance.stop()
