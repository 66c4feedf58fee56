"""The order of an entity's statuses, used to settle ties between events of the same moment."""

from __future__ import annotations

INCIDENT_STATUSES = ("pending", "dispatched", "enroute", "on_scene", "cleared", "closed", "cancelled")
UNIT_STATUSES = ("available", "dispatched", "enroute", "on_scene", "busy", "out_of_service", "off_duty")
CALL_STATES = ("ringing", "answered", "on_hold", "transferred", "abandoned", "ended")
ALARM_STATES = ("active", "acknowledged", "shelved", "cleared")
NOTICE_STATES = ("active", "ended")
DETECTION_REVIEWS = ("unreviewed", "confirmed", "dismissed")
ALARM_SEVERITIES = ("critical", "high", "medium", "low")

#: The field that carries an entity's lifecycle, and its statuses from first to last.
LIFECYCLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "call": ("state", CALL_STATES),
    "incident": ("status", INCIDENT_STATUSES),
    "unit": ("status", UNIT_STATUSES),
    "detection": ("review", DETECTION_REVIEWS),
    "alarm": ("state", ALARM_STATES),
    "notice": ("state", NOTICE_STATES),
}

#: Statuses after which an entity leaves the live picture (see ``rtcc/picture/retention.py``).
ENDED: dict[str, frozenset[str]] = {
    "call": frozenset({"ended"}),
    "incident": frozenset({"closed", "cancelled"}),
    "alarm": frozenset({"cleared"}),
    "notice": frozenset({"ended"}),
}

#: The states of an alarm that has been raised and has not cleared.
OPEN_ALARM_STATES = tuple(state for state in ALARM_STATES if state not in ENDED["alarm"])

#: The field that decides when an entity leaves, where that is not its status.
LEAVES_BY = {"unit": "stale_at"}

#: Kinds that leave it a while after they occurred, whatever became of them.
LEAVE_BY_AGE = frozenset({"detection", "note"})

RANKS: dict[tuple[str, str], dict[str, int]] = {
    (kind, field): {status: rank for rank, status in enumerate(statuses, start=1)}
    for kind, (field, statuses) in LIFECYCLES.items()
}


def rank(kind: str, field: str, value: object) -> int:
    """Return the place of a status in its lifecycle, from 1; 0 for any other field or value."""
    ranks = RANKS.get((kind, field))
    return ranks.get(value, 0) if ranks and isinstance(value, str) else 0
