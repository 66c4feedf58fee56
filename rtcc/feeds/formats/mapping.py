"""Reads a mapping, the TOML file that tells which column of an agency's rows means which field of ours."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rtcc.model.fields import KINDS
from rtcc.model.lifecycle import LIFECYCLES

FORMS = ("text", "title", "streets", "choice", "point")
#: The name under which a mapping gives a point; it becomes ``lat`` and ``lon``.
POSITION = "position"


class MappingError(ValueError):
    """A mapping that cannot be used; the message says which file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's value stands in a row and how it is read.

    ``otherwise`` is taken for a value that is empty or unknown; ``keep_unknown`` lets an unknown one through as it is.
    """

    name: str
    form: str = "text"
    values: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Any = None
    keep_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """One moment of a life: the column with its time, the field that keeps it and the status that begins with it."""

    column: str
    field: str
    status: str
    instead: Column | None = None


@dataclass(frozen=True, slots=True)
class RowMapping:
    """How the rows of one agency's export are read; see a file in ``rtcc/feeds/mappings`` for what each part says."""

    name: str
    title: str
    source: str
    kind: str
    interval_s: float
    zone: ZoneInfo
    times: tuple[str, ...]
    columns: frozenset[str]
    id: str
    agency: Column
    stages: tuple[Stage, ...]
    before: Mapping[str, str]
    first: Mapping[str, Column]
    last: Mapping[str, Column]
    updated: str | None
    words: Mapping[str, str]
    empty: frozenset[str]

    @property
    def later_fields(self) -> frozenset[str]:
        """The fields that nothing but a later moment can set."""
        return frozenset({stage.field for stage in self.stages} | (self.last.keys() - self.first.keys()))


def load_mapping(file: Path) -> RowMapping:
    """Read one mapping; raises MappingError where it names a field that does not exist, a zone, a form, …"""
    try:
        return _mapping(tomllib.loads(file.read_text("utf-8")))
    except OSError as error:
        raise MappingError(f"{file} cannot be read: {error.strerror}.") from error
    except ZoneInfoNotFoundError as error:
        raise MappingError(f"{file}: its timezone is not known.") from error
    except KeyError as error:
        raise MappingError(f"{file}: {error.args[0]} is missing.") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise MappingError(f"{file}: {error}.") from error


def _mapping(told: dict[str, Any]) -> RowMapping:
    kind = told["kind"]
    if kind not in KINDS or kind not in LIFECYCLES:
        raise ValueError(f"kind {kind} has no lifecycle")
    mapping = RowMapping(
        name=told["name"],
        title=told.get("title", told["name"]),
        source=told["source"],
        kind=kind,
        interval_s=float(told.get("interval_s", 60)),
        zone=ZoneInfo(told["timezone"]),
        times=tuple(told.get("times", ("iso",))),
        columns=frozenset(told.get("columns", ())),
        id=told["id"],
        agency=_column(told["agency"] | {"as": "choice", "keep_unknown": True}),
        stages=tuple(_stage(stage, kind) for stage in told["moments"]),
        before=told.get("before", {}),
        first={name: _column(column) for name, column in told.get("first", {}).items()},
        last={name: _column(column) for name, column in told.get("last", {}).items()},
        updated=told.get("updated", {}).get("column"),
        words=told.get("words", {}),
        empty=frozenset({"", *told.get("empty", ())}),
    )
    named = {*mapping.before, *mapping.first, *mapping.last, *(stage.field for stage in mapping.stages)}
    unknown = named - KINDS[kind].keys() - {POSITION}
    if unknown:
        raise ValueError(f"{min(unknown)} is no field of {kind}")
    if not mapping.stages:
        raise ValueError("moments are missing; a row needs at least one")
    return mapping


def _column(told: dict[str, Any]) -> Column:
    form = told.get("as", "text")
    if form not in FORMS:
        raise ValueError(f"column {told['column']} is read as {form}; allowed are {', '.join(FORMS)}")
    values = told.get("values", {})
    return Column(told["column"], form, values, told.get("otherwise"), bool(told.get("keep_unknown")))


def _stage(told: dict[str, Any], kind: str) -> Stage:
    instead = _column(told["instead"] | {"as": "choice"}) if "instead" in told else None
    statuses = LIFECYCLES[kind][1]
    for status in (told["status"], *(instead.values.values() if instead else ())):
        if status not in statuses:
            raise ValueError(f"{status} is no status of {kind}; allowed are {', '.join(statuses)}")
    return Stage(told["column"], told["field"], told["status"], instead)
