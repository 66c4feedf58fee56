"""How the last hour went, in steps of five minutes: what came in, what waited, how long responses and answers took.

Worked out of what is known of each incident and call, so it can be asked of the journal and of the live picture alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rtcc.model.checks import parse_instant
from rtcc.model.event import iso

STEP = timedelta(minutes=5)
STEPS = 12
HOUR = STEP * STEPS
#: The shares of calls that NENA's standard asks for: so many seconds.
WITHIN_S = (15, 20)
_HIGH = frozenset({1, 2})
#: Arrivals of this priority and all below are counted together.
_LOWEST = 4


#: What has to be known of incidents and calls.
FIELDS = frozenset(
    {"entered_at", "received_at", "dispatched_at", "enroute_at", "on_scene_at", "cleared_at", "status", "priority"}
    | {"onview", "started_at", "answered_at"}
)


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """What the hour needs of an incident; ``pended_until`` is when it was no longer pending, None while it still is."""

    entered_at: datetime
    priority: int | None
    onview: bool
    pended_until: datetime | None
    on_scene_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownCall:
    """What the hour needs of an answered call."""

    answered_at: datetime
    waited_s: float


def incident_of(
    fields: dict[str, Any], left_pending_at: datetime | None = None, begun_at: datetime | None = None
) -> KnownIncident | None:
    """Read an incident from its fields; None where nobody says when it began.

    ``left_pending_at`` is when it was first said that it is not pending any more, for sources that tell no moment.
    """
    entered_at = parse_instant(fields.get("entered_at")) or parse_instant(fields.get("received_at")) or begun_at
    if entered_at is None:
        return None
    moments = [parse_instant(fields.get(name)) for name in ("dispatched_at", "enroute_at", "on_scene_at", "cleared_at")]
    told = [at for at in moments if at is not None]
    is_pending = fields.get("status") == "pending"
    # Of what is not pending, and never said since when, nothing is known but that it does not wait.
    pended_until = min(told) if told else None if is_pending else (left_pending_at or entered_at)
    return KnownIncident(entered_at, fields.get("priority"), fields.get("onview") is True, pended_until, moments[2])


def call_of(fields: dict[str, Any]) -> KnownCall | None:
    """Read an answered call from its fields; None for any other, and where its clocks disagree."""
    began, answered = parse_instant(fields.get("started_at")), parse_instant(fields.get("answered_at"))
    if began is None or answered is None or answered < began:
        return None
    return KnownCall(answered, (answered - began).total_seconds())


def last_hour(
    incidents: Iterable[KnownIncident], calls: Iterable[KnownCall] | None, now: datetime, *, whole: bool
) -> dict[str, Any]:
    """Return the hour up to now. ``whole`` says whether all that was in it is known; ``calls`` None may not be told.

    What officers came upon themselves is no arrival and no response, and never waited.
    """
    since = now - HOUR
    known = [one for one in incidents if not one.onview]
    reached = [one for one in known if one.on_scene_at and one.on_scene_at >= one.entered_at]
    heard = None if calls is None else list(calls)
    steps = []
    for number in range(STEPS):
        begin, end = since + STEP * number, since + STEP * (number + 1)
        told = _stretch(known, reached, heard, begin, end)
        steps.append({"from": iso(begin), "to": iso(end), "pending": _pending(known, end)} | told)
    whole_hour = _stretch(known, reached, heard, since, now)
    return {"from": iso(since), "to": iso(now), "whole": whole, "steps": steps, "hour": whole_hour}


def _stretch(
    known: Sequence[KnownIncident],
    reached: Sequence[KnownIncident],
    calls: Sequence[KnownCall] | None,
    begin: datetime,
    end: datetime,
) -> dict[str, Any]:
    def is_in(at: datetime | None) -> bool:
        return at is not None and begin < at <= end

    arrivals = dict.fromkeys(("1", "2", "3", "4+"), 0)
    for one in known:
        if is_in(one.entered_at):
            arrivals[_group(one.priority)] += 1
    done = [one for one in reached if is_in(one.on_scene_at)]
    response = {
        "high": _spread([_response_s(one) for one in done if one.priority in _HIGH]),
        "all": _spread([_response_s(one) for one in done]),
    }
    waited = None if calls is None else [one.waited_s for one in calls if is_in(one.answered_at)]
    return {"arrivals": arrivals, "response": response, "answer": None if waited is None else _answers(waited)}


def _group(priority: int | None) -> str:
    return "4+" if priority is None or priority >= _LOWEST else str(priority)


def _pending(known: Iterable[KnownIncident], at: datetime) -> int:
    return sum(one.entered_at <= at and (one.pended_until is None or one.pended_until > at) for one in known)


def _response_s(one: KnownIncident) -> float:
    return ((one.on_scene_at or one.entered_at) - one.entered_at).total_seconds()


def _spread(seconds: list[float]) -> dict[str, Any]:
    median, p90 = (percentile(seconds, share) for share in (0.5, 0.9))
    return {"count": len(seconds), "median_s": median, "p90_s": p90}


def _answers(waited: list[float]) -> dict[str, Any]:
    shares = {f"within_{limit}_s": _share(waited, limit) for limit in WITHIN_S}
    return {"count": len(waited), "p90_s": percentile(waited, 0.9)} | shares


def _share(waited: Sequence[float], limit_s: float) -> float | None:
    return round(sum(each <= limit_s for each in waited) / len(waited), 4) if waited else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return a percentile of values, on the line between the two nearest; None of none."""
    if not values:
        return None
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (at - low) * (ordered[high] - ordered[low]), 3)
