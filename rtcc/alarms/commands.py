"""What operators command to alarms: acknowledge, shelve, unshelve, each a plain event that nobody has to arbitrate."""

from __future__ import annotations

from datetime import datetime, timedelta

from rtcc.model.checks import Check, whole
from rtcc.model.commands import command
from rtcc.model.event import MAX_SEQUENCE, Event, iso
from rtcc.model.fields import KINDS
from rtcc.model.sources import CENTER
from rtcc.model.version import microseconds

SHORTEST_SHELF_S, LONGEST_SHELF_S, LONGEST_CRITICAL_SHELF_S = 60, 86_400, 3_600
REASON = KINDS["alarm"]["shelve_reason"]
RAISED_AT = KINDS["alarm"]["raised_at"]


def shelf_s(severity: object) -> Check:
    """Return the rule for how many seconds an alarm of this severity may be shelved."""
    if severity != "critical":
        return whole(SHORTEST_SHELF_S, LONGEST_SHELF_S)
    short = whole(SHORTEST_SHELF_S, LONGEST_CRITICAL_SHELF_S)
    return Check(short.accepts, f"{short.allowed} for a critical alarm", short.holds)


def acknowledge(alarm_id: str, raised_at: str, by: str, now: datetime, agency: str = CENTER) -> Event:
    """Return the answer of ``by`` to the raise of ``raised_at``. Raises EventError where that is no possible instant.

    The first to acknowledge a raise wins, in whatever order the answers arrive, and without anybody who arbitrates:

    - It occurred at the instant of the raise that it answers. The raise itself has that instant and no sequence, so any
      answer to it beats it; whatever comes later (a clear, the next raise) beats all of them, and an answer to an
      earlier raise that is late is stale by itself.
    - Its sequence counts down as time goes by: the greatest there is, less the microseconds since 1970. So of two
      answers to one raise the earlier has the greater version.
    """
    data = {"state": "acknowledged", "acknowledged_by": by, "acknowledged_at": iso(now)}
    sequence = MAX_SEQUENCE - microseconds(now)
    return command("alarm", alarm_id, data, now, agency, occurred_at=raised_at, sequence=sequence)


def shelve(alarm_id: str, by: str, for_s: int, reason: str, now: datetime, agency: str = CENTER) -> Event:
    """Return that ``by`` puts the alarm aside for a while; the last to shelve or unshelve wins."""
    until = iso(now + timedelta(seconds=for_s))
    data = {"state": "shelved", "shelved_by": by, "shelved_until": until, "shelve_reason": reason}
    return command("alarm", alarm_id, data, now, agency)


def unshelve(alarm_id: str, now: datetime, agency: str = CENTER) -> Event:
    """Return that the alarm is taken from its shelf; the engine then says the state that it is in."""
    return command("alarm", alarm_id, {"shelved_by": None, "shelved_until": None, "shelve_reason": None}, now, agency)
