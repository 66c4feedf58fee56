"""A built pack as the web process needs it: who and what is near a place; read when it is first asked."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from rtcc.city.nearby import Around
from rtcc.city.pack import DRAWN, ROADS
from rtcc.city.roads import Roads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rtcc.city.drive import Drives
    from rtcc.city.nearest_units import Located


class NearbyCity:
    """One pack's cameras, places and streets; several threads may ask it at once."""

    def __init__(self, pack_folder: Path) -> None:
        """Read nothing yet: the pack may still be in the making."""
        self._folder = pack_folder
        self._reading = Lock()

    def near(self, lat: float, lon: float, units: Sequence[Located], k: int) -> dict[str, Any]:
        """Return the k nearest units, cameras and places, and by which method the units were compared."""
        # Imported late: the search brings its mathematics with it, which a process that is never asked need not hold.
        from rtcc.city.nearest_units import nearest_units  # noqa: PLC0415

        with self._reading:
            around, drives = self._around, self._drives
        method, found = nearest_units(drives, lat, lon, units, k)
        return {
            "method": method,
            "units": [unit.told() for unit in found],
            "cameras": around.cameras.nearest(lat, lon, k),
            "places": around.places.nearest(lat, lon, k),
        }

    @cached_property
    def _around(self) -> Around:
        return Around.read(self._folder / DRAWN)

    @cached_property
    def _drives(self) -> Drives | None:
        from rtcc.city.drive import Drives  # noqa: PLC0415 - as above

        file = self._folder / ROADS
        return Drives(Roads.load(file)) if file.is_file() else None
