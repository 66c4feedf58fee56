"""An installation of its own for one measurement: `rtcc up` on a free port with a data folder that ends with it."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

import orjson
import redis

from benchmarks.processes import ROOT, Groups, children, environment, family

_RTCC = [sys.executable, "-m", "rtcc.cli"]
_READY_WITHIN_S = 90.0
_PREFIX = "rtcc-bench-"


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """A running RTCC without the simulated city; a context manager."""

    def __init__(self, **settings: str) -> None:
        """Start it with these RTCC_* settings and wait until it is ready."""
        self.data = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        given = {f"RTCC_{name.upper()}": value for name, value in settings.items()}
        # A file of settings that lies where we were started must not change what is measured.
        self._environment = environment(**given, RTCC_CONFIG=str(self.data / "none.toml"))
        self._log = (self.data / "up.log").open("wb")
        self.process = self._start("up", "--port", str(self.port), "--no-simulator", "--data", str(self.data))
        try:
            self._wait_ready()
            self.key = self._run("keys", "create", "benchmark", "--scope", "ingest", "--data", str(self.data))
            self.store = redis.Redis.from_url((self.data / "store" / "address").read_text().strip())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if error is not None:
            error.add_note(self._logs())
        self.close()

    @property
    def target(self) -> dict[str, Any]:
        """Where companions send to."""
        return {"port": self.port, "key": self.key}

    def sign_in_address(self, role: str) -> str:
        """Return a one-time address that signs somebody in."""
        return self._run("users", "link", "benchmark", "--role", role, "--data", str(self.data))

    def groups(self) -> Groups:
        """Return the processes by name; a worker's with its children."""
        pids = json.loads((self.data / "run" / "processes.json").read_text())
        known = children()
        return {name: [pid] if name == "rtcc" else family(pid, known) for name, pid in pids.items()}

    def get(self, path: str) -> Any:
        """Return the decoded answer of the API."""
        with urllib.request.urlopen(self.address + path, timeout=60) as response:
            return orjson.loads(response.read())

    def applied(self) -> int:
        """Return how many events the picture has taken in, as the store counts them."""
        return int(self.store.hget("rtcc:counters", "applied") or 0)

    def wait_applied(self, count: int, within_s: float = 120.0) -> None:
        """Wait until that many events are in the picture."""
        give_up_at = time.monotonic() + within_s
        while self.applied() < count:
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"{self.applied()} of {count} events are in the picture after {within_s} s.")
            time.sleep(0.005)

    def wait_seen(self, kind: str, count: int, within_s: float = 60.0) -> None:
        """Wait until the web process shows that many entities of a kind."""
        give_up_at = time.monotonic() + within_s
        while len(self.get("/api/v1/picture")["entities"].get(kind, {})) < count:
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"The web process shows fewer than {count} of {kind} after {within_s} s.")
            time.sleep(0.2)

    def close(self) -> None:
        """End it as an operator would, and remove its data."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._log.close()
        shutil.rmtree(self.data, ignore_errors=True)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*_RTCC, *arguments], cwd=ROOT, env=self._environment, stdout=self._log, stderr=subprocess.STDOUT
        )

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*_RTCC, *arguments], cwd=ROOT, env=self._environment, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def _wait_ready(self) -> None:
        give_up_at = time.monotonic() + _READY_WITHIN_S
        while True:
            with contextlib.suppress(OSError, urllib.error.URLError):
                if self.get("/readyz")["status"] == "ready":
                    return
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"`rtcc up` did not become ready.\n{self._logs()}")
            time.sleep(0.1)

    def _logs(self) -> str:
        logs = [self.data / "up.log", *sorted((self.data / "logs").glob("*.log"))]
        return "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in logs if log.exists())
