"""Journal behind: what happened is not written down, so it is lost with the store, and soon nothing more is let in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from rtcc.alarms.finding import NOT_NOW, Finding, not_before
from rtcc.alarms.rule import Parameters, Rule, Seconds
from rtcc.picture.journaled import JournalHealth

#: There is one journal, of the whole center.
_CENTER = "center"
#: Late is what is past the limit, not at the limit.
_AFTER_S = 0.001


class JournalParameters(Parameters):
    """What can be set. How soon a change should be in the journal is the setting `journal_segment_s`."""

    clear_after_s: Seconds = Field(60, description="dead time: a journal that catches up and falls behind is one alarm")
    after_s: Seconds = Field(60, description="so long may it be that a change is not in the journal which should be")
    critical_when_full: Annotated[float, Field(gt=0, le=1)] = Field(
        0.5, description="the part of the room for what waits that may be used; beyond it the alarm is critical"
    )


class JournalBehind(Rule[JournalParameters]):
    """Holds while changes wait for the journal that should long be in it, or much of the room for them is used.

    The time counts from when that was first seen: what waits since a center was switched off is written down when it
    is switched on again, and is no alarm.
    """

    name = "journal_behind"
    severity = "high"
    response = "See what rtcc doctor says of the journal; make room on its disk, or start its process."
    watches = {}
    parameters_type = JournalParameters

    def journal_read(self) -> Iterable[str]:
        return (_CENTER,)

    def look(self, subject: str, now: float) -> Finding:
        health = self.view.journal
        raised_at = self._raised_at(subject, now)
        critical = health is not None and health.full >= self.parameters.critical_when_full
        if health is None or not (critical or (raised_at is not None and now >= raised_at)):
            return NOT_NOW if raised_at is None else not_before(raised_at)
        title = "Journal full: no new events" if health.is_full else _why(health, now)
        return Finding(True, title, severity="critical" if critical else "high")

    def _raised_at(self, subject: str, now: float) -> float | None:
        """Return when it is an alarm or must be looked at again, if the journal stays as it is; None for never."""
        due_at = None if self.view.journal is None else self.view.journal.due_at
        memory, key = self.view.memory, f"{self.name}:{subject}"
        if due_at is not None and now > due_at:
            return memory.since(key, "", now) + self.parameters.after_s
        memory.forget(key)
        return None if due_at is None else due_at + _AFTER_S


def _why(health: JournalHealth, now: float) -> str:
    # The wall has room for two short lines.
    if health.is_silent(now):
        return "Journal process silent"
    if health.trouble:
        return "Journal cannot be kept"
    return "Journal is behind"
