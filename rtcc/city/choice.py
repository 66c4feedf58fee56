"""Which city: the one that is set, else San Francisco where its public files lie beside the project, else plain."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from rtcc.settings import PLAIN_CITY, Settings

SAN_FRANCISCO = PLAIN_CITY.parent / "san_francisco"
#: Past calls of San Francisco, within its public data.
CALLS = "sf_calls_realtime/calls.csv"


def city_folder(settings: Settings) -> Path:
    """Return the city-pack folder: the one that is set, San Francisco where its public files are at hand, or plain."""
    if settings.city is not None:
        return settings.city
    return SAN_FRANCISCO if (public_data() / CALLS).is_file() else PLAIN_CITY


def public_data() -> Path:
    """Return the folder that San Francisco's city pack reads from."""
    elsewhere = os.environ.get("RTCC_CITY_DATA")
    if elsewhere:
        return Path(elsewhere)
    declared: str = tomllib.loads((SAN_FRANCISCO / "city.toml").read_text())["data"]
    return (SAN_FRANCISCO / declared).resolve()
