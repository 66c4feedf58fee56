"""The whole beat table, and the beat process: `celery -A workers.schedule beat` starts here.

Apart from `workers.app`, so that beat loads no city and no picture: it only says when.
"""

from __future__ import annotations

from typing import Any

from rtcc.settings import load_settings
from rtcc.store.connection import store_url
from rtcc.tasks import RETIRE_ENTITIES, WAKE_BATCHES, client

SCHEDULE: dict[str, dict[str, Any]] = {
    # A run that nobody picked up in time is pointless: the next one does the same.
    "retire-entities": {"task": RETIRE_ENTITIES, "schedule": 5.0, "options": {"expires": 10}},
    "wake-batches": {"task": WAKE_BATCHES, "schedule": 5.0, "options": {"expires": 10}},
}

app = client(store_url(load_settings()))
app.conf.beat_schedule = SCHEDULE
