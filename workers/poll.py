"""The process that polls the feeds, wired: `celery -A workers.poll worker --queues polls` starts here.

Apart from `workers.app`, so that it loads no city, and a slow server never waits in front of an event. Its threads do
little but wait for answers. A poll that is lost with its process is made at the next beat.
"""

from __future__ import annotations

import logging
import time
from functools import cache

from rtcc.feeds.declared import find_feed, load_feeds
from rtcc.feeds.intake import Intake
from rtcc.feeds.ledger import Ledger
from rtcc.feeds.payload import FeedTableError
from rtcc.feeds.transports.http_poll import HttpPoll
from rtcc.picture.feed_inlet import FeedInlet
from rtcc.settings import load_settings
from rtcc.store.connection import StoreAway, StoreRefused, store_url
from rtcc.tasks import POLL_FEED, StoreUnavailable, client, poll_tick_s

logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
log = logging.getLogger(__name__)

settings = load_settings()
app = client(store_url(settings))
app.set_current()
# Threads know no time limit of Celery's; a poll has one of its own.
app.conf.update(task_time_limit=None, task_soft_time_limit=None)


@cache
def _inlet() -> FeedInlet:
    return FeedInlet(settings)


@cache
def _poller(name: str) -> HttpPoll | None:
    """Return the poller of a feed, made once a process; None where it is declared in a way that cannot be used."""
    ledger = None
    try:
        feed = find_feed(load_feeds(settings.feeds_path()), name)
        inlet = _inlet()
        ledger = Ledger(inlet.store, feed)
        return HttpPoll(feed, Intake(feed, ledger, inlet.put, inlet.bury), ledger, inlet.require_room)
    except FeedTableError as error:
        log.error("%s", error)  # noqa: TRY400 - the sentence says all
        if ledger is not None:
            ledger.fail(str(error), time.time())
        return None


@app.task(name=POLL_FEED, acks_late=False)
def poll_feed(name: str) -> None:
    """Poll a feed if that is due."""
    try:
        poller = _poller(name)
        if poller is not None:
            poller.poll(poll_tick_s(poller.feed.interval_s) / 2)
    except (StoreUnavailable, StoreRefused, *StoreAway) as error:
        # What was read is read again: where the feed is stands in the store, and that is as it was.
        log.warning("The poll of %s was in vain: %s.", name, type(error).__name__)
