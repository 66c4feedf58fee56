"""GTFS-realtime: vehicle positions become units with a fix, service alerts notices; trip updates are not ours."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from google.protobuf.message import DecodeError
from google.transit import gtfs_realtime_pb2 as gtfs

from rtcc.feeds.formats.plain_text import line, short_id, story
from rtcc.feeds.formats.telling import Telling
from rtcc.feeds.formats.unzip import UnzipError, unzip
from rtcc.feeds.options import Options
from rtcc.feeds.payload import NOT_OURS, FeedNames, Payload, Told
from rtcc.model.checks import BOOLEAN, number, text
from rtcc.model.event import iso

#: Until when a vehicle's position is taken as good: some feeds renew it every two minutes only.
STALE_AFTER_S = 300.0
#: How long an alert without an end holds, counted from when it was last told otherwise.
LASTS_S = 86_400.0
_TRIP_UPDATES = "trip-updates"
_LAST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
#: The extremes of the standard, in the words of CAP.
_SEVERITIES = {"SEVERE": "Severe", "WARNING": "Moderate", "INFO": "Minor"}


class GtfsRtFormat:
    """Reads feed messages; what stands in one as it stood in the last is not told again."""

    remembers = True

    def __init__(self, names: FeedNames, unit_type: str, stale_after_s: float, language: str, alerts: bool) -> None:
        """``unit_type`` is what its vehicles are; ``alerts`` says whether they become notices."""
        self._names = names
        self._unit_type = unit_type
        self._stale_after = timedelta(seconds=stale_after_s)
        self._language = language
        self._alerts = alerts

    @classmethod
    def from_table(cls, names: FeedNames, table: dict[str, Any]) -> Self:
        """Make it from the feed's table. Raises FeedTableError."""
        options = Options(f"feeds.{names.name}", table)
        unit_type = options.take("unit_type", text(64), "transit")
        stale_after_s = options.take("stale_after_s", number(10, 86_400, "seconds"), STALE_AFTER_S)
        language = options.take("language", text(16), "en")
        alerts = options.take("alerts", BOOLEAN, True)
        options.done()
        return cls(names, unit_type, float(stale_after_s), language, alerts)

    def read(self, payload: Payload, memory: Mapping[str, bytes]) -> Told:
        """Read one feed message."""
        telling = Telling(self._names, payload)
        message = gtfs.FeedMessage()
        try:
            message.ParseFromString(unzip(payload.body))
        except UnzipError as error:
            return telling.refuse_all(str(error))
        except DecodeError:
            return telling.refuse_all("The payload is no GTFS-realtime feed message.")
        made_at = _instant(message.header.timestamp)
        told, seen = telling.told, dict[str, bytes]()
        trips = 0
        for entity in message.entity:
            if not (entity.HasField("vehicle") or entity.HasField("alert")):
                trips += 1
                continue
            raw = entity.SerializeToString(deterministic=True)
            id_ = _said(entity.id)
            key = ("alert/" if entity.HasField("alert") else "vehicle/") + id_
            seen[key] = hashlib.blake2b(raw + _renewed_daily(entity, made_at), digest_size=8).digest()
            if memory.get(key) == seen[key]:
                told.rows += 1
                told.unchanged += 1
                continue
            telling.begin(raw, line(id_, 64) or "")
            if entity.HasField("alert"):
                self._alert(telling, entity, made_at)
            else:
                self._vehicle(telling, entity, made_at)
        if trips:
            # One word for all of them: a city has thousands, every half minute.
            telling.begin(b"", _TRIP_UPDATES)
            telling.refuse(f"{NOT_OURS}: it is a trip update; vehicle positions and alerts are read.")
        told.remember = {key: mark for key, mark in seen.items() if memory.get(key) != mark}
        if message.header.incrementality == gtfs.FeedHeader.FULL_DATASET:
            gone = memory.keys() - seen.keys()
            self._ended(telling, gone, made_at)
            told.remember |= dict.fromkeys(gone)
        return told

    def _vehicle(self, telling: Telling, entity: gtfs.FeedEntity, made_at: datetime | None) -> None:
        vehicle = entity.vehicle
        own, label = _said(vehicle.vehicle.id), _said(vehicle.vehicle.label)
        id_ = short_id(own or label or _said(entity.id))
        at = _instant(vehicle.timestamp) or made_at
        if not id_ or at is None:
            telling.refuse("The vehicle has no id, or neither it nor the message says when this was so.")
            return
        if entity.is_deleted:
            telling.tell("unit", id_, at, None)
            return
        if not vehicle.HasField("position"):
            telling.refuse(f"{NOT_OURS}: the vehicle has no position.")
            return
        position = vehicle.position
        lat, lon = position.latitude, position.longitude
        if not (math.isfinite(lat) and math.isfinite(lon)) or (lat == 0 and lon == 0):
            telling.refuse("The vehicle's position is no place.")
            return
        fields = {
            "callsign": line(label or own or id_, 64),
            "unit_type": self._unit_type,
            # Single precision: more digits than these are noise of the format.
            "lat": round(lat, 6),
            "lon": round(lon, 6),
            "fix_at": iso(at),
            "stale_at": iso(at + self._stale_after),
        }
        if position.HasField("speed"):
            fields["speed_mps"] = round(position.speed, 2)
        if position.HasField("bearing") and math.isfinite(position.bearing):
            fields["heading_deg"] = round(position.bearing % 360, 1)
        telling.tell("unit", id_, at, fields)

    def _alert(self, telling: Telling, entity: gtfs.FeedEntity, made_at: datetime | None) -> None:
        alert = entity.alert
        if not self._alerts:
            telling.refuse(f"{NOT_OURS}: it is a service alert, and this feed's are not read.")
            return
        if made_at is None:
            telling.refuse("The message does not say when it was made, so its alerts have no time.")
            return
        if entity.is_deleted:
            telling.tell("notice", short_id(_said(entity.id)), made_at, {"state": "ended", "ended_at": iso(made_at)})
            return
        begins = [at for period in alert.active_period if (at := _instant(period.start))]
        ends = [_instant(period.end) for period in alert.active_period]
        open_ended = not ends or None in ends
        expires = made_at + timedelta(seconds=LASTS_S) if open_ended else max(at for at in ends if at)
        is_over = expires <= telling.received_at
        effect = gtfs.Alert.Effect.Name(alert.effect)
        severity = gtfs.Alert.SeverityLevel.Name(alert.severity_level)
        fields = {
            "headline": line(self._words(alert.header_text), 300),
            "event": line(effect.replace("_", " ").capitalize(), 200) if alert.HasField("effect") else "Transit",
            "category": "Transport",
            "severity": _SEVERITIES.get(severity, "Unknown"),
            "description": story(self._words(alert.description_text), 4_000),
            "language": self._language,
            "area": story(_area(alert.informed_entity), 4_000),
            "sender": self._names.agency,
            "web": line(self._words(alert.url), 2_000),
            "sent_at": iso(made_at),
            "effective_at": iso(min(begins)) if begins else None,
            "expires_at": iso(expires),
            "state": "ended" if is_over else "active",
        }
        telling.tell("notice", short_id(_said(entity.id)), made_at, fields)

    def _ended(self, telling: Telling, gone: Iterable[str], made_at: datetime | None) -> None:
        """End the notices whose alerts the whole list does not hold any more."""
        alerts = sorted(key.removeprefix("alert/") for key in gone if key.startswith("alert/"))
        if alerts and self._alerts and made_at is not None:
            for id_ in alerts:
                telling.begin(b"", line(id_, 64) or "")
                telling.tell("notice", short_id(id_), made_at, {"state": "ended", "ended_at": iso(made_at)})

    def _words(self, translated: gtfs.TranslatedString) -> str:
        texts = translated.translation
        chosen = [one.text for one in texts if _said(one.language).lower().startswith(self._language.lower())]
        return _said(next(iter(chosen or [one.text for one in texts]), ""))


def _renewed_daily(entity: gtfs.FeedEntity, made_at: datetime | None) -> bytes:
    """Return what makes an alert without an end another one each day, so that its notice is told before it expires."""
    periods = entity.alert.active_period if entity.HasField("alert") else []
    has_end = bool(periods) and all(period.end for period in periods)
    return b"" if has_end or made_at is None or not entity.HasField("alert") else str(made_at.date()).encode()


def _area(selectors: Iterable[gtfs.EntitySelector]) -> str:
    """Return the routes and stops that an alert is about, each once."""
    names = [
        f"route {_said(selector.route_id)}" if selector.route_id else f"stop {_said(selector.stop_id)}"
        for selector in selectors
        if selector.route_id or selector.stop_id
    ]
    return ", ".join(dict.fromkeys(names))


def _said(text: Any) -> str:
    """Return a text of a message; protobuf hands over as bytes what is no UTF-8, in this older version of it."""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _instant(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LAST else None
