"""Draws what the browser needs of a city pack besides its tiles: the frame, and the outlines that carry names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from geopandas import GeoDataFrame

from rtcc.city.basemap import Basemap
from rtcc.city.pack import DRAWN, CityPack, load_pack
from rtcc.city.read import read_layer

DECIMALS = 5
#: In degrees: about four metres, less than the width of the line that is drawn.
TOLERANCE = 0.00004
#: In degrees: a decimetre.
GRID = 1e-6


def write_drawn(pack_folder: Path) -> None:
    """Write ``drawn/city.json`` and the outlines of districts and beats. Raises PackError."""
    pack = load_pack(pack_folder)
    folder = pack_folder / DRAWN
    folder.mkdir(exist_ok=True)
    (folder / "city.json").write_bytes(orjson.dumps(_city(pack)))
    dry = _dry(read_layer(pack, "land"), read_layer(pack, "water"))
    for role, columns in (("districts", ("name",)), ("beats", ("name", "district"))):
        (folder / f"{role}.geojson").write_bytes(_outlines(_ashore(read_layer(pack, role), dry), columns))


def _city(pack: CityPack) -> dict[str, Any]:
    tiles = Basemap(pack.basemap) if pack.basemap.is_file() else None
    return {
        "name": pack.name,
        "timezone": pack.timezone,
        "center": pack.center,
        "zoom": pack.zoom,
        "bounds": pack.bounds,
        "attribution": pack.attribution,
        "layers": list(pack.layers),
        "targets": {
            str(priority): {"queue_s": target.queue_s, "response_s": target.response_s}
            for priority, target in sorted(pack.targets.items())
        },
        "tiles": {"minzoom": tiles.minzoom, "maxzoom": tiles.maxzoom} if tiles else None,
    }


def _dry(land: GeoDataFrame | None, water: GeoDataFrame | None) -> Any:
    """Return the land with its rivers and lakes, which part districts, as one area; None where all is land."""
    if land is None:
        return None
    inland = [] if water is None else list(water.geometry[water["kind"] != "ocean"])
    return shapely.simplify(shapely.union_all([*land.geometry, *inland]), TOLERANCE)


def _ashore(frame: GeoDataFrame | None, dry: Any) -> GeoDataFrame | None:
    """Cut areas at the coast: patrol areas often reach out into the sea, where their outlines only puzzle."""
    if frame is None or dry is None:
        return frame
    # On one grid, so that neighbours are cut at the same corner.
    cut = shapely.intersection(frame.geometry.to_numpy(), dry, grid_size=GRID)
    areal = np.isin(shapely.get_type_id(cut), (3, 6)) & ~shapely.is_empty(cut)
    return frame.set_geometry(np.where(areal, cut, frame.geometry.to_numpy()), crs=frame.crs)


def _outlines(frame: GeoDataFrame | None, columns: tuple[str, ...]) -> bytes:
    features = []
    if frame is not None:
        # Neighbours are simplified together, so that no slivers open between them.
        shapes = shapely.coverage_simplify(frame.geometry.to_numpy(), TOLERANCE)
        for shape, *values in zip(shapes, *(frame[column] for column in columns), strict=True):
            drawn = _rounded(shape)
            if drawn is not None:
                properties = dict(zip(columns, values, strict=True))
                features.append({"type": "Feature", "properties": properties, "geometry": drawn})
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _rounded(shape: Any) -> dict[str, Any] | None:
    # Snapping to the grid keeps the polygon valid, but leaves tails of binary digits that rounding cuts.
    snapped = shapely.orient_polygons(shapely.set_precision(shape, 10.0**-DECIMALS))
    if snapped.is_empty:
        return None
    told: dict[str, Any] = shapely.geometry.mapping(shapely.transform(snapped, lambda at: at.round(DECIMALS)))
    return told
