"""Writes units and incidents as Cursor-on-Target events that TAK programs draw, as XML or in the TAK protocol."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from takproto import TAKProtoVer, xml2proto  # type: ignore[import-untyped]

from rtcc.feeds.formats.cot_types import OURS
from rtcc.model.checks import parse_instant

#: A fix is good for so long where its source does not say.
FIX_GOOD = timedelta(seconds=120)
#: An incident is told anew long before this is over; a client that hears nothing more from us sees it grow stale.
INCIDENT_GOOD = timedelta(minutes=20)
_NO_ALTITUDE = "9999999.0"

#: The symbols of MIL-STD-2525 for what a unit is; another is a vehicle.
UNIT_TYPES = {
    "patrol": "a-f-G-E-V-C",
    "traffic": "a-f-G-E-V-C",
    "vehicle": "a-f-G-E-V-C",
    "transit": "a-f-G-E-V-C",
    "ambulance": "a-f-G-E-V-m",
    "officer": "a-f-G-U-C",
    "foot": "a-f-G-U-C",
    "bicycle": "a-f-G-U-C",
    "k9": "a-f-G-U-C",
    "sergeant": "a-f-G-U-H",
    "command": "a-f-G-U-H",
    "boat": "a-f-S",
    "aircraft": "a-f-A",
    "helicopter": "a-f-A-C-H",
    "drone": "a-f-A-C-F-q",
}
_UNIT_TYPE = "a-f-G-E-V-C"
#: A spot on the map: every TAK program has it, and draws it in the colour that it comes with.
INCIDENT_TYPE = "b-m-p-s-m"
#: From red to white, as signed ARGB.
_COLOURS = {1: -65536, 2: -35072, 3: -256, 4: -16711681, 5: -1}
_EMERGENCY, _EMERGENCY_OVER = "b-a-o-tbl", "b-a-o-can"
_WORDS = {"enroute": "en route", "on_scene": "on scene", "out_of_service": "out of service", "off_duty": "off duty"}


def uid_of(kind: str, id_: str) -> str:
    """Return the uid under which TAK programs know an entity."""
    return f"{OURS}{kind}.{id_}"


def good_until(fields: Mapping[str, Any], changed_at: datetime) -> datetime:
    """Return until when a unit's position is to be taken as current."""
    fix_at = parse_instant(fields.get("fix_at")) or changed_at
    return parse_instant(fields.get("stale_at")) or fix_at + FIX_GOOD


def unit_event(id_: str, fields: Mapping[str, Any], changed_at: datetime, now: datetime) -> bytes | None:
    """Return a unit with its position; None where it has none that is good for anything any more."""
    if "lat" not in fields or "lon" not in fields:
        return None
    fix_at = parse_instant(fields.get("fix_at")) or changed_at
    stale_at = good_until(fields, changed_at)
    if stale_at <= now:
        return None
    says = [_word(fields.get("status")), fields.get("unit_type"), fields.get("beat"), fields.get("incident_id")]
    callsign = fields.get("callsign") or id_
    course, speed = fields.get("heading_deg"), fields.get("speed_mps")
    track = "" if course is None and speed is None else f'<track course="{course or 0}" speed="{speed or 0}"/>'
    detail = f"<contact callsign={quoteattr(callsign)}/>{track}<remarks>{_listed(says)}</remarks>"
    type_ = UNIT_TYPES.get(str(fields.get("unit_type", "")).lower(), _UNIT_TYPE)
    return _event(uid_of("unit", id_), type_, "m-g", fix_at, stale_at, detail, fields)


def emergency_event(id_: str, fields: Mapping[str, Any], now: datetime) -> bytes:
    """Return that a unit has an emergency, or that it has none any more."""
    callsign = fields.get("callsign") or id_
    has = fields.get("emergency") is True
    cancel = "" if has else ' cancel="true"'
    detail = (
        f'<link uid={quoteattr(uid_of("unit", id_))} type="{_UNIT_TYPE}" relation="p-p"/>'
        f"<contact callsign={quoteattr(f'{callsign}-Alert')}/>"
        f'<emergency type="911 Alert"{cancel}>{escape(callsign)}</emergency>'
    )
    type_ = _EMERGENCY if has else _EMERGENCY_OVER
    return _event(f"{uid_of('unit', id_)}-9-1-1", type_, "m-g", now, now + INCIDENT_GOOD, detail, fields)


def incident_event(id_: str, fields: Mapping[str, Any], now: datetime) -> bytes | None:
    """Return an incident as a coloured spot; None where it has no position."""
    if "lat" not in fields or "lon" not in fields:
        return None
    priority = fields.get("priority")
    label = f"P{priority} " if priority else ""
    name = f"{label}{fields.get('type') or fields.get('category') or 'Incident'}"
    units = ", ".join(fields.get("units") or ())
    says = [id_, _word(fields.get("status")), fields.get("address"), units and f"units {units}"]
    colour = _COLOURS.get(priority or 5, -1)
    detail = (
        f'<contact callsign={quoteattr(name)}/><color argb="{colour}"/>'
        f'<usericon iconsetpath="COT_MAPPING_SPOTMAP/{INCIDENT_TYPE}/{colour}"/>'
        f"<remarks>{_listed(says)}</remarks>"
    )
    return _event(uid_of("incident", id_), INCIDENT_TYPE, "h-e", now, now + INCIDENT_GOOD, detail, fields)


def deletion_event(kind: str, id_: str, now: datetime) -> bytes:
    """Return that an entity is to leave the map."""
    uid, type_ = uid_of(kind, id_), INCIDENT_TYPE if kind == "incident" else _UNIT_TYPE
    detail = f'<link uid={quoteattr(uid)} type="{type_}" relation="p-p"/><__forcedelete/>'
    return _event(f"{uid}.deletion", "t-x-d-d", "h-g-i-g-o", now, now + FIX_GOOD, detail, {})


def control_event(type_: str, content: str, now: datetime) -> bytes:
    """Return a message between TAK programs: what the server speaks, that it agrees, that it is there."""
    return _event(f"{OURS}server", type_, "m-g", now, now + FIX_GOOD, content, {})


def as_tak_protocol(event: bytes) -> bytes:
    """Return an event in the stream framing of the TAK protocol, version 1."""
    return bytes(xml2proto(event.decode(), TAKProtoVer.STREAM))


def _event(
    uid: str, type_: str, how: str, at: datetime, stale_at: datetime, detail: str, fields: Mapping[str, Any]
) -> bytes:
    lat, lon = fields.get("lat", 0.0), fields.get("lon", 0.0)
    ce = fields.get("accuracy_m", _NO_ALTITUDE)
    return (
        f'<event version="2.0" uid={quoteattr(uid)} type="{type_}" how="{how}" time="{_time(at)}" '
        f'start="{_time(at)}" stale="{_time(stale_at)}" access="Undefined">'
        f'<point lat="{lat}" lon="{lon}" hae="{_NO_ALTITUDE}" ce="{ce}" le="{_NO_ALTITUDE}"/>'
        f"<detail>{detail}</detail></event>"
    ).encode()


def _time(at: datetime) -> str:
    # To the millisecond, always: some programs know no other form.
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _word(status: str | None) -> str | None:
    return None if status is None else _WORDS.get(status, status)


def _listed(parts: list[str | None]) -> str:
    return escape(" · ".join(part for part in parts if part))
