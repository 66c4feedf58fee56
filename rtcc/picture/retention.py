"""Retention: closed incidents, ended calls, cleared alarms and old detections leave the live picture."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from rtcc.model.event import iso
from rtcc.picture.scripts import read_script
from rtcc.settings import Settings
from rtcc.store.commands import Store

_AT_ONCE = 200


def retire(store: Store, settings: Settings, clock: Callable[[], float] = time.time) -> tuple[int, int]:
    """Let all that is due leave; return how many entities left and how many tombstones were forgotten."""
    script = store.register_script(read_script("retire.lua"))
    left = forgotten = 0
    while True:
        now = clock()
        received_at = iso(datetime.fromtimestamp(now, UTC))
        done = script(args=[settings.trim(), int(now), settings.tombstone_kept_s, _AT_ONCE, received_at])
        left, forgotten = left + done[0], forgotten + done[1]
        if max(done) < _AT_ONCE:
            return left, forgotten
