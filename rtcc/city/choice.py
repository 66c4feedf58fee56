"""Which city: the one that is set, else the invented one; and where its built pack lies."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from rtcc.city.pack import PACK_VERSION, is_pack, read_toml
from rtcc.settings import CITIES, Settings

SAN_FRANCISCO = CITIES / "san_francisco"
#: Past calls of San Francisco, within its public data.
CALLS = "sf_calls_realtime/calls.csv"
#: Names the folder that recipes read public files from, instead of the one they say themselves.
DATA_VARIABLE = "RTCC_CITY_DATA"
#: Raise it when the same recipe or seed should give another pack.
BUILD = 1
_FINGERPRINT = "fingerprint"
#: The keys of a recipe that name files.
_NAMES_FILES = {"file", "files", "basemap", "call_types"}


def city_folder(settings: Settings) -> Path:
    """Return the folder of the built pack: the one that is set, or the one that is made in the data folder.

    Raises PackError when the folder that is set holds no readable ``city.toml``.
    """
    if settings.city is not None and is_pack(settings.city):
        return settings.city.absolute()
    return settings.data_dir / "city"


def public_data() -> Path:
    """Return the folder that San Francisco's recipe reads from."""
    return data_folder(SAN_FRANCISCO, read_toml(SAN_FRANCISCO / "city.toml"))


def data_folder(recipe: Path, told: dict[str, Any]) -> Path:
    """Return the folder that a recipe's files are looked for in when they do not lie in the recipe itself."""
    elsewhere = os.environ.get(DATA_VARIABLE)
    return Path(elsewhere) if elsewhere else (recipe / str(told.get("data", "."))).resolve()


def is_ready(settings: Settings) -> bool:
    """Whether the built pack is there, made from what the settings and the source files say now."""
    if settings.city is not None and is_pack(settings.city):
        return True
    mark = city_folder(settings) / _FINGERPRINT
    return mark.is_file() and mark.read_text("utf-8") == fingerprint(settings)


def mark_ready(settings: Settings) -> None:
    """Note what the pack was made from; last of all, so that a build cut short is done again."""
    (city_folder(settings) / _FINGERPRINT).write_text(fingerprint(settings), "utf-8")


def fingerprint(settings: Settings) -> str:
    """Return what tells one input of a build from another: the seed, or a recipe and the state of its files."""
    seen = hashlib.sha256(f"{PACK_VERSION}.{BUILD}\n".encode())
    if settings.city is None:
        seen.update(f"invented {settings.city_seed}\n".encode())
        return seen.hexdigest()
    recipe = settings.city.absolute()
    told = read_toml(recipe / "city.toml")
    data = data_folder(recipe, told)
    seen.update((recipe / "city.toml").read_bytes())
    for name in sorted(set(_files(told))):
        file = next((place / name for place in (recipe, data) if (place / name).is_file()), None)
        # A shapefile is several files beside each other.
        for part in sorted(file.parent.glob(file.stem + ".*")) if file else ():
            state = part.stat()
            seen.update(f"{part.name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def _files(told: object) -> list[str]:
    if isinstance(told, dict):
        named = [value for key, value in told.items() if key in _NAMES_FILES]
        names = [name for value in named for name in (value if isinstance(value, list) else [value])]
        return [str(name) for name in names if isinstance(name, str)] + [
            name for value in told.values() for name in _files(value)
        ]
    return [name for value in told for name in _files(value)] if isinstance(told, list) else []
