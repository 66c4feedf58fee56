"""PIDF-LO (RFC 5491, RFC 5139): a place as a point, circle, ellipse, polygon or arc band, and as a civic address."""

from __future__ import annotations

import math
from typing import NamedTuple

from rtcc.feeds.formats.plain_text import line
from rtcc.feeds.formats.safe_xml import Element, XmlError, local_name, parse_xml, text_of

#: Metres of a degree of latitude.
_DEGREE_M = 111_195.0
_MOST_M = 100_000.0
_SHAPES = {"Point", "Circle", "Ellipse", "Polygon", "ArcBand", "Sphere", "Ellipsoid", "Prism"}
_STREET = ("HNO", "HNS", "PRD", "PRM", "RD", "A6", "STS", "POD", "POM")
_WITHIN = ("BLD", "FLR", "UNIT", "ROOM", "SEAT")
_HALF_TURN = 180.0


class Place(NamedTuple):
    """Where something is: the middle and how far off it may be, the address, or both."""

    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    address: str | None = None


def read_pidf(document: str) -> Place:
    """Return the first place of a document. Raises XmlError where it is not read, or holds none."""
    root = parse_xml(document, "The location")
    elements = list(root.iter())
    shapes = (element for element in elements if local_name(element) in _SHAPES)
    place = next((found for shape in shapes if (found := _shape(shape))), Place())
    civic = next((element for element in elements if local_name(element) == "civicAddress"), None)
    place = place._replace(address=None if civic is None else _address(civic))
    if place == Place():
        raise XmlError("The location holds neither a shape that can be read nor a civic address.")
    return place


def _shape(shape: Element) -> Place | None:
    name = local_name(shape)
    if name in {"Polygon", "Prism"}:
        return _polygon(shape)
    middle = _position(text_of(shape, "pos"))
    if middle is None:
        return None
    if name == "ArcBand":
        return _arc_band(shape, middle)
    reach = {"Circle": "radius", "Sphere": "radius", "Ellipse": "semiMajorAxis", "Ellipsoid": "semiMajorAxis"}.get(name)
    return _placed(middle, None if reach is None else _number(text_of(shape, reach)))


def _polygon(shape: Element) -> Place | None:
    corners: list[tuple[float, float]] = []
    for element in shape.iter():
        if local_name(element) == "pos":
            corners += [corner for corner in [_position(element.text or "")] if corner is not None]
        elif local_name(element) == "posList":
            numbers = [_number(part) for part in (element.text or "").split()]
            size = 3 if element.get("srsDimension") == "3" else 2
            if None in numbers or len(numbers) % size:
                return None
            texts = [" ".join(str(n) for n in numbers[i : i + 2]) for i in range(0, len(numbers), size)]
            corners += [corner for corner in map(_position, texts) if corner is not None]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:
        return None
    lat, lon = (sum(values) / len(corners) for values in zip(*corners, strict=True))
    return _placed((lat, lon), max(_apart(lat, lon, *corner) for corner in corners))


def _arc_band(shape: Element, apex: tuple[float, float]) -> Place | None:
    inner, outer = _number(text_of(shape, "innerRadius")), _number(text_of(shape, "outerRadius"))
    start, opening = _number(text_of(shape, "startAngle")), _number(text_of(shape, "openingAngle"))
    if inner is None or outer is None or start is None or opening is None or not 0 <= inner <= outer:
        return None
    if abs(opening) >= _HALF_TURN:
        return _placed(apex, outer)
    middle = _towards(apex, (inner + outer) / 2, start + opening / 2)
    corners = [_towards(apex, far, start + turn) for far in (inner, outer) for turn in (0, opening / 2, opening)]
    return _placed(middle, max(_apart(*middle, *corner) for corner in corners))


def _towards(at: tuple[float, float], distance_m: float, bearing_deg: float) -> tuple[float, float]:
    bearing = math.radians(bearing_deg)
    lat = at[0] + distance_m * math.cos(bearing) / _DEGREE_M
    wide = max(0.01, math.cos(math.radians(at[0])))
    return lat, at[1] + distance_m * math.sin(bearing) / _DEGREE_M / wide


def _apart(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    wide = math.cos(math.radians(lat))
    return math.hypot(other_lat - lat, (other_lon - lon) * wide) * _DEGREE_M


def _placed(at: tuple[float, float], accuracy_m: float | None) -> Place | None:
    lat, lon = at
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    known = None if accuracy_m is None or accuracy_m < 0 else min(round(accuracy_m, 1), _MOST_M)
    return Place(round(lat, 7), round(lon, 7), known)


def _position(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude, which EPSG 4326 has in this order; a height may follow."""
    numbers = [_number(part) for part in text.split()]
    if len(numbers) not in {2, 3} or None in numbers:
        return None
    lat, lon = numbers[0], numbers[1]
    return None if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180 else (lat, lon)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _address(civic: Element) -> str | None:
    said = {local_name(part): (part.text or "").strip() for part in civic}
    street = " ".join(said[name] for name in _STREET if said.get(name))
    town = next((said[name] for name in ("A3", "A4", "A5") if said.get(name)), "")
    within = [said[name] for name in _WITHIN if said.get(name)]
    parts = [said.get("NAM", ""), street, *within, said.get("LOC", ""), town, said.get("A1", ""), said.get("PC", "")]
    return line(", ".join(part for part in parts if part), 300)
