"""The values of one field and the column that they stand in: what the column cannot say is noted down beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa

from rtcc.model.checks import Holds

INSTANT = pa.timestamp("us", tz="UTC")
TYPES: dict[Holds, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "whole": pa.int64(),
    "boolean": pa.bool_(),
    "instant": INSTANT,
    "json": pa.string(),
}
#: A number beyond this is not the same any more as a float.
_EXACT_FLOAT = 2**53


class Odd:
    """What a table's values are not in the plain way: by row and field the mark, and the values no column can hold."""

    def __init__(self) -> None:
        self.marks: dict[int, dict[str, str]] = {}
        self.exact: dict[int, dict[str, Any]] = {}

    def mark(self, row: int, name: str, mark: str) -> None:
        self.marks.setdefault(row, {})[name] = mark

    def keep(self, row: int, name: str, value: Any) -> None:
        self.mark(row, name, "+")
        self.exact.setdefault(row, {})[name] = value


def _encode_plain(type_: type) -> Callable[[str, list[Any], Odd], list[Any]]:
    def encode_column(name: str, values: list[Any], odd: Odd) -> list[Any]:
        # One look at all types at once is all that the usual column costs.
        if not set(map(type, values)) <= {type_, type(None)}:
            for row, value in enumerate(values):
                if value is not None and type(value) is not type_:
                    odd.keep(row, name, value)
                    values[row] = None
        return values

    return encode_column


def _encode_number(name: str, values: list[Any], odd: Odd) -> list[Any]:
    if not set(map(type, values)) <= {float, type(None)}:
        for row, value in enumerate(values):
            if type(value) is int and abs(value) <= _EXACT_FLOAT:
                odd.mark(row, name, "~")
            elif value is not None and type(value) is not float:
                odd.keep(row, name, value)
                values[row] = None
    return values


def _encode_instant(name: str, values: list[Any], odd: Odd) -> list[datetime | None]:
    instants: list[datetime | None] = []
    for row, value in enumerate(values):
        instant = None
        if value is not None:
            instant, mark = _read_instant(value)
            if mark == "+":
                odd.keep(row, name, value)
            elif mark:
                odd.mark(row, name, mark)
        instants.append(instant)
    return instants


def _encode_json(_name: str, values: list[Any], _odd: Odd) -> list[str | None]:
    return [None if value is None else orjson.dumps(value).decode() for value in values]


ENCODE: dict[Holds, Callable[[str, list[Any], Odd], list[Any]]] = {
    "text": _encode_plain(str),
    "whole": _encode_plain(int),
    "boolean": _encode_plain(bool),
    "number": _encode_number,
    "instant": _encode_instant,
    "json": _encode_json,
}


def _read_instant(text: Any) -> tuple[datetime | None, str]:
    """Return the instant, and how its text is written: "" as we write it, "~" to the millisecond, "+" otherwise."""
    if type(text) is not str or len(text) > 40:
        return None, "+"
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None, "+"
    if instant.tzinfo is None:
        return None, "+"
    length = len(text)
    usual = length in {20, 24, 27} and text[4] == text[7] == "-" and text[10] == "T" and text[13] == ":"
    if not usual or text[-1] != "Z" or (length > 20 and text[19] != "."):
        return instant, "+"
    if length == 24:
        return instant, "~"
    return instant, "" if length == 20 or instant.microsecond else "+"


def _plain(value: Any, _mark: str) -> Any:
    return value


def _decode_number(value: float, mark: str) -> float:
    return int(value) if mark else value


def decode_instant(value: str, mark: str) -> str:
    """Return an instant as it was written, of Arrow's own text: 2026-11-22 02:14:00.000000Z."""
    date, time = value[:10], value[11:26]
    if mark:
        return f"{date}T{time[:12]}Z"
    return f"{date}T{time}Z" if not time.endswith(".000000") else f"{date}T{time[:8]}Z"


def _decode_json(value: str, _mark: str) -> Any:
    return orjson.loads(value)


DECODE: dict[Holds, Callable[[Any, str], Any]] = {
    "text": _plain,
    "whole": _plain,
    "boolean": _plain,
    "number": _decode_number,
    "instant": decode_instant,
    "json": _decode_json,
}


def readable(column: pa.Array) -> pa.Array:
    # Arrow writes a column of instants as text many times faster than Python makes objects of them.
    return column.cast(pa.string()) if column.type == INSTANT else column
