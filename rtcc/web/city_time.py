"""Times as the city's clocks show them, for the parts of a page that the server writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from fastapi import Request

from rtcc.model.checks import parse_instant
from rtcc.web.basemap import Ground


@dataclass(frozen=True, slots=True)
class CityTime:
    """The city's time zone, and how a moment is written in it."""

    zone: tzinfo

    def at(self, moment: datetime) -> datetime:
        """Return a moment by the city's clock."""
        return moment.astimezone(self.zone)

    def clock(self, moment: datetime) -> str:
        """Return the time of day: 18:04:37."""
        return f"{self.at(moment):%H:%M:%S}"

    def day(self, moment: datetime) -> str:
        """Return the day: Fri 16 Jan 2026."""
        here = self.at(moment)
        return f"{here:%a} {here.day} {here:%b %Y}"

    def zone_name(self, moment: datetime) -> str:
        """Return the zone's short name at a moment: PST."""
        return self.at(moment).tzname() or "UTC"

    def written(self, instant: object) -> str | None:
        """Return the time of day of an instant as the wire writes it; None where it is none."""
        moment = parse_instant(instant)
        return None if moment is None else self.clock(moment)


def city_time(request: Request) -> CityTime:
    """Return the time of the city that this server shows; UTC while there is none."""
    ground: Ground | None = getattr(request.app.state, "basemap", None)
    told = ground.files.get("city.json") if ground else None
    if told is None:
        return CityTime(UTC)
    try:
        return CityTime(ZoneInfo(orjson.loads(told.plain)["timezone"]))
    except (KeyError, ValueError, ZoneInfoNotFoundError):
        return CityTime(UTC)
