"""Reads a city pack, the folder that tells one city's name, frame, words and layers, for all who locate or draw."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, fields
from datetime import tzinfo
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rtcc.model.call_types import PATTERNS, CallType

#: What `pack = …` in city.toml must say; a folder without it is a recipe, and `rtcc city build` makes a pack of it.
PACK_VERSION = 1
BASEMAP = "basemap.pmtiles"
ROADS = "roads.npz"
DRAWN = "drawn"


T = TypeVar("T")


class PackError(ValueError):
    """A city pack that cannot be used; the message says which file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class LayerShape:
    """What one layer of a built pack holds: its columns beside ``geometry`` (WGS 84), and its kinds of geometry."""

    columns: dict[str, str]
    geometries: tuple[str, ...]


_AREA = ("Polygon", "MultiPolygon")
#: Every layer that a pack may hold, as ``<role>.parquet``. Text columns hold "" for nothing, never null.
LAYERS: dict[str, LayerShape] = {
    "districts": LayerShape({"name": "str"}, _AREA),
    "beats": LayerShape({"name": "str", "district": "str"}, _AREA),
    "neighborhoods": LayerShape({"name": "str"}, _AREA),
    # class: one of STREET_CLASSES. oneway: 0 both ways, 1 as drawn, -1 against. level: 0 ground, 1 bridge, -1 tunnel;
    # streets of different levels meet only where both end.
    "streets": LayerShape({"name": "str", "class": "str", "oneway": "int8", "level": "int8"}, ("LineString",)),
    "places": LayerShape({"name": "str", "kind": "str"}, ("Point",)),
    "cameras": LayerShape(
        {"id": "str", "name": "str", "heading_deg": "float64", "fov_deg": "float64", "range_m": "float64"}, ("Point",)
    ),
    "land": LayerShape({}, _AREA),
    "water": LayerShape({"name": "str", "kind": "str"}, _AREA),
    "landuse": LayerShape({"name": "str", "kind": "str"}, _AREA),
    "buildings": LayerShape({"height_m": "float64"}, _AREA),
}
#: From the largest to the smallest; what may not be driven on comes last.
STREET_CLASSES = ("motorway", "ramp", "arterial", "collector", "local", "alley", "path")


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency of the city, as events name it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Target:
    """What one priority is owed: seconds from entered to dispatched, and from entered to on scene."""

    queue_s: int
    response_s: int


@dataclass(frozen=True, slots=True)
class CityPack:
    """A city as its pack describes it; ``layers`` are the parquet files that are there."""

    folder: Path
    name: str
    timezone: str
    center: tuple[float, float]
    zoom: float
    bounds: tuple[float, float, float, float]
    attribution: str
    agencies: tuple[Agency, ...]
    call_types: tuple[CallType, ...]
    targets: dict[int, Target]
    layers: dict[str, Path]

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.timezone)

    @property
    def basemap(self) -> Path:
        return self.folder / BASEMAP

    @property
    def roads(self) -> Path:
        return self.folder / ROADS

    def framed(self, share: float) -> tuple[float, float, float, float]:
        """Return the bounds grown on every side by ``share`` of their width and height."""
        west, south, east, north = self.bounds
        dx, dy = (east - west) * share, (north - south) * share
        return (west - dx, south - dy, east + dx, north + dy)


def is_pack(folder: Path) -> bool:
    """Tell a built pack from a recipe or any other folder. Raises PackError when its city.toml cannot be read."""
    return "pack" in read_toml(folder / "city.toml")


def load_pack(folder: Path) -> CityPack:
    """Read a built pack's ``city.toml`` and see which layers lie beside it. Raises PackError."""
    folder = folder.absolute()
    file = folder / "city.toml"
    told = read_toml(file)
    if told.get("pack") != PACK_VERSION:
        raise PackError(f"{folder} is no built city pack of version {PACK_VERSION}; make one with `rtcc city build`.")
    about = city_of(told, file)
    layers = {role: folder / f"{role}.parquet" for role in LAYERS if (folder / f"{role}.parquet").is_file()}
    return CityPack(folder=folder, layers=layers, **about)


def read_toml(file: Path) -> dict[str, Any]:
    """Return what a TOML file says. Raises PackError."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise PackError(f"{file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{file} is not valid TOML: {error}.") from error


def city_of(told: dict[str, Any], file: Path) -> dict[str, Any]:
    """Return the fields of CityPack that city.toml itself says, checked; recipes say the same. Raises PackError."""
    try:
        return _city(told)
    except ZoneInfoNotFoundError as error:
        raise PackError(f"{file}: {told['timezone']} is no time zone.") from error
    except (KeyError, TypeError, ValueError) as error:
        what = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise PackError(f"{file}: {what}.") from error


def _city(told: dict[str, Any]) -> dict[str, Any]:
    west, south, east, north = _degrees(told, "bounds", "[west, south, east, north]", 4)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("bounds must be [west, south, east, north] in degrees")
    lon, lat = _degrees(told, "center", "[longitude, latitude]", 2)
    ZoneInfo(told["timezone"])
    return {
        "name": str(told["name"]),
        "timezone": told["timezone"],
        "center": (lon, lat),
        "zoom": float(told["zoom"]),
        "bounds": (west, south, east, north),
        "attribution": str(told.get("attribution", "")),
        "agencies": tuple(Agency(str(each["id"]), str(each["name"])) for each in told.get("agencies", ())),
        "call_types": tuple(_call_type(each) for each in told.get("call_types", ())),
        "targets": {_priority(key): _row(Target, "target", value) for key, value in told.get("targets", {}).items()},
    }


def _call_type(told: dict[str, Any]) -> CallType:
    _priority(told["priority"])
    if told.get("pattern", "even") not in PATTERNS:
        raise ValueError(f"call type {told['code']} has the pattern {told['pattern']}; it must be one of {PATTERNS}")
    onview = told.get("onview", 0.0)
    if isinstance(onview, bool) or not isinstance(onview, int | float) or not 0 <= onview <= 1:
        raise ValueError(f"call type {told['code']} has the onview {onview!r}; it must be a number from 0 to 1")
    return _row(CallType, "call type", told)


def _row(shape: type[T], what: str, told: dict[str, Any]) -> T:
    allowed = [each.name for each in fields(shape)]  # type: ignore[arg-type]
    unknown = sorted(told.keys() - set(allowed))
    if unknown:
        raise ValueError(f"a {what} has the key {unknown[0]}; allowed are {', '.join(allowed)}")
    missing = [each.name for each in fields(shape) if each.default is MISSING and each.name not in told]  # type: ignore[arg-type]
    if missing:
        raise ValueError(f"a {what} lacks {missing[0]}")
    return shape(**told)


def _degrees(told: dict[str, Any], key: str, form: str, count: int) -> list[float]:
    value = told[key]
    if not isinstance(value, list) or len(value) != count or not all(type(each) in {int, float} for each in value):
        raise ValueError(f"{key} is {value}; it must be {form}, numbers in degrees")
    return [float(each) for each in value]


def _priority(value: object) -> int:
    number = int(str(value))
    if not 1 <= number <= 5:
        raise ValueError(f"{value} is no priority; it must be 1 to 5")
    return number
