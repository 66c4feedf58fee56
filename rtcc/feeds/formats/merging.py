"""Makes one row of several about one entity, such as the units of one call: the earliest time, the latest, all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rtcc.feeds.formats.cells import Cells, NoTimeError
from rtcc.feeds.formats.lives import Merge
from rtcc.feeds.formats.mapping import RowMapping
from rtcc.feeds.formats.paths import find, replaced
from rtcc.feeds.formats.values import text


def merged(rows: Sequence[Mapping[str, Any]], mapping: RowMapping, merge: Merge) -> dict[str, Any]:
    """Return the first row with what the others say beside it. A time that is none is left for its reader to refuse."""
    one = dict(rows[0])
    for columns, latest in ((merge.earliest, False), (merge.latest, True)):
        for column in columns:
            one = replaced(one, column, _time(rows, column, mapping, latest=latest))
    for column in merge.all:
        cells = (find(row, column) for row in rows)
        one = replaced(one, column, [shown for shown in dict.fromkeys(map(text, cells)) if shown not in mapping.empty])
    return one


def _time(rows: Sequence[Mapping[str, Any]], column: str, mapping: RowMapping, *, latest: bool) -> Any:
    shown = [Cells(row, mapping).shown(column) for row in rows]
    given = [time for time in shown if time]
    if not given or (latest and len(given) < len(shown)):
        return None

    times: list[tuple[datetime, str]] = []
    for time in given:
        try:
            times.append((Cells(rows[0], mapping).instant(column, time), time))
        except NoTimeError:
            return time
    return (max if latest else min)(times)[1]
