"""Reads the single values of a row: local times, points and names in capitals, the way agencies export them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

#: Beyond it a date is a slip of the pen or a stand-in for "never", such as 9999-12-31.
LAST_YEAR = 2100
_WKT = re.compile(r"\s*POINT\s*Z?\s*\(\s*(\S+)\s+(\S+)(?:\s+\S+)?\s*\)\s*", re.IGNORECASE)
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
            read = datetime.fromisoformat(value) if form == "iso" else datetime.strptime(value, form)  # noqa: DTZ007
        except ValueError:
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


def point(value: object) -> tuple[float, float]:
    """Return (lat, lon) of a WKT text or a GeoJSON object; raises ValueError for anything else."""
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
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError("is no place on Earth")
    return lat, lon


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
