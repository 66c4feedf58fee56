"""What TAK clients have been told of the picture, and what they must be told of each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from rtcc.feeds.out import cot
from rtcc.model import lifecycle

KINDS = ("unit", "incident")
#: How often what stands is told again, so that nothing that holds grows stale.
RENEWED_EVERY = timedelta(minutes=5)

Identity = tuple[str, str]


class CotView:
    """All that one audience is shown; made anew when the picture is loaded anew."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        #: What was told of whom, and until when it holds.
        self._shown: dict[Identity, tuple[bytes, datetime]] = {}
        self._emergencies: dict[str, Mapping[str, Any]] = {}
        self._incidents: dict[str, Mapping[str, Any]] = {}
        self._renewed_at: datetime | None = None

    def change(
        self, kind: str, id_: str, fields: Mapping[str, Any] | None, changed_at: datetime, now: datetime
    ) -> list[bytes]:
        """Return what to tell of an entity as the audience sees it now; ``fields`` are None where it does not."""
        if kind == "unit":
            return self._unit(id_, fields, changed_at, now)
        return self._incident(id_, fields, now) if kind == "incident" else []

    def _unit(self, id_: str, fields: Mapping[str, Any] | None, changed_at: datetime, now: datetime) -> list[bytes]:
        had = self._emergencies.pop(id_, None)
        if fields is None:
            over = [] if had is None else [cot.emergency_event(id_, {}, now)]
            return over + self._leaves("unit", id_, now)
        told = []
        event = cot.unit_event(id_, fields, changed_at, now)
        if event is not None and self._shown.get(("unit", id_), (b"",))[0] != event:
            self._shown["unit", id_] = event, cot.good_until(fields, changed_at)
            told.append(event)
        if fields.get("emergency") is True:
            self._emergencies[id_] = dict(fields)
        if (had is None) != (id_ not in self._emergencies):
            told.append(cot.emergency_event(id_, fields, now))
        return told

    def _incident(self, id_: str, fields: Mapping[str, Any] | None, now: datetime) -> list[bytes]:
        is_over = fields is None or fields.get("status") in lifecycle.ENDED["incident"]
        event = None if fields is None or is_over else cot.incident_event(id_, fields, now)
        if fields is None or event is None:
            self._incidents.pop(id_, None)
            return self._leaves("incident", id_, now)
        if self._incidents.get(id_) == fields:
            return []
        self._incidents[id_] = dict(fields)
        self._shown["incident", id_] = event, now + cot.INCIDENT_GOOD
        return [event]

    def _leaves(self, kind: str, id_: str, now: datetime) -> list[bytes]:
        return [] if self._shown.pop((kind, id_), None) is None else [cot.deletion_event(kind, id_, now)]

    def renew(self, now: datetime) -> list[bytes]:
        """Return what must be told again by now, so that it does not grow stale."""
        if self._renewed_at is not None and now - self._renewed_at < RENEWED_EVERY:
            return []
        self._renewed_at = now
        told = []
        for id_, fields in self._incidents.items():
            event = cot.incident_event(id_, fields, now)
            if event is not None:
                self._shown["incident", id_] = event, now + cot.INCIDENT_GOOD
                told.append(event)
        return told + [cot.emergency_event(id_, fields, now) for id_, fields in self._emergencies.items()]

    def forget(self, still: Iterable[Identity], now: datetime) -> list[bytes]:
        """Return the deletions of all that is shown and is not among these: the picture was loaded anew."""
        kept = set(still)
        gone = [identity for identity in self._shown if identity not in kept]
        told: list[bytes] = []
        for kind, id_ in gone:
            told += self.change(kind, id_, None, now, now)
        return told

    def current(self, now: datetime) -> list[bytes]:
        """Return all that a new client must know, and nothing that is no more current."""
        emergencies = [cot.emergency_event(id_, fields, now) for id_, fields in self._emergencies.items()]
        return [event for event, until in self._shown.values() if until > now] + emergencies
