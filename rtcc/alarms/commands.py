"""What operators command: acknowledge, shelve, unshelve and note, each a plain event that nobody has to arbitrate."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from rtcc.model.checks import Check, whole
from rtcc.model.event import MAX_SEQUENCE, Event, iso, parse_event
from rtcc.model.fields import KINDS
from rtcc.model.sources import CENTER, OPERATORS
from rtcc.model.version import microseconds

SHORTEST_SHELF_S, LONGEST_SHELF_S, LONGEST_CRITICAL_SHELF_S = 60, 86_400, 3_600
REASON = KINDS["alarm"]["shelve_reason"]
TEXT = KINDS["note"]["text"]
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
    return _event("alarm", alarm_id, data, now, agency, occurred_at=raised_at, sequence=sequence)


def shelve(alarm_id: str, by: str, for_s: int, reason: str, now: datetime, agency: str = CENTER) -> Event:
    """Return that ``by`` puts the alarm aside for a while; the last to shelve or unshelve wins."""
    until = iso(now + timedelta(seconds=for_s))
    data = {"state": "shelved", "shelved_by": by, "shelved_until": until, "shelve_reason": reason}
    return _event("alarm", alarm_id, data, now, agency)


def unshelve(alarm_id: str, now: datetime, agency: str = CENTER) -> Event:
    """Return that the alarm is taken from its shelf; the engine then says the state that it is in."""
    return _event("alarm", alarm_id, {"shelved_by": None, "shelved_until": None, "shelve_reason": None}, now, agency)


def note(about: list[dict[str, str]], text: str, by: str, now: datetime) -> Event:
    """Return what ``by`` writes about some entities, each a kind and an id; every note is one of its own."""
    data = {"about": about, "text": text, "written_by": by, "written_at": iso(now)}
    return _event("note", uuid.uuid4().hex, data, now)


def _event(
    kind: str,
    id_: str,
    data: dict[str, Any],
    now: datetime,
    agency: str = CENTER,
    occurred_at: str | None = None,
    sequence: int | None = None,
) -> Event:
    """Return the command as an event that has passed the checks which every other passes."""
    envelope = {
        "kind": kind,
        "id": id_,
        "agency": agency,
        "source": OPERATORS,
        "occurred_at": iso(now) if occurred_at is None else occurred_at,
        "sequence": sequence,
    }
    return parse_event(envelope | {"data": data}, now)
