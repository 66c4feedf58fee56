"""Who is nearest: units by the time they need along the streets, or in a straight line where there is no street."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from rtcc.city.drive import Drives, Start, Way
from rtcc.city.plane import Plane

#: Further from any street a place or a unit has no drive time: it is on the water, in the hills, or not in this city.
OFF_STREET_M = 300.0
#: About a metre, and five characters less in each of hundreds of numbers.
_DECIMALS = 5

Method = Literal["drive_time", "straight_line"]
Located = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class NearUnit:
    """One unit: how long it drives, how far, and its route as [lon, lat]; a straight line has a distance alone."""

    id: str
    method: Method
    distance_m: float
    drive_s: float | None = None
    route: list[list[float]] | None = None

    def told(self) -> dict[str, Any]:
        """Return it as JSON says it."""
        return asdict(self)


def nearest_units(
    drives: Drives | None, lat: float, lon: float, units: Sequence[Located], k: int = 5
) -> tuple[Method, list[NearUnit]]:
    """Return the k units, of (id, lat, lon), that reach a place first, and by which method they were compared.

    Units that stand on no street come after the others, in a straight line. Where the place or all units do, or there
    are no streets at all, all are compared in a straight line. Units without a position are left out.
    """
    lats = np.array([unit[1] for unit in units], dtype=np.float64)
    lons = np.array([unit[2] for unit in units], dtype=np.float64)
    straight = np.hypot(*Plane.around(lat, lon).flat(lats, lons))
    found = list(_by_road(drives, (lat, lon), units, (lats, lons), k)) if drives and len(units) else []
    if len(found) < k:
        reached = {unit.id for unit in found}
        for index in np.argsort(straight, kind="stable").tolist():
            if len(found) == k or not np.isfinite(straight[index]):
                break
            if units[index][0] not in reached:
                found.append(NearUnit(units[index][0], "straight_line", round(float(straight[index]), 1)))
    method: Method = "drive_time" if found and found[0].method == "drive_time" else "straight_line"
    return method, found


def _by_road(
    drives: Drives, place: tuple[float, float], units: Sequence[Located], at: tuple[Any, Any], k: int
) -> Iterator[NearUnit]:
    goal = drives.nearest([place[0]], [place[1]])
    if goal.distance_m[0] > OFF_STREET_M:
        return
    beside = drives.nearest(*at)
    on_street = np.flatnonzero(beside.distance_m <= OFF_STREET_M)
    if not on_street.size:
        return
    way = drives.toward(int(goal.edge[0]), float(goal.share[0]))
    start = way.best_start(beside.edge[on_street], beside.share[on_street])
    for index in np.argsort(start.seconds, kind="stable")[:k].tolist():
        if np.isfinite(start.seconds[index]):
            yield _driving(way, start, index, units[on_street[index]][0])


def _driving(way: Way, start: Start, index: int, id_: str) -> NearUnit:
    edge, share = int(start.edges[index]), float(start.shares[index])
    route = [[round(lon, _DECIMALS), round(lat, _DECIMALS)] for lon, lat in way.line_from(edge, share)]
    seen = [point for point, before in zip(route, [None, *route], strict=False) if point != before]
    # A unit that is there already has a way of no length; a line has two positions all the same (RFC 7946, 3.1.4).
    line = seen if len(seen) > 1 else seen * 2
    metres, seconds = round(way.metres_from(edge, share), 1), round(float(start.seconds[index]), 1)
    return NearUnit(id_, "drive_time", metres, seconds, line)
