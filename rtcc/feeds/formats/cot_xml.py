"""Reads one Cursor-on-Target event from XML (schema 2.0)."""

from __future__ import annotations

from rtcc.feeds.formats.cot_message import CotError, CotMessage, accuracy, course, finite, placed
from rtcc.feeds.formats.safe_xml import Element, XmlError, children, local_name, parse_xml
from rtcc.model.checks import parse_instant

#: Longer than any event but those that carry a drawing of a whole country.
MOST_BYTES = 1024 * 1024


def read_xml(message: bytes) -> CotMessage:
    """Read an event. Raises CotError."""
    if len(message) > MOST_BYTES:
        raise CotError(f"The event is longer than {MOST_BYTES:,} bytes; it is not read.")
    try:
        event = parse_xml(message, "The event")
    except XmlError as error:
        raise CotError(str(error)) from error
    if local_name(event) != "event":
        raise CotError("The message is XML, but no event of Cursor on Target.")
    point = next(children(event, "point"), None)
    at = {} if point is None else point.attrib
    lat, lon = placed(finite(at.get("lat", "")), finite(at.get("lon", "")))
    time = parse_instant(event.get("time"))
    if time is None:
        raise CotError("time is missing or no instant; it must be one such as 2026-01-16T18:04:37Z.")
    read = CotMessage(
        uid=event.get("uid", "").strip(),
        type=event.get("type", "").strip(),
        how=event.get("how", "").strip(),
        time=time,
        stale=parse_instant(event.get("stale")),
        lat=lat,
        lon=lon,
        accuracy_m=accuracy(finite(at.get("ce", ""))),
    )
    take_detail(read, next(children(event, "detail"), None))
    return read


def take_detail(message: CotMessage, detail: Element | None) -> None:
    """Take from the detail what every kind of event has in the same place; what it says wins."""
    message.detail = detail
    message.callsign = message.attribute("contact", "callsign") or message.callsign
    speed_mps, degrees = message.number("track", "speed"), course(message.number("track", "course"))
    message.speed_mps = message.speed_mps if speed_mps is None else max(0.0, round(speed_mps, 2))
    message.course_deg = message.course_deg if degrees is None else degrees
