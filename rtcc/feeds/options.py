"""Reads one table of ``feeds.toml`` key by key, so that whatever is wrong there is said in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rtcc.feeds.payload import FeedTableError
from rtcc.model.checks import Check, kind_of

_REQUIRED = object()


class Options:
    """A table of options; ``where`` is what a sentence calls it, such as ``feeds.seattle_fire.poll``.

    Take what is known, then call ``done``: a name that nobody took is a typing mistake, and is refused.
    """

    def __init__(self, where: str, table: Any) -> None:
        """Begin with the table as TOML gave it. Raises FeedTableError where it is no table."""
        if not isinstance(table, Mapping):
            raise FeedTableError(f"{where} is {kind_of(table)}; it must be a table.")
        self.where = where
        self._table = table
        self._taken: set[str] = set()

    def take(self, key: str, check: Check, default: Any = _REQUIRED) -> Any:
        """Return the value of ``key``, or the default where there is none. Raises FeedTableError."""
        self._taken.add(key)
        if key not in self._table:
            if default is _REQUIRED:
                raise FeedTableError(f"{self.where}.{key} is missing; it must be {check.allowed}.")
            return default
        value = self._table[key]
        if not check.accepts(value):
            raise FeedTableError(f"{self.where}.{key} is {kind_of(value)}; it must be {check.allowed}.")
        return value

    def take_any(self, key: str, default: Any = None) -> Any:
        """Return the value of ``key`` unchecked: its reader checks it."""
        self._taken.add(key)
        return self._table.get(key, default)

    def take_table(self, key: str) -> Options:
        """Return the table under ``key``, an empty one where there is none. Raises FeedTableError."""
        return Options(f"{self.where}.{key}", self.take_any(key, {}))

    def __contains__(self, key: str) -> bool:
        """Say whether the table has this key."""
        return key in self._table

    def rest(self) -> dict[str, Any]:
        """Return what nobody has taken yet, and count it as taken."""
        left = {key: value for key, value in self._table.items() if key not in self._taken}
        self._taken.update(left)
        return left

    def refuse(self, key: str, sentence: str) -> FeedTableError:
        """Return the error that says of ``key`` what is wrong with it."""
        return FeedTableError(f"{self.where}.{key} {sentence}")

    def done(self) -> None:
        """Raise FeedTableError for the first name that nobody took."""
        unknown = [key for key in self._table if key not in self._taken]
        if unknown:
            shown = unknown[0] if unknown[0].isprintable() and len(unknown[0]) <= 40 else "a name that is no word"
            known = ", ".join(sorted(self._taken)) or "none"
            raise FeedTableError(f"{self.where}.{shown} is not known; allowed are {known}.")
