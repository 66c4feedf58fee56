"""Compares areas that should lie side by side: gaps and overlaps between them, and beats that lie in two districts."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely
from geopandas import GeoDataFrame

from rtcc.city.build.names import counted, listed
from rtcc.city.build.report import Report
from rtcc.city.read import WGS84

#: Smaller areas come from rounding, not from anyone's pen.
SMALLEST_M2 = 1.0
#: Two neighbours this far apart leave a gap, even where it is open to the outside.
REACH_M = 10.0
#: A beat that has less than this share of itself in another district has a careless border, not a second district.
SECOND_SHARE = 0.01
_METRES = 111_195.0


class _Flat:
    """The city in metres, stretched only, so that a straight border stays straight beside one with more corners."""

    def __init__(self, frame: GeoDataFrame) -> None:
        west, south, east, north = frame.total_bounds
        lat, lon = (south + north) / 2, (west + east) / 2
        self._scale = np.array([np.cos(np.radians(lat)) * _METRES, _METRES])
        self._equal_area = f"+proj=laea +lat_0={lat:.5f} +lon_0={lon:.5f} +datum=WGS84 +units=m"

    def shapes(self, frame: GeoDataFrame) -> npt.NDArray[Any]:
        flat: npt.NDArray[Any] = shapely.transform(
            shapely.make_valid(frame.geometry.to_numpy()), lambda at: at * self._scale
        )
        return flat

    def areas(self, shapes: Any) -> npt.NDArray[np.float64]:
        """Return the true areas in m², measured in an equal-area projection."""
        degrees = shapely.transform(np.asarray(shapes, dtype=object), lambda at: at / self._scale)
        flat = geopandas.GeoSeries(degrees, crs=WGS84).to_crs(self._equal_area)
        areas: npt.NDArray[np.float64] = flat.area.to_numpy()
        return areas


def compare(frame: GeoDataFrame, role: str, report: Report) -> None:
    """Tell of gaps and overlaps between the areas of a layer, with their sizes."""
    flat = _Flat(frame)
    shapes = flat.shapes(frame)
    _tell_overlaps(flat, frame["name"].to_numpy(), shapes, role, report)
    _tell_gaps(flat, shapes, role, report)


def compare_with_districts(beats: GeoDataFrame, districts: GeoDataFrame | None, report: Report) -> GeoDataFrame:
    """Return the beats with the district of each, and tell which lie in two, and what no beat covers."""
    if districts is None:
        if (beats["district"] == "").all():
            report.warned("beats", "There are no districts, so the beats belong to none.")
        return beats
    flat = _Flat(districts)
    mine, theirs = flat.shapes(beats), flat.shapes(districts)
    names, filed = districts["name"].to_numpy(str), beats["district"].to_numpy(object).copy()
    derived = []
    for row, (name, shape) in enumerate(zip(beats["name"], mine, strict=True)):
        shares = shapely.area(shapely.intersection(theirs, shape)) / shapely.area(shape)
        told = " and ".join(
            f"{names[at]} ({shares[at]:.1%})" for at in np.argsort(-shares) if shares[at] > SECOND_SHARE
        )
        said, largest = filed[row], str(names[shares.argmax()]) if told else ""
        if not said:
            derived.append(name)
            filed[row] = largest
        elif said not in names:
            report.warned("beats", f"Beat {name} says that its district is {said}, which is none of the districts.")
        elif told and shares[names == said].max() <= SECOND_SHARE:
            report.warned("beats", f"Beat {name} says that its district is {said}, but lies in {told}.")
        if (shares > SECOND_SHARE).sum() > 1:
            report.warned("beats", f"Beat {name} lies in two districts: {told}; it is filed under {filed[row]}.")
        elif not told:
            report.warned("beats", f"Beat {name} lies in no district.")
    if derived:
        said = f"{counted(len(derived), 'beat')} of {len(beats):,} did not say the district: {listed(derived)}"
        report.repaired("beats", f"{said}; it is the one where the largest part lies.")
    uncovered = flat.areas([shapely.difference(shapely.union_all(theirs), shapely.union_all(mine))])[0]
    if uncovered >= SMALLEST_M2:
        report.warned("beats", f"{told_area(uncovered)} of the districts lie in no beat.")
    return beats.assign(district=filed).astype({"district": "str"})


def told_area(square_metres: float) -> str:
    """Return an area as people say it: in m², ha or km²."""
    if square_metres < 10_000:
        return f"{square_metres:,.0f} m²"
    if square_metres < 1_000_000:
        return f"{square_metres / 10_000:,.1f} ha"
    return f"{square_metres / 1_000_000:,.2f} km²"


def _tell_overlaps(flat: _Flat, names: Any, shapes: Any, role: str, report: Report) -> None:
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    areas = flat.areas(shapely.intersection(shapes[left], shapes[right]))
    found = np.flatnonzero(areas >= SMALLEST_M2)
    if found.size:
        worst = found[np.argsort(-areas[found])]
        told = listed([f"{names[left[at]]} and {names[right[at]]} ({told_area(areas[at])})" for at in worst])
        pairs, verb = counted(int(found.size), "pair"), "overlap" if found.size > 1 else "overlaps"
        report.warned(role, f"{pairs} of {role} {verb} by {told_area(areas[found].sum())} in all: {told}.")


def _tell_gaps(flat: _Flat, shapes: Any, role: str, report: Report) -> None:
    whole = shapely.union_all(shapes)
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(whole) for ring in part.interiors]
    gaps = shapely.get_parts(shapely.union_all([*holes, *_slits(shapes, whole)]))
    areas = flat.areas(gaps)
    areas = areas[areas >= SMALLEST_M2]
    if areas.size:
        said = f"{counted(int(areas.size), 'gap')} between {role}, {told_area(areas.sum())} in all"
        report.warned(role, f"{said}; the largest has {told_area(areas.max())}.")


def _slits(shapes: Any, whole: Any) -> list[Any]:
    """Return the narrow gaps between neighbours that are open to the outside, which are no holes."""
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=REACH_M)
    once = left < right
    found = []
    for one, other in zip(shapes[left[once]], shapes[right[once]], strict=True):
        near = shapely.intersection(shapely.buffer(one, REACH_M / 2), shapely.buffer(other, REACH_M / 2))
        slit = shapely.difference(near, whole)
        # Where two that touch part from each other there is always such a corner; it is no gap.
        met = shapely.intersection(one, other)
        if not met.is_empty:
            ends = met if met.geom_type == "Point" else shapely.boundary(met)
            slit = shapely.difference(slit, shapely.buffer(ends, REACH_M / 2 + 0.1))
        found += [part for part in shapely.get_parts(slit) if part.geom_type == "Polygon" and part.area > REACH_M**2]
    return found
