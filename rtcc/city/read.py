"""Opens the layers of a built city pack, and holds a layer to the shape that a pack promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from geopandas import GeoDataFrame

from rtcc.city.pack import LAYERS, CityPack, PackError

WGS84 = "EPSG:4326"


def read_layer(pack: CityPack, role: str) -> GeoDataFrame | None:
    """Return a layer of the pack, None when it has no such layer. Raises PackError."""
    file = pack.layers.get(role)
    if file is None:
        return None
    frame = _read(file)
    wrong = misfit(frame, role)
    if wrong:
        raise PackError(f"{file} {wrong}.")
    return frame


def misfit(frame: GeoDataFrame, role: str) -> str | None:
    """Say in what way a frame is not the layer that it should be, None when it is; the text follows a file's name."""
    shape = LAYERS[role]
    if frame.crs is None or not frame.crs.equals(WGS84, ignore_axis_order=True):
        return f"is not in WGS 84 but in {frame.crs.to_string() if frame.crs else 'no known coordinates'}"
    for column, kind in shape.columns.items():
        if column not in frame.columns:
            return f"has no column {column}; a pack's {role} have {', '.join([*shape.columns, 'geometry'])}"
        if not _is_of(frame[column], kind):
            return f"holds {frame[column].dtype} in the column {column}; it must be {kind} without nulls"
    geometries = frame.geometry.to_numpy()
    if shapely.is_missing(geometries).any() or shapely.is_empty(geometries).any():
        return "has rows without a geometry"
    kinds = set(frame.geom_type.unique()) - set(shape.geometries)
    if kinds:
        return f"holds a {min(kinds)}; {role} must be {' or '.join(shape.geometries)}"
    return None


def _is_of(values: pd.Series, kind: str) -> bool:
    if kind != "str":
        return bool(values.dtype == np.dtype(kind))
    return pd.api.types.is_string_dtype(values.dtype) and not values.isna().any()


def _read(file: Path) -> GeoDataFrame:
    try:
        return geopandas.read_parquet(file)
    except (OSError, pa.ArrowException, shapely.errors.ShapelyError, ValueError, KeyError, TypeError) as error:
        raise PackError(f"{file} cannot be read as GeoParquet: {first_line(error)}.") from error


def first_line(error: Any) -> str:
    """Return what an error says first, without its full stop; its kind where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
