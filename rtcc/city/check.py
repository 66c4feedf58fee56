"""Looks at everything in a built city pack, and tells what is wrong with it, before anybody relies on it."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from geopandas import GeoDataFrame
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rtcc.city.basemap import Basemap
from rtcc.city.build.doors import MARGIN
from rtcc.city.build.names import counted, listed
from rtcc.city.build.neighbours import compare, compare_with_districts
from rtcc.city.build.report import Report
from rtcc.city.build.sources import PLACE_KINDS
from rtcc.city.build.tables import look_at_tables
from rtcc.city.pack import DRAWN, LAYERS, STREET_CLASSES, CityPack, PackError, load_pack, read_toml
from rtcc.city.read import read_layer
from rtcc.city.roads import Roads

_NAMED_AREAS = ("districts", "beats", "neighborhoods")
#: A basemap of less than this share of the city is that of another place.
_COVERED = 0.5


def check_pack(folder: Path, report: Report) -> None:
    """Tell all that there is to tell about the pack. Raises PackError at the first thing that makes it unusable."""
    pack = load_pack(folder)
    file = pack.folder / "city.toml"
    look_at_tables({"call_types": pack.call_types, "targets": pack.targets}, file, report)
    declared = read_toml(file).get("layers", [])
    lost = [role for role in LAYERS if role in declared and role not in pack.layers]
    if lost:
        raise PackError(f"{pack.folder / lost[0]}.parquet is absent, though city.toml lists the layer {lost[0]}.")
    if not pack.layers:
        raise PackError(f"{pack.folder} holds no layer at all.")
    layers = {}
    report.step("Reading layers")
    for done, role in enumerate(pack.layers):
        report.progress(done, len(pack.layers))
        frame = read_layer(pack, role)
        if frame is not None:
            layers[role] = frame
            _check_layer(frame, role, pack, report)
    report.step("Comparing areas")
    for role in _NAMED_AREAS:
        if role in layers:
            compare(layers[role], role, report)
    if "beats" in layers:
        compare_with_districts(layers["beats"], layers.get("districts"), report)
    report.step("Following the roads")
    _check_roads(pack, layers.get("streets"), report)
    report.step("Opening the basemap")
    _check_basemap(pack, report)
    _check_drawn(pack)


def _check_layer(frame: GeoDataFrame, role: str, pack: CityPack, report: Report) -> None:
    file, shapes = pack.layers[role], frame.geometry.to_numpy()
    report.read(role, f"{counted(len(frame), 'row')}.")
    near = shapely.intersects(shapes, shapely.box(*pack.framed(MARGIN)))
    if not near.any():
        west, south, east, north = (round(float(value), 4) for value in frame.total_bounds)
        said = f"{file} lies at {west}, {south}, {east}, {north}, far from the city's bounds"
        raise PackError(f"{said} {', '.join(map(str, pack.bounds))}.")
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        report.warned(role, f"{int(broken.sum()):,} of {len(frame):,} shapes are not valid; build the pack anew.")
    if LAYERS[role].geometries == ("Point",):
        outside = int((~shapely.intersects(shapes, shapely.box(*pack.bounds))).sum())
        if outside:
            report.warned(role, f"{outside:,} of {len(frame):,} {role} lie outside the bounds.")
    if role == "streets":
        _allowed(frame, "class", STREET_CLASSES, file)
        _allowed(frame, "oneway", (-1, 0, 1), file)
    if role == "places":
        _allowed(frame, "kind", PLACE_KINDS, file)
    if "name" in frame.columns and role not in {"landuse", "water"}:
        nameless = int((frame["name"] == "").sum())
        if nameless:
            report.warned(role, f"{nameless:,} of {len(frame):,} {role} have no name.")
    key = "id" if role == "cameras" else "name" if role in _NAMED_AREAS else None
    twice = sorted(set(frame.loc[frame[key].duplicated(), key])) if key else []
    if twice:
        report.warned(role, f"More than one of the {role} has the {key} {listed(twice)}.")


def _allowed(frame: GeoDataFrame, column: str, allowed: tuple[Any, ...], file: Path) -> None:
    strange = frame.loc[~frame[column].isin(allowed), column]
    if len(strange):
        raise PackError(f"{file} has the {column} {strange.iloc[0]}; allowed are {', '.join(map(str, allowed))}.")


def _check_roads(pack: CityPack, streets: GeoDataFrame | None, report: Report) -> None:
    file = pack.roads
    if not file.is_file():
        if streets is not None and streets["class"].isin(STREET_CLASSES[:-1]).any():
            raise PackError(f"{file} is absent, though the pack has streets.")
        report.warned("streets", "There are no roads to drive on: no drive times, only straight lines.")
        return
    try:
        roads = Roads.load(file)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        missing = f"it has no {error.args[0]}" if isinstance(error, KeyError) else "it is damaged"
        raise PackError(f"{file} cannot be read as a road network: {missing}.") from error
    wrong = _wrong_with(roads, pack)
    if wrong:
        raise PackError(f"{file} is no usable road network: {wrong}.")
    parts, _ = connected_components(_graph(roads), connection="strong")
    nodes, edges = len(roads.node_lat), len(roads.start)
    if parts != 1:
        raise PackError(f"{file} is not one connected network but {parts:,} that do not lead to each other.")
    report.read("streets", f"One connected network of {nodes:,} nodes and {edges:,} edges.")


def _graph(roads: Roads) -> Any:
    nodes = len(roads.node_lat)
    return coo_array((np.ones(len(roads.start)), (roads.start, roads.end)), shape=(nodes, nodes)).tocsr()


def _wrong_with(roads: Roads, pack: CityPack) -> str | None:
    nodes, edges = len(roads.node_lat), len(roads.start)
    if not nodes or not edges:
        return "it is empty"
    by_edge = {"end", "length_m", "seconds", "street", "road_class", "twin"}
    for field in fields(roads):
        expected = {"node_lon": nodes, "shape_from": edges + 1, "shape_lon": len(roads.shape_lat)}.get(
            field.name, edges if field.name in by_edge else None
        )
        if expected is not None and len(getattr(roads, field.name)) != expected:
            return f"{field.name} has {len(getattr(roads, field.name)):,} values instead of {expected:,}"
    for name, first, limit in (
        *(("start", 0, nodes), ("end", 0, nodes), ("twin", -1, edges), ("street", 0, len(roads.names))),
        *(("road_class", 0, len(STREET_CLASSES)), ("shape_from", 0, len(roads.shape_lat) + 1)),
    ):
        values = getattr(roads, name)
        if values.min() < first or values.max() >= limit:
            return f"{name} points to what is not there"
    for name in ("length_m", "seconds"):
        if not (np.isfinite(getattr(roads, name)).all() and (getattr(roads, name) > 0).all()):
            return f"{name} must be above zero on every edge"
    west, south, east, north = pack.framed(MARGIN + 1)
    lat, lon = roads.node_lat, roads.node_lon
    if not ((lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)).any():
        return "none of it lies near the city's bounds"
    return None


def _check_basemap(pack: CityPack, report: Report) -> None:
    if not pack.basemap.is_file():
        raise PackError(f"{pack.basemap} is absent.")
    basemap = Basemap(pack.basemap)
    share = basemap.covers(pack.bounds)
    if share < _COVERED:
        raise PackError(f"{pack.basemap} covers {share:.0%} of the city's bounds.")
    if share < 0.999:
        report.warned("basemap", f"It covers {share:.1%} of the city's bounds.")
    if not basemap.tile_at(*pack.center):
        report.warned("basemap", f"It has no tile of zoom {basemap.maxzoom} at the city's centre.")
    report.read("basemap", f"Zoom {basemap.minzoom} to {basemap.maxzoom}, layers {', '.join(basemap.layers)}.")


def _check_drawn(pack: CityPack) -> None:
    for name in ("city.json", "districts.geojson", "beats.geojson"):
        file = pack.folder / DRAWN / name
        try:
            orjson.loads(file.read_bytes())
        except OSError as error:
            raise PackError(f"{file} cannot be read: {error.strerror}.") from error
        except orjson.JSONDecodeError as error:
            raise PackError(f"{file} is not valid JSON: {error}.") from error
