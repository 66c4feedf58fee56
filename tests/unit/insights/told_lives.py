"""Lives told for a record: an incident with its call, units, notes and alarms, at moments that a test can name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rtcc.insights.record import Record
from rtcc.model.event import iso
from rtcc.picture.changes import Change
from tests.made_journal import TWO, journal_of

#: The moment at which a test's world begins: 02:00:00 UTC.
BEGIN = datetime.fromtimestamp(TWO / 1000, UTC)
HERE = {"lat": 37.76, "lon": -122.42}
#: Forty metres to the north, and a kilometre.
NEXT_DOOR = {"lat": 37.76036, "lon": -122.42}
FAR_AWAY = {"lat": 37.77, "lon": -122.42}


def at(seconds: float) -> str:
    """Return the moment so many seconds after the beginning."""
    return iso(BEGIN + timedelta(seconds=seconds))


def change(seconds: float, kind: str, id_: str, fields: dict[str, Any] | None, **over: Any) -> Change:
    """Return a change that occurred and entered the picture then; ``over`` replaces any part of it."""
    parts: dict[str, Any] = {"agency": "PD", "source": "cad", "occurred_at": at(seconds), "received_at": at(seconds)}
    return Change((TWO + round(seconds * 1000)) << 20, kind, id_, fields=fields, **(parts | over))


def incident(seconds: float, id_: str = "I-1", **fields: Any) -> Change:
    """Return what is said of an incident."""
    return change(seconds, "incident", id_, fields)


def entered(seconds: float, id_: str = "I-1", **fields: Any) -> Change:
    """Return that an incident has been entered."""
    said = {"entered_at": at(seconds), "status": "pending", "priority": 2, "type": "Fight", "address": "1 A St", **HERE}
    return incident(seconds, id_, **(said | fields))


def recorded(folder: Path, parts: Sequence[Sequence[Change]], fresh: Sequence[Change] = ()) -> Record:
    """Return the record of changes: each part a journal's entry, ``fresh`` what the stream holds beyond it."""
    return Record(journal_of(folder, parts), fresh)


def a_life(id_: str = "I-1") -> list[Change]:
    """Return the whole life of an incident: rung, entered, two units sent, reached, cleared, closed, let go."""
    return [
        change(-30, "call", "C-1", {"started_at": at(-30), "state": "ringing", "caller_number": "555-0100", **HERE}),
        change(-20, "call", "C-1", {"answered_at": at(-20), "state": "answered"}),
        entered(0, id_, narrative="He has a knife", units=[]),
        change(1, "call", "C-1", {"incident_id": id_}),
        incident(60, id_, status="dispatched", dispatched_at=at(60), units=["3D12"]),
        change(60, "unit", "3D12", {"status": "dispatched", "incident_id": id_, "callsign": "3D12"}),
        change(70, "unit", "3D12", {**FAR_AWAY, "fix_at": at(70)}, source="avl"),
        change(75, "unit", "3D12", {"status": "enroute"}),
        incident(75, id_, status="enroute", enroute_at=at(75)),
        change(120, "unit", "3D12", {**NEXT_DOOR, "fix_at": at(119)}, source="avl"),
        incident(130, id_, units=["3D12", "3D99"]),
        change(131, "unit", "3D99", {"status": "dispatched", "incident_id": id_, "covert": True, "callsign": "3D99"}),
        change(180, "unit", "3D12", {"status": "on_scene"}),
        incident(180, id_, status="on_scene", on_scene_at=at(180)),
        incident(900, id_, status="cleared", cleared_at=at(900), disposition="Arrest"),
        change(900, "unit", "3D12", {"status": "available", "incident_id": None}),
        incident(960, id_, status="closed", units=[]),
        change(1_860, "incident", id_, None, source="rtcc-retention"),
    ]
