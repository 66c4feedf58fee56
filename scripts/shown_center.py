"""A center of its own for the screenshots: `rtcc up` on a free port, a city that lives in it, people who sign in."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
_FEEDS = Path(__file__).with_name("shown_feeds")
_RTCC = [sys.executable, "-m", "rtcc.cli"]
_READY_WITHIN_S = 90


class ShownCenter:
    """A running RTCC without its own simulator; a context manager that leaves nothing behind."""

    def __init__(self, *options: str, feeds: bool = True) -> None:
        """Start it with these options of `rtcc up`; with ``feeds`` some are declared in it."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = str(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{self._port}"
        self._folder = tempfile.TemporaryDirectory(prefix="rtcc-shots-")
        self._data = Path(self._folder.name)
        self._cities: list[subprocess.Popen[bytes]] = []
        if feeds:
            shutil.copy(_FEEDS / "feeds.toml", self._data)
        self._up = self._start("up", "--port", self._port, *options)

    def __enter__(self) -> Self:
        """Wait until it is ready; end it where it does not become so."""
        try:
            self._wait_until_ready()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End everything."""
        self.close()

    def live(self, *options: str) -> None:
        """Let a simulated city live in it, and two of its feeds speak."""
        self._cities.append(self._start("simulate", *options))
        with urllib.request.urlopen(f"{self.address}/basemap/city.json", timeout=30) as answer:  # noqa: S310 - our own loopback
            lon, lat = json.load(answer)["center"]
        now = datetime.now(UTC).replace(microsecond=0)
        said = {"SENT": now, "EXPIRES": now + timedelta(hours=3)}
        warning = (_FEEDS / "warning.cap.xml").read_text().replace("CENTER", f"{lat - 0.02},{lon}")
        for word, moment in said.items():
            warning = warning.replace(word, moment.isoformat())
        self._push("weather", "application/xml", warning.encode())
        fire = {
            "type": "Brush fire",
            "priority": 3,
            "status": "pending",
            "entered_at": now.isoformat(),
            "lat": lat,
            "lon": lon,
        }
        event = {
            "kind": "incident",
            "id": "F-1",
            "agency": "PFD",
            "source": "county-fire",
            "occurred_at": now.isoformat(),
        }
        self._push("county_fire", "application/json", json.dumps(event | {"data": fire}).encode())

    def _push(self, feed: str, content_type: str, body: bytes) -> None:
        key = self.say("keys", "create", feed, "--scope", f"feed:{feed}")
        headers = {"Authorization": f"Bearer {key}", "Content-Type": content_type}
        request = urllib.request.Request(f"{self.address}/api/v1/feeds/{feed}", body, headers)  # noqa: S310 - our own loopback
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - our own loopback

    def push_event(self, event: dict[str, Any]) -> None:
        """Push one event of an agency's, as a program with a key does."""
        key = self.say("keys", "create", "cad", "--scope", "ingest")
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        body = json.dumps({"agency": "PLPD", "source": "cad"} | event).encode()
        request = urllib.request.Request(f"{self.address}/api/v1/events", body, headers)  # noqa: S310 - our own loopback
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - our own loopback

    def fall_silent(self) -> None:
        """Let the city say nothing more."""
        for city in self._cities:
            city.send_signal(signal.SIGSTOP)

    @contextlib.contextmanager
    def web_held(self) -> Iterator[None]:
        """Hold the web process still: its connections stay open, and nothing comes through them."""
        pid: int = json.loads((self._data / "run" / "processes.json").read_text())["web"]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def sign_in_address(self, name: str, role: str) -> str:
        """Return a one-time address for somebody."""
        return self.say("users", "link", name, "--role", role)

    def say(self, *arguments: str) -> str:
        """Run one command of the command line with this center's data, and return what it prints."""
        command = [*_RTCC, *arguments, "--data", str(self._data)]
        environment = self._environment() | {"RTCC_PORT": self._port}
        return subprocess.check_output(command, cwd=ROOT, env=environment, text=True).strip()

    def picture(self) -> dict[str, dict[str, Any]]:
        """Return the live picture as the wall sees it."""
        with urllib.request.urlopen(f"{self.address}/api/v1/picture", timeout=30) as answer:  # noqa: S310 - our own loopback
            entities: dict[str, dict[str, Any]] = json.load(answer)["entities"]
        return entities

    def close(self) -> None:
        """End everything."""
        for process in [*self._cities, self._up]:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        self._folder.cleanup()

    def _environment(self) -> dict[str, str]:
        # A file of settings that lies where we were started must not change what is shown.
        plain = {name: value for name, value in os.environ.items() if not name.startswith("RTCC_")}
        return plain | {"PYTHONPATH": str(ROOT), "RTCC_CONFIG": str(self._data / "none.toml")}

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._data / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [*_RTCC, *arguments, "--data", str(self._data)],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        while self._up.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"{self.address}/readyz", timeout=1).close()  # noqa: S310 - our own loopback
                return
            time.sleep(0.2)
        sys.exit("RTCC did not come up; run `make up` to see why.")
