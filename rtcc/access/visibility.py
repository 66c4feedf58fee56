"""The one table of who may receive which kinds and fields; the hub asks it before it encodes anything.

What an audience may see of an entity depends on the entity's own marks: a `sensitive` incident, a `covert` unit, an
alarm about one.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, get_args

Audience = Literal["wall", "dispatcher", "supervisor", "analyst", "officer", "public", "admin"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)

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


@cache
def hidden_fields(audience: Audience, kind: str, marks: Marks) -> frozenset[str] | None:
    """Return the fields of such an entity that the audience may not receive; None where it may not know of it."""
    if kind not in KINDS_OF.get(audience, {kind}) or (marks.covert and audience not in COVERT_SHOWN_TO):
        return None
    hidden = {name for name, audiences in RESTRICTED.get(kind, {}).items() if audience not in audiences}
    if marks.sensitive and audience in SENSITIVE_HIDDEN_FROM:
        hidden |= _PLACE
    if marks.internal and audience not in COVERT_SHOWN_TO:
        hidden |= _WORDS
    return frozenset(hidden) if hidden else NOTHING
