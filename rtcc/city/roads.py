"""The streets as a network to drive on: nodes where streets meet, one directed edge for each way along a street.

Plain arrays, so that a process that only drives needs no geometry library.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Roads:
    """``n`` nodes and ``m`` directed edges; every edge belongs to the one connected network.

    An edge's own line is ``shape_lat[shape_from[e]:shape_from[e + 1]]`` (and ``shape_lon``), from its start node to its
    end node, both included. ``seconds`` is the time without other traffic at the speed of the street's class.
    ``street`` points into ``names``, whose first is "" (no name); ``road_class`` into STREET_CLASSES. ``twin`` is the
    edge back along the same street, -1 where that is not allowed.
    """

    node_lat: Floats
    node_lon: Floats
    start: Ints
    end: Ints
    length_m: Floats
    seconds: Floats
    street: Ints
    road_class: Ints
    twin: Ints
    names: npt.NDArray[np.str_]
    shape_from: Ints
    shape_lat: Floats
    shape_lon: Floats

    def save(self, file: Path) -> None:
        """Write all arrays into one file."""
        held: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        with file.open("wb") as out:
            np.savez_compressed(out, **held)

    @classmethod
    def load(cls, file: Path) -> Roads:
        """Read what ``save`` wrote."""
        with np.load(file, allow_pickle=False) as held:
            return cls(**{field.name: held[field.name] for field in fields(cls)})
