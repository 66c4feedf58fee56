"""What happened before at an incident's address, or within a few steps of it, over the whole record."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from rtcc.access.visibility import Audience
from rtcc.insights.address_words import normal
from rtcc.insights.incident_places import Found, IncidentPlaces
from rtcc.insights.life import Life, begun_at, incident_on_record
from rtcc.insights.nearness import distance_m
from rtcc.insights.record import Record
from rtcc.insights.some_fields import columns_of, decode_some
from rtcc.journal.reader import by_stream
from rtcc.journal.reading import opened
from rtcc.journal.segments import Segment
from rtcc.model.event import MAX_AHEAD, iso
from rtcc.picture.changes import Change, seconds_of

RADIUS_M = 60.0
MOST = 50
_SAY_WHERE = frozenset({"address", "lat", "lon"})
_TOLD = ("type", "priority", "disposition", "status", "address")
_NEEDED = frozenset({*_TOLD, *_SAY_WHERE, "entered_at", "received_at", "sensitive"})


class NoPlaceError(LookupError):
    """The incident has no place, or none that the audience may know."""


def address_history(
    record: Record, places: IncidentPlaces, incident_id: str, audience: Audience
) -> dict[str, Any] | None:
    """Return earlier incidents at the same place, None where no such incident is on record for the audience.

    Raises NoPlaceError, DamagedError, PlaceError.
    """
    incident = incident_on_record(record, incident_id)
    if not incident.steps or incident.hidden_from(audience) is None:
        return None
    address, place = incident.fields.get("address"), incident.place()
    if (not address and place is None) or incident.hides_its_place(audience):
        raise NoPlaceError
    before = begun_at(incident)

    def is_earlier_here(other: Life) -> bool:
        return (
            other.id != incident_id
            and not other.hides_its_place(audience)
            and begun_at(other) < before
            and _is_same_place(other, address, place)
        )

    found = places.at(record, address, place, RADIUS_M)
    earlier = _latest(record, places, found, is_earlier_here)
    told = [_told(life, place, audience) for life in earlier]
    return record.as_told() | {"id": incident_id, "radius_m": RADIUS_M, "earlier": told}


def _is_same_place(other: Life, address: str | None, place: tuple[float, float] | None) -> bool:
    """Say so by its last words: a segment tells only those of its own stretch."""
    theirs, there = other.fields.get("address"), other.place()
    if address and theirs and normal(theirs) == normal(address):
        return True
    return bool(place and there and distance_m(place, there) <= RADIUS_M)


def _latest(
    record: Record, places: IncidentPlaces, found: Sequence[Found], is_meant: Callable[[Life], bool]
) -> list[Life]:
    """Return the lives that are meant, the latest first, reading no more of the past than the MOST latest need."""
    fresh: dict[str, list[Change]] = {}
    for change in record.fresh:
        if change.kind == "incident":
            fresh.setdefault(change.id, []).append(change)
    lives: dict[str, Life] = {}
    latest: list[tuple[float, str]] = []

    def look_at(life: Life) -> None:
        lives[life.id] = life
        if life.steps and is_meant(life):
            heapq.heappush(latest, (begun_at(life).timestamp(), life.id))
            if len(latest) > MOST:
                heapq.heappop(latest)

    for id_, changes in fresh.items():
        # Where somebody is said to be only now the journal does not know it under this place.
        if any(not _SAY_WHERE.isdisjoint(change.fields or ()) for change in changes):
            look_at(Life.of("incident", id_, record.timeline("incident", id_)))
    for segment, some in _by_segment(found):
        # What began later than all that this segment can tell of is there already.
        if len(latest) >= MOST and latest[0][0] > seconds_of(segment.ends) + MAX_AHEAD.total_seconds():
            break
        new = [one for one in some if one.id not in lives]
        told: dict[str, list[Change]] = {one.id: [] for one in new}
        for other, theirs in _by_segment([*new, *places.elsewhere(segment, told)]):
            for change in record.journal.ask(partial(_rows, record, other, theirs)):
                told[change.id].append(change)
        for id_, changes in told.items():
            changes.sort(key=by_stream)
            look_at(Life.of("incident", id_, [*changes, *fresh.get(id_, ())]))
    return [lives[id_] for _, id_ in heapq.nlargest(MOST, latest)]


def _by_segment(found: Iterable[Found]) -> list[tuple[Segment, list[Found]]]:
    grouped: dict[str, tuple[Segment, list[Found]]] = {}
    for one in found:
        grouped.setdefault(one.segment.path, (one.segment, []))[1].append(one)
    return sorted(grouped.values(), key=lambda group: group[0].ends, reverse=True)


def _rows(record: Record, segment: Segment, found: Sequence[Found]) -> list[Change]:
    """Return all changes of some incidents of a segment; of its parts only those are read that hold one of them."""
    place = record.journal.place
    if record.rows.keeps(segment):
        tables = [table for one in found for table in record.rows.of(place, segment, one.id)]
        return [change for table in tables for change in decode_some(table, _NEEDED)]
    changes: list[Change] = []
    wanted = sorted((one.begin, one.end) for one in found)
    with opened(place, segment) as file:
        columns = [name for name in columns_of(_NEEDED) if name in file.schema_arrow.names]
        begin = 0
        for group in range(file.num_row_groups):
            end = begin + file.metadata.row_group(group).num_rows
            here = [(max(low, begin), min(high, end)) for low, high in wanted if low < end and high > begin]
            if here:
                table = file.read_row_group(group, columns, use_threads=False)
                for low, high in here:
                    changes += decode_some(table.slice(low - begin, high - low), _NEEDED)
            begin = end
    return changes


def _told(life: Life, place: tuple[float, float] | None, audience: Audience) -> dict[str, Any]:
    seen, there = life.seen_by(audience), life.place()
    return {
        "id": life.id,
        "entered_at": iso(begun_at(life)),
        **{name: seen.get(name) for name in _TOLD},
        "distance_m": round(distance_m(place, there), 1) if place and there else None,
    }
