"""The one table of who may receive which kinds and fields; the hub asks it before it encodes anything.

What an audience may see of an entity depends on the entity's own marks: a `sensitive` incident, a `covert` unit, an
alarm about one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, get_args

#: Who receives: a role's programs by its bare name; its people's screens, to which some fields come only when they
#: have said what for, with `@screen` behind it.
Audience = Literal[
    "wall",
    "dispatcher",
    "supervisor",
    "analyst",
    "officer",
    "public",
    "admin",
    "dispatcher@screen",
    "supervisor@screen",
    "analyst@screen",
    "officer@screen",
    "admin@screen",
]
_SCREEN = "@screen"
AUDIENCES: tuple[Audience, ...] = tuple(audience for audience in get_args(Audience) if _SCREEN not in audience)

NOTHING: frozenset[str] = frozenset()
_PLACE = frozenset({"address", "lat", "lon", "accuracy_m", "narrative"})
_WORDS = frozenset({"about", "text"})

#: Fields that only some audiences receive; a field that does not stand here goes to all who receive the kind.
RESTRICTED: dict[str, dict[str, frozenset[Audience]]] = {
    "call": {
        "caller_number": frozenset({"dispatcher", "supervisor", "admin"}),
        "transcript": frozenset({"dispatcher", "supervisor", "admin"}),
    },
    "incident": {
        "narrative": frozenset({"dispatcher", "supervisor", "officer", "admin"}),
        "caller_name": frozenset({"dispatcher", "supervisor", "admin"}),
    },
    "unit": {"crew": frozenset({"dispatcher", "supervisor", "officer", "admin"})},
    "detection": {
        "plate": frozenset({"dispatcher", "supervisor", "officer", "admin"}),
        "hotlist_reason": frozenset({"dispatcher", "supervisor", "officer", "admin"}),
        # What somebody in the field has typed.
        "label": frozenset({"dispatcher", "supervisor", "officer", "admin"}),
    },
    # Alarms' ids name units, covert ones among them.
    "alarm_load": {
        "chattering": frozenset({"dispatcher", "supervisor", "admin"}),
        "bad_actors": frozenset({"dispatcher", "supervisor", "admin"}),
    },
    # Free text, as a narrative is.
    "note": {
        "about": frozenset({"dispatcher", "supervisor", "officer", "admin"}),
        "text": frozenset({"dispatcher", "supervisor", "officer", "admin"}),
    },
    # What somebody thought of officers who can be found by the incident is for those who look after them.
    "feedback": {
        "rating": frozenset({"supervisor", "analyst", "admin"}),
        "comment": frozenset({"supervisor", "analyst", "admin"}),
    },
}
#: Kinds that an audience receives; the others receive all.
KINDS_OF: dict[Audience, frozenset[str]] = {"public": frozenset({"incident", "notice"})}
SENSITIVE_HIDDEN_FROM: frozenset[Audience] = frozenset({"wall", "public"})
_MAY_BE_COVERT = frozenset({"unit", "alarm"})
COVERT_SHOWN_TO: frozenset[Audience] = frozenset({"dispatcher", "supervisor", "admin"})


#: Fields that a screen receives one by one, for a purpose that goes on record: of every entity of the kind, ...
FOR_A_REASON: dict[str, frozenset[str]] = {"detection": frozenset({"plate"})}
#: ... and of a sensitive one.
SENSITIVE_FOR_A_REASON: dict[str, frozenset[str]] = {"incident": frozenset({"narrative", "caller_name"})}


class Marks(NamedTuple):
    """What an entity says of itself that decides who may see it."""

    sensitive: bool = False
    covert: bool = False
    #: A note about more than incidents: about an alarm, say, and so perhaps about a covert unit.
    internal: bool = False


#: The fields that carry marks.
MARK_NAMES = frozenset({"sensitive", "covert", "about"})


def marks_of(kind: str, fields: Mapping[str, Any]) -> Marks:
    """Read an entity's marks from its whole state."""
    if kind == "incident":
        return Marks(sensitive=fields.get("sensitive") is True)
    if kind in _MAY_BE_COVERT:
        return Marks(covert=fields.get("covert") is True)
    if kind == "note":
        about = fields.get("about")
        return Marks(internal=not about or any(thing.get("kind") != "incident" for thing in about))
    return Marks()


def screen_of(role: Audience) -> Audience:
    """Return as whom the screen of somebody in this role receives."""
    return next((audience for audience in get_args(Audience) if audience == role + _SCREEN), role)


def role_behind(audience: Audience) -> Audience:
    """Return the role whose screen or program an audience is."""
    return next(role for role in AUDIENCES if role == audience.removesuffix(_SCREEN))


@cache
def hidden_fields(audience: Audience, kind: str, marks: Marks) -> frozenset[str] | None:
    """Return the fields of such an entity that the audience may not receive; None where it may not know of it."""
    role = role_behind(audience)
    if role != audience:
        hidden_from_role = hidden_fields(role, kind, marks)
        if hidden_from_role is None:
            return None
        asked = FOR_A_REASON.get(kind, NOTHING)
        return hidden_from_role | asked | (SENSITIVE_FOR_A_REASON.get(kind, NOTHING) if marks.sensitive else NOTHING)
    if kind not in KINDS_OF.get(audience, {kind}) or (marks.covert and audience not in COVERT_SHOWN_TO):
        return None
    hidden = {name for name, audiences in RESTRICTED.get(kind, {}).items() if audience not in audiences}
    if marks.sensitive and audience in SENSITIVE_HIDDEN_FROM:
        hidden |= _PLACE
    if marks.internal and audience not in COVERT_SHOWN_TO:
        hidden |= _WORDS
    return frozenset(hidden) if hidden else NOTHING
