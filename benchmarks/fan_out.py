"""Fan-out: hundreds of listeners of one web process, one of which never reads: its memory, its CPU and their delay."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

from benchmarks.installation import Installation
from benchmarks.processes import Companion, Meter, rss_mb
from benchmarks.report import Row, row, show, spread
from benchmarks.tags import Tagger
from benchmarks.under_load import Load, preload, under_load

ASKED_MB = 300.0
READER_PROCESSES = 2


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    load = Load(200, 50, 10, 0) if quick else Load(5_000, 1_000, 200, 0)
    samples = 15 if quick else 100
    with Installation() as rtcc:
        preload(rtcc, load.units)
        web = rtcc.groups()["web"][0]
        alone_mb = rss_mb(web)
        one = _listen(rtcc, load._replace(viewers=1), samples // 2, 0)
        many = _listen(rtcc, load, samples, 1)
    cost, ms = many["cost"], many["ms"]
    rows: list[Row] = [
        row("web process, most memory", many["web_mb"], "MB", at_most=ASKED_MB, note=f"{alone_mb:.0f} MB before"),
        row("lost", many["lost"], "samples", at_most=0, note=f"{many['hung_up']} listeners were cut off"),
        row("POST to listener p50", ms["p50"], "ms", note=f"{ms['count']:,} arrivals"),
        row("POST to listener p95", ms["p95"], "ms", note=f"p99 {ms['p99']} max {ms['max']}"),
        row("one listener p95", one["ms"]["p95"], "ms", note=f"p50 {one['ms']['p50']}, same load: the floor"),
        row("many ÷ one", ms["p50"] / one["ms"]["p50"], "×", note="of the medians"),
        row("sent to listeners", many["mb_per_s"], "MB/s", note=f"each {many['mb_each']} MB, least {many['mb_least']}"),
        *(row(f"CPU of {who}", used / cost["wall_s"] * 100, "% of a core") for who, used in cost["cpu_s"].items()),
        row("CPU of others meanwhile", cost["elsewhere_cpu_s"] / cost["wall_s"] * 100, "% of a core"),
    ]
    title = f"Fan-out: {load.viewers} listeners and one that never reads, {load.units:,} units, {load.rate:,} reports/s"
    show(title, rows)
    return {"title": "Fan-out", "rows": rows, "load": load._asdict(), "one": one, "many": many}


def _listen(rtcc: Installation, load: Load, samples: int, stalled: int) -> dict[str, Any]:
    tagger, web = Tagger(rtcc.port, rtcc.key), rtcc.groups()["web"][0]
    processes = min(READER_PROCESSES, load.viewers)
    memory: list[float] = []
    with ExitStack() as stack:
        listening = [
            stack.enter_context(
                Companion(
                    "benchmarks.readers",
                    {"port": rtcc.port, "readers": load.viewers // processes, "stalled": 0 if i else stalled},
                )
            )
            for i in range(processes)
        ]
        with under_load(rtcc, load, 0) as found:
            pids = found["pids"] | {"readers": [one.pid for one in listening]}
            with Meter(lambda: rtcc.groups() | pids) as meter:
                tags = []
                for _ in range(samples):
                    tags += tagger.send_many(1)
                    if len(tags) % 5 == 0:
                        memory.append(rss_mb(web))
            time.sleep(1.0)
        heard = [one.end() for one in listening]
    tagger.close()
    arrived = [reader for one in heard for reader in one["arrived"]]
    taken = [count / 1e6 for one in heard for count in one["bytes"]]
    times = [
        (reader[str(tag.number)] - tag.sent_at) * 1000
        for reader in arrived
        for tag in tags
        if str(tag.number) in reader
    ]
    return {
        "ms": spread(times),
        "lost": len(tags) * len(arrived) - len(times),
        "hung_up": sum(one["hung_up"] for one in heard),
        "answered_ms": spread(tag.answered_after_s * 1000 for tag in tags),
        "web_mb": round(max(memory, default=0.0), 1),
        "mb_per_s": round(sum(taken) / meter.wall_s, 2),
        "mb_each": round(max(taken), 1),
        "mb_least": round(min(taken), 1),
        "sent": found["sent"],
        "cost": meter.told(),
    }
