"""Drive time: the nearest of 300 units by the road in San Francisco, and the search library chosen by measurement."""

from __future__ import annotations

import importlib.util
import time
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import numpy as np

from benchmarks.processes import ROOT
from benchmarks.report import Row, row, show, spread
from rtcc.city.build.network import build_roads
from rtcc.city.drive import Drives
from rtcc.city.nearest_units import nearest_units
from rtcc.city.roads import Roads

SOUTH, NORTH, WEST, EAST = 37.71, 37.80, -122.50, -122.39
UNITS, NEAREST = 300, 5
_LIMIT_S = 600.0
_STREETS = ROOT.parent / "shared" / "data" / "sf_roads" / "tl_2017_06075_roads.shp"
_CLASSES = {"S1100": "motorway", "S1200": "arterial", "S1400": "local", "S1630": "ramp", "S1730": "alley"}


@cache
def san_francisco(file: Path = _STREETS) -> Roads:
    """Return the network of San Francisco's streets as the US Census drew them in 2017."""
    drawn = geopandas.read_file(file).to_crs(4326)
    drawn = drawn.assign(name=drawn.FULLNAME.fillna(""), oneway=0, level=0, **{"class": drawn.MTFCC.map(_CLASSES)})
    return build_roads(drawn[drawn["class"].notna()])


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    times = 20 if quick else 500
    began = time.perf_counter()
    roads = san_francisco.__wrapped__()
    built_s = time.perf_counter() - began
    began = time.perf_counter()
    drives = Drives(roads)
    ready_s = time.perf_counter() - began
    dice = np.random.default_rng(1)
    units = [(f"u{i}", *place) for i, place in enumerate(_places(dice, UNITS))]
    asked = _places(dice, times)
    nearest = spread(_ms(lambda place=place: nearest_units(drives, *place, units, NEAREST)) for place in asked)
    goals = drives.nearest(*zip(*asked, strict=True))
    goal = list(zip(goals.edge.tolist(), goals.share.tolist(), strict=True))
    whole = spread(_ms(lambda at=at: drives.toward(*at)) for at in goal)
    limited = spread(_ms(lambda at=at: drives.toward(*at, limit_s=_LIMIT_S)) for at in goal)
    note = f"{roads.node_lat.size:,} nodes, {roads.start.size:,} edges"
    rows: list[Row] = [
        row("nearest of 300 units, with routes, p50", nearest["p50"], "ms", at_most=10),
        row("nearest of 300 units, with routes, p95", nearest["p95"], "ms", at_most=10, note=f"max {nearest['max']}"),
        row("one search from everywhere, scipy, p50", whole["p50"], "ms", note=note),
        row("one search within 10 minutes, scipy, p50", limited["p50"], "ms"),
    ]
    if importlib.util.find_spec("rustworkx"):
        # No dependency of this project: measured where it happens to be installed.
        other = spread(_rustworkx(roads, drives, [int(roads.start[edge]) for edge, _ in goal]))
        rows.append(
            row("one search from everywhere, rustworkx, p50", other["p50"], "ms", note="times only, no predecessors")
        )
    rows += [
        row("network built from the drawn streets", built_s, "s", note="file read included"),
        row("network made ready for searches", ready_s, "s"),
    ]
    show("Drive time in San Francisco (TIGER 2017)", rows)
    return {"title": "Drive time", "rows": rows, "nearest_ms": nearest, "search_ms": whole, "limited_ms": limited}


def _places(dice: np.random.Generator, count: int) -> list[tuple[float, float]]:
    return list(zip(dice.uniform(SOUTH, NORTH, count).tolist(), dice.uniform(WEST, EAST, count).tolist(), strict=True))


def _ms(work: Any) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _rustworkx(roads: Roads, drives: Drives, goals: list[int]) -> list[float]:
    """Return how long its searches take over the same costs, against the traffic like ours."""
    import rustworkx  # noqa: PLC0415 - only where it is installed

    costs = roads.seconds + drives.pass_s[roads.end]
    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(roads.node_lat.size))
    graph.add_edges_from(list(zip(roads.end.tolist(), roads.start.tolist(), costs.tolist(), strict=True)))
    return [
        _ms(lambda goal=goal: rustworkx.dijkstra_shortest_path_lengths(graph, goal, lambda cost: cost))
        for goal in goals
    ]
