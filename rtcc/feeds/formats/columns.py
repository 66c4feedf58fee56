"""Says where a field's value stands in a row and how it is read: one column of a mapping, before any row is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rtcc.feeds.formats.values import UNITS
from rtcc.model.checks import Check, kind_of

#: The name under which a mapping gives a point; it becomes ``lat`` and ``lon``.
POSITION = "position"
FORMS = (
    "text",
    "title",
    "streets",
    "choice",
    "point",
    "lat_lon",
    "number",
    "whole",
    "time",
    "seconds_ago",
    "list",
    "constant",
)
#: How a field is read where the mapping does not say: by what it holds.
_BY_FIELD = {"number": "number", "whole": "whole", "instant": "time", "boolean": "choice", "json": "list"}
_KEYS = frozenset(
    {
        "column",
        "join",
        "value",
        "as",
        "values",
        "otherwise",
        "keep_unknown",
        "separator",
        "unit",
        "empty",
        "lat",
        "lon",
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field's value stands in a row and how it is read.

    ``names`` are the columns to look in, of which the first that is not empty is taken; all of them are put together
    where ``join`` is a text. ``otherwise`` is taken for a value that is empty or unknown; ``keep_unknown`` lets an
    unknown one through as it is; ``factor`` turns a number into our unit; ``empty`` are stand-ins for nothing;
    ``check`` is the rule of the field it fills.
    """

    names: tuple[str, ...]
    form: str = "text"
    values: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Any = None
    keep_unknown: bool = False
    join: str | None = None
    separator: str = ","
    factor: float = 1.0
    empty: frozenset[str] = frozenset()
    check: Check | None = None

    @property
    def name(self) -> str:
        """The columns as a sentence names them."""
        return " and ".join(self.names) if self.join is not None or self.form == "place" else " or ".join(self.names)


def read_column(where: str, told: Any, check: Check | None = None) -> Column:
    """Return a column as a mapping tells it: a column's name alone, or a table. Raises ValueError in one sentence.

    ``check`` is the rule of the field it fills, which says how it is read where the table does not.
    """
    if isinstance(told, str):
        told = {"column": told}
    if not isinstance(told, Mapping):
        raise ValueError(f"{where} is {kind_of(told)}; it must be a column's name or a table")  # noqa: TRY004
    if unknown := told.keys() - _KEYS:
        raise ValueError(f"{where}.{min(unknown)} is not known; allowed are {', '.join(sorted(_KEYS))}")
    by_field = "point" if where == POSITION else _BY_FIELD.get(check.holds, "text") if check else "text"
    form, join = told.get("as", by_field), None
    if "value" in told:
        return Column((), "constant", otherwise=_fitting(where, told["value"], check))
    if where == POSITION and "lat" in told:
        names, form = _names(where, [told["lat"], told.get("lon")]), "place"
    elif "join" in told:
        names, join = _names(where, told["join"]), str(told.get("separator", " "))
    else:
        names = _names(where, told.get("column"))
    if form not in FORMS and form != "place":
        raise ValueError(f"column {names[0]} is read as {form}; allowed are {', '.join(FORMS)}")
    if (where == POSITION) != (form in {"point", "lat_lon", "place"}):
        raise ValueError(f"{where} is read as {form}; a point is the form of {POSITION}, and of nothing else")
    unit = told.get("unit", "m")
    if unit not in UNITS:
        raise ValueError(f"{where}.unit is {unit}; allowed are {', '.join(UNITS)}")
    return Column(
        names,
        form,
        _values(where, told.get("values", {}), check),
        None if "otherwise" not in told else _fitting(where, told["otherwise"], check),
        bool(told.get("keep_unknown")),
        join,
        str(told.get("separator", ",")) or ",",
        UNITS[unit],
        frozenset(map(str, told.get("empty", ()))),
        check,
    )


def _names(where: str, told: Any) -> tuple[str, ...]:
    names = [told] if isinstance(told, str) else told
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"{where} names no column; it must be a column's name or a list of them")
    return tuple(names)


def _values(where: str, told: Any, check: Check | None) -> dict[str, Any]:
    if not isinstance(told, Mapping):
        raise ValueError(f"{where}.values is {kind_of(told)}; it must be a table")  # noqa: TRY004
    return {str(key): _fitting(where, value, check) for key, value in told.items()}


def _fitting(where: str, value: Any, check: Check | None) -> Any:
    if check is not None and not check.accepts(value):
        raise ValueError(f"{where} would become {kind_of(value)}; it must be {check.allowed}")
    return value
