"""History: questions to a journal of ten million changes and half a million incidents; see ``made_history.py`` for it.

Each kind of question is asked by a fresh process, the way the command line would, and every answer is compared with
what the history was made of.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.made_history import QUICK, Made, Size, history
from benchmarks.processes import Companion
from benchmarks.report import Row, row, show, spread
from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Folder
from rtcc.journal.segments import CHANGES

_AGAIN = 10
_MOST_MB = 500
#: What is asked of the time of a question, in ms.
_ASKED_MS = {"timeline": 50, "picture": 1000, "percentiles": 500}


def run(*, quick: bool = False, kept: Path | None = None) -> dict[str, Any]:
    """Measure, print one table and return the result; ``kept`` is a folder for the history, for the next run too."""
    size = QUICK if quick else Size()
    with tempfile.TemporaryDirectory(prefix="rtcc-bench-") as folder:
        root = kept or Path(folder)
        began = time.perf_counter()
        made = history(root, size)
        made_s = time.perf_counter() - began
        rows = [
            row("changes", made.changes, "", note=f"{size.told} times {size.days} days, {size.hours} h with fixes"),
            row("incidents", made.incidents, ""),
            row("made in", made_s, "s", note="or found in the folder named by --history"),
        ]
        rows += _sizes(root / "journal")
        answers = {question: _ask(root / "journal", question, asked) for question, asked in _questions(made).items()}
    for question, answer in answers.items():
        rows += _rows(question, answer)
    show("History: a journal read by fresh processes", rows)
    return {"title": "History", "rows": rows, "size": asdict(size), "answers": answers}


def _questions(made: Made) -> dict[str, Any]:
    return {
        "timeline": made.timelines,
        "picture": made.pictures,
        "percentiles": {"times": _AGAIN, "responses": made.responses},
    }


def _ask(journal: Path, question: str, asked: Any) -> dict[str, Any]:
    began = time.perf_counter()
    config = {"journal": str(journal), "question": question, "asked": asked}
    with Companion("benchmarks.history_reading", config) as reading:
        ready_s = time.perf_counter() - began
        answer: dict[str, Any] = reading.end()
    if answer["wrong"]:
        raise AssertionError(f"The {question} is not as the history was made: {'; '.join(answer['wrong'][:3])}.")
    return answer | {"ready_ms": ready_s * 1000}


def _rows(question: str, answer: dict[str, Any]) -> list[Row]:
    first, *others = answer["wall_ms"]
    first_cpu, *others_cpu = answer["cpu_ms"]
    found, cpu, most = spread(others), spread(others_cpu), _ASKED_MS[question]
    return [
        row(f"{question}: median", found["p50"], "ms", at_most=most, note=f"of {len(others)}; CPU {cpu['p50']:.0f} ms"),
        row(f"{question}: worst", found["max"], "ms", at_most=most, note=f"CPU at most {cpu['max']:.0f} ms"),
        row(f"{question}: first of a process", first, "ms", at_most=most, note=f"CPU {first_cpu:.0f} ms"),
        row(f"{question}: until then", answer["ready_ms"], "ms", note="a process starts, and reads the manifest"),
        row(f"{question}: memory of the process", answer["peak_mb"], "MB", at_most=_MOST_MB, note="at its peak"),
    ]


def _sizes(journal: Path) -> list[Row]:
    """Return what a change of each kind takes on the disk."""
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for segment in Manifest(Folder(journal)).refresh().segments.values():
        total = totals[segment.role, segment.kind]
        for at, more in enumerate((segment.rows, segment.bytes, 1)):
            total[at] += more
    asked = {"unit": 30, "incident": 120}
    return [
        row(f"{kind}: a change", size / count, "bytes", at_most=asked.get(kind), note=f"{count:,} in {files} files")
        for (role, kind), (count, size, files) in sorted(totals.items())
        if role == CHANGES
    ] + [
        row(
            "all pictures",
            sum(size for (role, _), (_, size, _) in totals.items() if role != CHANGES) / 2**20,
            "MB",
            note=f"of {sum(size for _, size, _ in totals.values()) / 2**20:,.0f} MB in all",
        )
    ]
