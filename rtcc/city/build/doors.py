"""Opens a public file as geometries in WGS 84: GeoJSON, Shapefile, CSV or GeoParquet, in any coordinate system."""

from __future__ import annotations

import io
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from geopandas import GeoDataFrame
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import ProjError

from rtcc.city.build.names import counted
from rtcc.city.build.report import Report
from rtcc.city.build.sources import Recipe, Source
from rtcc.city.pack import LAYERS, PackError
from rtcc.city.read import WGS84, first_line

#: The glass is wider than the city; what lies this far beyond the bounds, as a share of their size, is still shown.
MARGIN = 1.0
_LATS = ("lat", "latitude", "y")
_LONS = ("lon", "lng", "long", "longitude", "x")
_WHY_AT_MOST = 32_000_000

Box = tuple[float, float, float, float]


def open_file(file: Path, source: Source, recipe: Recipe, report: Report) -> GeoDataFrame:
    """Return the chosen rows of a file, with the columns that the source names, near the city. Raises PackError."""
    size = file.stat().st_size
    if size == 0:
        raise PackError(f"{file} is empty.")
    if size > recipe.limit_mb * 1e6:
        said = f"{size / 1e6:,.0f} MB is more than the {recipe.limit_mb:,g} MB that a file may have"
        raise PackError(f"{file} is too large: {said}; cut it to the city, or raise limit_mb in the recipe.")
    with _told(file, source.layer, report):
        match file.suffix.lower():
            case ".csv":
                frame = _from_csv(file, source, report)
            case ".shp":
                frame = _from_shapefile(file, source, report)
            case ".parquet" | ".geoparquet":
                frame = _from_parquet(file)
            case _:
                frame = _from_geojson(file, source)
    if frame.empty:
        raise PackError(f"{file} holds no rows.")
    _has_columns(frame, file, source)
    for column, values in source.only.items():
        frame = frame[frame[column].map(text_of).isin(values)]
        if frame.empty:
            raise PackError(f"{file} has no row whose {column} is {' or '.join(values)}.")
    return _near(_placed(_with_places(frame, file, source, report), file, source, report), file, recipe, report, source)


def text_of(value: object) -> str:
    """Return a value of a column as text: nothing is "", and 12.0 is 12."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _wanted(source: Source) -> list[str]:
    return [*dict.fromkeys((*source.columns.values(), *source.only, *LAYERS[source.layer].columns))]


def _from_geojson(file: Path, source: Source) -> GeoDataFrame:
    try:
        return pyogrio.read_dataframe(file, columns=_wanted(source))
    except (DataSourceError, DataLayerError, ValueError, UnicodeDecodeError) as error:
        raise PackError(f"{file} {_why_no_geojson(file, error)}.") from error


def _why_no_geojson(file: Path, error: Exception) -> str:
    if "too complex/large" in str(error):
        return "has one shape of so many points that it cannot be read; simplify it"
    if file.stat().st_size <= _WHY_AT_MOST:
        try:
            orjson.loads(file.read_bytes())
        except orjson.JSONDecodeError as flaw:
            return f"is not valid JSON: {flaw}"
    return f"cannot be read as GeoJSON: {first_line(error)}"


def _from_shapefile(file: Path, source: Source, report: Report) -> GeoDataFrame:
    parts = {part.suffix.lower() for part in file.parent.glob(f"{file.stem}.*")}
    if ".dbf" not in parts and (source.columns or source.only):
        raise PackError(f"{file} has no .dbf beside it, where its columns would be.")
    try:
        if ".shx" in parts:
            return pyogrio.read_dataframe(file, columns=_wanted(source))
        report.repaired(source.layer, f"{file.name} has lost its .shx; it was made anew from the .shp.")
        return _without_index(file, source)
    except (DataSourceError, DataLayerError, ValueError, UnicodeDecodeError) as error:
        raise PackError(f"{file} cannot be read as a shapefile: {first_line(error)}.") from error


def _without_index(file: Path, source: Source) -> GeoDataFrame:
    # GDAL can rebuild a lost .shx only beside the .shp, and the folder of the data is not ours to write in.
    with tempfile.TemporaryDirectory(prefix="rtcc-city-") as folder:
        for part in file.parent.glob(file.stem + ".*"):
            shutil.copyfile(part, Path(folder) / part.name)
        before = pyogrio.get_gdal_config_option("SHAPE_RESTORE_SHX")
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
        try:
            return pyogrio.read_dataframe(Path(folder) / file.name, columns=_wanted(source))
        finally:
            pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": before})


def _from_parquet(file: Path) -> GeoDataFrame:
    try:
        return geopandas.read_parquet(file)
    except (OSError, pa.ArrowException, shapely.errors.ShapelyError, ValueError, KeyError, TypeError) as error:
        raise PackError(f"{file} cannot be read as GeoParquet: {first_line(error)}.") from error


def _from_csv(file: Path, source: Source, report: Report) -> GeoDataFrame:
    try:
        text = file.read_text("utf-8-sig")
        header = text.partition("\n")[0]
        mark = max(",;\t", key=header.count)
        table = pd.read_csv(io.StringIO(text), sep=mark, dtype=str, na_filter=False, skipinitialspace=True)
    except UnicodeDecodeError as error:
        raise PackError(f"{file} is not UTF-8 text: {error.reason} at byte {error.start:,}.") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise PackError(f"{file} is not a table: {first_line(error)}.") from error
    table.columns = table.columns.str.strip()
    crs = source.crs or WGS84
    if source.wkt:
        if source.wkt not in table.columns:
            raise _no_column(file, source.wkt, table)
        shapes = shapely.from_wkt(table[source.wkt].to_numpy(object), on_invalid="ignore")
        return _with_some(GeoDataFrame(table, geometry=shapes, crs=crs), file, source.wkt, report, source.layer)
    lat, lon = _column(table, source.lat, _LATS, file), _column(table, source.lon, _LONS, file)
    y, x = (pd.to_numeric(table[column], errors="coerce").to_numpy(np.float64) for column in (lat, lon))
    known = np.isfinite(x) & np.isfinite(y)
    shapes = np.full(len(table), None, dtype=object)
    shapes[known] = shapely.points(x[known], y[known])
    return _with_some(GeoDataFrame(table, geometry=shapes, crs=crs), file, f"{lat} and {lon}", report, source.layer)


def _with_some(frame: GeoDataFrame, file: Path, columns: str, report: Report, layer: str) -> GeoDataFrame:
    lost = frame.geometry.isna().to_numpy()
    if len(frame) and lost.all():
        raise PackError(f"{file} has no coordinates that can be read in {columns}, in any of its {len(frame):,} rows.")
    if lost.any():
        first = int(lost.argmax()) + 1
        said = f"{counted(int(lost.sum()), 'row')} of {file.name} without coordinates in {columns}"
        report.refused(layer, f"{said}; the first is row {first:,}.")
    return frame[~lost]


def _column(table: pd.DataFrame, named: str | None, usual: tuple[str, ...], file: Path) -> str:
    if named is not None:
        if named not in table.columns:
            raise _no_column(file, named, table)
        return named
    found = next((str(column) for word in usual for column in table.columns if str(column).lower() == word), None)
    if found is None:
        said = f"has no coordinates: none of its columns {', '.join(map(str, table.columns))} is called {usual[0]}"
        raise PackError(f"{file} {said}; name it with `{usual[0]} = …`, or a column of WKT with `wkt = …`.")
    return found


def _has_columns(frame: GeoDataFrame, file: Path, source: Source) -> None:
    if not isinstance(frame, GeoDataFrame):
        raise PackError(f"{file} has rows, but no places on the map.")
    for column in (*source.columns.values(), *source.only):
        if column not in frame.columns:
            raise _no_column(file, column, frame)


def _no_column(file: Path, column: str, frame: pd.DataFrame) -> PackError:
    there: list[Any] = [name for name in frame.columns if name != "geometry"]
    if file.suffix.lower() in {".shp", ".geojson", ".json"}:
        there = list(pyogrio.read_info(file)["fields"])
    return PackError(f"{file} has no column {column}; it has {', '.join(map(str, there)) or 'none'}.")


def _with_places(frame: GeoDataFrame, file: Path, source: Source, report: Report) -> GeoDataFrame:
    there = np.isfinite(shapely.bounds(frame.geometry.to_numpy())).all(axis=1)
    if not there.any():
        raise PackError(f"{file} has rows, but none of them has a place on the map.")
    if not there.all():
        report.refused(
            source.layer, f"{counted(int((~there).sum()), 'row')} of {file.name} without a place on the map."
        )
    return frame[there]


def _placed(frame: GeoDataFrame, file: Path, source: Source, report: Report) -> GeoDataFrame:
    if source.crs:
        frame = frame.set_crs(source.crs, allow_override=True)
    boxes = frame.bounds.to_numpy()
    in_degrees = (np.abs(boxes) <= (180, 90, 180, 90)).all(axis=1)
    # A mistyped row or two do not make a file of degrees one of feet.
    degrees = in_degrees.mean() > 0.5
    west, south, east, north = frame.total_bounds
    reach = f"x {west:,.7g} to {east:,.7g}, y {south:,.7g} to {north:,.7g}"
    if frame.crs is None:
        if not degrees:
            raise PackError(f"{file} does not say its coordinate system ({reach}); name it with `crs = …`.")
        report.warned(source.layer, f"{file.name} does not say its coordinate system; WGS 84 is assumed.")
        frame = frame.set_crs(WGS84)
    name = frame.crs.to_string() if frame.crs.to_authority() else frame.crs.name
    if frame.crs.is_geographic and not degrees:
        raise PackError(f"{file} is said to be in degrees ({name}) and is not: {reach}; name it with `crs = …`.")
    if frame.crs.is_geographic and not in_degrees.all():
        report.refused(
            source.layer, f"{counted(int((~in_degrees).sum()), 'row')} of {file.name} that would lie nowhere on Earth."
        )
        frame = frame[in_degrees]
    try:
        placed = frame.to_crs(WGS84)
    except ProjError as error:
        raise PackError(f"{file} cannot be brought from {name} to WGS 84: {first_line(error)}.") from error
    if not np.isfinite(placed.total_bounds).all():
        raise PackError(f"{file} cannot be brought from {name} to WGS 84: {reach} is outside of where it holds.")
    placed.attrs["crs"] = name
    return placed


def _near(frame: GeoDataFrame, file: Path, recipe: Recipe, report: Report, source: Source) -> GeoDataFrame:
    west, south, east, north = recipe.bounds
    dx, dy = (east - west) * MARGIN, (north - south) * MARGIN
    boxes = frame.bounds.to_numpy()
    near = _touch(boxes, (west - dx, south - dy, east + dx, north + dy))
    crs = frame.attrs["crs"]
    if not near.any():
        lies = f"{file} lies at {_degrees(frame.total_bounds)} when read as {crs}"
        swapped = _touch(boxes[:, [1, 0, 3, 2]], recipe.bounds).any()
        hint = (
            "its latitudes and longitudes look swapped" if swapped else "its coordinate system or the bounds are wrong"
        )
        raise PackError(f"{lies}, far from the city's bounds {_degrees(recipe.bounds)}: {hint}.")
    report.read(source.layer, f"{counted(len(frame), 'row')} from {file.name}, in {crs}.")
    if not near.all():
        report.refused(source.layer, f"{counted(int((~near).sum()), 'row')} of {file.name} far outside the bounds.")
    return frame[near].reset_index(drop=True)


def _touch(boxes: Any, frame: Box) -> Any:
    west, south, east, north = frame
    return (boxes[:, 2] >= west) & (boxes[:, 0] <= east) & (boxes[:, 3] >= south) & (boxes[:, 1] <= north)


def _degrees(box: Any) -> str:
    return ", ".join(f"{value:.4f}" for value in box)


@contextmanager
def _told(file: Path, layer: str, report: Report) -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for sentence in dict.fromkeys(first_line(warning.message) for warning in caught):
        report.warned(layer, f"{file.name}: {sentence}.")
