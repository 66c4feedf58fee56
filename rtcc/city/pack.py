"""Reads a city pack, the folder that tells one city's name, frame and layers, before anything is located in it."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Names the folder that a pack's layer files are looked for in when they are not in the pack itself.
DATA_VARIABLE = "RTCC_CITY_DATA"
ROLES = ("districts", "beats", "land", "parks", "streets")
FORMATS = (".geojson", ".json", ".shp")


class PackError(ValueError):
    """A city pack that cannot be used; the message says which file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One map layer of a pack: which file, and which of its columns mean something to us."""

    role: str
    file: Path
    name: str | None = None
    kind: str | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)
    major: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CityPack:
    """A city as its pack describes it; ``missing`` holds one sentence for each layer that is left out."""

    folder: Path
    name: str
    timezone: str
    center: tuple[float, float]
    zoom: float
    bounds: tuple[float, float, float, float]
    attribution: str
    layers: dict[str, Layer]
    missing: tuple[str, ...]

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.timezone)

    def framed(self, share: float) -> tuple[float, float, float, float]:
        """Return the bounds grown on every side by ``share`` of their width and height."""
        west, south, east, north = self.bounds
        dx, dy = (east - west) * share, (north - south) * share
        return (west - dx, south - dy, east + dx, north + dy)


def load_pack(folder: Path) -> CityPack:
    """Read ``city.toml`` in ``folder``; a layer whose file is absent is left out and told in ``missing``."""
    folder = folder.absolute()
    file = folder / "city.toml"
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise PackError(f"{file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{file} is not valid TOML: {error}.") from error
    try:
        return _pack(folder, told)
    except ZoneInfoNotFoundError as error:
        raise PackError(f"{file}: {told['timezone']} is no time zone.") from error
    except (KeyError, TypeError, ValueError) as error:
        what = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise PackError(f"{file}: {what}.") from error


def _pack(folder: Path, told: dict[str, Any]) -> CityPack:
    layers: dict[str, Layer] = {}
    missing: list[str] = []
    unknown = told.get("layers", {}).keys() - set(ROLES)
    if unknown:
        raise ValueError(f"unknown layer {min(unknown)}; allowed are {', '.join(ROLES)}")
    for role, about in told.get("layers", {}).items():
        file = _find(folder, _base(folder, told), about["file"])
        if file is None:
            missing.append(f"The layer {role} is left out: {about['file']} is absent.")
        elif file.suffix.lower() not in FORMATS:
            raise ValueError(f"layer {role} names {file.name}; it must be one of {', '.join(FORMATS)}")
        else:
            only = {column: tuple(map(str, values)) for column, values in about.get("only", {}).items()}
            columns = about.get("name"), about.get("class"), about.get("classes", {})
            layers[role] = Layer(role, file, *columns, only, tuple(about.get("major", ())))
    west, south, east, north = (float(value) for value in told["bounds"])
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("bounds must be [west, south, east, north] in degrees")
    lon, lat = (float(value) for value in told["center"])
    ZoneInfo(told["timezone"])
    return CityPack(
        folder=folder,
        name=str(told["name"]),
        timezone=told["timezone"],
        center=(lon, lat),
        zoom=float(told["zoom"]),
        bounds=(west, south, east, north),
        attribution=str(told.get("attribution", "")),
        layers=layers,
        missing=tuple(missing),
    )


def _base(folder: Path, told: dict[str, Any]) -> Path:
    elsewhere = os.environ.get(DATA_VARIABLE)
    return Path(elsewhere) if elsewhere else folder / told.get("data", ".")


def _find(folder: Path, base: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, base / name) if path.is_file()), None)


def title_case(name: str) -> str:
    """Return a name in capitals as people write it: ``BAY VIEW`` is ``Bay View``; ``3D12`` and ``NE`` stay."""
    if not name.isupper() or len(name) < 4 or any(sign.isdigit() for sign in name):
        return name
    return re.sub(r"[^\W\d_]+('[^\W\d_]+)?", lambda word: word.group().capitalize(), name)
