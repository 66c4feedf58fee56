"""Rows as cities publish them, polled from a server that pages and revises them: the whole way with the real format."""

from __future__ import annotations

import random

import pytest

from rtcc.feeds.declared import load_feeds
from rtcc.feeds.transports.http_poll import TAKEN, UNCHANGED
from tests.feed_parts import STATUSES, FeedCenter, closing_center, row
from tests.feed_server import serving, status

TOWN = """
[feeds.town]
agency = "T"
format = "rows"
snapshot = true
[feeds.town.poll]
url = "{url}"
{paging}
[feeds.town.map]
kind = "incident"
timezone = "UTC"
id = "id"
updated = {{ column = "updated" }}
[feeds.town.map.fields]
status = {{ column = "status", as = "choice", values = {{ {values} }} }}
"""


@pytest.fixture(params=["rows", "arcgis"])
def center(request, store, settings, tmp_path):
    """A center that polls all rows at once, or in pages."""
    values = ", ".join(f'{name} = "{name}"' for name in STATUSES)
    paging = "" if request.param == "rows" else 'paging = { style = "arcgis", size = 100, order = "id", overlap = 2 }'
    with serving() as server:
        server.most = 7
        server.rows = [row(f"I{number:02}") for number in range(40)]
        file = tmp_path / "feeds.toml"
        file.write_text(TOWN.format(url=f"{server.url}/{request.param}", paging=paging, values=values))
        (feed,) = load_feeds(file)
        with closing_center(FeedCenter(store, settings, feed)) as made:
            made.server = server
            yield made


def test_a_snapshot_converges_through_revisions_failures_and_departures(center):
    """After each good poll the picture is what the city says; what is gone is closed, and every change is told once."""
    server, dice, minute = center.server, random.Random(3), 0
    gone: set[str] = set()
    assert center.poll() == TAKEN
    for minute in range(1, 15):
        for each in dice.sample(server.rows, 6):
            stage = min(STATUSES.index(each["status"]) + 1, len(STATUSES) - 2)
            each.update(row(each["id"], STATUSES[stage], minute))
        leaves = server.rows.pop(dice.randrange(len(server.rows)))
        gone.add(leaves["id"])
        server.rows.append(row(f"N{minute:02}", minute=minute))
        if minute % 4 == 0:
            server.plan.append(status(500))
            center.poll()
        assert center.poll() in {TAKEN, UNCHANGED}
        expected = {each["id"]: each["status"] for each in server.rows} | dict.fromkeys(gone, "closed")
        assert center.statuses() == expected
    told = [(id_, fields.get("status")) for id_, fields in center.changes() if "status" in fields]
    assert len(told) == len(set(told))
    assert center.letters() == []


def test_a_list_that_shrank_is_asked_for_again_without_conditions(center):
    """It is believed when it says so twice; "unchanged" would be no second word."""
    server = center.server
    center.poll()
    server.rows = server.rows[:4]
    center.poll()
    assert set(center.statuses().values()) == {"pending"}
    center.poll()
    assert sorted(id_ for id_, status in center.statuses().items() if status != "closed") == [
        each["id"] for each in server.rows
    ]
    # From then on the conditions are sent again.
    center.poll()
    center.poll()
    assert center.statuses()["I30"] == "closed"
