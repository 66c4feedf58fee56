"""A companion that sends: `flood` as many events as the server takes, or `pace` reports of a fleet at an even rate.

Reads its configuration as one JSON line, says ready, begins at `go` and tells what it did as one JSON line.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from typing import Any

from benchmarks.fleet import Fleet, body, mixed_bodies
from benchmarks.posting import Poster

#: Reports come in so many bodies a second, or one by one where there are fewer.
BODIES_PER_S = 100


def flood(config: dict[str, Any]) -> dict[str, Any]:
    """Send prepared bodies over several connections as fast as they are taken."""
    bodies = iter([body(events) for events in mixed_bodies(config["bodies"], config["began"], config["seed"])])
    statuses: Counter[int] = Counter()
    waits: list[float] = []
    posters = [Poster(config["port"], config["key"]) for _ in range(config["connections"])]
    lock = threading.Lock()

    def send(poster: Poster) -> None:
        while True:
            with lock:
                one = next(bodies, None)
            if one is None:
                return
            status, waited = poster.post_until_taken(one)
            statuses[status] += 1
            waits.append(waited)

    threads = [threading.Thread(target=send, args=(poster,)) for poster in posters]
    _ready()
    began = time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"began": began, "acked": time.time(), "statuses": statuses, "waited_s": sum(waits)}


def pace(config: dict[str, Any]) -> dict[str, Any]:
    """Send reports evenly until told to stop: each connection takes every k-th body at its own moment."""
    rate, units, connections = config["rate"], config["units"], config["connections"]
    bodies_per_s = min(BODIES_PER_S, rate)
    size = rate // bodies_per_s
    fleet = Fleet(units)
    since_s = fleet.size / rate
    lock, stop = threading.Lock(), threading.Event()
    statuses: Counter[int] = Counter()
    late: list[float] = []
    posters = [Poster(config["port"], config["key"]) for _ in range(connections)]

    def send(first: int, poster: Poster) -> None:
        number = first
        while not stop.is_set():
            due = began + number / bodies_per_s
            stop.wait(max(0.0, due - time.monotonic()))
            if stop.is_set():
                break
            late.append(time.monotonic() - due)
            with lock:
                reports = fleet.reports(size, time.time(), since_s)
            statuses[poster.post_until_taken(reports)[0]] += 1
            number += connections

    threads = [threading.Thread(target=send, args=one) for one in enumerate(posters)]
    _ready()
    began = time.monotonic()
    for thread in threads:
        thread.start()
    sys.stdin.readline()
    lasted = time.monotonic() - began
    stop.set()
    for thread in threads:
        thread.join()
    late.sort()
    return {
        "events_per_s": round(sum(statuses.values()) * size / lasted, 1),
        "statuses": statuses,
        "late_p95_ms": round(late[int(len(late) * 0.95)] * 1000, 1) if late else 0.0,
    }


def _ready() -> None:
    print(json.dumps({"ready": True}), flush=True)
    sys.stdin.readline()


def main() -> None:
    """Do what the configuration says."""
    config = json.loads(sys.stdin.readline())
    print(json.dumps({"flood": flood, "pace": pace}[config["do"]](config)), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
