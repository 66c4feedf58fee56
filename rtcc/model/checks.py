"""The kinds of value a field may hold: each check tells a good value from a bad one and names what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Holds = Literal["text", "number", "whole", "boolean", "instant", "json"]

# Only the profile that browsers parse too (RFC 3339 with a mandatory offset): a naive time has no meaning here.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_KINDS = {
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


@dataclass(frozen=True, slots=True)
class Check:
    """A field's rule: ``accepts`` says yes or no, ``allowed`` is the end of the sentence "it must be …".

    ``holds`` is the type of column that its values fill in the journal; ``json`` for lists and objects.
    ``longest`` is how many characters a text may have, 0 for anything but free text.
    """

    accepts: Callable[[Any], bool]
    allowed: str
    holds: Holds
    longest: int = 0


def kind_of(value: object) -> str:
    """Name a JSON value's kind, never the value itself: it may be a caller's number or a plate."""
    return _KINDS.get(type(value), "an unknown kind of value")


def text(longest: int, *, lines: bool = False) -> Check:
    """Text of 1 to ``longest`` characters without control characters (line breaks and tabs where ``lines``)."""
    control = (_CONTROL_BUT_LINES if lines else _CONTROL).search

    def accepts(value: Any) -> bool:
        return type(value) is str and 0 < len(value) <= longest and (value.isprintable() or not control(value))

    return Check(accepts, f"text of 1 to {longest:,} characters without control characters", "text", longest)


def number(low: float, high: float, unit: str = "") -> Check:
    """Return a check for a finite number within bounds, in ``unit``."""

    def accepts(value: Any) -> bool:
        # NaN fails both comparisons; booleans are not numbers here although Python says so.
        return (type(value) is float or type(value) is int) and low <= value <= high

    return Check(accepts, f"a number from {low:g} to {high:g}{' ' + unit if unit else ''}", "number")


def whole(low: int, high: int) -> Check:
    """Return a check for a whole number within bounds."""
    allowed = f"a whole number from {low} to {high}"
    return Check(lambda value: type(value) is int and low <= value <= high, allowed, "whole")


def one_of(*values: str) -> Check:
    """Return a check for one of a few words."""
    known = frozenset(values)
    return Check(lambda value: type(value) is str and value in known, "one of " + ", ".join(values), "text")


def texts(longest: int, most: int) -> Check:
    """Return a check for a list of at most ``most`` short texts."""
    item = text(longest).accepts

    def accepts(value: Any) -> bool:
        return type(value) is list and len(value) <= most and all(map(item, value))

    return Check(accepts, f"a list of at most {most} texts of 1 to {longest} characters", "json")


def parse_instant(value: Any) -> datetime | None:
    """Return the aware UTC datetime that an ISO 8601 text with an offset names, or None if it names none."""
    if type(value) is not str or len(value) > 40 or not _INSTANT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _is_instant(value: Any) -> bool:
    return parse_instant(value) is not None


def _is_boolean(value: Any) -> bool:
    return type(value) is bool


def _is_about(value: Any) -> bool:
    name = text(64).accepts
    return (
        type(value) is list
        and len(value) <= 50
        and all(type(v) is dict and v.keys() == {"kind", "id"} and all(map(name, v.values())) for v in value)
    )


def _is_place(value: Any) -> bool:
    return type(value) is list and len(value) == 2 and LATITUDE.accepts(value[0]) and LONGITUDE.accepts(value[1])


def _is_area(value: Any) -> bool:
    if type(value) is not dict:
        return False
    if value.keys() == {"polygon"}:
        ring = value["polygon"]
        return type(ring) is list and 4 <= len(ring) <= MOST_CORNERS and all(map(_is_place, ring))
    return value.keys() == {"center", "radius_m"} and _is_place(value["center"]) and RADIUS.accepts(value["radius_m"])


def _is_areas(value: Any) -> bool:
    return (
        type(value) is list
        and len(value) <= MOST_AREAS
        and all(map(_is_area, value))
        and sum(len(area.get("polygon", ())) for area in value) <= MOST_CORNERS
    )


def _is_counts(value: Any) -> bool:
    name, count = text(64).accepts, whole(0, 1_000_000_000).accepts
    return (
        type(value) is list
        and len(value) <= 50
        and all(type(v) is dict and v.keys() == {"id", "raised"} for v in value)
        and all(name(v["id"]) and count(v["raised"]) for v in value)
    )


#: What the areas of one entity may be at most: every browser that shows it receives all of them.
MOST_AREAS, MOST_CORNERS = 100, 2_000

INSTANT = Check(_is_instant, "an instant such as 2026-01-16T18:04:37Z, with its offset", "instant")
BOOLEAN = Check(_is_boolean, "true or false", "boolean")
ABOUT = Check(_is_about, 'a list of at most 50 objects {"kind", "id"}', "json")
AREAS = Check(
    _is_areas,
    f'a list of at most {MOST_AREAS} objects {{"polygon": [[lat, lon], …]}} or {{"center": [lat, lon], "radius_m"}}, '
    f"of {MOST_CORNERS:,} corners together",
    "json",
)
RAISED = Check(_is_counts, 'a list of at most 50 objects {"id", "raised"}', "json")
LATITUDE = number(-90, 90, "degrees")
LONGITUDE = number(-180, 180, "degrees")
DEGREES = number(0, 360, "degrees")
METRES = number(0, 100_000, "metres")
#: Half around the Earth.
RADIUS = number(0, 20_100_000, "metres")
SPEED = number(0, 400, "metres per second")
FRACTION = number(0, 1)
