"""Which purposes there are, who may give them for what, and what they then see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from rtcc.access.visibility import (
    FOR_A_REASON,
    SENSITIVE_FOR_A_REASON,
    Audience,
    Marks,
    hidden_fields,
)

#: What is shown only for a reason: one of SUBJECTS (see rtcc/model/break_glass.py), and the id of the entity.
Subject = tuple[str, str]
Needs = Literal["", "case number", "reference"]

_OVERSEERS: Final[frozenset[Audience]] = frozenset({"supervisor", "admin"})
#: Who may give reasons at all. Walls and those who only look from outside never see what asks for one.
ASKED: Final[frozenset[Audience]] = frozenset({"dispatcher", "supervisor", "officer", "analyst", "admin"})
#: Kind of the entity behind a subject.
ENTITY_OF: Final[dict[str, str]] = {"incident": "incident", "place": "incident", "plate": "detection"}


class PurposeRefusedError(ValueError):
    """No purpose that counts; the message says in one sentence what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A purpose of the list: what it is called, what must stand with it, and who may give it (None: all)."""

    words: str
    needs: Needs = ""
    roles: frozenset[Audience] | None = None

    def is_for(self, role: Audience) -> bool:
        """Say whether somebody in this role may give it."""
        return self.roles is None or role in self.roles


LISTED: Final[dict[str, Listed]] = {
    "call": Listed("Call in progress"),
    "officer_safety": Listed("Officer safety"),
    "investigation": Listed("Investigation", "case number"),
    "records_request": Listed("Public records request", "reference"),
    "supervisor_review": Listed("Supervisor review", roles=_OVERSEERS),
    "training": Listed("Training or quality review", roles=_OVERSEERS),
}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What somebody says, as it goes on record."""

    words: str
    break_glass: bool = False


def listed_purpose(role: Audience, reason: str, case: str) -> Purpose:
    """Return a purpose of the list, with what must stand with it. Raises PurposeRefusedError."""
    listed = LISTED.get(reason)
    if listed is None:
        raise PurposeRefusedError(f"reason is no known purpose; it must be one of {', '.join(LISTED)}.")
    if not listed.is_for(role):
        raise PurposeRefusedError(f"reason is {reason}; that is for supervisors.")
    case = case.strip()
    if not case and not listed.needs:
        return Purpose(listed.words)
    if not (3 <= len(case) <= 64 and case.isprintable()):
        what = listed.needs or "case number"
        raise PurposeRefusedError(f"case is missing or no {what}; it must be 3 to 64 printable characters.")
    return Purpose(f"{listed.words}, {listed.needs or 'case number'} {case}")


def break_glass_purpose(why: str) -> Purpose:
    """Return what somebody says who breaks the glass. Raises PurposeRefusedError."""
    why = " ".join(why.split())
    if not (10 <= len(why) <= 300 and why.isprintable()):
        raise PurposeRefusedError("why is too short or too long; it must be one sentence of 10 to 300 characters.")
    return Purpose(why, break_glass=True)


def fields_opened(role: Audience, kind: str, marks: Marks, *, break_glass: bool) -> frozenset[str]:
    """Return the fields of an entity that a purpose opens to somebody in this role; break glass opens them all."""
    asked = FOR_A_REASON.get(kind, frozenset())
    if marks.sensitive:
        asked |= SENSITIVE_FOR_A_REASON.get(kind, frozenset())
    hidden = hidden_fields(role, kind, marks)
    if hidden is None or role not in ASKED:
        return frozenset()
    return asked if break_glass else asked - hidden


def may_open(role: Audience, subject: Subject, marks: Marks) -> bool:
    """Say whether a listed purpose is enough for somebody in this role; else there is only break glass."""
    if role not in ASKED:
        return False
    # An incident and the history of its place are shown to every such role, only not every field of them.
    return subject[0] != "plate" or bool(fields_opened(role, ENTITY_OF["plate"], marks, break_glass=False))
