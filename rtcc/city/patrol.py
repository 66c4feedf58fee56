"""The areas that are patrolled: the beats of a city, or its districts where it has no beats."""

from __future__ import annotations

from typing import Literal

import pyarrow.parquet

from rtcc.city.pack import CityPack

AreaField = Literal["beat", "district"]


def patrolled(pack: CityPack) -> tuple[AreaField, tuple[str, ...]]:
    """Return the field of a unit that names its area, and every area's name. Reads no shape."""
    beats = _names(pack, "beats")
    return ("beat", beats) if beats else ("district", _names(pack, "districts"))


def _names(pack: CityPack, layer: str) -> tuple[str, ...]:
    file = pack.layers.get(layer)
    if file is None:
        return ()
    column = pyarrow.parquet.read_table(file, columns=["name"]).column("name")
    return tuple(sorted({name for name in column.to_pylist() if name}))
