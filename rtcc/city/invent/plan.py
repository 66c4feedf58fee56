"""The plan of the invented city, by hand: boulevards, quarters with the grid each was laid out in, highways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rtcc.city.invent.shapes import Floats, smooth


@dataclass(frozen=True, slots=True)
class Grid:
    """One surveyor's grid: rows run along ``angle``, columns across; every n-th of each is an arterial."""

    angle: float
    #: Metres between columns (the length of a block) and between rows (its depth).
    block: tuple[float, float]
    main: tuple[int, int]
    origin: tuple[float, float]
    #: The stocks of names for rows and for columns, and what they end in.
    rows: tuple[str, str]
    columns: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Quarter:
    """A part of the city: where it is (any point of it, km), its grid and what became of it."""

    name: str
    at: tuple[tuple[float, float], ...]
    grid: str
    #: How far streets stray from the grid, over what distance, and the share of blocks that were joined.
    bend: tuple[float, float] = (0.0, 500.0)
    joined: float = 0.02
    #: What stands there: towers, rows, houses or sheds; and how many people live there, relative to its area.
    built: str = "rows"
    people: float = 1.0
    alleys: float = 0.0
    oneway: bool = False


GRIDS = {
    "old": Grid(-17, (118, 90), (0, 0), (-0.9, -1.3), ("surnames", "St"), ("surnames", "St")),
    "south": Grid(-39, (176, 108), (5, 8), (-0.75, -1.95), ("streets", "St"), ("numbers", "St")),
    "up": Grid(7, (148, 102), (7, 9), (-1.5, 1.068), ("trees", "St"), ("presidents", "Ave")),
    "west": Grid(2.5, (88, 190), (10, 5), (-4.2, 0.9), ("towns", "St"), ("avenues", "Ave")),
    "hills": Grid(24, (190, 100), (6, 9), (-2, 4.3), ("birds", "Way"), ("flowers", "Dr")),
    "cape": Grid(31, (138, 96), (7, 9), (-6, -3.8), ("sea", "St"), ("sea", "Ave")),
    "east": Grid(61, (146, 104), (7, 9), (2.7, -0.9), ("rivers", "St"), ("gems", "Ave")),
    "port": Grid(-60, (262, 168), (4, 5), (2.6, -3.9), ("trades", "St"), ("trades", "Ave")),
    "mile": Grid(0.8, (242, 132), (4, 9), (4.2, -1.3), ("flowers", "St"), ("states", "Ave")),
    "north": Grid(14, (206, 110), (5, 10), (5, 4.0), ("birds", "Ln"), ("woods", "Dr")),
}
QUARTERS = (
    Quarter("Old Town", ((-0.5, -1.0),), "old", (26, 340), 0.14, "towers", 2.6, 0.06),
    Quarter("Ropewalk", ((-2.2, -2.0),), "south", (0, 500), 0.02, "towers", 2.0, 0.15, oneway=True),
    Quarter(
        "Uptown",
        ((-1.2, 2.0), (-1.0, 0.8), (0.9, 1.9), (1.2, 0.9)),
        "up",
        (0, 500),
        0.02,
        "rows",
        2.2,
        0.08,
        oneway=True,
    ),
    Quarter("Midtown", ((-3.2, 1.9), (-3.0, 0.5)), "up", (0, 500), 0.04, "rows", 1.8),
    Quarter("Strand", ((-5.5, -0.4),), "west", (0, 500), 0.02, "rows", 1.3),
    Quarter("Presidio", ((-5.7, 3.6),), "west", (0, 500), 0.03, "rows", 1.2),
    Quarter("Heights", ((-2.2, 3.9), (0.7, 4.0)), "hills", (74, 620), 0.17, "houses", 0.8),
    Quarter("Cape", ((-5.9, -3.8),), "cape", (34, 560), 0.08, "houses", 0.9),
    Quarter("Eastbank", ((2.7, -1.2), (2.6, -0.2), (3.6, 1.4)), "east", (0, 500), 0.04, "rows", 1.6),
    Quarter("Port", ((2.7, -3.6),), "port", (0, 500), 0.05, "sheds", 0.25),
    Quarter("Flats", ((5.9, -4.4), (5.9, -0.5), (5.8, -2.0)), "mile", (22, 420), 0.13, "houses", 0.9),
    Quarter("Ridge", ((6.0, 3.2), (4.6, 3.1)), "north", (66, 480), 0.2, "houses", 0.6),
    Quarter("Falls", ((1.8, 5.6), (-2.6, 5.8), (3.0, 5.3), (6.4, 5.3)), "north", (66, 480), 0.2, "houses", 0.6),
)
#: Boulevards, km: they part the quarters, cross the river on bridges, and lead out into the country.
BOULEVARDS: dict[str, tuple[tuple[float, float], ...]] = {
    "Market": ((-0.55, -2.9), (-0.75, -1.95), (-3.4, 0.2), (-5.2, 1.35), (-8.6, 1.7)),
    "Wall": ((-2.1, -1.15), (-1.75, -0.1), (-0.75, 0.42), (0.55, 0.3), (2.3, -0.35), (4.1, -1.05),
        (7.6, -1.0), (26, -1.3)),
    "West": ((-4.35, -5.8), (-4.2, -2.5), (-4.3, 0.8), (-4.35, 3.0), (-4.5, 6.5), (-5.6, 12), (-7, 21)),
    "North": ((-8.6, 2.9), (-4.35, 3.0), (-2.0, 2.45), (0.6, 2.6), (2.9, 2.25), (4.7, 2.15), (8.5, 2.2), (30, 3.5)),
    "East": ((4.4, -7.2), (4.05, -3.6), (4.1, -1.05), (4.6, 2.15), (4.9, 4.0), (5.9, 6.6), (9.5, 13.0), (13, 24)),
    "Bay": ((-1.1, -1.75), (0.6, -1.75), (1.35, -1.9), (2.6, -2.45), (4.05, -2.85), (7.6, -2.8), (28, -4)),
    "Cape": ((-2.4, -3.9), (-3.1, -2.9), (-4.2, -2.4), (-8.6, -2.1)),
    "Mill": ((-4.5, 0.7), (-1.5, 1.068), (1.3, 1.412), (2.45, 1.25), (4.6, 0.5)),
    "Weir": ((-8.6, 5.2), (-4.4, 5.0), (-2.2, 5.35), (0.2, 5.55), (2.4, 5.0), (4.9, 4.0), (7.5, 4.3),
        (12, 6.9), (30, 11)),
}  # fmt: skip
#: Highways, km; each carriageway runs beside this line.
HIGHWAYS: dict[str, tuple[tuple[float, float], ...]] = {
    "one": (
        (11.0, 26.0), (9.8, 14.0), (8.5, 9.0), (7.0, 6.5), (5.65, 4.9), (4.15, 3.4), (3.55, 1.3),
            (2.7, -0.6), (2.35, -2.2),
        (3.2, -4.1), (5.2, -5.0), (9.0, -4.9), (15.0, -6.4), (29.0, -6.0),
    ),
    "two": (
        (-1.0, 26.0), (-2.6, 13.0), (-2.4, 8.0), (-3.0, 5.6), (-3.35, 3.9), (-2.9, 1.9), (-3.0, 0.5), (-3.1, -0.6),
        (-2.7, -1.6), (-1.95, -2.1), (-1.3, -2.0),
    ),
}  # fmt: skip
#: Where the city ends on the land's side, km; the sea ends it elsewhere.
LIMITS = ((-10, -8.9), (7.6, -8.9), (7.6, 2.3), (7.1, 4.2), (7.1, 6.3), (1.6, 6.5), (-1.6, 6.9), (-10, 6.6))


#: Open ground, laid out over the grid: kind, where (km), its size (m), its angle; the streets across it are taken up.
OPEN = (
    ("park", (-5.75, 2.36), (2700, 800), 2.5),
    ("park", (-0.75, 4.7), (2000, 1500), 24),
    ("golf_course", (-6.3, 6.0), (1100, 800), 2.5),
    ("golf_course", (6.25, 3.25), (1000, 850), 14),
    ("cemetery", (1.2, 3.45), (640, 480), 24),
    ("cemetery", (5.6, -4.05), (560, 480), 0.8),
    ("park", (-7.3, -3.9), (1300, 1500), 31),
    ("park", (-2.55, 3.75), (720, 640), 24),
    ("park", (5.9, -1.95), (780, 640), 0.8),
    ("park", (2.5, 5.7), (900, 700), 14),
    ("park", (-3.5, 6.2), (900, 700), 14),
    ("university", (-0.45, 2.0), (540, 460), 7),
    ("park", (0.85, 1.85), (400, 360), 7),
    ("park", (3.55, 0.2), (380, 360), 61),
    ("park", (-5.3, -1.2), (340, 560), 2.5),
    ("park", (5.2, 5.6), (700, 600), 14),
    ("railway", (3.35, -3.35), (900, 320), -60),
    ("stadium", (-1.75, -2.15), (330, 300), -39),
    ("park", (-5.9, 4.1), (420, 380), 2.5),
)  # fmt: skip


def bent(line: tuple[tuple[float, float], ...], random: np.random.Generator, *, ruled: bool = True) -> Floats:
    """Return a boulevard (``ruled``: straight, with its corners rounded) or a highway in metres, moved a little."""
    points = np.array(line, dtype=np.float64) * 1000.0
    points[1:-1] += random.normal(0, 25, (len(points) - 2, 2))
    if not ruled:
        return smooth(points, 24)
    parts = [points[:1]]
    t = np.linspace(0, 1, 7)[:, None]
    for before, corner, after in zip(points[:-2], points[1:-1], points[2:], strict=True):
        start, end = (
            corner + (way - corner) / (far := np.hypot(*(way - corner))) * min(220.0, 0.4 * far)
            for way in (before, after)
        )
        parts.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
    return np.vstack([*parts, points[-1:]])
