"""What legal holds keep: the held entities, and all that refers to a held incident.

That is the calls and feedback with its ``incident_id``, the alarms and notes about it with the detections that those
are about too, and the rows of its units from the incident's first change to its last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from rtcc.journal.holds import Entity
from rtcc.journal.manifest import DamagedError, State
from rtcc.journal.place import Place
from rtcc.journal.raw_behind import spellings
from rtcc.journal.segments import CHANGES, RAW, Segment, read_table
from rtcc.picture.changes import SHIFT

Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Held:
    """Of each kind the ids whose rows all stay; of units the spans (ms) in which theirs stay, and the incidents."""

    ids: dict[str, set[str]] = field(default_factory=dict)
    spans: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def may_be_in(self, kind: str) -> bool:
        """Say whether any row of a kind may be held."""
        return bool(self.ids) if kind == RAW else kind in self.ids or (kind == "unit" and bool(self.spans))

    def rows(self, table: pa.Table, at_ms: int | None = None) -> Mask:
        """Say of each row of one kind whether it is held; the rows of a picture are of the moment ``at_ms``."""
        kind = table["_kind"][0].as_py()
        if kind == RAW:
            return self._contents(table)
        held = _among(table["_id"], self.ids.get(kind, ()))
        if kind != "unit" or not self.spans:
            return held
        if "incident_id" in table.column_names:
            held |= _among(table["incident_id"], self.ids.get("incident", ()))
        ms = table["_ms"].to_numpy() if at_ms is None else np.full(len(table), at_ms)
        for id_, spans in self.spans.items():
            of_unit = _among(table["_id"], (id_,))
            for first, last in spans:
                held |= of_unit & (first <= ms) & (ms <= last)
        return held

    def _contents(self, table: pa.Table) -> Mask:
        """Say which received bytes spell the id of anything held, whichever row holds them."""
        if "body" not in table.column_names:
            return np.zeros(len(table), np.bool_)
        ids = {id_ for kind in self.ids for id_ in self.ids[kind]}
        pattern = b"|".join(sorted(re.escape(spelling) for id_ in ids for spelling in spellings(id_)))
        spelled = re.compile(pattern).search
        found = [body is not None and spelled(body) is not None for body in table["body"].to_pylist()]
        return _among(table["_id"], table["_id"].filter(pa.array(found)).unique().to_pylist())


def read_held(place: Place, state: State) -> Held:
    """Look through the journal for all that the holds keep.

    Raises DamagedError where that cannot be said, PlaceError; FileNotFoundError where a segment was merged meanwhile.
    """
    held = Held()
    for key in state.holds:
        entity = Entity.of_key(key)
        held.ids.setdefault(entity.kind, set()).add(entity.id)
    if held.ids:
        _Search(place, state, held).run()
    return held


class _Search:
    def __init__(self, place: Place, state: State, held: Held) -> None:
        self._place, self._state, self._held = place, state, held
        self._incidents = frozenset(held.ids.get("incident", ()))
        #: When each incident ran, and by what the incidents call their units, when those were theirs.
        self._spans: dict[str, tuple[int, int]] = {}
        self._named: dict[str, list[tuple[int, int]]] = {}

    def run(self) -> None:
        self._look_at_incidents()
        for kind in ("call", "feedback"):
            for table in self._tables(kind, ("_id", "incident_id")):
                ids = table["_id"].filter(pa.array(_among(table["incident_id"], self._incidents)))
                self._add(kind, ids.unique().to_pylist())
        for kind in ("alarm", "note"):
            self._look_at_what_is_about(kind)
        self._look_at_units()

    def _add(self, kind: str, ids: Sequence[str]) -> None:
        if ids:
            self._held.ids.setdefault(kind, set()).update(ids)

    def _look_at_incidents(self) -> None:
        """Note when each incident ran, and which units it named."""
        spans = self._spans
        units: dict[str, set[str]] = {}

        def may_hold(segment: Segment) -> bool:
            return any(segment.may_hold(id_) for id_ in self._incidents)

        for table in self._tables("incident", ("_id", "_ms", "units"), may_hold):
            table = table.filter(pa.array(_among(table["_id"], self._incidents)))  # noqa: PLW2901 - the rest is nobody's
            for row in table.to_pylist():
                first, last = spans.get(row["_id"], (row["_ms"], row["_ms"]))
                spans[row["_id"]] = min(first, row["_ms"]), max(last, row["_ms"])
                units.setdefault(row["_id"], set()).update(orjson.loads(row["units"]) if row.get("units") else ())
        for id_, span in spans.items():
            for unit in units[id_]:
                self._named.setdefault(unit, []).append(span)

    def _look_at_what_is_about(self, kind: str) -> None:
        for table in self._tables(kind, ("_id", "about")):
            for id_, text in zip(table["_id"].to_pylist(), table["about"].to_pylist(), strict=True):
                about = orjson.loads(text) if text else []
                if any(each["kind"] == "incident" and each["id"] in self._incidents for each in about):
                    self._add(kind, [id_])
                    self._add("detection", [each["id"] for each in about if each["kind"] == "detection"])

    def _look_at_units(self) -> None:
        """Note whose rows stay when: of units that an incident named by id or callsign, or that named it themselves."""
        for unit, spans in self._named.items():
            self._held.spans.setdefault(unit, []).extend(spans)

        def overlaps(segment: Segment) -> bool:
            first, last = segment.begins >> SHIFT, segment.ends >> SHIFT
            return any(first <= to and since <= last for since, to in self._spans.values())

        names = ("_id", "callsign", "incident_id")
        for table in self._tables("unit", names, overlaps):
            named = _among(table["callsign"], self._named) | _among(table["incident_id"], self._spans)
            table = table.filter(pa.array(named))  # noqa: PLW2901 - the others are nobody's
            found = zip(*(table[name].to_pylist() for name in names), strict=True)
            for id_, callsign, incident in set(found):
                spans = self._named.get(callsign or "", []) + [self._spans[i] for i in (incident,) if i in self._spans]
                self._held.spans.setdefault(id_, []).extend(span for span in spans if span not in self._held.spans[id_])

    def _tables(
        self, kind: str, columns: Sequence[str], wanted: Callable[[Segment], bool] = lambda _: True
    ) -> Iterator[pa.Table]:
        for segment in self._state.of(CHANGES):
            if segment.kind == kind and wanted(segment):
                try:
                    table = read_table(self._place, segment, columns)
                except pa.ArrowException:
                    raise DamagedError(f"The segment {segment.path} cannot be read.") from None
                for name in columns:
                    if name not in table.column_names:
                        table = table.append_column(name, pa.nulls(len(table), pa.string()))
                yield table


def _among(column: pa.ChunkedArray, values: Iterable[str]) -> Mask:
    mask: Mask = pc.is_in(column, pa.array(list(values), pa.string())).to_numpy()
    return mask
