"""Mends the shapes and names of a layer, and says what it did: what stays is what a city pack may hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from rtcc.city.build.names import counted, listed
from rtcc.city.build.report import Report
from rtcc.city.pack import LAYERS, PackError

Box = tuple[float, float, float, float]
_GROUND = ("land", "water", "landuse", "buildings")
_NAMED_AREAS = ("districts", "beats", "neighborhoods")
_AREAL = ("Polygon", "MultiPolygon")


def mended(frame: GeoDataFrame, role: str, file: str, bounds: Box, margin: float, report: Report) -> GeoDataFrame:
    """Return the rows of one file with shapes that the layer may hold, cut to the frame. Raises PackError."""
    frame = frame.set_geometry(shapely.force_2d(frame.geometry.to_numpy()), crs=frame.crs)
    allowed = LAYERS[role].geometries
    if allowed == _AREAL:
        frame = _areas(frame, role, file, report)
    elif allowed == ("LineString",):
        frame = _lines(frame, role, file, report)
    else:
        frame = _points(frame, role, file, bounds, report)
    if role in _GROUND:
        west, south, east, north = bounds
        dx, dy = (east - west) * margin, (north - south) * margin
        # What lies in the frame as a whole is left as it is.
        glass = shapely.box(west - dx, south - dy, east + dx, north + dy)
        shapes = frame.geometry.to_numpy().copy()
        over = ~shapely.within(shapes, glass)
        shapes[over] = [_areal(shape) for shape in shapely.intersection(shapes[over], glass)]
        frame = frame.set_geometry(shapes, crs=frame.crs)
        frame = frame[~shapely.is_empty(shapes)]
    return frame.reset_index(drop=True)


def named_once(frame: GeoDataFrame, role: str, report: Report) -> GeoDataFrame:
    """Return the whole layer with each area and each camera under one name, and tell of what has none or the same."""
    if role in _NAMED_AREAS:
        return _areas_named(frame, role, report)
    if role == "cameras":
        return _cameras_named(frame, report)
    if "name" in frame.columns and role in {"streets", "places"}:
        nameless = int((frame["name"] == "").sum())
        if nameless:
            report.warned(role, f"{nameless:,} of {len(frame):,} {role} have no name.")
    if role == "places":
        twice = frame.duplicated(["name", "kind"], keep=False) & (frame["name"] != "")
        if twice.any():
            report.warned(
                role, f"{counted(int(twice.sum()), 'place')} with the name and kind of another: {_some(frame[twice])}."
            )
    return frame


def _areas(frame: GeoDataFrame, role: str, file: str, report: Report) -> GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    collections = frame.geom_type == "GeometryCollection"
    _require(frame[~collections], role, file, _AREAL)
    broken = ~shapely.is_valid(shapes) | collections.to_numpy()
    if broken.any():
        before = shapely.area(shapes[broken])
        shapes = shapes.copy()
        shapes[broken] = [_areal(shape) for shape in shapely.make_valid(shapes[broken])]
        changed = np.abs(shapely.area(shapes[broken]) - before).sum() / max(float(shapely.area(shapes).sum()), 1e-300)
        told = f"{counted(int(broken.sum()), 'area')} of {file} crossed or touched itself and was mended"
        reason = shapely.is_valid_reason(frame.geometry.to_numpy()[broken][0]).split("[")[0].lower()
        report.repaired(role, f"{told} ({_some(frame[broken])}; the first: {reason}; area changed by {changed:.2%}).")
        frame = frame.set_geometry(shapes, crs=frame.crs)
    empty = shapely.area(shapes) == 0
    if empty.any():
        report.refused(role, f"{counted(int(empty.sum()), 'row')} of {file} without any area.")
        if empty.all():
            raise PackError(f"None of the {role} in {file} has an area.")
    return frame[~empty]


def _lines(frame: GeoDataFrame, role: str, file: str, report: Report) -> GeoDataFrame:
    _require(frame, role, file, ("LineString", "MultiLineString", "LinearRing"))
    many = int((frame.geom_type == "MultiLineString").sum())
    frame = frame.explode(ignore_index=True)
    if many:
        report.repaired(
            role, f"{counted(many, 'line')} of {file} with several parts; each part is now a line of its own."
        )
    points = shapely.length(frame.geometry.to_numpy()) == 0
    if points.any():
        report.refused(role, f"{counted(int(points.sum()), 'line')} of {file} without any length.")
    return frame[~points]


def _points(frame: GeoDataFrame, role: str, file: str, bounds: Box, report: Report) -> GeoDataFrame:
    _require(frame, role, file, ("Point", "MultiPoint", *_AREAL))
    wide = (frame.geom_type != "Point").to_numpy()
    if wide.any():
        shapes = frame.geometry.to_numpy().copy()
        shapes[wide] = shapely.point_on_surface(shapes[wide])
        report.repaired(
            role, f"{counted(int(wide.sum()), 'row')} of {file} drawn as an area; a point in it stands for it."
        )
        frame = frame.set_geometry(shapes, crs=frame.crs)
    outside = ~shapely.intersects(frame.geometry.to_numpy(), shapely.box(*bounds))
    if outside.any():
        left = frame[outside]
        report.refused(role, f"{counted(int(outside.sum()), 'row')} of {file} outside the bounds: {_some(left)}.")
        if outside.all():
            raise PackError(f"None of the {role} in {file} lies within the city's bounds.")
    return frame[~outside]


def _require(frame: GeoDataFrame, role: str, file: str, allowed: tuple[str, ...]) -> None:
    wrong = (~frame.geom_type.isin(allowed)).to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        said = f"{counted(int(wrong.sum()), 'row')} of {file} of the wrong kind: row {row + 1:,} is a"
        raise PackError(f"{said} {frame.geom_type.iloc[row]}; {role} must be {' or '.join(LAYERS[role].geometries)}.")


def _areal(shape: Any) -> Any:
    # Mending and cutting leave points and lines beside the areas.
    if shape.geom_type in _AREAL:
        return shape
    return shapely.union_all([part for part in shapely.get_parts(shape) if part.geom_type in _AREAL])


def _areas_named(frame: GeoDataFrame, role: str, report: Report) -> GeoDataFrame:
    nameless = frame["name"] == ""
    if nameless.any():
        given = pd.Series([f"{role.removesuffix('s').title()} {number + 1}" for number in range(len(frame))])
        frame = frame.assign(name=frame["name"].where(~nameless, given).astype("str"))
        report.repaired(
            role, f"{counted(int(nameless.sum()), 'row')} without a name, now called {_some(frame[nameless])}."
        )
    twice = frame["name"].duplicated(keep=False)
    if twice.any():
        names = sorted(set(frame.loc[twice, "name"]))
        report.repaired(role, f"{counted(len(names), 'name')} of more than one area, now joined: {listed(names)}.")
        frame = frame.dissolve("name", as_index=False, sort=False, aggfunc="first")[list(frame.columns)]
    return frame


def _cameras_named(frame: GeoDataFrame, report: Report) -> GeoDataFrame:
    nameless = frame["id"] == ""
    if nameless.any():
        made = pd.Series([f"camera-{number + 1}" for number in range(len(frame))])
        frame = frame.assign(id=frame["id"].where(~nameless, made).astype("str"))
        report.repaired(
            "cameras",
            f"{counted(int(nameless.sum()), 'camera')} without an id, now called {_some(frame[nameless], 'id')}.",
        )
    twice = frame["id"].duplicated()
    if twice.any():
        said = f"{counted(int(twice.sum()), 'camera')} with the id of another before it: {_some(frame[twice], 'id')}"
        report.refused("cameras", f"{said}.")
    return frame[~twice].reset_index(drop=True)


def _some(frame: GeoDataFrame, column: str = "name") -> str:
    if column not in frame.columns:
        return f"row {int(frame.index[0]) + 1:,}"
    return listed([name or "one without a name" for name in dict.fromkeys(frame[column])])
