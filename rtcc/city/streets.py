"""Makes the streets of the basemap: long lines that carry a name well, and that still meet where streets cross."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import shapely

#: In degrees: about three metres, less than the width of the line that is drawn.
TOLERANCE = 0.00003

Point = tuple[float, float]
Street = tuple[Any, str, str]


def street_lines(pieces: Iterable[Street], decimals: int) -> Iterator[Street]:
    """Join the (line, name, class) pieces of each street and drop the vertices that no eye and no unit needs.

    Every point where streets meet stays a vertex of each of them, so that the lines are a network to drive on.
    """
    lines: dict[tuple[str, str], list[list[Point]]] = defaultdict(list)
    for line, name, kind in pieces:
        for part in shapely.get_parts(line):
            rounded = _rounded(part, decimals)
            if len(rounded) > 1:
                lines[name, kind].append(rounded)
    joined = {street: _joined(parts) for street, parts in lines.items()}
    met: Counter[Point] = Counter()
    for parts in joined.values():
        for part in parts:
            met.update((part[0], part[-1], *part))
    for (name, kind), parts in sorted(joined.items()):
        for part in parts:
            yield shapely.LineString(_simplified(part, met)), name, kind


def _rounded(line: Any, decimals: int) -> list[Point]:
    points = [(round(x, decimals), round(y, decimals)) for x, y in shapely.get_coordinates(line).tolist()]
    return [point for point, before in zip(points, [None, *points], strict=False) if point != before]


def _joined(parts: list[list[Point]]) -> list[list[Point]]:
    merged = shapely.line_merge(shapely.MultiLineString(parts))
    return [[(x, y) for x, y in part.coords] for part in shapely.get_parts(merged)]


def _simplified(points: list[Point], met: Counter[Point]) -> list[Point]:
    """Simplify between the points where streets meet, which stay."""
    kept = [points[0]]
    start = 0
    for end in range(1, len(points)):
        if met[points[end]] > 1:
            stretch = shapely.simplify(shapely.LineString(points[start : end + 1]), TOLERANCE)
            kept.extend((x, y) for x, y in list(stretch.coords)[1:])
            start = end
    return kept
