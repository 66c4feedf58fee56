"""Writes a pack's cameras and places once more, small and plain, for processes without a geometry library."""

from __future__ import annotations

from pathlib import Path

import orjson

from rtcc.city.locate import point_columns
from rtcc.city.nearby import CAMERAS_FILE, PLACES_FILE
from rtcc.city.pack import DRAWN, load_pack


def write_nearby(pack_folder: Path) -> None:
    """Write ``drawn/cameras.json`` and ``drawn/places.json``, a list for each column. Raises PackError."""
    pack = load_pack(pack_folder)
    folder = pack_folder / DRAWN
    folder.mkdir(exist_ok=True)
    for role, file in (("cameras", CAMERAS_FILE), ("places", PLACES_FILE)):
        # What is not known is NaN, which orjson writes as null.
        (folder / file).write_bytes(orjson.dumps(point_columns(pack, role)))
