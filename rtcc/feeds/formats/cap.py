"""CAP 1.1 and 1.2: public warnings become notices; an update or a cancellation ends the notices that it refers to.

Nothing is looked up: each alert tells of itself, and of those it names that they are over since it was sent. So in
whatever order a chain arrives, the picture becomes the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple, Self

from rtcc.feeds.formats.cap_alert import Alert, CapError, identity, read_alert
from rtcc.feeds.formats.safe_xml import Element, XmlError, children, local_name, namespace, parse_xml, written
from rtcc.feeds.formats.telling import Telling
from rtcc.feeds.formats.unzip import UnzipError, unzip
from rtcc.feeds.options import Options
from rtcc.feeds.payload import NOT_OURS, FeedNames, Payload, Told
from rtcc.model.checks import Check, number, parse_instant, text, texts
from rtcc.model.event import iso

NAMESPACES = ("urn:oasis:names:tc:emergency:cap:1.2", "urn:oasis:names:tc:emergency:cap:1.1")
#: How long an alert holds that does not say: CAP leaves it to whoever shows it.
LASTS_S = 86_400.0
_BOX = 4


def _is_box(value: Any) -> bool:
    latitude, longitude = number(-90, 90).accepts, number(-180, 180).accepts
    if type(value) is not list or len(value) != _BOX:
        return False
    south, west, north, east = value
    return latitude(south) and latitude(north) and longitude(west) and longitude(east) and south < north and west < east


_BOX_CHECK = Check(_is_box, "a list [south, west, north, east] in degrees", "json")


class Found(NamedTuple):
    """An alert in a payload, or the entry that only links to one (``alert`` is None)."""

    alert: Element | None
    raw: bytes


class CapFormat:
    """Reads alerts, bare or in a container such as an Atom feed."""

    remembers = True

    def __init__(
        self, names: FeedNames, language: str, within: list[float] | None, geocodes: list[str], lasts_s: float
    ) -> None:
        """``within`` and ``geocodes`` say what places the notices are about; None and nothing for all."""
        self._names = names
        self._language = language
        self._within = within
        self._geocodes = frozenset(geocodes)
        self._lasts = timedelta(seconds=lasts_s)

    @classmethod
    def from_table(cls, names: FeedNames, table: dict[str, Any]) -> Self:
        """Make it from the feed's table. Raises FeedTableError."""
        options = Options(f"feeds.{names.name}", table)
        language = options.take("language", text(16), "en")
        within = options.take("within", _BOX_CHECK, None)
        geocodes = options.take("geocodes", texts(100, 1_000), [])
        lasts_s = options.take("lasts_s", number(60, 30 * 86_400, "seconds"), LASTS_S)
        options.done()
        return cls(names, language, within, geocodes, float(lasts_s))

    def read(self, payload: Payload, memory: Mapping[str, bytes]) -> Told:
        """Read one alert, or all that a container holds; of those only what has changed."""
        telling = Telling(self._names, payload)
        try:
            root = parse_xml(unzip(payload.body))
        except (UnzipError, XmlError) as error:
            return telling.refuse_all(str(error))
        if local_name(root) == "alert":
            telling.begin(payload.body, identity(root))
            self._tell(telling, root)
            return telling.told
        found = list(_alerts_in(root))
        if not found and local_name(root) not in {"feed", "alerts"}:
            return telling.refuse_all("The payload is XML that holds no CAP alert.")
        told, remember = telling.told, dict[str, bytes | None]()
        for alert, raw in found:
            id_ = "" if alert is None else identity(alert)
            mark = hashlib.blake2b(raw, digest_size=8).digest()
            if id_ and memory.get(id_) == mark:
                told.rows += 1
                told.unchanged += 1
                remember[id_] = mark
                continue
            telling.begin(raw, id_)
            refused = len(told.refused)
            self._tell(telling, alert)
            if id_ and len(told.refused) == refused:
                remember[id_] = mark
        told.remember = {key: mark for key, mark in remember.items() if memory.get(key) != mark}
        told.remember |= dict.fromkeys(memory.keys() - remember.keys())
        return told

    def _tell(self, telling: Telling, element: Element | None) -> None:
        if element is None:
            telling.refuse("The entry only links to its alert; declare a feed that holds the alerts themselves.")
            return
        if namespace(element) not in NAMESPACES:
            telling.refuse("alert is not in the namespace of CAP 1.1 or 1.2.")
            return
        try:
            alert = read_alert(element, self._language)
        except CapError as error:
            telling.refuse(str(error))
            return
        for remark in alert.remarks:
            telling.remark(remark)
        why = self._not_ours(alert)
        if why:
            telling.refuse(f"{NOT_OURS}: {why}")
            return
        if alert.message_type != "Cancel":
            telling.tell("notice", alert.id, alert.sent_at, self._notice(alert, telling))
        if alert.message_type != "Alert":
            over: dict[str, Any] = {"state": "ended", "ended_at": alert.sent_at}
            if alert.message_type == "Update":
                over["replaced_by"] = alert.id
            for reference in dict.fromkeys(alert.references):
                if reference != alert.id:
                    telling.tell("notice", reference, alert.sent_at, over)

    def _not_ours(self, alert: Alert) -> str:
        if alert.status != "Actual":
            return f"its status is {alert.status}, and only what is Actual is shown."
        if alert.scope != "Public":
            return f"its scope is {alert.scope}, and only what is Public may be shown to all."
        if alert.message_type in {"Ack", "Error"}:
            return f"it is of type {alert.message_type}, which warns of nothing."
        # Whatever places a later message is about, those that it refers to are over.
        if alert.message_type == "Alert" and not self._is_near(alert):
            return "it is about other places."
        return ""

    def _is_near(self, alert: Alert) -> bool:
        areas, codes = alert.fields.get("areas") or [], alert.fields.get("geocodes") or []
        if not self._geocodes.isdisjoint(codes):
            return True
        if self._within is None:
            return not self._geocodes
        return any(_touches(area, self._within) for area in areas) or (not areas and not self._geocodes)

    def _notice(self, alert: Alert, telling: Telling) -> dict[str, Any]:
        fields = dict(alert.fields)
        expires = parse_instant(fields.get("expires_at"))
        if expires is None:
            begins = parse_instant(fields.get("effective_at")) or parse_instant(alert.sent_at)
            expires = (begins or telling.received_at) + self._lasts
            fields["expires_at"] = iso(expires)
        is_over = expires <= telling.received_at or not self._is_near(alert)
        return fields | {"state": "ended" if is_over else "active"}


def _alerts_in(root: Element) -> Iterator[Found]:
    """Yield what a container holds: of an Atom feed an entry each, of others every alert, however deep."""
    if local_name(root) == "feed":
        for entry in children(root, "entry"):
            alert = next((inner for inner in entry.iter() if local_name(inner) == "alert"), None)
            yield Found(alert, written(entry if alert is None else alert))
    else:
        for element in root.iter():
            if local_name(element) == "alert":
                yield Found(element, written(element))


def _touches(area: Mapping[str, Any], box: list[float]) -> bool:
    """Say whether an area's bounds meet a box."""
    south, west, north, east = box
    if "polygon" in area:
        lats, lons = zip(*area["polygon"], strict=True)
        return bool(min(lats) <= north and max(lats) >= south and min(lons) <= east and max(lons) >= west)
    (lat, lon), reach = area["center"], area["radius_m"] / 111_000
    # East and west a degree is shorter; nobody lives where it is more than ten times so.
    wide = min(reach * 10, 360.0) if abs(lat) > 84 else reach / max(0.1, 1 - (abs(lat) / 90) ** 2)
    return bool(south - reach <= lat <= north + reach and west - wide <= lon <= east + wide)
