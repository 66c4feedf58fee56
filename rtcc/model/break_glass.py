"""A use of break glass: somebody saw what their role or no purpose would have shown, and somebody else must ask why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

#: Kinds of subjects that are shown only for a reason, and what they are to people.
SUBJECTS = {
    "incident": "a sensitive incident",
    "place": "the history of an incident's address",
    "plate": "the plate of a detection",
}


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """Who saw what, when and why, by the number of its record in the audit log. Nobody has reviewed it yet."""

    number: int
    at: str
    who: str
    role: str
    #: One of SUBJECTS.
    kind: str
    id: str
    why: str

    def as_fields(self) -> dict[str, Any]:
        """Return it for the store."""
        return asdict(self)
