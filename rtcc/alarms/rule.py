"""What every rule is: a condition with a title, a severity, the response it asks for, and its parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from hashlib import blake2s
from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from rtcc.alarms.finding import Finding
from rtcc.alarms.view import Said, View

#: A time in a rule's parameters: at most 30 days, since nobody waits longer for an alarm.
Seconds = Annotated[float, Field(ge=0, le=30 * 86_400, description="seconds")]
Metres = Annotated[float, Field(gt=0, le=50_000, description="metres")]
Count = Annotated[int, Field(ge=1, le=10_000)]

#: A change of any field of this kind matters.
ANY: frozenset[str] = frozenset()


class Parameters(BaseModel):
    """What an installation may set for a rule, in ``[alarms.<rule>]`` of `rtcc.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    enabled: bool = Field(default=True, description="whether the rule is watched at all")
    clear_after_s: Seconds = Field(0, description="dead time: the condition must have ended for so long")


P = TypeVar("P", bound=Parameters)


class Rule(ABC, Generic[P]):
    """One condition, watched for many subjects (an incident, a unit, a beat, a queue …).

    A rule keeps only what it can derive from the picture. ``look`` is pure: the same picture, subject and moment
    give the same finding, however the picture came about.
    """

    name: ClassVar[str]
    severity: ClassVar[str]
    #: What the operator is expected to do. A condition without one is no alarm.
    response: ClassVar[str]
    #: Kind → the fields whose change can matter to this rule.
    watches: ClassVar[Mapping[str, frozenset[str]]]
    parameters_type: ClassVar[type[Parameters]]

    def __init__(self, view: View, parameters: P) -> None:
        """Look at this view of the picture, with these parameters."""
        self.view = view
        self.parameters = parameters

    def touched(self, said: Said) -> Iterable[str]:
        """Take notice of a change, and of all that is there at first; return the subjects to be looked at."""
        return (said.id,)

    def heard(self, source: str) -> Iterable[str]:
        """Take notice that a feed was heard; return the subjects that must be looked at."""
        return ()

    def journal_read(self) -> Iterable[str]:
        """Take notice that the journal's health was read anew; return the subjects that must be looked at."""
        return ()

    def feeds_read(self) -> Iterable[str]:
        """Take notice that the declared feeds were looked at anew; return the subjects that must be looked at."""
        return ()

    def glass_read(self) -> Iterable[str]:
        """Take notice that the uses of break glass were read anew; return the subjects that must be looked at."""
        return ()

    def answered(self, subject: str, at: float) -> None:
        """Take notice that somebody acknowledged the alarm of a subject at ``at``."""

    @abstractmethod
    def look(self, subject: str, now: float) -> Finding:
        """Say whether the condition holds for a subject at ``now`` (Unix seconds)."""


def alarm_id(rule: str, subject: str) -> str:
    """Return the one id that the alarm of a rule about a subject has, whoever raises it and however often."""
    plain = f"{rule}:{subject}"
    if len(plain) <= 64:
        return plain
    return f"{rule}:{blake2s(subject.encode(), digest_size=16).hexdigest()}"
