"""A feed of rows made for a test: its mapping as TOML, its memory kept from one payload to the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson

from rtcc.feeds.formats.rows_format import RowsFormat
from rtcc.feeds.payload import FeedNames, Payload

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = FeedNames("test", "test-cad", "PD")
#: A list of what is active, as small as one can be.
ACTIVE = {
    "kind": "incident",
    "timezone": "UTC",
    "id": "id",
    "snapshot": True,
    "moments": [{"column": "at", "field": "entered_at", "status": "pending"}],
    "fields": {"type": "type", "units": "units"},
}


class Polled:
    """One feed of rows, polled; ``minute`` moves on with every poll unless a test says otherwise."""

    def __init__(self, mapping=ACTIVE, **options):
        self.format = RowsFormat.from_table(NAMES, {"map": mapping, **options})
        self.memory = {}
        self.minute = 0
        self.events = []

    def take(self, *pages, minute=None):
        """Read pages of rows (or bytes), remember what must be remembered, and return what was told."""
        self.minute = self.minute + 1 if minute is None else minute
        now = NOON + timedelta(minutes=self.minute)
        bodies = [page if isinstance(page, bytes) else orjson.dumps(page) for page in pages]
        told = self.format.read_all([Payload(now, "test", "", body) for body in bodies], self.memory)
        for key, mark in told.remember.items():
            if mark is None:
                self.memory.pop(key, None)
            else:
                assert len(mark) <= 8
                self.memory[key] = mark
        self.events += told.events
        return told


def active(id_, **more):
    """Return a row of ACTIVE."""
    return {"id": id_, "at": "2026-03-01T11:00:00", "type": "Noise", "units": ""} | more


def brief(told):
    """Return what was told as (id, minutes after noon, fields)."""
    return [(event.id, (event.occurred_at - NOON) / timedelta(minutes=1), event.data) for event in told.events]
