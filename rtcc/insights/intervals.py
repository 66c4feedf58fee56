"""How long the parts of an incident took, by their APCO and NFPA names, and what the city owes for its priority."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from rtcc.city.pack import Target
from rtcc.insights.life import Life, occurred
from rtcc.model.event import iso

#: NENA's standard: nine in ten calls are answered within so long.
ANSWER_TARGET_S = 15
#: A moment, and the statuses that say it has come; a source may tell the status without the moment.
_MOMENTS: dict[str, frozenset[str]] = {
    "entered_at": frozenset({"pending"}),
    "dispatched_at": frozenset({"dispatched"}),
    "enroute_at": frozenset({"enroute"}),
    "on_scene_at": frozenset({"on_scene"}),
    "cleared_at": frozenset({"cleared", "closed", "cancelled"}),
}


class _Interval(NamedTuple):
    name: str
    since: str
    to: str
    #: Of what was come upon by an officer nothing was waited for.
    of_responses: bool = True


_INTERVALS = (
    _Interval("answer", "ringing_at", "answered_at", of_responses=False),
    _Interval("processing", "answered_at", "entered_at", of_responses=False),
    _Interval("queue", "entered_at", "dispatched_at"),
    _Interval("turnout", "dispatched_at", "enroute_at"),
    _Interval("travel", "enroute_at", "on_scene_at"),
    _Interval("response", "entered_at", "on_scene_at"),
    _Interval("on-scene", "on_scene_at", "cleared_at", of_responses=False),
    _Interval("total", "begun_at", "cleared_at", of_responses=False),
)


def moments_of(incident: Life, call: Life | None = None) -> dict[str, datetime]:
    """Return the known moments of an incident, and of the call that it began with, by name."""
    moments: dict[str, datetime] = {}
    for name, statuses in _MOMENTS.items():
        at = incident.instant(name) or _first_said(incident, statuses)
        if at is not None:
            moments[name] = at
    if call is not None:
        for name, told in (("ringing_at", "started_at"), ("answered_at", "answered_at")):
            at = call.instant(told)
            if at is not None:
                moments[name] = at
    begun = [at for at in (moments.get("ringing_at"), incident.instant("received_at"), moments.get("entered_at")) if at]
    if begun:
        moments["begun_at"] = min(begun)
    return moments


def intervals_of(incident: Life, call: Life | None, targets: Mapping[int, Target]) -> list[dict[str, Any]]:
    """Return each interval that has begun: its two moments, its seconds once it has ended, and what is owed.

    What ended before it began, by clocks that disagree, is left out; so is what was skipped.
    """
    moments = moments_of(incident, call)
    onview = incident.fields.get("onview") is True
    owed = targets.get(incident.fields.get("priority") or 0)
    target = {
        "answer": ANSWER_TARGET_S,
        "queue": owed.queue_s if owed else None,
        "response": owed.response_s if owed else None,
    }
    told = []
    for name, since, to, of_responses in _INTERVALS:
        begins, ends = moments.get(since), moments.get(to)
        if begins is None or (onview and of_responses) or (ends is not None and ends < begins):
            continue
        if ends is None and ("cleared_at" in moments or not _may_still_end(to, moments)):
            continue
        told.append(
            {
                "name": name,
                "from": iso(begins),
                "to": None if ends is None else iso(ends),
                "seconds": None if ends is None else round((ends - begins).total_seconds(), 3),
                "target_s": target.get(name),
            }
        )
    return told


def _may_still_end(to: str, moments: Mapping[str, datetime]) -> bool:
    """Say whether a moment may still come: not where a later one has come already."""
    order = list(_MOMENTS)
    return to not in order or not any(later in moments for later in order[order.index(to) + 1 :])


def _first_said(incident: Life, statuses: frozenset[str]) -> datetime | None:
    said = (
        occurred(step.change)
        for step in incident.steps
        if step.change.fields is not None and step.change.fields.get("status") in statuses
    )
    return min(said, default=None)
