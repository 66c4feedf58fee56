"""Turns one row of an agency's export into the moments of an incident's life, as its CAD would have told them live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rtcc.feeds.formats import values
from rtcc.feeds.formats.mapping import POSITION, Column, RowMapping, Stage
from rtcc.model.event import EventError, iso, parse_event
from rtcc.model.lifecycle import LIFECYCLES, rank

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """What changed about one entity at one instant; the instants among its fields are datetimes still."""

    at: datetime
    agency: str
    id: str
    fields: dict[str, Any]

    def to_event(self, mapping: RowMapping, sequence: int | None = None) -> dict[str, Any]:
        """Return the moment as an event that is still to be validated."""
        told = {name: iso(value) if isinstance(value, datetime) else value for name, value in self.fields.items()}
        return {
            "kind": mapping.kind,
            "id": self.id,
            "agency": self.agency,
            "source": mapping.source,
            "occurred_at": iso(self.at),
            "sequence": sequence,
            "data": told,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row gave: its moments in time order, and a sentence for each thing in it that could not be used.

    A row without moments was refused, and then has exactly one reason.
    """

    moments: tuple[Moment, ...] = ()
    reasons: tuple[str, ...] = ()


class _RefusedError(ValueError):
    pass


def read_row(row: Row, mapping: RowMapping) -> Reading:
    """Read one row; never raises, because one bad row must not end the feed it came in."""
    reasons: list[str] = []
    try:
        moments = _moments(row, mapping, reasons)
        for moment in moments:
            parse_event(moment.to_event(mapping), moment.at)
    except (_RefusedError, EventError) as error:
        return Reading((), (str(error),))
    return Reading(tuple(moments), tuple(reasons))


def _moments(row: Row, mapping: RowMapping, reasons: list[str]) -> list[Moment]:
    id_ = values.text(row.get(mapping.id))
    if id_ in mapping.empty:
        raise _RefusedError(f"{mapping.id} is empty; a row needs an id.")
    agency = _value(row, mapping.agency, mapping, reasons)
    if agency is None:
        raise _RefusedError(f"{mapping.agency.name} is empty; a row needs an agency.")
    times = _times(row, mapping)
    first = mapping.stages[0]
    if first.column not in times:
        raise _RefusedError(f"{first.column} is empty; a row needs its first time.")
    timeline: dict[datetime, dict[str, Any]] = {}
    _tell_first(row, mapping, times, timeline, reasons)
    _tell_stages(row, mapping, times, timeline)
    _tell_last(row, mapping, times, timeline, reasons)
    return [Moment(at, agency, id_, fields) for at, fields in sorted(timeline.items()) if fields]


def _times(row: Row, mapping: RowMapping) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    before: datetime | None = None
    for column in (*mapping.before.values(), *(stage.column for stage in mapping.stages), mapping.updated):
        told = values.text(row.get(column)) if column else ""
        if column and told not in mapping.empty:
            try:
                found[column] = before = values.in_utc(values.local_time(told, mapping.times), mapping.zone, before)
            except (ValueError, OverflowError):
                raise _RefusedError(f"{column} is {told[:40]!r}, which is no time this mapping knows.") from None
    return found


def _tell_first(
    row: Row,
    mapping: RowMapping,
    times: dict[str, datetime],
    timeline: dict[datetime, dict[str, Any]],
    reasons: list[str],
) -> None:
    # With the earliest moment, whichever that is: a sensitive call must be known as one from its first event.
    start = min(times[stage.column] for stage in mapping.stages if stage.column in times)
    timeline[start] = _fields(row, mapping.first, mapping, reasons)
    for field, column in mapping.before.items():
        if column in times:
            timeline.setdefault(max(start, times[column]), {})[field] = times[column]


def _tell_stages(
    row: Row, mapping: RowMapping, times: dict[str, datetime], timeline: dict[datetime, dict[str, Any]]
) -> None:
    # Stages of the same instant are one event: an on-view begins on scene. And a status never goes back: where
    # a row closes before its unit arrives, the arrival is told as a time only.
    status_field = LIFECYCLES[mapping.kind][0]
    reached = 0
    for stage in sorted((stage for stage in mapping.stages if stage.column in times), key=lambda s: times[s.column]):
        fields = timeline.setdefault(times[stage.column], {})
        fields[stage.field] = times[stage.column]
        status = _status(row, stage)
        if rank(mapping.kind, status_field, status) > reached:
            reached = rank(mapping.kind, status_field, status)
            fields[status_field] = status


def _tell_last(
    row: Row,
    mapping: RowMapping,
    times: dict[str, datetime],
    timeline: dict[datetime, dict[str, Any]],
    reasons: list[str],
) -> None:
    known = timeline[min(timeline)]
    fields = _fields(row, mapping.last, mapping, reasons)
    changed = {name: value for name, value in fields.items() if known.get(name) != value}
    if not changed:
        return
    closing = mapping.stages[-1].column
    at = times.get(closing) or times.get(mapping.updated or "") or max(timeline)
    timeline.setdefault(max(at, min(timeline)), {}).update(changed)


def _status(row: Row, stage: Stage) -> str:
    other = stage.instead.values.get(values.text(row.get(stage.instead.name))) if stage.instead else None
    return other or stage.status


def _fields(row: Row, columns: Mapping[str, Column], mapping: RowMapping, reasons: list[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, column in columns.items():
        value = _value(row, column, mapping, reasons)
        if value is None:
            continue
        if name == POSITION:
            fields["lat"], fields["lon"] = value
        else:
            fields[name] = value
    return fields


def _value(row: Row, column: Column, mapping: RowMapping, reasons: list[str]) -> Any:
    told = row.get(column.name)
    shown = values.text(told)
    if shown in mapping.empty:
        return column.otherwise
    if column.form == "title":
        return values.title(shown, mapping.words)
    if column.form == "streets":
        return values.streets(shown, mapping.words)
    if column.form == "point":
        try:
            return values.point(told)
        except ValueError as error:
            reasons.append(f"{column.name} {error}; the row is taken without it.")
            return None
    if column.form == "choice" and shown in column.values:
        return column.values[shown]
    if column.form == "choice" and not column.keep_unknown:
        reasons.append(f"{column.name} is not one of {', '.join(column.values)}; the row is taken without it.")
        return column.otherwise
    return shown
