"""Turns one row of an agency's export into the moments of an entity's life, as its CAD would have told them live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from rtcc.feeds.formats import values
from rtcc.feeds.formats.cells import Cells, NoTimeError, Row
from rtcc.feeds.formats.identity import entity_of
from rtcc.feeds.formats.lives import Stage
from rtcc.feeds.formats.mapping import RowMapping
from rtcc.model.event import EventError, iso, parse_event
from rtcc.model.lifecycle import ENDED, LIFECYCLES, rank
from rtcc.model.version import microseconds

#: What the feed's memory says of a row: never told, told otherwise, or gone from a snapshot and back again.
Known = Literal["new", "changed", "back"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What changed about one entity at one instant; the instants among its fields are datetimes still."""

    at: datetime
    agency: str
    id: str
    fields: dict[str, Any]
    sequence: int | None = None

    def to_event(self, mapping: RowMapping, sequence: int | None = None) -> dict[str, Any]:
        """Return the moment as an event that is still to be validated."""
        told = {name: iso(value) if isinstance(value, datetime) else value for name, value in self.fields.items()}
        return {
            "kind": mapping.kind,
            "id": self.id,
            "agency": self.agency,
            "source": mapping.source,
            "occurred_at": iso(self.at),
            "sequence": self.sequence if sequence is None else sequence,
            "data": told,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row gave: its moments in time order, and a sentence for each thing in it that could not be used.

    A row without moments was refused, and then has exactly one reason.
    """

    moments: tuple[Moment, ...] = ()
    reasons: tuple[str, ...] = ()


class RowRefusedError(ValueError):
    """A row that becomes no event; the message is one sentence."""


def read_row(row: Row, mapping: RowMapping) -> Reading:
    """Read one row of a recording; never raises, because one bad row must not end the feed it came in."""
    cells = Cells(row, mapping)
    try:
        moments = moments_of(cells)
        for moment in moments:
            parse_event(moment.to_event(mapping), moment.at)
    except (RowRefusedError, EventError) as error:
        return Reading((), (str(error),))
    return Reading(tuple(moments), tuple(cells.reasons))


def moments_of(cells: Cells, known: Known = "new") -> list[Moment]:
    """Return the moments that a row tells, in time order. Raises RowRefusedError.

    A row that was told before is told as a whole once more, at its own last update, or else when it was received.
    """
    agency, id_ = entity_of(cells)
    mapping = cells.mapping
    if not id_:
        name = " and ".join(mapping.id)
        raise RowRefusedError(f"{name} is empty; a row needs an id.")
    if not agency:
        name = mapping.agency.name if mapping.agency else "agency"
        raise RowRefusedError(f"{name} is empty; a row needs an agency.")
    try:
        timeline = _life(cells, known) if mapping.stages else _instant(cells, known)
    except NoTimeError as error:
        raise RowRefusedError(f"{error}.") from None
    # Of two tellings at one instant the one that was received later counts.
    received = microseconds(cells.received_at) if cells.received_at else None
    told = [
        Moment(at, agency, id_, fields, received if whole else None)
        for at, (fields, whole) in sorted(timeline.items())
        if fields
    ]
    if not told:
        raise RowRefusedError("The row tells nothing: all of its fields are empty.")
    return told


#: What is told at each instant, and whether it is the row as a whole.
_Timeline = dict[datetime, tuple[dict[str, Any], bool]]


def _instant(cells: Cells, known: Known) -> _Timeline:
    """Tell a row without moments: all of it at one instant."""
    column = cells.mapping.occurred_at
    at = cells.when(column) if column else cells.received_at
    if at is None:
        raise RowRefusedError(
            f"{column.name} is empty; a row needs its time."
            if column
            else "The row has no time of its own, and a recording does not say when it was received."
        )
    if known == "back" and cells.received_at:
        at = max(at, cells.received_at)
    return {at: (cells.fields(cells.mapping.first), True)}


def _life(cells: Cells, known: Known) -> _Timeline:
    mapping = cells.mapping
    times = _times(cells)
    first = mapping.stages[0]
    if first.key not in times:
        raise RowRefusedError(f"{first.column} is empty; a row needs its first time.")
    timeline: dict[datetime, dict[str, Any]] = {}
    told_first = cells.fields(mapping.first)
    _tell_first(cells, times, timeline, told_first)
    status = _tell_stages(cells, times, timeline)
    told_last = cells.fields(mapping.last)
    if known == "new" or cells.received_at is None:
        _tell_last(mapping, times, timeline, told_last)
        return {at: (fields, False) for at, fields in timeline.items()}
    return _told_again(cells, known, times, timeline, {**told_first, **told_last}, status)


def _told_again(
    cells: Cells,
    known: Known,
    times: Mapping[str, datetime],
    timeline: dict[datetime, dict[str, Any]],
    fields: dict[str, Any],
    status: str,
) -> _Timeline:
    mapping, received_at = cells.mapping, cells.received_at
    assert received_at is not None  # noqa: S101 - only a row that was received can have been told before
    status_field = LIFECYCLES[mapping.kind][0]
    at = times.get(mapping.updated or "", received_at)
    if status in ENDED.get(mapping.kind, ()):
        # Long over perhaps, and gone from the picture: what is told of it late must not bring it back.
        at = max(times[stage.key] for stage in mapping.stages if stage.key in times)
    if known == "back":
        # It had been told as ended at an instant after all of its own.
        ends = {stage.field for stage in mapping.stages if stage.key not in times}
        at, fields = received_at, {**fields, **dict.fromkeys(ends | _end_of(mapping)), status_field: status}
        fields |= {stage.field: times[stage.key] for stage in mapping.stages if stage.key in times}
    told: _Timeline = {moment: (what, False) for moment, what in timeline.items()}
    told[at] = ({**told.get(at, ({}, False))[0], **fields}, True)
    return told


def _end_of(mapping: RowMapping) -> frozenset[str]:
    return frozenset({mapping.gone.at}) if mapping.gone.at else frozenset()


def _times(cells: Cells) -> dict[str, datetime]:
    mapping = cells.mapping
    found: dict[str, datetime] = {}
    before: datetime | None = None
    plain = [*mapping.before.values(), *(stage.column for stage in mapping.stages), mapping.updated]
    for column in dict.fromkeys(plain):
        shown = cells.shown(column) if column else ""
        if column and shown:
            found[column] = before = cells.instant(column, shown, before)
    for stage in mapping.stages:
        shown = cells.shown(stage.plus) if stage.plus else ""
        if shown and stage.column in found:
            try:
                took = timedelta(seconds=values.number(shown) * stage.plus_s)
                found[stage.key] = found[stage.column] + took
            except (ValueError, OverflowError):
                raise NoTimeError(f"{stage.plus} is no duration") from None
    return found


def _tell_first(
    cells: Cells, times: Mapping[str, datetime], timeline: dict[datetime, dict[str, Any]], told: dict[str, Any]
) -> None:
    # With the earliest moment, whichever that is: a sensitive call must be known as one from its first event.
    start = min(times[stage.key] for stage in cells.mapping.stages if stage.key in times)
    timeline[start] = dict(told)
    for field, column in cells.mapping.before.items():
        if column in times:
            timeline.setdefault(max(start, times[column]), {})[field] = times[column]


def _tell_stages(cells: Cells, times: Mapping[str, datetime], timeline: dict[datetime, dict[str, Any]]) -> str:
    # Stages of the same instant are one event: an on-view begins on scene. And a status never goes back: where
    # a row closes before its unit arrives, the arrival is told as a time only. A unit's goes round and round.
    mapping = cells.mapping
    status_field = LIFECYCLES[mapping.kind][0]
    reached, last = 0, ""
    for stage in sorted((stage for stage in mapping.stages if stage.key in times), key=lambda s: times[s.key]):
        fields = timeline.setdefault(times[stage.key], {})
        fields[stage.field] = times[stage.key]
        fields |= dict.fromkeys(stage.clears)
        status = _status(cells, stage)
        if mapping.kind not in ENDED or rank(mapping.kind, status_field, status) > reached:
            reached = rank(mapping.kind, status_field, status)
            fields[status_field] = last = status
    return last


def _tell_last(
    mapping: RowMapping,
    times: Mapping[str, datetime],
    timeline: dict[datetime, dict[str, Any]],
    fields: dict[str, Any],
) -> None:
    known = timeline[min(timeline)]
    changed = {name: value for name, value in fields.items() if known.get(name) != value}
    if not changed:
        return
    closing = mapping.stages[-1].key
    at = times.get(closing) or times.get(mapping.updated or "") or max(timeline)
    timeline.setdefault(max(at, min(timeline)), {}).update(changed)


def _status(cells: Cells, stage: Stage) -> str:
    other: str | None = None
    if stage.instead:
        other = stage.instead.values.get(values.text(cells.shown(stage.instead.names[0])))
    return other or stage.status
