"""Reads one CAP alert (1.1 or 1.2): who says what to whom about which messages, and what its infos say together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rtcc.feeds.formats.outline import fitting, read_corner, read_ring
from rtcc.feeds.formats.plain_text import line, short_id, story
from rtcc.feeds.formats.safe_xml import Element, children, text_of
from rtcc.model.checks import MOST_AREAS, parse_instant
from rtcc.model.event import iso

STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
MESSAGE_TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES = ("Public", "Restricted", "Private")
_SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor")
_MOST_REFERENCES, _MOST_GEOCODES = 500, 300


class CapError(ValueError):
    """An alert that cannot be used; the message is one sentence."""


@dataclass(slots=True)
class Alert:
    """What an alert says; ``fields`` are those of a notice, ``references`` ids of the notices it speaks of."""

    id: str
    sent_at: str
    status: str
    message_type: str
    scope: str
    references: list[str]
    fields: dict[str, Any]
    remarks: list[str] = field(default_factory=list)


def identity(alert: Element) -> str:
    """Return the id of the notice that an alert is, empty where it names none."""
    return short_id(text_of(alert, "identifier")) if text_of(alert, "identifier") else ""


def read_alert(alert: Element, language: str) -> Alert:
    """Read an alert; where it speaks several languages, in the wanted one if it can. Raises CapError."""
    for name in ("identifier", "sender"):
        if not text_of(alert, name):
            raise CapError(f"{name} is missing; every alert must have one.")
    sent = parse_instant(text_of(alert, "sent"))
    if sent is None:
        raise CapError("sent is missing or no instant; it must be one such as 2026-01-16T18:04:37-08:00.")
    kept = {
        name: _one_of(alert, name, allowed)
        for name, allowed in (("status", STATUSES), ("msgType", MESSAGE_TYPES), ("scope", SCOPES))
    }
    own, remarks = identity(alert), list[str]()
    references = _references(text_of(alert, "references"))
    if kept["msgType"] != "Alert" and not references:
        raise CapError(f"references is missing or empty; an alert of type {kept['msgType']} must say what it is about.")
    sent_at = iso(sent)
    fields = {
        "sender": line(text_of(alert, "sender"), 200),
        "sent_at": sent_at,
        "references": [reference for reference in references if reference != own][:100] or None,
    }
    infos = _in_one_language(list(children(alert, "info")), language)
    if infos:
        fields |= _said(infos) | _places(infos, remarks)
    return Alert(own, sent_at, kept["status"], kept["msgType"], kept["scope"], references, fields, remarks)


def _one_of(alert: Element, name: str, allowed: tuple[str, ...]) -> str:
    value = text_of(alert, name)
    if value not in allowed:
        said = "not known" if value else "missing"
        raise CapError(f"{name} is {said}; it must be one of {', '.join(allowed)}.")
    return value


def _references(text: str) -> list[str]:
    # Each is sender,identifier,sent. Real senders name themselves otherwise there than in the alert itself, so what
    # counts is the identifier; it may hold commas where its writer forgot that it must not.
    parts = [reference.split(",") for reference in text.split()[:_MOST_REFERENCES]]
    return [short_id(",".join(part[1:-1])) for part in parts if len(part) > 2 and any(part[1:-1])]


def _in_one_language(infos: list[Element], wanted: str) -> list[Element]:
    def speaks(info: Element) -> str:
        return (text_of(info, "language") or "en-US").lower()

    chosen = [info for info in infos if speaks(info).startswith(wanted.lower())]
    return chosen or [info for info in infos if speaks(info) == speaks(infos[0])]


def _said(infos: list[Element]) -> dict[str, Any]:
    """Return the words of the gravest info, and the times of all."""

    def gravity(info: Element) -> int:
        severity = text_of(info, "severity")
        return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)

    info = min(infos, key=gravity)
    return {
        "headline": line(text_of(info, "headline"), 300),
        "event": line(text_of(info, "event"), 200),
        "category": _listed(info, "category"),
        "urgency": line(text_of(info, "urgency"), 64),
        "severity": line(text_of(info, "severity"), 64),
        "certainty": line(text_of(info, "certainty"), 64),
        "response": _listed(info, "responseType"),
        "instruction": story(text_of(info, "instruction"), 4_000),
        "description": story(text_of(info, "description"), 4_000),
        "language": line(text_of(info, "language"), 64),
        "sender_name": line(text_of(info, "senderName"), 200),
        "web": line(text_of(info, "web"), 2_000),
        "effective_at": _instant(infos, "effective", min),
        "onset_at": _instant(infos, "onset", min),
        "expires_at": _instant(infos, "expires", max),
    }


def _listed(info: Element, name: str) -> str | None:
    return line(", ".join(child.text.strip() for child in children(info, name) if child.text), 200)


def _instant(infos: list[Element], name: str, choose: Any) -> str | None:
    said = [at for info in infos if (at := parse_instant(text_of(info, name))) is not None]
    return iso(choose(said)) if said else None


def _places(infos: list[Element], remarks: list[str]) -> dict[str, Any]:
    parts = [area for info in infos for area in children(info, "area")]
    areas: list[dict[str, Any]] = []
    for part in parts:
        for polygon in children(part, "polygon"):
            ring = read_ring(polygon.text or "")
            if ring is not None:
                areas.append({"polygon": [list(corner) for corner in ring]})
            elif (polygon.text or "").strip():
                remarks.append("polygon is no ring of at least 3 pairs lat,lon; it is left out.")
        for circle in children(part, "circle"):
            area = _circle(circle.text or "")
            if area is not None:
                areas.append(area)
            else:
                remarks.append("circle is not lat,lon and a radius in kilometres; it is left out.")
    areas = _once(areas)
    if len(areas) > MOST_AREAS:
        remarks.append(f"It has more than {MOST_AREAS} polygons and circles; the rest is left out.")
    codes = [code for part in parts for geocode in children(part, "geocode") if (code := _geocode(geocode))]
    described = "; ".join(dict.fromkeys(text for part in parts if (text := text_of(part, "areaDesc"))))
    return {
        "area": story(described, 4_000),
        "areas": fitting(areas) or None,
        "geocodes": list(dict.fromkeys(codes))[:_MOST_GEOCODES] or None,
    }


def _circle(text: str) -> dict[str, Any] | None:
    center, _, radius = text.strip().partition(" ")
    lat, comma, lon = center.partition(",")
    corner = read_corner(lat, lon) if comma else None
    try:
        radius_m = float(radius) * 1000
    except ValueError:
        return None
    return None if corner is None or not radius_m >= 0 else {"center": list(corner), "radius_m": round(radius_m, 1)}


def _geocode(geocode: Element) -> str | None:
    return line(f"{text_of(geocode, 'valueName')}:{text_of(geocode, 'value')}", 100)


def _once(areas: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return areas without those that stand there again: infos often repeat theirs for each event."""
    return list({repr(area): area for area in areas}.values())
