"""Reads the part of a mapping that says how a payload holds its rows: CSV or JSON, where in it, how written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rtcc.model.checks import kind_of

KINDS = ("auto", "csv", "json", "ndjson")
_KEYS = frozenset({"is", "rows", "each", "encoding", "delimiter", "quote", "names"})


@dataclass(frozen=True, slots=True)
class Shape:
    """How a payload holds its rows.

    ``rows`` is the path to them in a JSON object, and ``each`` the path within a row to a list, of which every item
    is a row of its own beside the rest. ``delimiter`` is found by looking where it is empty. ``snake`` makes
    ``received_dttm`` of the column ``Received DtTm``, so that a portal's CSV and its JSON have the same names.
    """

    kind: str = "auto"
    rows: str = ""
    each: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = ""
    quote: str = '"'
    snake: bool = False


def read_shape(told: Any) -> Shape:
    """Return ``[table]``. Raises ValueError in one sentence."""
    if not isinstance(told, Mapping):
        raise ValueError(f"table is {kind_of(told)}; it must be a table")  # noqa: TRY004
    if unknown := told.keys() - _KEYS:
        raise ValueError(f"table.{min(unknown)} is not known; allowed are {', '.join(sorted(_KEYS))}")
    for key, value in told.items():
        if not isinstance(value, str):
            raise ValueError(f"table.{key} is {kind_of(value)}; it must be text")  # noqa: TRY004
    kind, encoding = told.get("is", "auto"), told.get("encoding", "utf-8-sig")
    if kind not in KINDS:
        raise ValueError(f"table.is is {kind}; allowed are {', '.join(KINDS)}")
    try:
        # Python counts zips and the like among its codecs; only those that turn bytes into text are meant.
        str(b"a", encoding)
    except (LookupError, TypeError, ValueError):
        raise ValueError("table.encoding is no known encoding; it must be one such as utf-8, latin-1, cp1252") from None
    for key in ("delimiter", "quote"):
        if key in told and (len(told[key]) != 1 or told[key] in "\r\n"):
            raise ValueError(f"table.{key} must be one character")
    if told.get("names", "as they are") not in {"as they are", "snake_case"}:
        raise ValueError(f"table.names is {told['names']}; allowed are as they are, snake_case")
    return Shape(
        kind,
        told.get("rows", ""),
        told.get("each", ""),
        "utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding,
        told.get("delimiter", ""),
        told.get("quote", '"'),
        told.get("names") == "snake_case",
    )
