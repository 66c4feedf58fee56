"""Event to glass: from just before a unit's POST is sent to the frame that shows its new position, in Chromium.

Each row is measured three times under the same load: the server half alone (POST to bytes at a plain reader), the floor
(a bare page on the same stream) and the wall. One viewer of a row is the real page; the others are plain readers.
"""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Browser

from benchmarks import fleet
from benchmarks.browser import Glass, browser_groups, open_browser
from benchmarks.drawn_where import look
from benchmarks.installation import Installation
from benchmarks.processes import Meter
from benchmarks.report import Row, console, row, show, spread
from benchmarks.tags import Tag, Tagger
from benchmarks.under_load import Load, preload, under_load

_CLOCK_LIMIT_MS = 3.0


LOADS = (Load(200, 50, 1, 50), Load(1_000, 200, 20, 70), Load(5_000, 1_000, 1, 100), Load(50_000, 5_000, 1, 250))


def run(*, quick: bool = False, rendering: str = "software") -> dict[str, Any]:
    """Measure, print one table and return the result."""
    samples = 15 if quick else 160
    loads, rows, details = LOADS[:1] if quick else LOADS, [], []
    with Installation() as rtcc, open_browser(rendering) as browser:
        for load in loads:
            preload(rtcc, load.units)
            found = {
                "load": load._asdict(),
                "server": _server_half(rtcc, load, samples // 2),
                "floor": _glass(rtcc, browser, load, samples // 2, floor=True),
                "wall": _glass(rtcc, browser, load, samples, floor=False),
            }
            details.append(found)
            rows += _rows(load, found)
            for name in ("server", "floor", "wall"):
                console.print(f"[dim]{load.units:,} · {load.rate:,}/s · {load.viewers}: {name} {found[name]['ms']}[/]")
    viewers = f"One viewer is Chromium, 1280 × 720, {rendering} rendering; the others are plain readers in one process."
    show("Event to glass: units · reports/s · viewers", rows, viewers)
    return {"title": "Event to glass", "rows": rows, "rendering": rendering, "loads": details}


def _server_half(rtcc: Installation, load: Load, samples: int) -> dict[str, Any]:
    tagger = Tagger(rtcc.port, rtcc.key)
    with under_load(rtcc, load, load.viewers) as found:
        with Meter(lambda: rtcc.groups() | found["pids"]) as meter:
            tags = tagger.send_many(samples)
        time.sleep(0.5)
    tagger.close()
    arrived = found["heard"]["arrived"]
    times = [(one[str(tag.number)] - tag.sent_at) * 1000 for one in arrived for tag in tags if str(tag.number) in one]
    lost = len(tags) * len(arrived) - len(times)
    return {
        "ms": spread(times),
        "lost": lost,
        "answered_ms": _answers(tags),
        "sent": found["sent"],
        "cost": meter.told(),
    }


def _glass(rtcc: Installation, browser: Browser, load: Load, samples: int, *, floor: bool) -> dict[str, Any]:
    glass, tagger = Glass(browser, rtcc.address, floor=floor), Tagger(rtcc.port, rtcc.key)
    try:
        clocks = [glass.clock()]
        with under_load(rtcc, load, load.viewers - 1) as found:
            glass.begin()
            with Meter(lambda: rtcc.groups() | found["pids"] | browser_groups()) as meter:
                tags = tagger.send_many(samples)
            times = glass.times(tags)
            recorded = glass.recorded()
        clocks.append(glass.clock())
        honest = None if floor else look(glass, tagger, (fleet.SOUTH, fleet.NORTH, fleet.WEST, fleet.EAST))
    finally:
        tagger.close()
        glass.close()
    if any(abs(ahead) > _CLOCK_LIMIT_MS + unsure for ahead, unsure in clocks):
        raise RuntimeError(f"The page's clock differs from this machine's: {clocks}; the times would be wrong.")
    return {
        "ms": spread(times["ms"]),
        "samples_ms": [round(ms, 1) for ms in times["ms"]],
        "lost": times["lost"],
        "frames_per_s": round(recorded["frames"] / meter.wall_s, 1),
        "changes_per_s": round(recorded["changes"] / meter.wall_s),
        "long_tasks": len(recorded["longTasks"]),
        "answered_ms": _answers(tags),
        "clock_ahead_ms": [[round(ahead, 2), round(unsure, 2)] for ahead, unsure in clocks],
        "drawn_where": honest,
        "errors": glass.errors,
        "sent": found["sent"],
        "cost": meter.told(),
    }


def _answers(tags: list[Tag]) -> dict[str, float]:
    return spread(tag.answered_after_s * 1000 for tag in tags)


def _rows(load: Load, found: dict[str, Any]) -> list[Row]:
    name = f"{load.units:,} · {load.rate:,} · {load.viewers}"
    server, floor, wall = found["server"]["ms"], found["floor"]["ms"], found["wall"]["ms"]
    cost, drawn = found["wall"]["cost"], found["wall"]["drawn_where"]
    cpu = " ".join(
        f"{who} {used / cost['wall_s']:.0%}" for who, used in cost["cpu_s"].items() if used > 0.02 * cost["wall_s"]
    )
    others = f"; others {cost['elsewhere_cpu_s'] / cost['wall_s']:.0%}" if cost["cpu_s"] else ""
    dishonest = 2 * drawn["spots"] - 1 - drawn["drawn_there"] - drawn["gone_from_there"] if drawn["spots"] else 1
    return [
        row(
            f"{name}: wall p95",
            wall["p95"],
            "ms",
            at_most=load.at_most_ms,
            note=f"p50 {wall['p50']} max {wall['max']}, {found['wall']['frames_per_s']} frames/s",
        ),
        row(
            f"{name}: lost",
            found["wall"]["lost"],
            "samples",
            at_most=0,
            note=f"of {wall['count']}; {found['wall']['sent']['events_per_s']:,} reports/s sent",
        ),
        row(
            f"{name}: painted but not drawn there",
            dishonest,
            "looks",
            at_most=0,
            note=f"{2 * drawn['spots'] - 1} looks at pixels",
        ),
        row(
            f"{name}: floor p95",
            floor["p95"],
            "ms",
            note=f"p50 {floor['p50']} max {floor['max']}, {found['floor']['frames_per_s']} frames/s",
        ),
        row(
            f"{name}: wall ÷ floor",
            wall["p50"] / floor["p50"],
            "×",
            note=f"of the medians; p95 {wall['p95'] / floor['p95']:.2f}",
        ),
        row(f"{name}: server half p95", server["p95"], "ms", note=f"p50 {server['p50']} max {server['max']}"),
        row(f"{name}: CPU", sum(cost["cpu_s"].values()) / cost["wall_s"] * 100, "% of a core", note=cpu + others),
    ]
