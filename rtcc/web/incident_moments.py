"""An incident's changes as its page tells them: those of one moment and one origin together, the telling ones first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rtcc.model.checks import parse_instant

#: Changes of one thing by one source that are no further apart are one moment to whoever reads them.
_TOGETHER_S = 2.0
#: What comes later than this after it happened is said to have come late.
LATE_S = 10.0
#: What is told first; the rest of a moment is folded away.
_TELLING = ("status", "priority", "type", "address", "units", "disposition", "sensitive", "narrative")
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that became another."""

    field: str
    before: Any
    after: Any


@dataclass(slots=True)
class Moment:
    """What one source said of one thing at one moment."""

    at: datetime
    kind: str
    id: str
    source: str
    late_s: float = 0.0
    left: bool = False
    expunged: bool = False
    changed: dict[str, Changed] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What tells it from all others of its incident."""
        return f"{self.kind} {self.id} {self.source} {self.at.timestamp()}"

    def parts(self) -> tuple[list[Changed], list[Changed]]:
        """Return what is shown at once, and what is folded."""
        told = [*self.changed.values()]
        rank = {name: number for number, name in enumerate(_TELLING)}
        # Instants repeat what the status says, by another clock.
        told.sort(key=lambda one: rank.get(one.field, len(rank) + one.field.endswith("_at")))
        first = [one for one in told if one.field in rank] or told
        shown = first[:_SHOWN]
        return shown, [one for one in told if one not in shown]


def moments_of(rows: Iterable[Mapping[str, Any]]) -> list[Moment]:
    """Return the moments that the rows of a story tell, in their order."""
    moments: list[Moment] = []
    for row in rows:
        at = parse_instant(row["at"]) or datetime.fromtimestamp(0, UTC)
        last = moments[-1] if moments else None
        if last is None or not _is_same(last, row, at):
            last = Moment(at, row["kind"], row["id"], row["source"])
            moments.append(last)
        received = parse_instant(row["received_at"])
        if received is not None:
            last.late_s = max(last.late_s, (received - at).total_seconds())
        last.left, last.expunged = last.left or row["left"], last.expunged or row["expunged"]
        for one in _joined(row["changed"]):
            before = last.changed[one.field].before if one.field in last.changed else one.before
            last.changed[one.field] = Changed(one.field, before, one.after)
    return moments


def _is_same(moment: Moment, row: Mapping[str, Any], at: datetime) -> bool:
    mine, theirs = (moment.kind, moment.id, moment.source), (row["kind"], row["id"], row["source"])
    # What left or came to another status is a moment of its own, however soon.
    tells = any(one["field"] in {"status", "state"} for one in row["changed"])
    spoke = "status" in moment.changed or "state" in moment.changed
    return (
        mine == theirs
        and (at - moment.at).total_seconds() <= _TOGETHER_S
        and not (tells and spoke)
        and moment.left == row["left"]
    )


def _joined(changed: Iterable[Mapping[str, Any]]) -> list[Changed]:
    """Return the changes, latitude and longitude as one position."""
    told = {one["field"]: Changed(one["field"], one["from"], one["to"]) for one in changed}
    lat, lon = told.pop("lat", None), told.pop("lon", None)
    if lat is not None and lon is not None:
        told["position"] = Changed("position", _place(lat.before, lon.before), _place(lat.after, lon.after))
    elif (one := lat or lon) is not None:
        told[one.field] = one
    return list(told.values())


def _place(lat: Any, lon: Any) -> str | None:
    return None if lat is None or lon is None else f"{lat:.5f}, {lon:.5f}"
