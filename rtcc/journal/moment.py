"""The picture at a moment: the newest whole picture before it, and what changed from there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from rtcc.journal.columns import decode
from rtcc.journal.manifest import State
from rtcc.journal.place import Place
from rtcc.journal.reading import codes, rows_between, taken
from rtcc.journal.segments import PICTURE, Segment
from rtcc.journal.window import Window
from rtcc.model.sources import RETENTION
from rtcc.model.version import DIGITS, MICROSECONDS, microseconds
from rtcc.picture.changes import Change, position_of
from rtcc.picture.snapshot import StoredEntity


@dataclass(frozen=True, slots=True)
class Basis:
    """What the picture at a moment is made of: segments of a whole picture, and the changes after a position.

    ``gap`` is what the journal lacks for it: from, to (positions).
    """

    pictures: list[Segment]
    after: int
    gap: tuple[int, int] | None = None


def basis_of(state: State, upto: int) -> Basis:
    """Choose what the picture at a position is made of."""
    gaps = [(position_of(first) or 0, position_of(last) or 0) for first, last in state.gaps]
    within = next((gap for gap in gaps if gap[0] < upto < gap[1]), None)
    begun = max((gap for gap in gaps if gap[0] < upto and gap[1] <= upto), key=lambda gap: gap[1], default=None)
    # At the end of a gap everything began anew.
    floor = begun[1] if begun else 0
    named: dict[tuple[str, str], list[Segment]] = {}
    for segment in state.segments.values():
        if segment.role == PICTURE:
            named.setdefault((segment.last, segment.first), []).append(segment)
    whole = {segments[0].span[::-1]: segments for segments in named.values()}
    if begun:
        whole = {span: segments for span, segments in whole.items() if span[0] > floor}
    before = max((span for span in whole if span[0] <= upto), default=None)
    if before:
        return Basis(whole[before], max(floor, before[1]), within)
    # The next whole picture tells at least of what has not changed since.
    end = min((gap[0] for gap in gaps if gap[0] >= upto), default=None)
    later = min((span for span in whole if end is None or span[0] <= end), default=None)
    return Basis(whole[later] if later else [], floor, within or begun)


@dataclass(slots=True)
class _Entity:
    agency: str
    #: What its row of the whole picture holds already.
    from_: int = -1
    position: int = 0
    top: str = ""
    gone: str = ""
    is_in: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


_Known = dict[tuple[str, str], _Entity]


def fold(place: Place, segments: Sequence[Segment], basis: Basis, window: Window) -> list[StoredEntity]:
    """Return the picture at the window's end. Raises VanishedError where a segment is not there any more."""
    known: _Known = {}
    of_all = Window(-1, 2**63 - 1, window.kinds, window.agency)
    for segment in basis.pictures:
        table = rows_between(place, segment, -1, window.upto) if of_all.may_be_in(segment) else None
        if table is not None:
            _begin(known, table)
    changed = Window(basis.after, window.upto, window.kinds, window.agency)
    # Kinds do not know of each other, so one after the other is folded, and only that is in memory.
    of_kind: dict[str, list[Segment]] = {}
    for segment in filter(changed.may_be_in, segments):
        of_kind.setdefault(segment.kind, []).append(segment)
    for some in of_kind.values():
        news = [change for segment in some for change in _last_words(place, segment, changed)]
        news.sort(key=lambda change: (change.position, change.place))
        _apply(known, news)
    return [_stored(kind, id_, entity) for (kind, id_), entity in known.items() if _is_alive(entity)]


def _begin(known: _Known, table: pa.Table) -> None:
    names = table.column_names
    versions = table["_versions"].to_pylist() if "_versions" in names else [None] * len(table)
    gone = table["_gone"].to_pylist() if "_gone" in names else [None] * len(table)
    for row, written, left in zip(decode(table), versions, gone, strict=True):
        entity = _Entity(row.agency, row.position, row.position, _digits(row), left or "", is_in=True)
        entity.fields = dict(row.fields or {})
        for digits, source, fields in orjson.loads(written or b"[]"):
            entity.sources |= dict.fromkeys(fields, source)
            entity.versions |= dict.fromkeys(fields, digits)
        known[row.kind, row.id] = entity


def _last_words(place: Place, segment: Segment, window: Window) -> Iterator[Change]:
    """Yield an entity's last change of those that speak of the same fields; it overrides the others of them."""
    table = rows_between(place, segment, window.after, window.upto)
    if table is None:
        return
    ids, _ = codes(table["_id"])
    says, shapes = codes(table["_says"])
    key = ids * (len(shapes) + 1) + says + 1
    # A segment is sorted by entity and then in the order of the stream, and the first of the turned-round is the last.
    _, from_end = np.unique(key[::-1], return_index=True)
    yield from decode(taken(table, np.sort(len(table) - 1 - from_end)))


def _apply(known: _Known, changes: Iterable[Change]) -> None:
    for change in changes:
        entity = known.get((change.kind, change.id))
        if entity is None:
            entity = known[change.kind, change.id] = _Entity(change.agency)
        elif change.position <= entity.from_:
            continue
        digits = _digits(change)
        entity.position, entity.agency = change.position, change.agency
        if change.fields is None:
            # What ended leaves as late as it may, what a source withdraws when it says so.
            entity.gone = entity.top if change.source == RETENTION else digits
            entity.is_in = False
            entity.fields.clear()
            entity.sources.clear()
            entity.versions.clear()
            continue
        entity.is_in = True
        entity.top = max(entity.top, digits)
        entity.fields |= change.fields
        entity.sources |= dict.fromkeys(change.fields, change.source)
        entity.versions |= dict.fromkeys(change.fields, digits)


def _digits(change: Change) -> str:
    at = microseconds(datetime.fromisoformat(change.occurred_at))
    sequence = 0 if change.sequence is None else change.sequence + 1
    return f"{at:0{MICROSECONDS}d}{sequence:0{DIGITS - MICROSECONDS}d}"


def _is_alive(entity: _Entity) -> bool:
    # Of an expunged one nothing is left to show.
    return entity.is_in and any(value is not None for value in entity.fields.values())


def _stored(kind: str, id_: str, entity: _Entity) -> StoredEntity:
    return StoredEntity(
        kind,
        id_,
        entity.agency,
        entity.fields,
        entity.position,
        int(entity.top[:MICROSECONDS]),
        entity.sources,
        entity.versions,
        entity.gone,
    )
