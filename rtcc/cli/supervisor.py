"""The processes of one machine: started in order, started again when they die, ended in order within ten seconds."""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

_LOG_KEPT = 20 * 1024 * 1024
_FIRST_PAUSE_S, _LAST_PAUSE_S, _SOUND_AFTER_S = 0.2, 5.0, 30.0
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class Child:
    """One process and how to start it; ``stop_s`` is how long it may take to end."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop_s: float = 3.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    pause_s: float = _FIRST_PAUSE_S


@dataclass(slots=True)
class Supervisor:
    """Keeps children running. The first one is the store: all others need it."""

    run_dir: Path
    log_dir: Path
    environment: dict[str, str]
    children: list[Child] = field(default_factory=list)

    def spawn(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        """Start a process whose output goes to its log, and which ends with us even if we are killed."""
        self.log_dir.mkdir(parents=True, exist_ok=True)
        file = self.log_dir / f"{name}.log"
        if file.exists() and file.stat().st_size > _LOG_KEPT:
            file.replace(file.with_suffix(".log.old"))
        with file.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own programs, with arguments of our own
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - one thread here
            )

    def start(self, child: Child) -> None:
        """Start one more child and watch over it."""
        self.children.append(child)
        self._start(child)

    def look(self) -> None:
        """Start again whatever has died, each after a growing pause; call this several times a second."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                log.warning("%s ended with code %s; it is started again.", child.name, child.process.returncode)
                if now - child.started_at > _SOUND_AFTER_S:
                    child.pause_s = _FIRST_PAUSE_S
                child.process, child.start_again_at = None, now + child.pause_s
                child.pause_s = min(child.pause_s * 2, _LAST_PAUSE_S)
            if child.process is None and now >= child.start_again_at:
                self._start(child)

    def stop(self) -> None:
        """End all children but the store: ask, wait as long as each may take, then insist."""
        running = [child for child in self.children if child.process is not None]
        for child in reversed(running):
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()  # type: ignore[union-attr]
        began = time.monotonic()
        for child in running:
            end_process(child.process, began + child.stop_s - time.monotonic())  # type: ignore[arg-type]
        self.children.clear()
        self._tell()

    def _start(self, child: Child) -> None:
        child.started_at = time.monotonic()
        try:
            child.process = child.start()
        except (OSError, RuntimeError) as error:
            log.error("%s did not start: %s", child.name, error)  # noqa: TRY400 - said in one sentence
            child.start_again_at = child.started_at + child.pause_s
            child.pause_s = min(child.pause_s * 2, _LAST_PAUSE_S)
        self._tell()

    def _tell(self) -> None:
        self.run_dir.mkdir(parents=True, exist_ok=True)
        pids = {child.name: child.process.pid for child in self.children if child.process is not None}
        beside = self.run_dir / "processes.new"
        beside.write_text(json.dumps({"rtcc": os.getpid()} | pids))
        beside.replace(self.run_dir / "processes.json")


def end_process(process: subprocess.Popen[bytes], patience_s: float) -> None:
    """Wait for a process to end, then kill it and what it started."""
    try:
        process.wait(max(0.1, patience_s))
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
