"""Ingest: NDJSON bodies of 500 events until every one is in the picture and none is lost."""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks.fleet import mixed_bodies
from benchmarks.installation import Installation, free_port
from benchmarks.processes import Companion, Meter
from benchmarks.report import Row, row, show

ASKED = 15_000
CONNECTIONS = 4
BODY = 500
_SEEN_WITHIN_S = 60


def run(*, quick: bool = False, bodies: int | None = None, rounds: int | None = None) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    bodies = bodies or (8 if quick else 120)
    rounds = rounds or (1 if quick else 5)
    floor = _bare(bodies)
    with Installation() as rtcc:
        flood(rtcc, 4, 999)
        done = [flood(rtcc, bodies, seed) for seed in range(rounds)]
        lost = _count_lost(rtcc, [(bodies, seed, one["began"]) for seed, one in enumerate(done)])
        city = rtcc.get("/basemap/city.json")["name"]
    rates = [one["events_per_s"] for one in done]
    best = max(done, key=lambda one: one["events_per_s"])
    events = bodies * BODY
    rows: list[Row] = [
        row("in the picture, best round", best["events_per_s"], "events/s", at_least=ASKED),
        row(
            "in the picture, median",
            statistics.median(rates),
            "events/s",
            at_least=ASKED,
            note=f"{rounds} × {events:,} events",
        ),
        row("lost", lost["lost"], "entities", at_most=0, note=f"of {lost['checked']:,} entities"),
        row("answered, median", statistics.median(one["acked_per_s"] for one in done), "events/s", note="2xx: kept"),
        row("sent again after 429", sum(one["refused"] for one in done), "times"),
        row("a server that only decodes", floor["events_per_s"], "events/s", note="the floor, same client, same run"),
        row("floor ÷ ours", floor["events_per_s"] / best["events_per_s"], "×"),
        *_cpu_rows(best, events),
    ]
    show("Ingest: NDJSON bodies of 500 events, validation and district lookup on", rows, f"Ground: {city}.")
    return {"title": "Ingest", "rows": rows, "rounds": done, "floor": floor, "city": city, "checked": lost}


def _cpu_rows(measured: dict[str, Any], events: int) -> list[Row]:
    cost = measured["cost"]
    rows = [
        row(f"CPU of {name}", used / events * 1e6, "µs/event", note=f"{used} s")
        for name, used in cost["cpu_s"].items()
        if used >= 0.01 * cost["wall_s"]
    ]
    return [*rows, row("CPU of others meanwhile", cost["elsewhere_cpu_s"], "s", note=f"in {cost['wall_s']:.1f} s")]


def flood(rtcc: Installation, bodies: int, seed: int) -> dict[str, Any]:
    """Send bodies as fast as they are taken and return how long it took until all were in the picture."""
    before, began = rtcc.applied(), time.time()
    config = {"do": "flood", "bodies": bodies, "began": began, "seed": seed, "connections": CONNECTIONS} | rtcc.target
    with Companion("benchmarks.sender", config) as sender:
        groups = lambda: rtcc.groups() | {"client": [sender.pid]}  # noqa: E731
        with Meter(groups) as meter:
            sender.tell("go")
            rtcc.wait_applied(before + bodies * BODY)
            ended = time.time()
        sent = sender.end()
    if sent["statuses"].keys() != {"202"}:
        raise RuntimeError(f"Not every body was taken: {sent['statuses']}")
    events = bodies * BODY
    return {
        "began": began,
        "events_per_s": round(events / (ended - sent["began"])),
        "acked_per_s": round(events / (sent["acked"] - sent["began"])),
        "refused": round(sent["waited_s"]),
        "cost": meter.told(),
    }


def _bare(bodies: int) -> dict[str, Any]:
    port = free_port()
    with Companion("benchmarks.bare_server", {"port": port}) as server:
        config = {"do": "flood", "bodies": bodies, "began": time.time(), "seed": 0, "connections": CONNECTIONS}
        with Companion("benchmarks.sender", config | {"port": port, "key": "none"}) as sender:
            groups = lambda: {"server": [server.pid], "client": [sender.pid]}  # noqa: E731
            with Meter(groups) as meter:
                sender.tell("go")
                sent = sender.end()
    return {"events_per_s": round(bodies * BODY / (sent["acked"] - sent["began"])), "cost": meter.told()}


def _count_lost(rtcc: Installation, sent: list[tuple[int, int, float]]) -> dict[str, int]:
    """Compare every entity with the last event that was sent about it, until the web process has caught up."""
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for bodies, seed, began in sent:
        for events in mixed_bodies(bodies, began, seed):
            for event in events:
                last[event["kind"], event["id"]] = event["data"]
    give_up_at = time.monotonic() + _SEEN_WITHIN_S
    while True:
        shown = rtcc.get("/api/v1/picture")["entities"]
        lost = sum(not data.items() <= shown.get(kind, {}).get(id_, {}).items() for (kind, id_), data in last.items())
        if not lost or time.monotonic() > give_up_at:
            return {"lost": lost, "checked": len(last)}
        time.sleep(0.5)
