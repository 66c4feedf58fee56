"""`python -m benchmarks [name ...] [--quick] [--results DIR]`: run benchmarks, one table each, then a summary."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from pathlib import Path
from typing import Any

from benchmarks.report import RESULTS, console, keep, show

#: In the order in which they run: what the promises are made of first.
NAMES = (
    "event_to_glass",
    "browser_load",
    "pages",
    "ingest",
    "fan_out",
    "access",
    "durability",
    "picture",
    "locate",
    "drive",
    "basemap",
    "simulator",
    "feed_poll",
    "journal",
    "alarms",
    "alarm_load",
    "history",
)


def main() -> int:
    """Run what was asked for; 1 where something that is asked of this project was not met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"any of {', '.join(NAMES)}; all without one")
    parser.add_argument("--quick", action="store_true", help="a smoke test: small, soon done, its figures mean little")
    parser.add_argument("--results", type=Path, help="folder for the JSON files; a quick run keeps none without it")
    parser.add_argument(
        "--rendering", choices=("software", "gl"), default="software", help="how Chromium draws in event_to_glass"
    )
    parser.add_argument("--history", type=Path, help="folder in which history keeps its journal for the next run")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"{', '.join(sorted(unknown))} is no benchmark; there are {', '.join(NAMES)}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = asked.results or (None if asked.quick else RESULTS)
    results = []
    for name in NAMES:
        if asked.names and name not in asked.names:
            continue
        more = {"event_to_glass": {"rendering": asked.rendering}, "history": {"kept": asked.history}}.get(name, {})
        result: dict[str, Any] = importlib.import_module(f"benchmarks.{name}").run(quick=asked.quick, **more)
        results.append(result)
        if folder:
            console.print(f"[dim]kept in {_shown(keep(folder, name, result))}[/]")
    rows = [one | {"measure": f"{result['title']}: {one['measure']}"} for result in results for one in result["rows"]]
    promises = [one for one in rows if one["met"] is not None]
    show("Summary: what was asked", promises)
    return 0 if asked.quick or all(one["met"] for one in promises) else 1


def _shown(file: Path) -> Path:
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


if __name__ == "__main__":
    sys.exit(main())
