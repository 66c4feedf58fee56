"""Reads the cells of one row as its mapping's columns say, and tells what in them could not be used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rtcc.feeds.formats import values
from rtcc.feeds.formats.columns import POSITION, Column
from rtcc.feeds.formats.mapping import RowMapping
from rtcc.feeds.formats.paths import find
from rtcc.model.checks import kind_of

Row = Mapping[str, Any]
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class NoTimeError(ValueError):
    """A cell that should hold a time and does not; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One row under one mapping. ``reasons`` gathers a sentence for each value that could not be used."""

    row: Row
    mapping: RowMapping
    received_at: datetime | None = None
    reasons: list[str] = field(default_factory=list)

    def shown(self, name: str) -> str:
        """Return one cell as text, empty where it holds nothing or a stand-in for nothing."""
        told = values.text(find(self.row, name))
        return "" if told in self.mapping.empty else told

    def fields(self, columns: Mapping[str, Column]) -> dict[str, Any]:
        """Return the fields that these columns give, without those they leave empty."""
        fields: dict[str, Any] = {}
        for name, column in columns.items():
            value = self.value(column)
            if value is None:
                continue
            if name == POSITION:
                fields["lat"], fields["lon"] = value
            else:
                fields[name] = value
        return fields

    def value(self, column: Column) -> Any:
        """Return what a column gives; what cannot be read is a reason, and then None or what stands instead."""
        if column.form == "constant":
            return column.otherwise
        if column.form == "place":
            return self._place(column)
        told, shown = self._told(column)
        if not shown:
            return column.otherwise
        try:
            return self._fitting(column, self._read(column, told, shown))
        except NoTimeError as error:
            self.reasons.append(f"{error}; the row is taken without it.")
        except ValueError as error:
            self.reasons.append(f"{column.name} {error}; the row is taken without it.")
        return column.otherwise

    def instant(self, name: str, shown: str, before: datetime | None = None) -> datetime:
        """Return the instant that a text names. Raises NoTimeError."""
        mapping = self.mapping
        try:
            local = values.local_time(shown, mapping.times)
            if mapping.times_are_local:
                # An export that writes the local clock and calls it UTC.
                local = local.replace(tzinfo=None)
            return values.in_utc(local, mapping.zone, before)
        except (ValueError, OverflowError):
            raise NoTimeError(f"{name} is {shown[:40]!r}, which is no time this mapping knows") from None

    def when(self, column: Column) -> datetime | None:
        """Return the instant that a column tells, None where it tells none. Raises NoTimeError."""
        told, shown = self._told(column)
        if not shown:
            return None
        if column.form == "seconds_ago":
            return self._ago(column, told)
        return self.instant(column.name, shown)

    def _told(self, column: Column) -> tuple[Any, str]:
        if column.join is not None:
            parts = [shown for name in column.names if (shown := self._cell(column, name)[1])]
            return (joined := column.join.join(parts)), joined
        for name in column.names:
            told, shown = self._cell(column, name)
            if shown:
                return told, shown
        return None, ""

    def _cell(self, column: Column, name: str) -> tuple[Any, str]:
        told = find(self.row, name)
        shown = values.text(told)
        return (None, "") if shown in self.mapping.empty or shown in column.empty else (told, shown)

    def _place(self, column: Column) -> tuple[float, float] | None:
        (_, lat), (_, lon) = (self._cell(column, name) for name in column.names)
        if not lat or not lon:
            return None
        try:
            return values.place(lat, lon)
        except ValueError as error:
            self.reasons.append(f"{column.name} {error}; the row is taken without it.")
            return None

    def _ago(self, column: Column, told: Any) -> datetime:
        if self.received_at is None:
            raise NoTimeError(f"{column.name} counts back from when it was received, which a recording does not say")
        try:
            return self.received_at - timedelta(seconds=values.number(told))
        except (ValueError, OverflowError):
            raise NoTimeError(f"{column.name} is no number of seconds") from None

    def _read(self, column: Column, told: Any, shown: str) -> Any:
        words = self.mapping.words
        match column.form:
            case "title":
                return values.title(shown, words)
            case "streets":
                return values.streets(shown, words)
            case "point":
                return values.point(told)
            case "lat_lon":
                return values.lat_lon(shown)
            case "number":
                return values.number(shown, column.factor)
            case "whole":
                return values.whole(shown)
            case "list":
                return values.texts(told, column.separator) or None
            case "time" | "seconds_ago":
                return self.when(column)
            case "choice":
                return self._choice(column, shown)
        return shown

    def _fitting(self, column: Column, value: Any) -> Any:
        """Return what its field may hold: a text is cut, anything else that does not fit is left out."""
        check = column.check
        if check is None or value is None or isinstance(value, datetime | tuple) or check.accepts(value):
            return value
        if not check.longest or not isinstance(value, str):
            raise ValueError(f"is {kind_of(value)}; it must be {check.allowed}")
        if len(value) > check.longest:
            self.reasons.append(f"{column.name} is longer than {check.longest} characters; the rest is cut.")
        kept = _CONTROL.sub(" ", value)[: check.longest].strip()
        return kept if check.accepts(kept) else None

    def _choice(self, column: Column, shown: str) -> Any:
        if shown in column.values:
            return column.values[shown]
        if column.keep_unknown:
            return shown
        if column.otherwise is not None:
            return column.otherwise
        raise ValueError(f"is not one of {', '.join(column.values)}")
