"""What the simulator has to know of a city: its streets, areas, places and words, by constructor and not from disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rtcc.model.call_types import CallType

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
#: (lat, lon)
Point = tuple[float, float]

#: The places of these classes among the street classes; all above LOCAL is wider.
MOTORWAY, RAMP, ARTERIAL, COLLECTOR, LOCAL = range(5)


class RoadNet(Protocol):
    """The streets as plain arrays: ``n`` nodes, and one directed edge for each way along a street."""

    @property
    def node_lat(self) -> Floats: ...
    @property
    def node_lon(self) -> Floats: ...
    @property
    def start(self) -> Ints: ...
    @property
    def end(self) -> Ints: ...
    @property
    def length_m(self) -> Floats: ...
    @property
    def seconds(self) -> Floats: ...
    @property
    def street(self) -> Ints: ...
    @property
    def road_class(self) -> Ints: ...
    @property
    def twin(self) -> Ints: ...
    @property
    def names(self) -> npt.NDArray[np.str_]: ...
    @property
    def shape_from(self) -> Ints: ...
    @property
    def shape_lat(self) -> Floats: ...
    @property
    def shape_lon(self) -> Floats: ...


class WayThere(Protocol):
    """All ways to one place."""

    def best_start(self, edges: npt.ArrayLike, shares: npt.ArrayLike) -> tuple[Ints, Floats, Floats]:
        """Return, for who stands at each place, the edge and share to drive off from and the seconds it takes."""

    def edges_from(self, edge: int, share: float = 1.0) -> list[int]:
        """Return what to drive after finishing ``edge``, up to and with the edge that the place lies on."""

    def goal_share(self, edge: int) -> float:
        """Return how far along an edge the place lies; NaN for an edge that it does not lie on."""


class DriveTimes(Protocol):
    """The streets made ready for searches; ``pass_s`` is what passing each node costs, in seconds."""

    @property
    def pass_s(self) -> Floats: ...
    def nearest(self, lats: npt.ArrayLike, lons: npt.ArrayLike) -> Any:
        """Return ``edge`` and ``share`` of the nearest place on a street to each position."""

    def toward(self, edge: int, share: float, limit_s: float | None = None) -> WayThere:
        """Search from everywhere to one place on a street."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A fixed camera as the city's table has it."""

    id: str
    name: str
    lat: float
    lon: float
    heading_deg: float
    fov_deg: float


@dataclass(frozen=True, slots=True)
class World:
    """A city to invent life in.

    ``node_beat`` says for each node which of ``beats`` (name, district) it lies in, -1 for none. ``places`` are
    positions by kind: nightlife and school decide where much happens; units start from ``stations``.
    """

    roads: RoadNet
    drives: DriveTimes
    agency: str
    zone: tzinfo
    node_beat: Ints
    beats: tuple[tuple[str, str], ...] = ()
    call_types: tuple[CallType, ...] = ()
    stations: tuple[Point, ...] = ()
    cameras: tuple[Camera, ...] = ()
    places: dict[str, tuple[Point, ...]] = field(default_factory=dict)
