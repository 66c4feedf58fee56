"""What a rule finds when it looks at one subject: whether its condition holds now, and when to look again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

#: Kind and id of an entity.
Identity = tuple[str, str]
#: More than this an alarm is not about; the check of the field says the same.
MOST_ABOUT = 50


class Finding(NamedTuple):
    """``holds`` says whether the condition is true at the moment of looking.

    ``look_again_at`` (Unix seconds) is when time alone may change that; None where only a change of the picture can.
    ``title`` and ``about`` say what it is about, the main thing first; a title never holds a place, a name, a number
    or a plate, since it reaches everyone. ``severity`` replaces the rule's own.
    """

    holds: bool
    title: str = ""
    about: tuple[Identity, ...] = ()
    look_again_at: float | None = None
    severity: str | None = None


NOT_NOW = Finding(holds=False)


def not_before(at: float) -> Finding:
    """Return that the condition does not hold, and cannot before ``at`` (Unix seconds) unless something changes."""
    return Finding(holds=False, look_again_at=at)


def about_unit(unit: str, fields: Mapping[str, Any]) -> tuple[Identity, ...]:
    """Return what an alarm of a unit is about: the unit, and the incident it is on."""
    incident = fields.get("incident_id")
    return (("unit", unit), ("incident", incident)) if incident else (("unit", unit),)
