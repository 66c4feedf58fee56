"""Finds a cell of a row by its path: a column's name, or names and places joined by dots into nested JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

_NO_WORD = re.compile(r"[^a-z0-9]+")
#: Deeper than this no agency nests its rows.
_DEEPEST = 16


def find(row: Mapping[str, Any], path: str) -> Any:
    """Return what stands at ``path``, or None: ``speed``, ``location.latitude``, ``predictions.0.plate``.

    A column whose own name holds dots is found by that name first.
    """
    if path in row or "." not in path:
        return row.get(path)
    return follow(row, path)


@lru_cache(maxsize=10_000)
def snake(name: str) -> str:
    """Return a column's name as portals write it in their JSON: ``Received DtTm`` becomes ``received_dttm``."""
    return _NO_WORD.sub("_", name.lower()).strip("_")


def follow(value: Any, path: str) -> Any:
    """Return what stands at ``path`` in any decoded JSON value, or None."""
    for step in path.split(".", _DEEPEST):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes) and step.isdecimal():
            # No list of rows is longer than this, and no text of digits may become a huge number.
            place = int(step) if len(step) <= 9 else len(value)
            value = value[place] if place < len(value) else None
        else:
            return None
    return value


def replaced(row: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the row with another value at ``path``, leaving the given one as it was."""
    step, _, rest = path.partition(".")
    within = row.get(step)
    return {**row, step: replaced(within if isinstance(within, Mapping) else {}, rest, value) if rest else value}
