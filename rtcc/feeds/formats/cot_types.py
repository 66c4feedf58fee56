"""What the types of Cursor on Target are to us: units, emergencies, markers, sensors, cameras, or nothing of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Sort = Literal["unit", "emergency", "camera", "detection", "deletion", "other"]

#: How the uids of what we tell TAK clients begin: what comes back to us tells us nothing.
OURS = "rtcc."

#: What a unit is, by how its type begins; the longest beginning wins.
UNIT_TYPES = {
    "a-f-G-U": "officer",
    "a-f-G-E-V": "vehicle",
    "a-f-G-E-V-m": "ambulance",
    "a-f-G": "ground",
    "a-f-A": "aircraft",
    "a-f-A-M-H": "helicopter",
    "a-f-A-C-H": "helicopter",
    "a-f-A-M-H-Q": "drone",
    "a-f-A-M-F-Q": "drone",
    "a-f-A-C-F-q": "drone",
    "a-f-S": "boat",
}
_DETECTIONS = {
    "a-f": "friendly marker",
    "a-h": "hostile marker",
    "a-j": "hostile marker",
    "a-k": "hostile marker",
    "a-s": "suspect marker",
    "a-n": "neutral marker",
    "a-u": "unknown marker",
    "a-p": "unknown marker",
    "a-a": "friendly marker",
    "b-m-p-s": "marker",
    "b-m-p-w": "marker",
    "b-d": "sensor",
    "b-l": "alarm",
    "b-a-g": "geofence",
    "b-r-f-h-c": "casualty",
}
_OTHERS = {
    "b-t-f": "a chat message",
    "b-f-t": "a file transfer",
    "b-m-r": "a route",
    "u": "a drawing",
    "t": "a message between TAK programs",
}
#: Placed by somebody on a map, not reported by what it stands for.
_PLACED = "h-g-i-g-o"


def begins(type_: str, beginning: str) -> bool:
    """Say whether a type is of a family: `a-f-G-U-C` is an `a-f-G`, and `a-f-GX` is none."""
    return type_ == beginning or type_.startswith(beginning + "-")


def longest(type_: str, table: Mapping[str, str]) -> str | None:
    """Return what a table says of the family that fits best."""
    fitting = [beginning for beginning in table if begins(type_, beginning)]
    return table[max(fitting, key=len)] if fitting else None


def sort_of(type_: str, how: str, *, looks: bool) -> Sort:
    """Return what an event of this type is; ``looks`` says that it has a video or a field of view."""
    if begins(type_, "b-a-o"):
        return "emergency"
    if begins(type_, "t-x-d-d"):
        return "deletion"
    if begins(type_, "b-m-p") and looks:
        return "camera"
    is_moving = begins(type_, "a-f") and not begins(type_, "a-f-G-I") and not begins(how, _PLACED)
    if is_moving:
        return "unit"
    return "detection" if longest(type_, _DETECTIONS) else "other"


def detection_type(type_: str) -> str:
    """Return what a detection of this type is."""
    return longest(type_, _DETECTIONS) or "marker"


def what_it_is(type_: str) -> str:
    """Name a type that is none of ours, without its value."""
    return longest(type_, _OTHERS) or "of a type that stands for nothing here"
