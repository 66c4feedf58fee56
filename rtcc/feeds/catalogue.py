"""Knows the mappings that come with RTCC, and which of them fits a file when nobody says so."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rtcc.feeds.formats.mapping import MappingError, RowMapping, load_mapping
from rtcc.feeds.formats.paths import snake

MAPPINGS = Path(__file__).parent / "mappings"


@cache
def shipped_mappings() -> tuple[RowMapping, ...]:
    """Return every mapping that comes with RTCC, by name."""
    return tuple(load_mapping(file) for file in sorted(MAPPINGS.glob("*.toml")))


def find_mapping(name: str) -> RowMapping:
    """Return a mapping by its name, or from the TOML file that ``name`` is the path of."""
    if name.endswith(".toml"):
        return load_mapping(Path(name))
    for mapping in shipped_mappings():
        if mapping.name == name:
            return mapping
    raise MappingError(f"No mapping is called {name}; there are {', '.join(m.name for m in shipped_mappings())}.")


def detect_mapping(columns: Iterable[str]) -> RowMapping:
    """Return the mapping whose columns are all there, the most demanding one where several fit."""
    given = {column.strip() for column in columns}
    given |= {snake(column) for column in given}
    fitting = [mapping for mapping in shipped_mappings() if mapping.columns and mapping.columns <= given]
    if not fitting:
        seen = ", ".join(sorted(given)[:6]) or "none"
        raise MappingError(f"No mapping fits these columns ({seen}, …); name one with --mapping.")
    return max(fitting, key=lambda mapping: (len(mapping.columns), mapping.name))
