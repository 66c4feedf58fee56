"""Which other entities name one in a stretch of the past: an incident's calls, the notes and alarms about it.

Only the id and the naming column are read; among thousands of calls an hour few belong to one incident.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson

from rtcc.insights.record import Record
from rtcc.journal.reading import codes, encoded
from rtcc.journal.segments import CHANGES
from rtcc.journal.window import Window


def on_incident(record: Record, kind: str, incident_id: str, since: int, until: int) -> list[str]:
    """Return the ids of a kind whose ``incident_id`` was this one in a stretch of the stream, each once.

    Raises DamagedError, PlaceError.
    """
    return _naming(record, kind, "incident_id", lambda said: said == incident_id, str, since, until)


def about_incident(record: Record, kind: str, incident_id: str, since: int, until: int) -> list[str]:
    """Return the ids of a kind that said that they are about the incident. Raises DamagedError, PlaceError."""
    return _naming(record, kind, "about", lambda said: is_about(said, incident_id), orjson.loads, since, until)


def is_about(about: Any, incident_id: str) -> bool:
    """Say whether what something is about names the incident."""
    return {"kind": "incident", "id": incident_id} in (about or ())


def _naming(
    record: Record,
    kind: str,
    field: str,
    names_it: Callable[[Any], bool],
    read: Callable[[str], Any],
    since: int,
    until: int,
) -> list[str]:
    window = Window(since, min(until, record.upto), {kind})

    def in_journal() -> list[str]:
        found: list[str] = []
        for segment in filter(window.may_be_in, record.journal.state.of(CHANGES)):
            table = record.rows.between(record.journal.place, segment, since, window.upto, ["_id", field])
            if table is None or field not in table.column_names:
                continue
            said, texts = codes(table[field])
            naming = np.array([names_it(read(text)) for text in texts] + [False], np.bool_)
            if naming.any():
                code, ids = encoded(table["_id"])
                # The last of these is for rows that say nothing.
                found += [ids[number].as_py() for number in np.unique(code[naming[said]]).tolist()]
        return found

    ids = dict.fromkeys(record.journal.ask(in_journal))
    for change in record.fresh:
        if change.kind == kind and since < change.position <= until and names_it((change.fields or {}).get(field)):
            ids[change.id] = None
    return list(ids)
