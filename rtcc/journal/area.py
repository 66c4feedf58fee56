"""Areas to ask the journal about, and where entities were after each change: a change itself says only what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import shapely

from rtcc.picture.changes import Change
from rtcc.picture.snapshot import StoredEntity


class Where(NamedTuple):
    """What an entity says of its place; None for what it does not say."""

    lat: float | None = None
    lon: float | None = None
    district: str | None = None
    beat: str | None = None


NOWHERE = Where()
_NAMES = frozenset(Where._fields)


class AreaError(ValueError):
    """A text that names no area; the message says why."""


class Area:
    """Part of the city; what has no position lies in no shape, and what says no district in none."""

    def __init__(self, holds: Callable[[Where], bool]) -> None:
        """``holds`` says whether a place lies in it."""
        self.holds = holds

    @classmethod
    def of_name(cls, name: str) -> Area:
        """Return the district or the beat of a name, as the entities themselves say it."""
        return cls(lambda where: name in {where.district, where.beat})

    @classmethod
    def of_box(cls, west: float, south: float, east: float, north: float) -> Area:
        """Return what lies between longitudes and latitudes, in degrees."""

        def holds(where: Where) -> bool:
            lat, lon = where.lat, where.lon
            return lat is not None and lon is not None and south <= lat <= north and west <= lon <= east

        return cls(holds)

    @classmethod
    def of_shape(cls, shape: Any) -> Area:
        """Return a Shapely geometry, its edge with it; in WGS 84, x is the longitude."""
        shapely.prepare(shape)

        def holds(where: Where) -> bool:
            lat, lon = where.lat, where.lon
            return lat is not None and lon is not None and bool(shapely.intersects_xy(shape, lon, lat))

        return cls(holds)


class Whereabouts:
    """Where everything is that said so, kept up to date by the changes."""

    def __init__(self, entities: Iterable[StoredEntity]) -> None:
        """Begin with the picture before the first change."""
        self._known: dict[tuple[str, str], Where] = {}
        for entity in entities:
            self._take(entity.kind, entity.id, entity.fields)

    def after(self, change: Change) -> Where:
        """Return where an entity is after the next change; where it was last, if it leaves by it."""
        if change.fields is None:
            return self._known.pop((change.kind, change.id), NOWHERE)
        return self._take(change.kind, change.id, change.fields)

    def _take(self, kind: str, id_: str, fields: dict[str, Any]) -> Where:
        known = self._known.get((kind, id_), NOWHERE)
        if _NAMES.isdisjoint(fields):
            return known
        known = known._replace(**{name: fields[name] for name in _NAMES & fields.keys()})
        self._known[kind, id_] = known
        return known


def read_area(text: str) -> Area:
    """Return the area that a text names: west,south,east,north in degrees, a GeoJSON file, or a district or beat.

    Raises AreaError.
    """
    if text.count(",") == 3:
        return _read_box(text)
    if not text.lower().endswith((".geojson", ".json")):
        return Area.of_name(text)
    try:
        shape = shapely.union_all(shapely.make_valid(shapely.from_geojson(Path(text).read_text("utf-8"))))
    except OSError as error:
        raise AreaError(f"{text} cannot be read: {error.strerror}.") from error
    except (ValueError, shapely.errors.ShapelyError):
        raise AreaError(f"{text} is no GeoJSON.") from None
    if shape.is_empty:
        raise AreaError(f"{text} holds no area.")
    return Area.of_shape(shape)


def _read_box(text: str) -> Area:
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise AreaError(f"{text!r} is no area; a box is west,south,east,north in degrees.") from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise AreaError(f"{text!r} is no area; west must be before east and south before north, in degrees.")
    return Area.of_box(west, south, east, north)
