"""Processes seen from outside: what each costs in CPU and memory, and companions that make load or listen beside us.

CPU seconds are the honest figure on a machine that others use too; where there is no /proc they are left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[1]
_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")

#: A name and the processes that go by it.
Groups = dict[str, list[int]]


def environment(**more: str) -> dict[str, str]:
    """Return our environment without settings of an installation that happens to be configured in it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("RTCC_") or name in {"RTCC_CITY_DATA", "RTCC_CHROMIUM"}
    }
    return kept | {"PYTHONPATH": str(ROOT)} | more


class Companion:
    """One of our own modules in a process of its own, so that what it costs is counted apart and disturbs nothing."""

    def __init__(self, module: str, config: dict[str, Any]) -> None:
        """Start `python -m module`, give it its configuration, and return when it says that it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self.process.pid
        self.tell(json.dumps(config))
        if self.heard() != {"ready": True}:
            raise RuntimeError(f"{module} did not become ready.")

    def tell(self, line: str) -> None:
        """Send it a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def heard(self) -> Any:
        """Wait for its next line, which is JSON."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"A companion ended with code {self.process.wait(5)} before it answered.")
        return json.loads(line)

    def end(self) -> Any:
        """Tell it to stop and return what it found."""
        self.tell("stop")
        result = self.heard()
        self.close()
        return result

    def close(self) -> None:
        """End it, whatever it does."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def children() -> dict[int, list[int]]:
    """Return every process's children."""
    found: dict[int, list[int]] = {}
    for folder in _PROC.glob("[0-9]*"):
        stat = _stat(int(folder.name))
        if stat:
            found.setdefault(int(stat[1]), []).append(int(folder.name))
    return found


def family(pid: int, known: dict[int, list[int]] | None = None) -> list[int]:
    """Return a process and all that descend from it."""
    known = children() if known is None else known
    return [pid, *(one for child in known.get(pid, ()) for one in family(child, known))]


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a process has used; 0 for one that is gone."""
    stat = _stat(pid)
    return (int(stat[11]) + int(stat[12])) / _TICK if stat else 0.0


def rss_mb(pid: int) -> float:
    """Return a process's resident memory in MB."""
    text = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return int(text or 0) / 1024


def _stat(pid: int) -> list[str]:
    # The name in parentheses may hold blanks; what follows it begins with the state.
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    except (OSError, ValueError):
        return []


def _machine() -> tuple[float, float]:
    """Return CPU seconds that the whole machine was busy, and those that its host kept for others."""
    try:
        user, nice, system, _, _, irq, softirq, steal = map(int, (_PROC / "stat").read_text().split()[1:9])
    except (OSError, ValueError):
        return 0.0, 0.0
    return (user + nice + system + irq + softirq) / _TICK, steal / _TICK


class Meter:
    """What a stretch of time cost: `with Meter(groups) as meter: …`, then wall_s, cpu, elsewhere_s and stolen_s."""

    def __init__(self, groups: Callable[[], Groups]) -> None:
        """``groups`` names the processes; all else that descends from us counts as `benchmark`."""
        self._groups = groups
        self.cpu: dict[str, float] = {}
        self.wall_s = self.elsewhere_s = self.stolen_s = 0.0

    def __enter__(self) -> Self:
        self._before = {pid: cpu_of(pid) for pids in self._all().values() for pid in pids}
        self._machine = _machine()
        self._began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall_s = time.monotonic() - self._began
        busy, stolen = _machine()
        self.stolen_s = round(stolen - self._machine[1], 2)
        self.cpu = {
            name: round(sum(max(0.0, cpu_of(pid) - self._before.get(pid, 0.0)) for pid in pids), 2)
            for name, pids in self._all().items()
        }
        self.elsewhere_s = round(max(0.0, busy - self._machine[0] - sum(self.cpu.values())), 2)

    def told(self) -> dict[str, Any]:
        """Return it for the results; `elsewhere` is CPU that processes of others used meanwhile."""
        return {
            "wall_s": round(self.wall_s, 3),
            "cpu_s": self.cpu,
            "elsewhere_cpu_s": self.elsewhere_s,
            "stolen_cpu_s": self.stolen_s,
        }

    def _all(self) -> Groups:
        if not _PROC.is_dir():
            return {}
        groups = {name: list(pids) for name, pids in self._groups().items()}
        named = {pid for pids in groups.values() for pid in pids}
        return groups | {"benchmark": [pid for pid in family(os.getpid()) if pid not in named]}
