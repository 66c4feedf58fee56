"""The whole beat table, and the beat process: `celery -A workers.schedule beat` starts here.

Apart from `workers.app`, so that beat loads no city and no picture: it only says when.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rtcc.feeds.declared import Feed, load_feeds
from rtcc.settings import load_settings
from rtcc.store.connection import store_url
from rtcc.tasks import POLL_FEED, RETIRE_ENTITIES, SHORTEN_AUDIT, WAKE_BATCHES, client, poll_tick_s

SCHEDULE: dict[str, dict[str, Any]] = {
    # A run that nobody picked up in time is pointless: the next one does the same.
    "retire-entities": {"task": RETIRE_ENTITIES, "schedule": 5.0, "options": {"expires": 10}},
    "wake-batches": {"task": WAKE_BATCHES, "schedule": 5.0, "options": {"expires": 10}},
    "shorten-audit": {"task": SHORTEN_AUDIT, "schedule": 3600.0, "options": {"expires": 3600}},
}


def polls(feeds: Iterable[Feed]) -> dict[str, dict[str, Any]]:
    """Return the entries of the feeds that are polled: each is looked at often, and asked when that is due."""
    entries: dict[str, dict[str, Any]] = {}
    for feed in feeds:
        if feed.enabled and feed.transport_name == "poll":
            tick_s = poll_tick_s(feed.interval_s)
            options = {"expires": max(2.0, tick_s)}
            entries[f"poll-{feed.name}"] = {
                "task": POLL_FEED,
                "args": (feed.name,),
                "schedule": tick_s,
                "options": options,
            }
    return entries


settings = load_settings()
app = client(store_url(settings))
app.conf.beat_schedule = SCHEDULE | polls(load_feeds(settings.feeds_path()))
