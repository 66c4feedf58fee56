"""Opens one layer file of a city pack as geometries in WGS 84, whatever it was drawn in."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import geopandas
import pyogrio

from rtcc.city.pack import Layer, PackError

WGS84 = "EPSG:4326"


def read_layer(layer: Layer) -> Any:
    """Return the layer as a GeoDataFrame in WGS 84 with its rows chosen, its empty geometries left out."""
    try:
        frame = _read(layer.file)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise PackError(f"{layer.file} cannot be read: {error}.") from error
    for column in (layer.name, layer.kind, *layer.only):
        if column is not None and column not in frame.columns:
            raise PackError(f"{layer.file} has no column {column}; it has {', '.join(map(str, frame.columns))}.")
    for column, values in layer.only.items():
        frame = frame[frame[column].astype(str).isin(values)]
    if frame.crs is None:
        frame = frame.set_crs(WGS84)
    frame = frame.to_crs(WGS84)
    return frame[frame.geometry.notna() & ~frame.geometry.is_empty].reset_index(drop=True)


def _read(file: Path) -> Any:
    if file.suffix.lower() != ".shp" or file.with_suffix(".shx").exists():
        return geopandas.read_file(file)
    # GDAL can rebuild a lost .shx only beside the .shp, and a pack's folder is not ours to write in.
    with tempfile.TemporaryDirectory(prefix="rtcc-city-") as folder:
        for part in file.parent.glob(file.stem + ".*"):
            shutil.copyfile(part, Path(folder) / part.name)
        before = pyogrio.get_gdal_config_option("SHAPE_RESTORE_SHX")
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
        try:
            return geopandas.read_file(Path(folder) / file.name)
        finally:
            pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": before})
