"""Reads the single values of a row: times, points, numbers and names in capitals, the way agencies export them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

#: Beyond it a date is a slip of the pen or a stand-in for "never", such as 9999-12-31.
LAST_YEAR = 2100
#: What one of each is in the unit of our own field: metres, metres per second, a fraction of one.
UNITS = {
    "m": 1.0,
    "km": 1000.0,
    "ft": 0.3048,
    "miles": 1609.344,
    "mps": 1.0,
    "kmh": 1 / 3.6,
    "mph": 0.44704,
    "knots": 1852 / 3600,
    "percent": 0.01,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: The ways of counting time since 1970, and how many of each make a second.
EPOCHS = {"epoch_s": 1.0, "epoch_ms": 1e3, "epoch_us": 1e6, "epoch_ns": 1e9}
_WKT = re.compile(r"\s*POINT\s*Z?\s*\(\s*(\S+)\s+(\S+)(?:\s+\S+)?\s*\)\s*", re.IGNORECASE)
_LAT_LON = re.compile(r"\(?\s*([-+.\d]+)\s*,\s*([-+.\d]+)\s*\)?", re.ASCII)
_WORD = re.compile(r"[^\W_](?:[^\W_]|['&.](?=[^\W_]))*")
_ORDINAL = re.compile(r"0*(\d+)(ST|ND|RD|TH)", re.IGNORECASE)


def text(value: object) -> str:
    """Return any decoded cell as trimmed text, empty where there is nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def local_time(value: str, formats: Iterable[str]) -> datetime:
    """Return the datetime that the first fitting format gives, naive where the text has no offset."""
    for form in formats:
        try:
            if form in EPOCHS:
                read = _EPOCH + timedelta(seconds=float(value) / EPOCHS[form])
            else:
                read = datetime.fromisoformat(value) if form == "iso" else datetime.strptime(value, form)  # noqa: DTZ007
        except (ValueError, OverflowError):
            continue
        if read.year <= LAST_YEAR:
            return read
    raise ValueError("is no time this mapping knows")


def in_utc(local: datetime, zone: ZoneInfo, not_before: datetime | None = None) -> datetime:
    """Return the instant of a local time.

    An hour that happens twice is the first of the two, unless that lies before the row's moment before it.
    A time skipped in spring is read with the offset that held before the clocks changed.
    """
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    happens_twice = early < late
    return late if happens_twice and not_before is not None and early < not_before <= late else early


def point(value: object) -> tuple[float, float] | None:
    """Return (lat, lon) of a point in WKT or GeoJSON or as Socrata writes one, None for a stand-in; or ValueError."""
    if isinstance(value, Mapping) and "latitude" in value:
        return place(value["latitude"], value.get("longitude"))
    if not isinstance(value, Mapping) and _LAT_LON.fullmatch(text(value)):
        return lat_lon(value)
    if isinstance(value, Mapping):
        pair: Any = value.get("coordinates") if value.get("type") == "Point" else None
        pair = pair[:2] if isinstance(pair, list) else ()
    else:
        found = _WKT.fullmatch(text(value))
        pair = found.groups() if found else ()
    try:
        lon, lat = (float(number) for number in pair)
    except (TypeError, ValueError):
        raise ValueError("is no point in WKT or GeoJSON") from None
    return place(lat, lon)


def lat_lon(value: object) -> tuple[float, float] | None:
    """Return (lat, lon) of a text such as ``(37.79, -122.41)``, None for a stand-in; else raises ValueError."""
    found = _LAT_LON.fullmatch(text(value))
    if not found:
        raise ValueError("is no pair of latitude and longitude")
    return place(*found.groups())


def place(lat: object, lon: object) -> tuple[float, float] | None:
    """Return a position as numbers, or None for 0, 0, which stands for "nowhere". Raises ValueError."""
    try:
        north, east = float(text(lat)), float(text(lon))
    except ValueError:
        raise ValueError("is no pair of numbers") from None
    if not (math.isfinite(north) and math.isfinite(east) and abs(north) <= 90 and abs(east) <= 180):
        raise ValueError("is no place on Earth")
    # In the Gulf of Guinea, where no agency has ever sent anybody.
    return None if abs(north) < 1e-6 and abs(east) < 1e-6 else (north, east)


def number(value: object, factor: float = 1.0) -> float:
    """Return a finite number, thousands separated by commas or not, in our unit. Raises ValueError."""
    try:
        read = float(text(value).replace(",", "")) * factor
    except ValueError:
        raise ValueError("is no number") from None
    if not math.isfinite(read):
        raise ValueError("is no number")
    return read


def whole(value: object) -> int:
    """Return a whole number, also where it is written 3.0. Raises ValueError."""
    read = number(value)
    if read != int(read):
        raise ValueError("is no whole number")
    return int(read)


def texts(value: object, separator: str) -> list[str]:
    """Return the items of a list, or the parts of a text; each once, in order, without empty ones."""
    parts = value if isinstance(value, list) else text(value).split(separator)
    return list(dict.fromkeys(shown for part in parts if (shown := text(part))))


def title(value: str, words: Mapping[str, str]) -> str:
    """Return a text in capitals as people write it; text that is not all capitals is left alone."""
    value = " ".join(value.split())
    return _WORD.sub(lambda found: _titled(found.group(), words), value) if value.isupper() else value


def streets(value: str, words: Mapping[str, str]) -> str:
    r"""Return ``06TH ST \ MCALLISTER ST`` as ``6th St / McAllister St``."""
    return " / ".join(title(street, words) for street in value.split("\\") if street.strip())


def _titled(word: str, words: Mapping[str, str]) -> str:
    if word in words:
        return words[word]
    ordinal = _ORDINAL.fullmatch(word)
    if ordinal:
        return ordinal[1] + ordinal[2].lower()
    if word.startswith("MC") and len(word) > 4:
        return "Mc" + word[2:].capitalize()
    return word.capitalize()
