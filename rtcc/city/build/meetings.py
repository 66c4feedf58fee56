"""Where streets meet: every place where one can turn from one line into another, found before lines are cut there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from rtcc.city.pack import STREET_CLASSES

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Truths = npt.NDArray[np.bool_]

#: An end this near to another street touches it; cuts this near to each other are one.
SNAP_M = 1.0
#: Vertices amid two lines fall together only where they are the same point, written with seven decimals or so.
_SAME_M = 0.05
_MOTORWAY, _RAMP = STREET_CLASSES.index("motorway"), STREET_CLASSES.index("ramp")


@dataclass(frozen=True, slots=True)
class Lines:
    """Street lines on a plane: line ``i`` has the vertices ``first[i]`` to ``first[i + 1]``.

    ``rank`` points into STREET_CLASSES; ``measure`` is how far along its line each vertex lies.
    """

    x: Floats
    y: Floats
    first: Indices
    rank: Indices
    level: Indices
    oneway: Indices
    measure: Floats = field(init=False)

    def __post_init__(self) -> None:
        steps = np.zeros(self.x.size)
        steps[1:] = np.hypot(np.diff(self.x), np.diff(self.y))
        steps[self.first[:-1]] = 0.0
        total = np.cumsum(steps)
        object.__setattr__(self, "measure", total - np.repeat(total[self.first[:-1]], np.diff(self.first)))

    @property
    def lengths(self) -> Floats:
        return self.measure[self.first[1:] - 1]

    def at(self, line: Indices, measure: Floats) -> tuple[Floats, Floats]:
        """Return the points that lie so far along these lines."""
        if not line.size:
            return np.zeros(0), np.zeros(0)
        # One rising axis for all lines: each starts after the end of the one before it.
        offset = np.concatenate([[0.0], np.cumsum(self.lengths + 1.0)])
        axis = self.measure + np.repeat(offset[:-1], np.diff(self.first))
        wanted = offset[line] + measure
        return np.interp(wanted, axis, self.x), np.interp(wanted, axis, self.y)


@dataclass(frozen=True, slots=True)
class Meetings:
    """Pairs of lines and how far along each of them they meet; a line can meet itself."""

    line_a: Indices
    at_a: Floats
    line_b: Indices
    at_b: Floats

    def only(self, which: Truths) -> Meetings:
        return Meetings(self.line_a[which], self.at_a[which], self.line_b[which], self.at_b[which])


def meetings(lines: Lines) -> Meetings:
    """Return where lines are joined.

    Streets of one level are joined wherever they touch or cross. A motorway or ramp is joined only where it or the
    other ends, since elsewhere one of them passes over the other; a street that ends there and goes on under another
    name passes it too. Lines of different levels are joined where both end. A ramp is there to change level: its end
    joins whatever it lies on.
    """
    touching = _touching(lines)
    a, b = touching.line_a, touching.line_b
    ends_a, ends_b = _ends(lines, a, touching.at_a), _ends(lines, b, touching.at_b)
    fast_a, fast_b = lines.rank[a] <= _RAMP, lines.rank[b] <= _RAMP
    ramp_ends = (ends_a & (lines.rank[a] == _RAMP)) | (ends_b & (lines.rank[b] == _RAMP))
    level = lines.level[a] == lines.level[b]
    streets = level & ~fast_a & ~fast_b
    motorways = ends_a & ends_b & (lines.rank[a] == _MOTORWAY) & (lines.rank[b] == _MOTORWAY)
    on = _End.of(lines, touching).going_on(streets | motorways)
    stops = (ends_a & ends_b) | (ends_a & ~on[0]) | (ends_b & ~on[1])
    joined: Truths = ramp_ends | streets | (level & (fast_a | fast_b) & stops) | (~level & ends_a & ends_b)
    return touching.only(joined)


@dataclass(frozen=True, slots=True)
class _End:
    # Which end of which line a meeting is at, as one number a side: 2 * line, and 1 more for the far end; -1 amid it.
    a: Indices
    b: Indices

    @classmethod
    def of(cls, lines: Lines, met: Meetings) -> _End:
        return cls(*(cls._numbers(lines, *side) for side in ((met.line_a, met.at_a), (met.line_b, met.at_b))))

    @staticmethod
    def _numbers(lines: Lines, line: Indices, at: Floats) -> Indices:
        far = at > lines.lengths[line] / 2
        return np.where(_ends(lines, line, at), 2 * line + far, -1)

    def going_on(self, joined: Truths) -> tuple[Truths, Truths]:
        """Tell for each meeting whether a line that ends there goes on as another of its kind."""
        ends = np.unique(np.concatenate([self.a[joined], self.b[joined]]))
        return np.isin(self.a, ends), np.isin(self.b, ends)


def _ends(lines: Lines, line: Indices, at: Floats) -> Truths:
    ends: Truths = (at <= SNAP_M) | (at >= lines.lengths[line] - SNAP_M)
    return ends


def _touching(lines: Lines) -> Meetings:
    """Return every place where two lines cross, share a vertex, or where one ends on the other."""
    parts = _Parts(lines)
    here, there = parts.near_pairs()
    found = [parts.crossings(here, there)]
    for p, q, swapped in ((here, there, False), (there, here, True)):
        for far in (0, 1):
            vertex = parts.vertex_on(p, q, far)
            found.append(Meetings(vertex.line_b, vertex.at_b, vertex.line_a, vertex.at_a) if swapped else vertex)
    all_a, at_a, all_b, at_b = (
        np.concatenate([getattr(one, name) for one in found]) for name in ("line_a", "at_a", "line_b", "at_b")
    )
    # A line touches itself at every vertex; only where it comes back to itself it is a meeting.
    real = (all_a != all_b) | (np.abs(at_a - at_b) > 3 * SNAP_M)
    return Meetings(all_a, at_a, all_b, at_b).only(real)


class _Parts:
    # The straight parts of all lines: part i goes from vertex `v[i]` to the next one.
    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        counts = np.diff(lines.first)
        self.line = np.repeat(np.arange(counts.size), np.maximum(counts - 1, 0))
        last = np.zeros(lines.x.size, dtype=bool)
        last[lines.first[1:] - 1] = True
        self.v = np.flatnonzero(~last)
        x, y = lines.x, lines.y
        self.x, self.y = x[self.v], y[self.v]
        self.dx, self.dy = x[self.v + 1] - self.x, y[self.v + 1] - self.y
        self.length = np.hypot(self.dx, self.dy)
        ends = np.zeros(x.size, dtype=bool)
        ends[lines.first[:-1]] = True
        self._reach = np.where(ends | last, SNAP_M, _SAME_M)

    def near_pairs(self) -> tuple[Indices, Indices]:
        if not self.v.size:
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        ends = np.stack([self.x, self.y, self.x + self.dx, self.y + self.dy], axis=1).reshape(-1, 2, 2)
        drawn: Any = shapely.linestrings(ends)
        here, there = shapely.STRtree(drawn).query(drawn, predicate="dwithin", distance=SNAP_M)
        return here[here < there], there[here < there]

    def crossings(self, p: Indices, q: Indices) -> Meetings:
        """Return where part p crosses part q."""
        across = self.dx[p] * self.dy[q] - self.dy[p] * self.dx[q]
        ox, oy = self.x[q] - self.x[p], self.y[q] - self.y[p]
        with np.errstate(divide="ignore", invalid="ignore"):
            s = (ox * self.dy[q] - oy * self.dx[q]) / across
            t = (ox * self.dy[p] - oy * self.dx[p]) / across
        crossed = (s >= 0) & (s <= 1) & (t >= 0) & (t <= 1)
        return self._met(p[crossed], s[crossed], q[crossed], t[crossed])

    def vertex_on(self, p: Indices, q: Indices, far: int) -> Meetings:
        """Return where the near or the far vertex of part p lies on part q."""
        x, y = self.x[p] + far * self.dx[p], self.y[p] + far * self.dy[p]
        ox, oy = x - self.x[q], y - self.y[q]
        square = np.maximum(self.length[q] ** 2, 1e-12)
        t = np.clip((ox * self.dx[q] + oy * self.dy[q]) / square, 0.0, 1.0)
        away = np.hypot(ox - t * self.dx[q], oy - t * self.dy[q])
        on = away <= self._reach[self.v[p] + far]
        return self._met(p[on], np.full(int(on.sum()), float(far)), q[on], t[on])

    def _met(self, p: Indices, s: Floats, q: Indices, t: Floats) -> Meetings:
        along = self._lines.measure
        at_p, at_q = along[self.v[p]] + s * self.length[p], along[self.v[q]] + t * self.length[q]
        return Meetings(self.line[p], at_p, self.line[q], at_q)
