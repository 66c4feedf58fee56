"""Writes plain values as TOML, for the city.toml of a built pack; the standard library only reads it."""

from __future__ import annotations

import json
import re
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(told: dict[str, Any]) -> str:
    """Return the text of a TOML file; lists of tables become one line a table, which reads well for long ones."""
    tables = {key: value for key, value in told.items() if isinstance(value, dict)}
    lines = [f"{_key(key)} = {_value(value, '  ')}" for key, value in told.items() if key not in tables]
    for key, table in tables.items():
        lines += ["", f"[{_key(key)}]", *(f"{_key(name)} = {_value(value)}" for name, value in table.items())]
    return "\n".join(lines) + "\n"


def _key(key: object) -> str:
    text = str(key)
    return text if _BARE.fullmatch(text) else _string(text)


def _string(text: str) -> str:
    # A JSON string is a TOML string but for the one control character that JSON lets stand.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _value(value: Any, indent: str = "") -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return repr(value)
        case str():
            return _string(value)
        case dict():
            return "{ " + ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items()) + " }"
        case list() | tuple():
            if indent and value and isinstance(value[0], dict):
                return "[\n" + "".join(f"{indent}{_value(each)},\n" for each in value) + "]"
            return "[" + ", ".join(_value(each) for each in value) + "]"
    raise TypeError(f"{type(value).__name__} cannot be written as TOML")
