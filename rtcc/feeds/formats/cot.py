"""Cursor on Target, as XML and as the TAK protocol: units and their emergencies, markers, sensors, cameras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from rtcc.feeds.formats import cot_frames
from rtcc.feeds.formats.cot_message import CotError, CotMessage, finite
from rtcc.feeds.formats.cot_proto import MAGIC, read_proto
from rtcc.feeds.formats.cot_types import OURS, UNIT_TYPES, detection_type, longest, sort_of, what_it_is
from rtcc.feeds.formats.cot_xml import read_xml
from rtcc.feeds.formats.plain_text import line, short_id
from rtcc.feeds.formats.safe_xml import children
from rtcc.feeds.formats.telling import Telling
from rtcc.feeds.formats.unzip import UnzipError, unzip
from rtcc.feeds.options import Options
from rtcc.feeds.payload import NOT_OURS, FeedNames, Payload, Told
from rtcc.model.checks import BOOLEAN, Check, one_of, text
from rtcc.model.event import iso

_NAME = text(64)
_TYPES = Check(
    lambda value: type(value) is dict and all(_NAME.accepts(one) for pair in value.items() for one in pair),
    "a table of types, such as a-f-G-U-C, and what a unit of each is",
    "json",
)
#: How TAK programs make the uid of an emergency from that of whoever has it.
_EMERGENCY_ENDING = "-9-1-1"


class CotFormat:
    """Reads one event, or several joined, in any framing."""

    remembers = False

    def __init__(self, names: FeedNames, ids: str, unit_types: dict[str, str], covert: bool) -> None:
        """``ids`` says whether a unit is known by its ``uid`` or its ``callsign``; ``covert`` marks all units so."""
        self._names = names
        self._by_callsign = ids == "callsign"
        self._unit_types = UNIT_TYPES | unit_types
        self._covert = covert

    @classmethod
    def from_table(cls, names: FeedNames, table: dict[str, Any]) -> Self:
        """Make it from the feed's table. Raises FeedTableError."""
        options = Options(f"feeds.{names.name}", table)
        ids = options.take("ids", one_of("uid", "callsign"), "uid")
        unit_types = options.take("unit_types", _TYPES, {})
        covert = options.take("covert", BOOLEAN, False)
        options.done()
        return cls(names, ids, unit_types, covert)

    @staticmethod
    def split(buffer: bytes) -> tuple[list[bytes], bytes]:
        """Return the whole messages of a stream, and the beginning of the next."""
        return cot_frames.split(buffer)

    def read(self, payload: Payload, memory: Mapping[str, bytes]) -> Told:
        """Read all events of a payload."""
        telling = Telling(self._names, payload)
        try:
            messages, left = self.split(unzip(payload.body))
        except UnzipError as error:
            return telling.refuse_all(str(error))
        messages += [left] if left else []
        if not messages:
            return telling.refuse_all("The payload holds no event of Cursor on Target.")
        for message in messages:
            telling.begin(message)
            try:
                self._tell(telling, message)
            except CotError as error:
                telling.refuse(str(error))
        return telling.told

    def _tell(self, telling: Telling, raw: bytes) -> None:
        message = read_proto(raw) if raw[0] == MAGIC else read_xml(raw)
        if message is None:
            telling.refuse(f"{NOT_OURS}: it is a message between TAK programs.")
            return
        telling.name(line(message.uid, 64) or "")
        if not message.uid or not message.type:
            raise CotError("uid or type is missing; every event must have both.")
        if message.uid.startswith(OURS):
            telling.refuse(f"{NOT_OURS}: it is what this installation, or another like it, has told.")
            return
        looks = message.part("sensor") is not None or message.part("__video") is not None
        sort = sort_of(message.type, message.how, looks=looks)
        if sort == "unit":
            self._unit(telling, message)
        elif sort == "emergency":
            self._emergency(telling, message)
        elif sort == "deletion":
            self._deletion(telling, message)
        elif sort == "other":
            telling.refuse(f"{NOT_OURS}: it is {what_it_is(message.type)}.")
        elif message.lat is None:
            telling.refuse("The event has no position, and what it stands for is nothing without one.")
        elif sort == "camera":
            telling.tell("camera", short_id(message.uid), message.time, _camera(message))
        else:
            telling.tell("detection", short_id(message.uid), message.time, _detection(message))

    def _unit(self, telling: Telling, message: CotMessage) -> None:
        fields = {
            "callsign": line(message.callsign, 64),
            "unit_type": longest(message.type, self._unit_types),
            "covert": self._covert or None,
        }
        telling.tell("unit", self._unit_id(message.uid, message.callsign), message.time, fields | _fix(message))

    def _emergency(self, telling: Telling, message: CotMessage) -> None:
        """Tell that a unit has an emergency, or has none any more; what kind of one is a detection beside."""
        part = message.part("emergency")
        whose = "" if part is None else (part.text or "").strip()
        is_over = message.type == "b-a-o-can" or message.attribute("emergency", "cancel").lower() == "true"
        callsign = whose or message.callsign.removesuffix("-Alert")
        uid = self._linked(message) or message.uid.removesuffix(_EMERGENCY_ENDING)
        fields = {"callsign": line(callsign, 64), "emergency": not is_over, "covert": self._covert or None}
        telling.tell("unit", self._unit_id(uid, callsign), message.time, fields | _fix(message))
        # Whose emergency it is would tell of a covert unit.
        if not is_over and message.lat is not None and not self._covert:
            kind = message.attribute("emergency", "type")
            panic = _detection(message) | {"detection_type": "panic", "label": line(kind, 200)}
            telling.tell("detection", short_id(message.uid), message.time, panic)

    def _deletion(self, telling: Telling, message: CotMessage) -> None:
        link = message.part("link")
        type_ = "" if link is None else link.get("type", "").strip()
        uid = self._linked(message)
        sort = sort_of(type_, "", looks=False) if type_ else "other"
        if not uid or sort not in {"unit", "detection"} or (sort == "unit" and self._by_callsign):
            telling.refuse("The event deletes another and does not say what that was, so it is left to grow stale.")
            return
        telling.tell(sort, short_id(uid), message.time, None)

    def _linked(self, message: CotMessage) -> str:
        """Return the uid that an event is about."""
        links = [] if message.detail is None else list(children(message.detail, "link"))
        return next((link.get("uid", "").strip() for link in links if link.get("relation", "p-p") == "p-p"), "")

    def _unit_id(self, uid: str, callsign: str) -> str:
        return short_id(callsign if self._by_callsign and callsign else uid)


def _fix(message: CotMessage) -> dict[str, Any]:
    """Return the fields of a position, nothing where there is none."""
    if message.lat is None:
        return {}
    return {
        "lat": message.lat,
        "lon": message.lon,
        "accuracy_m": message.accuracy_m,
        "speed_mps": message.speed_mps,
        "heading_deg": message.course_deg,
        "fix_at": iso(message.time),
        "stale_at": None if message.stale is None else iso(message.stale),
    }


def _detection(message: CotMessage) -> dict[str, Any]:
    remarks = message.remarks
    label = ": ".join(part for part in (message.callsign, remarks) if part)
    return {
        "detection_type": detection_type(message.type),
        "label": line(label, 200),
        "lat": message.lat,
        "lon": message.lon,
        "accuracy_m": message.accuracy_m,
    }


def _camera(message: CotMessage) -> dict[str, Any]:
    azimuth, width = message.number("sensor", "azimuth"), finite(message.attribute("sensor", "fov"))
    return {
        "name": line(message.callsign or message.uid, 200),
        "lat": message.lat,
        "lon": message.lon,
        "heading_deg": None if azimuth is None else round(azimuth % 360, 1),
        "fov_deg": width,
        "stream_url": line(message.attribute("__video", "url"), 2_000),
    }
