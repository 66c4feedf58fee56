"""A companion that reads a journal: one kind of question in a process of its own, whose memory is that question's.

Reads its configuration as one JSON line, opens the journal and says ready; asks all its questions, and answers with how
long each took and with what was not as the history was made. Ends at `stop`.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from rtcc.journal.place import Folder
from rtcc.journal.reader import Journal
from rtcc.journal.statistics import responses

_STATUS = Path("/proc/self/status")


#: Milliseconds of the wall and of CPU.
Took = tuple[float, float]


def timeline(journal: Journal, asked: dict[str, int]) -> tuple[list[Took], list[str]]:
    """Ask for the timelines of incidents; return how long each took, and those with other than so many changes."""
    took, wrong = [], []
    for id_, count in asked.items():
        one, found = _timed(lambda id_=id_: list(journal.timeline("incident", id_)))
        took.append(one)
        if len(found) != count:
            wrong.append(f"{id_}: {len(found)} changes instead of {count}")
    return took, wrong


def picture(journal: Journal, asked: dict[str, tuple[int, str]]) -> tuple[list[Took], list[str]]:
    """Ask for the picture at moments; return how long each took, and those that are not as they were."""
    took, wrong = [], []
    for ms_text, (count, told) in asked.items():
        at = datetime.fromtimestamp(int(ms_text) / 1000, UTC)
        one, found = _timed(
            lambda at=at: {(entity.kind, entity.id): entity.fields for entity in journal.picture_at(at)}
        )
        took.append(one)
        if len(found) != count or digest(found) != told:
            wrong.append(f"{at}: {len(found)} entities, of {count}")
    return took, wrong


def percentiles(journal: Journal, asked: dict[str, int]) -> tuple[list[Took], list[str]]:
    """Ask for the response percentiles of all; return how long each took, and where they are of another number."""
    took, wrong = [], []
    for _ in range(asked["times"]):
        one, found = _timed(lambda: responses(journal))
        took.append(one)
        if (told := sum(each.count for each in found)) != asked["responses"]:
            wrong.append(f"{told} responses instead of {asked['responses']}")
    return took, wrong


_QUESTIONS: dict[str, Callable[[Journal, Any], tuple[list[Took], list[str]]]] = {
    "timeline": timeline,
    "picture": picture,
    "percentiles": percentiles,
}


def digest(entities: dict[tuple[str, str], dict[str, Any]]) -> str:
    """Return a digest of a picture: by kind and id, the fields that hold a value."""
    hold = sorted((*who, sorted((n, v) for n, v in f.items() if v is not None)) for who, f in entities.items())
    return hashlib.sha256(orjson.dumps(hold)).hexdigest()


def _timed(question: Callable[[], Any]) -> tuple[Took, Any]:
    began, used = time.perf_counter(), time.process_time()
    found = question()
    return ((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000), found


def _peak_mb() -> float:
    """Return the most memory that was resident; 0 where the system does not say it."""
    lines = _STATUS.read_text().splitlines() if _STATUS.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def main() -> None:
    """Do what the configuration says."""
    config = json.loads(sys.stdin.readline())
    journal = Journal(Folder(Path(config["journal"])))
    journal.refresh()
    print(json.dumps({"ready": True}), flush=True)
    took, wrong = _QUESTIONS[config["question"]](journal, config["asked"])
    sys.stdin.readline()
    wall_ms, cpu_ms = zip(*took, strict=True)
    print(json.dumps({"wall_ms": wall_ms, "cpu_ms": cpu_ms, "wrong": wrong, "peak_mb": _peak_mb()}))


if __name__ == "__main__":
    main()
