"""Reads a mapping, the TOML table that tells which column of an agency's rows means which field of ours."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from rtcc.feeds.formats.columns import POSITION, Column, read_column
from rtcc.feeds.formats.lives import Gone, Merge, Stage, read_gone, read_merge, read_stage
from rtcc.feeds.formats.shape import Shape, read_shape
from rtcc.feeds.formats.values import EPOCHS
from rtcc.model.checks import INSTANT, LATITUDE
from rtcc.model.fields import KINDS

#: What a mapping may say at its top.
KEYS = frozenset(
    {
        *("name", "title", "source", "kind", "interval_s", "timezone", "times", "times_are", "columns", "id"),
        *("id_separator", "agency", "moments", "occurred_at", "before", "first", "fields", "last", "updated", "words"),
        *("empty", "row", "snapshot", "vanish_share", "gone", "ignore", "merge", "table"),
    }
)
#: More of a snapshot's rows missing at once than this share is believed only when the next one says the same.
VANISH_SHARE = 0.5


class MappingError(ValueError):
    """A mapping that cannot be used; the message says which file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class RowMapping:
    """How the rows of one agency's export are read; docs/feeds-rows.md says what each part means.

    ``row`` names the columns that tell a row from any other where an entity has many rows, each a part of its past.
    ``agency`` is None where the rows name none; ``default_agency`` is whose they are then. ``fingerprint`` changes
    with anything the mapping says.
    """

    name: str
    title: str
    source: str
    kind: str
    interval_s: float
    zone: ZoneInfo
    times: tuple[str, ...]
    times_are_local: bool
    columns: frozenset[str]
    id: tuple[str, ...]
    id_separator: str
    row: tuple[str, ...]
    agency: Column | None
    default_agency: str
    stages: tuple[Stage, ...]
    occurred_at: Column | None
    before: Mapping[str, str]
    first: Mapping[str, Column]
    last: Mapping[str, Column]
    updated: str | None
    words: Mapping[str, str]
    empty: frozenset[str]
    snapshot: bool
    vanish_share: float
    gone: Gone
    ignore: frozenset[str]
    merge: Merge | None
    shape: Shape
    fingerprint: bytes = field(repr=False)

    @property
    def later_fields(self) -> frozenset[str]:
        """The fields that nothing but a later moment can set."""
        return frozenset({stage.field for stage in self.stages} | (self.last.keys() - self.first.keys()))


def load_mapping(file: Path) -> RowMapping:
    """Read one mapping; raises MappingError where it names a field that does not exist, a zone, a form, …"""
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise MappingError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise MappingError(f"{file}: {error}.") from error
    return read_mapping(told, str(file))


def read_mapping(told: Mapping[str, Any], where: str) -> RowMapping:
    """Read a mapping from its table; ``where`` is what a sentence calls it. Raises MappingError."""
    try:
        return _mapping(told)
    except ZoneInfoNotFoundError as error:
        raise MappingError(f"{where}: its timezone is not known.") from error
    except KeyError as error:
        raise MappingError(f"{where}: {error.args[0]} is missing.") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise MappingError(f"{where}: {error}.") from error


def _mapping(told: Mapping[str, Any]) -> RowMapping:
    if unknown := told.keys() - KEYS:
        raise ValueError(f"{min(unknown)} is not known; allowed are {', '.join(sorted(KEYS))}")
    kind = told["kind"]
    if kind not in KINDS:
        raise ValueError(f"kind {kind} is none of {', '.join(KINDS)}")
    stages = tuple(read_stage(stage, kind) for stage in told.get("moments", ()))
    times = tuple(told.get("times", ("iso",)))
    for form in times:
        _check_time_form(form)
    if told.get("times_are", "utc") not in {"utc", "local"}:
        raise ValueError(f"times_are is {told['times_are']}; allowed are utc, local")
    source = told["source"]
    mapping = RowMapping(
        name=told["name"],
        title=told.get("title", told["name"]),
        source=source,
        kind=kind,
        interval_s=float(told.get("interval_s", 60)),
        zone=ZoneInfo(told["timezone"]),
        times=times,
        times_are_local=told.get("times_are") == "local",
        columns=frozenset(told.get("columns", ())),
        id=_names(told["id"]),
        id_separator=told.get("id_separator", "-"),
        row=_names(told.get("row", ())),
        agency=_agency(told["agency"]) if "agency" in told else None,
        default_agency=source,
        stages=stages,
        occurred_at=read_column("occurred_at", told["occurred_at"], INSTANT) if "occurred_at" in told else None,
        before=told.get("before", {}),
        first=_columns(kind, told.get("first", {}) | told.get("fields", {})),
        last=_columns(kind, told.get("last", {})),
        updated=told.get("updated", {}).get("column"),
        words=told.get("words", {}),
        empty=frozenset({"", *map(str, told.get("empty", ()))}),
        snapshot=bool(told.get("snapshot", False)),
        vanish_share=float(told.get("vanish_share", VANISH_SHARE)),
        gone=read_gone(told.get("gone"), kind),
        ignore=frozenset(told.get("ignore", ())),
        merge=read_merge(told["merge"]) if "merge" in told else None,
        shape=read_shape(told.get("table", {})),
        fingerprint=blake2b(orjson.dumps(told, option=orjson.OPT_SORT_KEYS), digest_size=8).digest(),
    )
    _check(mapping)
    return mapping


def _check(mapping: RowMapping) -> None:
    named = {*mapping.before, *mapping.first, *mapping.last, *(stage.field for stage in mapping.stages)}
    named |= {name for stage in mapping.stages for name in stage.clears}
    if unknown := named - KINDS[mapping.kind].keys() - {POSITION}:
        raise ValueError(f"{min(unknown)} is no field of {mapping.kind}")
    if mapping.stages and mapping.occurred_at:
        raise ValueError("moments and occurred_at are both given; a row is told at its moments, or at one instant")
    if not mapping.stages and not mapping.first:
        raise ValueError("neither moments nor fields are given; a row needs something to tell")
    if mapping.last and not mapping.stages:
        raise ValueError("last is given without moments; put its columns into fields")
    if mapping.row and (mapping.snapshot or mapping.merge):
        raise ValueError("row is given with snapshot or merge; those have one row for each id")
    if not mapping.id:
        raise ValueError("id names no column")
    if not 0 < mapping.vanish_share <= 1:
        raise ValueError("vanish_share must be a number above 0 and at most 1")


def _check_time_form(form: str) -> None:
    if form == "iso" or form in EPOCHS:
        return
    try:
        # No text fits every form; one that cannot be a form at all is said to be "bad" or "stray".
        datetime.strptime("", form)  # noqa: DTZ007 - nothing is kept of it
    except ValueError as error:
        if "%" in form and not any(word in str(error) for word in ("bad", "stray")):
            return
    raise ValueError(f"times has {form!r}; allowed are iso, {', '.join(EPOCHS)}, and forms such as %m/%d/%Y %H:%M")


def _names(told: Any) -> tuple[str, ...]:
    return (told,) if isinstance(told, str) else tuple(told)


def _agency(told: Any) -> Column:
    if isinstance(told, str):
        told = {"column": told}
    return read_column("agency", told if "value" in told else told | {"as": "choice", "keep_unknown": True})


def _columns(kind: str, told: Mapping[str, Any]) -> dict[str, Column]:
    fields = KINDS[kind]
    for name in told:
        # Said here, before its column is read: the field's own rule is what that is read by.
        if name not in fields and not (name == POSITION and fields.get("lat") is LATITUDE):
            raise ValueError(f"{name} is no field of {kind}")
    return {name: read_column(name, column, fields.get(name)) for name, column in told.items()}
