"""Reads one Cursor-on-Target event from the TAK protocol, version 1 (protobuf, in its mesh or its stream framing)."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.message import DecodeError
from takproto.proto.takmessage_pb2 import TakMessage  # type: ignore[import-untyped]

from rtcc.feeds.formats.cot_message import CotError, CotMessage, accuracy, course, finite, placed
from rtcc.feeds.formats.cot_xml import take_detail
from rtcc.feeds.formats.safe_xml import XmlError, parse_xml

MAGIC = 0xBF
#: A mesh message is a datagram of its own and says no length: magic, version, magic.
MESH = b"\xbf\x01\xbf"
_MOST_VARINT = 5
_LAST_MS = 4_102_444_800_000  # the year 2100


def read_varint(buffer: bytes, at: int) -> tuple[int, int] | None:
    """Return a whole number as protobuf writes lengths, and where it ends; None where the buffer breaks off in it.

    Raises CotError where it is longer than any length.
    """
    value = 0
    for place in range(_MOST_VARINT):
        if at + place >= len(buffer):
            return None
        byte = buffer[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise CotError("The message has a length that no message has.")


def read_proto(message: bytes) -> CotMessage | None:
    """Read a message in either framing; None for one that holds no event. Raises CotError."""
    if message.startswith(MESH):
        body = message[len(MESH) :]
    else:
        length = read_varint(message, 1)
        if length is None or length[1] + length[0] != len(message):
            raise CotError("The message of the TAK protocol breaks off before its end.")
        body = message[length[1] :]
    decoded = TakMessage()
    try:
        decoded.ParseFromString(body)
    except DecodeError as error:
        raise CotError("The message is none of the TAK protocol, version 1.") from error
    if not decoded.HasField("cotEvent"):
        return None
    event = decoded.cotEvent
    time = _instant(event.sendTime)
    if time is None:
        raise CotError("sendTime is missing or no time of this century.")
    lat, lon = placed(finite(event.lat), finite(event.lon))
    read = CotMessage(
        uid=event.uid.strip(),
        type=event.type.strip(),
        how=event.how.strip(),
        time=time,
        stale=_instant(event.staleTime),
        lat=lat,
        lon=lon,
        accuracy_m=accuracy(finite(event.ce)),
        callsign=event.detail.contact.callsign.strip(),
    )
    if event.detail.HasField("track"):
        read.course_deg = course(finite(event.detail.track.course))
        speed_mps = finite(event.detail.track.speed)
        read.speed_mps = None if speed_mps is None else max(0.0, round(speed_mps, 2))
    if event.detail.xmlDetail:
        try:
            take_detail(read, parse_xml(f"<detail>{event.detail.xmlDetail}</detail>", "xmlDetail"))
        except XmlError as error:
            raise CotError(str(error)) from error
    return read


def _instant(milliseconds: int) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if 0 < milliseconds < _LAST_MS else None
