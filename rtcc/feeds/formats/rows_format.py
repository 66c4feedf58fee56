"""The format ``rows``: payloads of any agency's table become events, and a row without news costs next to nothing.

A feed's memory holds a mark for each row it has told; only rows that differ from theirs are mapped at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, Self

from rtcc.feeds.catalogue import find_mapping
from rtcc.feeds.formats import marks
from rtcc.feeds.formats.cells import Cells
from rtcc.feeds.formats.identity import entity_of
from rtcc.feeds.formats.mapping import MappingError, RowMapping, read_mapping
from rtcc.feeds.formats.marks import ENDED, GONE, LIVE, REFUSED, Mark
from rtcc.feeds.formats.merging import merged
from rtcc.feeds.formats.rows import Known, RowRefusedError, moments_of
from rtcc.feeds.formats.snapshot import SHRUNKEN, missing_rows
from rtcc.feeds.formats.tables import TableError, dumped, read_table
from rtcc.feeds.options import Options
from rtcc.feeds.payload import FeedNames, FeedTableError, Payload, Refused, Told
from rtcc.model import lifecycle
from rtcc.model.checks import BOOLEAN, Check, number, text
from rtcc.model.event import Event, EventError, iso, parse_event

#: Between agency and id in a row's key, and before the digest of a row that has no id.
_BETWEEN, _NAMELESS = "\x1f", "\x1c"
_AHEAD = "ahead of this server's clock"


class _Line(NamedTuple):
    """A row on its way: its number over all pages, when it was received, the row and its bytes."""

    number: int
    received_at: datetime
    row: dict[str, Any]
    raw: bytes


class RowsFormat:
    """Reads the payloads of one feed under one mapping; ``remember = false`` suits a feed that never repeats itself."""

    def __init__(self, mapping: RowMapping, *, remember: bool = True) -> None:
        """Begin with a mapping that already speaks under the feed's own source."""
        self.mapping = mapping
        self.remembers = remember
        self.snapshot = mapping.snapshot

    @classmethod
    def from_table(cls, names: FeedNames, table: dict[str, Any]) -> Self:
        """Return the format as a feed's table asks for it. Raises FeedTableError."""
        options = Options(f"feeds.{names.name}", table)
        given = options.take("mapping", text(1_000), None)
        inline = options.take("map", Check(lambda value: isinstance(value, dict), "a table", "json"), None)
        if (given is None) == (inline is None):
            raise FeedTableError(f"{options.where} must have exactly one of mapping and map.")
        try:
            if inline is None:
                mapping = find_mapping(given)
            else:
                told = {"name": names.name, "source": names.source, **inline}
                mapping = read_mapping(told, f"{options.where}.map")
        except MappingError as error:
            raise FeedTableError(f"{options.where}: {error}") from error
        snapshot = options.take("snapshot", BOOLEAN, mapping.snapshot)
        share = options.take("vanish_share", number(0.01, 1), mapping.vanish_share)
        remember = options.take("remember", BOOLEAN, True)
        options.done()
        if snapshot and mapping.row:
            raise options.refuse("snapshot", "is true, but the mapping has many rows for one id.")
        if snapshot and not remember:
            raise options.refuse("remember", "is false for a snapshot, which must remember what was there before.")
        mapping = replace(mapping, source=names.source, snapshot=snapshot, vanish_share=float(share))
        if mapping.agency is None:
            mapping = replace(mapping, default_agency=names.agency)
        return cls(mapping, remember=remember)

    def read(self, payload: Payload, memory: Mapping[str, bytes]) -> Told:
        """Read one payload, whole; see ``read_all``."""
        return self.read_all([payload], memory)

    def read_all(self, payloads: Sequence[Payload], memory: Mapping[str, bytes]) -> Told:
        """Read the pages of one poll together: what a snapshot does not hold is judged over all of them.

        Never raises for what is in them. Where a page, or a part of one, is no table, the poll tells nothing gone.
        """
        told = Told()
        if not payloads:
            return told
        reading = _Reading(self.mapping, told, memory if self.remembers else {}, payloads[-1].received_at)
        whole = [reading.gather(payload) for payload in payloads]
        reading.tell()
        if self.remembers:
            if self.snapshot and all(whole):
                reading.tell_gone()
            reading.forget()
        else:
            told.remember.clear()
        return told


class _Reading:
    """One poll being read."""

    def __init__(self, mapping: RowMapping, told: Told, memory: Mapping[str, bytes], received_at: datetime) -> None:
        self._mapping = mapping
        self._told = told
        self._received_at = received_at
        self._today = marks.day_of(received_at)
        self._suspected = SHRUNKEN in memory
        self._known = {key: mark for key, told in memory.items() if (mark := marks.unpacked(told)) is not None}
        self._groups: dict[str, list[_Line]] = {}
        self._without_id = 0

    def gather(self, payload: Payload) -> bool:
        """Take in the rows of a page, by the entity they are about; say whether it is whole, as far as can be seen."""
        told, mapping, whole = self._told, self._mapping, True
        try:
            items = read_table(payload.body, payload.content_type, mapping.shape)
        except TableError as error:
            told.refused.append(Refused(0, "", str(error), payload.body))
            return False
        for item in items:
            told.rows += 1
            if item.row is None:
                told.refused.append(Refused(told.rows, "", item.reason, item.raw))
                whole = False
                continue
            shown = item.row
            if mapping.ignore:
                shown = {name: value for name, value in shown.items() if name not in mapping.ignore}
            raw = dumped(shown)
            if not raw:
                told.refused.append(Refused(told.rows, "", "The row is nested too deep.", b""))
                whole = False
                continue
            cells = Cells(item.row, mapping, payload.received_at)
            agency, id_ = entity_of(cells)
            if mapping.row and id_:
                id_ = _BETWEEN.join(map(cells.shown, mapping.row))
            if not id_ or not agency:
                self._without_id += 1
                key = _NAMELESS + marks.digest([raw], mapping.fingerprint).hex()
            else:
                key = f"{agency}{_BETWEEN}{id_}"
            self._groups.setdefault(key, []).append(_Line(told.rows, payload.received_at, item.row, raw))
        return whole

    def tell(self) -> None:
        """Tell every row that is not remembered as it is."""
        for key, lines in self._groups.items():
            raws = [lines[0].raw] if len(lines) == 1 else sorted({line.raw for line in lines})
            digest = marks.digest(raws, self._mapping.fingerprint)
            mark = self._known.get(key)
            if mark is not None and mark.digest == digest and mark.state != GONE:
                self._told.unchanged += len(lines)
                state = mark.state
            elif (told := self._tell(lines, mark)) is not None:
                state = told
            else:
                continue
            if mark is None or mark != (digest, state, self._today):
                self._told.remember[key] = Mark(digest, state, self._today).packed()

    def tell_gone(self) -> None:
        """Tell the end of the rows that a whole snapshot does not hold any more."""
        if self._without_id * 2 > self._told.rows:
            # Their column was renamed, or left out: this says nothing of which have gone.
            return
        share = self._mapping.vanish_share
        missing, doubted = missing_rows(self._known, self._groups.keys(), share, suspected=self._suspected)
        if doubted:
            self._told.remember[SHRUNKEN] = b"\x01"
            self._told.doubted = True
        elif self._suspected:
            self._told.remember[SHRUNKEN] = None
        for key in missing:
            mark = self._known[key]
            agency, _, id_ = key.partition(_BETWEEN)
            if mark.state == LIVE and (event := self._gone(agency, id_)):
                self._told.events.append(event)
            self._told.remember[key] = Mark(mark.digest, GONE, self._today).packed()

    def forget(self) -> None:
        """Forget the rows that have not been seen for long; those of a snapshot only once they have gone."""
        for key, mark in self._known.items():
            kept = self._mapping.snapshot and mark.state in (LIVE, ENDED)
            if not kept and key not in self._groups and key not in self._told.remember and mark.is_past(self._today):
                self._told.remember[key] = None

    def _tell(self, lines: list[_Line], mark: Mark | None) -> int | None:
        """Tell the rows of one entity; return its state, or None where they must not be remembered."""
        known: Known = "new"
        # One of an entity's many rows is a part of its past, and says nothing of how it is now.
        if mark is not None and mark.state != REFUSED and not self._mapping.row:
            known = "back" if mark.state == GONE else "changed"
        mapping = self._mapping
        if mapping.merge and len(lines) > 1:
            lines = [lines[-1]._replace(row=merged([line.row for line in lines], mapping, mapping.merge))]
        # What has been told of it goes on, also when what the row says now cannot be used.
        state = mark.state if mark is not None and mark.state in (LIVE, ENDED) else REFUSED
        status = ""
        for line in _each_once(lines):
            is_last = line.raw == lines[-1].raw
            cells = Cells(line.row, mapping, line.received_at)
            try:
                events = [
                    parse_event(moment.to_event(mapping), line.received_at)
                    for moment in moments_of(cells, known if is_last else "new")
                ]
            except (RowRefusedError, EventError) as error:
                reason = str(error)
                self._told.refused.append(Refused(line.number, _id(cells), reason, line.raw))
                if reason.endswith((f"{_AHEAD}.", _AHEAD)):
                    # That passes by itself.
                    return None
                continue
            self._told.events += events
            self._told.remarks += [Refused(line.number, events[0].id, reason, line.raw) for reason in cells.reasons]
            status = _status(events) or status
            state = ENDED if status in lifecycle.ENDED.get(mapping.kind, ()) else LIVE
        return state

    def _gone(self, agency: str, id_: str) -> Event | None:
        mapping, at = self._mapping, iso(self._received_at)
        if mapping.gone.fields is not None and not mapping.gone.fields:
            return None
        data = None if mapping.gone.fields is None else dict(mapping.gone.fields)
        if data is not None and mapping.gone.at:
            data[mapping.gone.at] = at
        told = {"kind": mapping.kind, "id": id_, "agency": agency, "source": mapping.source, "occurred_at": at}
        return parse_event(told | {"data": data}, self._received_at)


def _each_once(lines: list[_Line]) -> Iterator[_Line]:
    """Yield rows that stand in the payload twice, as on pages that overlap, only once: where they stand last."""
    last = {line.raw: line.number for line in lines}
    return (line for line in lines if last[line.raw] == line.number)


def _id(cells: Cells) -> str:
    return entity_of(cells)[1][:64]


def _status(events: Sequence[Event]) -> str:
    named = lifecycle.LIFECYCLES.get(events[0].kind) if events else None
    told = [event.data[named[0]] for event in events if event.data and named and event.data.get(named[0])]
    return str(told[-1]) if told else ""
