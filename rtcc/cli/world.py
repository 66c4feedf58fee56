"""Makes the world that the simulator lives in of a built city pack."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from rtcc.city.drive import Drives
from rtcc.city.locate import Locator
from rtcc.city.pack import CityPack, PackError
from rtcc.city.read import read_layer
from rtcc.city.roads import Roads
from rtcc.feeds.transports.simulator.world import Camera, Point, World

#: The agency of a city whose pack names none.
_AGENCY = "SIM"


def world_of(pack: CityPack) -> World:
    """Return what the simulator has to know of a city. Raises PackError for a pack without streets."""
    if not pack.roads.is_file():
        raise PackError(f"{pack.folder} has no streets, and the simulator drives on streets only.")
    roads = Roads.load(pack.roads)
    if not roads.length_m.size:
        raise PackError(f"{pack.roads} holds no street to drive on.")
    districts, beats = Locator.from_pack(pack).locate(roads.node_lat, roads.node_lon)
    # A city without beats is patrolled by district.
    areas = [(beat, district or "") for beat, district in zip(beats, districts, strict=True)]
    if not any(beat for beat, _ in areas):
        areas = [(district or None, district) for _, district in areas]
    named = _beats(areas)
    index = {name: number for number, (name, _) in enumerate(named)}
    places = _places(pack)
    return World(
        roads=roads,
        drives=Drives(roads),
        agency=pack.agencies[0].id if pack.agencies else _AGENCY,
        zone=pack.zone,
        node_beat=np.array([index.get(name or "", -1) for name, _ in areas], dtype=np.int32),
        beats=named,
        call_types=pack.call_types,
        stations=places.get("police", ()),
        cameras=_cameras(pack),
        places=places,
    )


def _beats(areas: list[tuple[str | None, str]]) -> tuple[tuple[str, str], ...]:
    """Return each beat with the district that most of its crossings lie in."""
    counts: dict[str, dict[str, int]] = {}
    for beat, district in areas:
        if beat:
            districts = counts.setdefault(beat, {})
            districts[district] = districts.get(district, 0) + 1
    return tuple((beat, max(sorted(counts[beat]), key=counts[beat].__getitem__)) for beat in sorted(counts))


def _places(pack: CityPack) -> dict[str, tuple[Point, ...]]:
    frame = read_layer(pack, "places")
    if frame is None or frame.empty:
        return {}
    kinds = frame["kind"].to_numpy()
    order = np.argsort(kinds, kind="stable")
    kinds, lats, lons = kinds[order], frame.geometry.y.to_numpy()[order], frame.geometry.x.to_numpy()[order]
    cuts = [0, *(np.flatnonzero(kinds[1:] != kinds[:-1]) + 1).tolist(), len(kinds)]
    return {
        str(kinds[begin]): tuple(zip(lats[begin:end].tolist(), lons[begin:end].tolist(), strict=True))
        for begin, end in pairwise(cuts)
    }


def _cameras(pack: CityPack) -> tuple[Camera, ...]:
    frame = read_layer(pack, "cameras")
    if frame is None:
        return ()
    columns = (frame[name].tolist() for name in ("id", "name", "heading_deg", "fov_deg"))
    rows = zip(*columns, frame.geometry.y.round(6).tolist(), frame.geometry.x.round(6).tolist(), strict=True)
    return tuple(
        Camera(str(id_), str(name) or str(id_), lat, lon, _angle(heading), _angle(fov))
        for id_, name, heading, fov, lat, lon in rows
    )


def _angle(degrees: float) -> float:
    """Return an angle that a camera's table holds; what it does not hold counts as 0."""
    return round(float(degrees) % 360, 1) if np.isfinite(degrees) else 0.0
