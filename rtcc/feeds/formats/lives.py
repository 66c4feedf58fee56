"""Reads the parts of a mapping that say how a life goes on: its moments, its end by absence, rows that share one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rtcc.feeds.formats.columns import Column, read_column
from rtcc.model.checks import kind_of
from rtcc.model.fields import KINDS
from rtcc.model.lifecycle import LIFECYCLES

#: What is told of a row that a snapshot no longer holds, by kind; a kind that is not here is withdrawn.
_GONE: dict[str, dict[str, Any] | None] = {
    "incident": {"status": "closed"},
    "call": {"state": "ended"},
    "detection": {},
}
#: The instant that such an end is told with.
_GONE_AT = {"incident": "cleared_at", "call": "ended_at"}


@dataclass(frozen=True, slots=True)
class Stage:
    """One moment of a life: the column with its time, the field that keeps it and the status that begins with it.

    ``clears`` are fields that hold nothing any more from then on. Where an export gives how long it took instead of
    when it was, ``plus`` is the column of that duration after ``column``, in units of ``plus_s`` seconds.
    """

    column: str
    field: str
    status: str
    instead: Column | None = None
    clears: tuple[str, ...] = ()
    plus: str = ""
    plus_s: float = 1.0

    @property
    def key(self) -> str:
        """What tells this moment's time from those of the row's other moments."""
        return f"{self.column} + {self.plus}" if self.plus else self.column


@dataclass(frozen=True, slots=True)
class Gone:
    """What is told of a row that is gone: these fields, and when in ``at``; None withdraws, no field tells nothing."""

    fields: Mapping[str, Any] | None
    at: str | None


@dataclass(frozen=True, slots=True)
class Merge:
    """How rows of one id become one: columns of which the earliest or the latest time counts, or all texts.

    A ``latest`` that one of the rows does not have yet is not there at all: the life goes on.
    """

    earliest: tuple[str, ...]
    latest: tuple[str, ...]
    all: tuple[str, ...]


def read_stage(told: Any, kind: str) -> Stage:
    """Return one of ``[[moments]]``. Raises ValueError, or KeyError where something is missing."""
    if kind not in LIFECYCLES:
        raise ValueError(f"{kind} has no lifecycle; it is told at occurred_at and has no moments")
    instead = read_column("instead", told["instead"] | {"as": "choice"}) if "instead" in told else None
    statuses = LIFECYCLES[kind][1]
    for status in (told["status"], *(instead.values.values() if instead else ())):
        if status not in statuses:
            raise ValueError(f"{status} is no status of {kind}; allowed are {', '.join(statuses)}")
    return Stage(
        told["column"],
        told["field"],
        told["status"],
        instead,
        tuple(told.get("clears", ())),
        str(told.get("plus", "")),
        float(told.get("plus_s", 1)),
    )


def read_gone(told: Any, kind: str) -> Gone:
    """Return ``[gone]``, or what holds for this kind where there is none. Raises ValueError."""
    if told is None:
        return Gone(_GONE.get(kind), _GONE_AT.get(kind))
    if not isinstance(told, Mapping):
        raise ValueError(f"gone is {kind_of(told)}; it must be a table of fields")  # noqa: TRY004
    for name, value in told.items():
        check = KINDS[kind].get(name)
        if check is None:
            raise ValueError(f"{name} is no field of {kind}")
        if not check.accepts(value):
            raise ValueError(f"gone.{name} is {kind_of(value)}; it must be {check.allowed}")
    return Gone(dict(told), _GONE_AT.get(kind) if told else None)


def read_merge(told: Any) -> Merge:
    """Return ``[merge]``. Raises ValueError."""
    if unknown := told.keys() - {"earliest", "latest", "all"}:
        raise ValueError(f"merge.{min(unknown)} is not known; allowed are earliest, latest, all")
    return Merge(tuple(told.get("earliest", ())), tuple(told.get("latest", ())), tuple(told.get("all", ())))
