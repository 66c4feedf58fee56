"""How the alarms hear of declared feeds: by their last success, or by how long one that never spoke is awaited."""

from __future__ import annotations

import asyncio
import time

import pytest

from rtcc.alarms.parameters import read_plan
from rtcc.alarms.view import View
from rtcc.alarms.watch import AlarmWatch
from rtcc.feeds.health import intervals_of
from rtcc.feeds.ledger import SUCCESS_AT, Ledger
from rtcc.store import keys
from tests.feed_parts import made_feed
from tests.stored_picture import stored_picture


@pytest.fixture
def watched(store, settings):
    """Watch a declared feed until a condition holds; return the open alarms by id."""

    def watch(feed, until):
        async def scene():
            stop = asyncio.Event()
            plan = read_plan({"feed_silent": {"clear_after_s": 0}, "feed_stopped": {"clear_after_s": 0}})
            view = intervals_of([feed])
            task = asyncio.create_task(
                AlarmWatch(settings, plan, lambda: View(intervals=view), [feed]).run(stop)  # what a process does
            )
            async with asyncio.timeout(20):
                while not until(alarms()):  # noqa: ASYNC110 - the picture has no event of its own
                    await asyncio.sleep(0.02)
            stop.set()
            await task
            return alarms()

        return asyncio.run(scene())

    def alarms():
        told = stored_picture(store).get("alarm", {})
        return {id_: fields for id_, fields in told.items() if fields["state"] != "cleared"}

    return watch


def test_a_feed_that_never_spoke_is_missed(store, watched):
    """From when it was declared on; it need never have been heard."""
    feed = made_feed(interval_s=1.0)
    Ledger(store, feed).declare(time.time() - 3600)
    open_ = watched(feed, lambda alarms: "feed_silent:town" in alarms)
    assert open_["feed_silent:town"]["title"] == "Feed town is lost"
    assert open_["feed_silent:town"]["severity"] == "high"


def test_a_feed_that_was_just_declared_has_its_time(store, watched):
    """Whoever watches notes when it was first known."""
    feed = made_feed()
    watched(feed, lambda _: "declared_at" in Ledger(store, feed).read())
    assert stored_picture(store).get("alarm", {}) == {}


def test_a_success_without_news_ends_the_alarm(store, watched):
    """Though no event of it was ever received."""
    feed = made_feed(interval_s=5.0)
    ledger = Ledger(store, feed)
    ledger.declare(time.time() - 3600)
    watched(feed, lambda alarms: "feed_silent:town" in alarms)
    ledger.note({SUCCESS_AT: time.time()})
    store.hset(keys.HEARD, mapping={"town": time.time() - 3600})
    assert watched(feed, lambda alarms: "feed_silent:town" not in alarms) == {}


def test_an_open_breaker_is_an_alarm(store, watched):
    """Whoever polls or listens writes it down; whoever watches says so."""
    feed = made_feed()
    ledger = Ledger(store, feed)
    ledger.note({SUCCESS_AT: time.time(), "open_since": time.time(), "why": "21 of the last 30 rows were refused."})
    assert set(watched(feed, lambda alarms: "feed_stopped:town" in alarms)) == {"feed_stopped:town"}
    ledger.resume()
    assert watched(feed, lambda alarms: not alarms) == {}
