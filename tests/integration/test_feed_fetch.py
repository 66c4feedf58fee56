"""Fetching as such: through a proxy, and once, without a center, to look at what a feed says."""

from __future__ import annotations

import orjson
import pytest

from rtcc.feeds.transports.http_answer import FetchError
from rtcc.feeds.transports.http_poll import TAKEN, fetch_once
from tests.feed_parts import FeedCenter, closing_center, made_feed, row
from tests.feed_server import body, serving, status

QUICK = {"connect_s": 1, "read_s": 0.5, "whole_s": 1}


@pytest.fixture
def server():
    """A portal with two incidents."""
    with serving() as portal:
        portal.rows = [row("A"), row("B", "dispatched")]
        yield portal


def test_a_proxy_is_used(store, settings, server):
    """What the table names as its proxy is asked in place of the server."""
    with serving() as proxy:
        proxy.plan.append(body(orjson.dumps(server.rows)))
        table = {"url": "http://portal.invalid/rows", "proxy": proxy.url, "timeout": QUICK}
        with closing_center(FeedCenter(store, settings, made_feed("poll", table))) as center:
            assert center.poll() == TAKEN
            assert center.statuses() == {"A": "pending", "B": "dispatched"}


def test_looking_once_needs_no_center(server):
    """What a feed says can be looked at without a store, and an error is a sentence."""
    payloads = fetch_once(made_feed("poll", {"url": server.url + "/rows", "timeout": QUICK}))
    assert [orjson.loads(each.body) for each in payloads] == [server.rows]
    server.plan.append(status(404))
    with pytest.raises(FetchError, match="The server answered 404"):
        fetch_once(made_feed("poll", {"url": server.url + "/rows", "timeout": QUICK}))
    with pytest.raises(FetchError, match="could not be reached"):
        fetch_once(made_feed("poll", {"url": "http://127.0.0.1:9/rows", "timeout": QUICK}))
