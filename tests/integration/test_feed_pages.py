"""A poll in pages, and one from a watermark on: no row is lost between two pages or polls, and none told twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest

from rtcc.feeds import ledger as words
from rtcc.feeds.payload import FeedTableError
from rtcc.feeds.transports.http_poll import FAILED, TAKEN, WATERMARK
from rtcc.feeds.transports.http_table import PollTable, Watermark
from rtcc.feeds.transports.page_rows import Page, newest, since
from tests.factories import NOON
from tests.feed_parts import FeedCenter, ListFormat, made_feed, row
from tests.feed_server import body, serving

PAGED = {
    "socrata": {"style": "socrata", "size": 3, "overlap": 1},
    "arcgis": {"style": "arcgis", "size": 100, "overlap": 1, "order": "OBJECTID"},
    "ckan": {"style": "ckan", "size": 3, "overlap": 1},
    "link": {"style": "link"},
}
SINCE = {"column": "updated", "where": "updated > '{since}'", "overlap_s": 60, "form": "%Y-%m-%dT%H:%M:%S.%f"}


@pytest.fixture
def server():
    """A portal with eleven incidents."""
    with serving() as portal:
        portal.rows = [row(f"I{number:02}") for number in range(11)]
        yield portal


@pytest.fixture
def polling(store, settings, server):
    """Give a center that polls a path of the server with more in its table."""
    made = []

    def center(path, feed=None, **table):
        feed = made_feed("poll", {"url": f"{server.url}/{path}"} | table, **(feed or {}))
        made.append(FeedCenter(store, settings, feed))
        return made[-1]

    yield center
    for each in made:
        each.close()


def truth(server):
    """Return what the picture must say."""
    return {each["id"]: each["status"] for each in server.rows}


@pytest.mark.parametrize("style", PAGED)
def test_every_page_is_read(polling, server, style):
    """In each of the four ways in which portals give pages all rows arrive, in more than one page."""
    center = polling(style, paging=PAGED[style])
    assert center.poll() == TAKEN
    assert len(server.asked) >= 4
    assert center.statuses() == truth(server)
    assert len(center.changes()) == 11


@pytest.mark.parametrize("style", ["socrata", "arcgis", "ckan"])
def test_no_row_is_lost_when_rows_go_between_two_pages(polling, server, style):
    """A row that leaves an earlier page lets the others move up; the pages are begun anew until they fit together."""
    center = polling(style, feed={"format": ListFormat(snapshot=True)}, paging=PAGED[style])
    center.poll()
    gone = []

    def leave(portal):
        # Two at once: more than the overlap of one row can make up for.
        if len(gone) < 4:
            gone.extend(portal.rows.pop(0)["id"] for _ in range(2))

    server.between = leave
    assert center.poll() == TAKEN
    server.between = None
    alive = {id_ for id_, status in center.statuses().items() if status == "pending"}
    # Who left while we looked may be seen still; who stayed must not count as gone.
    assert {each["id"] for each in server.rows} <= alive
    center.poll()
    assert {id_ for id_, status in center.statuses().items() if status == "pending"} == set(truth(server))
    assert len(center.changes()) == 11 + len(gone)


def test_rows_that_never_stand_still_end_the_poll_and_close_nothing(polling, server):
    """After three beginnings the poll fails, and says why; a half-read snapshot is never taken for a whole one."""
    server.rows = [row(f"I{number:03}") for number in range(60)]
    center = polling("socrata", feed={"format": ListFormat(snapshot=True)}, paging=PAGED["socrata"])
    center.poll()
    server.between = lambda portal: portal.rows.__delitem__(slice(0, 2))
    assert center.poll() == FAILED
    server.between = None
    assert "The pages do not fit together" in center.ledger.read()[words.ERROR]
    assert set(center.statuses().values()) == {"pending"}
    center.poll(600)
    assert {id_ for id_, status in center.statuses().items() if status == "pending"} == set(truth(server))


def test_a_page_given_twice_is_not_taken_for_the_next(polling, server):
    """A cache between us that answers with the page before is noticed, and the pages are begun anew."""
    center = polling("socrata", paging=PAGED["socrata"])
    first = orjson.dumps(server.rows[:3])
    server.plan.extend([body(first), body(first)])
    assert center.poll() == TAKEN
    assert center.statuses() == truth(server)
    assert len(center.changes()) == 11


def test_rows_that_come_between_two_pages_are_not_told_twice(polling, server):
    """A row inserted before the page moves the others down: they are read again, and told once."""
    server.rows = [row(f"I{number:02}") for number in range(10, 21)]
    center = polling("socrata", paging=PAGED["socrata"])
    came = iter(range(9, -1, -1))
    server.between = lambda portal: portal.rows.insert(0, row(f"I{next(came):02}")) if len(portal.rows) < 16 else None
    assert center.poll() == TAKEN
    server.between = None
    assert {f"I{number}" for number in range(10, 21)} <= set(center.statuses())
    center.poll()
    assert center.statuses() == truth(server)
    told = [id_ for id_, _ in center.changes()]
    assert len(told) == len(set(told)) == 16


def test_a_link_that_leads_round_in_a_circle_ends_the_poll(polling, server):
    """Somebody else's mistake must not keep us busy."""
    server.plan.append(body(orjson.dumps(server.rows[:3]), Link='</link>; rel="next"'))
    center = polling("link", paging=PAGED["link"])
    assert center.poll() == FAILED
    assert "round in a circle" in center.ledger.read()[words.ERROR]


def test_too_many_pages_end_the_poll(polling):
    """There is a largest number of pages."""
    center = polling("socrata", paging=PAGED["socrata"] | {"most": 2})
    assert center.poll() == FAILED
    assert "There are more than 2 pages" in center.ledger.read()[words.ERROR]


def test_only_what_changed_is_asked_for_and_late_rows_are_not_missed(polling, server):
    """From the second poll on the question begins before the newest value seen, by the overlap."""
    center = polling("socrata", paging=PAGED["socrata"], watermark=SINCE)
    center.poll()
    assert "$where" not in server.asked[0][1]
    assert datetime.fromisoformat(center.ledger.read()[WATERMARK]) == NOON
    server.asked.clear()
    server.rows[3] = row("I03", "dispatched", minute=4)
    # Written down late, with a time before that of what was seen already.
    server.rows.append(row("I11", minute=3.5))
    center.poll()
    server.rows.append(row("I12", minute=3.2))
    center.poll()
    assert server.asked[0][1]["$where"] == "updated > '2026-11-22T11:59:00.000000'"
    assert server.asked[-1][1]["$where"] == "updated > '2026-11-22T12:03:00.000000'"
    assert center.statuses() == truth(server)
    assert len(center.changes()) == 11 + 3


def test_the_watermark_goes_on_only_with_what_was_taken(polling, server):
    """Where the events could not be kept, or the breaker held them, the same is asked for again."""
    center = polling("socrata", paging=PAGED["socrata"], watermark=SINCE)
    center.away = 1
    with pytest.raises(Exception, match="does not answer"):
        center.poll()
    assert WATERMARK not in center.ledger.read()
    good = server.rows
    server.rows = [{"id": f"J{number:02}", "updated": row("", minute=50)["updated"]} for number in range(30)]
    assert center.poll() == "held"
    assert WATERMARK not in center.ledger.read()
    server.rows = good
    center.poll(61)
    assert center.statuses() == truth(server)


def test_all_is_read_anew_now_and_then(polling, server):
    """With ``full_every_s`` what came in with an old time is found after all."""
    center = polling("socrata", paging=PAGED["socrata"], watermark=SINCE, full_every_s=3600)
    center.poll()
    server.rows.append(row("I11", minute=-500))
    center.poll()
    assert "I11" not in center.statuses()
    center.poll(3600)
    assert "$where" not in server.asked[-1][1]
    assert center.statuses() == truth(server)


def test_a_full_read_asks_without_conditions(polling, server):
    """What the server calls unchanged is read all the same when all is read anew."""
    center = polling("rows", full_every_s=3600)
    center.poll()
    center.poll()
    assert "If-None-Match" in server.asked[-1][2]
    center.poll(3600)
    assert "If-None-Match" not in server.asked[-1][2]


def watermark(zone="UTC", form="%Y-%m-%dT%H:%M:%S", overlap_s=60.0, begin_s=None):
    """Return a watermark on `updated`."""
    return Watermark("updated", "updated > '{since}'", "$where", form, ZoneInfo(zone), overlap_s, begin_s)


def test_a_wrong_clock_does_not_pin_the_watermark():
    """A row from the year 2099 must not end the feed."""
    page = Page([{"updated": "2099-01-01T00:00:00"}, {"updated": "2026-11-22T11:00:00"}], False, None)
    assert newest([page], watermark(), NOON) == NOON


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T04:00:00.000",
        "2026-11-22 04:00:00",
        "2026-11-22T12:00:00Z",
        NOON.timestamp(),
        NOON.timestamp() * 1000,
        str(int(NOON.timestamp() * 1000)),
    ],
)
def test_a_column_is_read_in_all_the_ways_portals_write_time(value):
    """Local text in the feed's zone, text with an offset, seconds and milliseconds since 1970 are the same moment."""
    page = Page([{"attributes": {"updated": value}}, {"updated": None}, {}, "no row"], False, None)
    assert newest([page], watermark("America/Los_Angeles"), NOON + timedelta(hours=1)) == NOON


def test_since_is_written_as_the_server_wants_it():
    """In the feed's zone, or as a number."""
    assert since(watermark("America/Los_Angeles"), NOON, NOON) == "2026-11-22T03:59:00"
    assert since(watermark(form="epoch_ms"), NOON, NOON) == str(int(NOON.timestamp() - 60) * 1000)
    assert since(watermark(), None, NOON) is None
    assert since(watermark(begin_s=3600.0), None, NOON) == "2026-11-22T11:00:00"


def test_the_hour_that_comes_twice_loses_nothing():
    """When the clocks go back, what is written next may bear an earlier local time than what was seen."""
    zone = "America/Los_Angeles"
    seen = datetime(2026, 11, 1, 8, 59, tzinfo=UTC)
    assert seen.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "01:59"
    asked = since(watermark(zone), seen, NOON)
    assert asked is not None
    assert asked < "2026-11-01T01:00:00"


def test_a_watermark_cannot_go_with_a_snapshot(polling):
    """Rows that are not asked for would count as gone."""
    with pytest.raises(FeedTableError, match=r"feeds\.town\.poll\.watermark cannot go with snapshot"):
        polling("socrata", feed={"format": ListFormat(snapshot=True)}, watermark=SINCE | {"param": "$where"})


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, "feeds.x.poll.url is missing"),
        ({"url": "file:///etc/passwd"}, "feeds.x.poll.url does not begin with http"),
        ({"url": {"env": "NOT_SET_HERE"}}, "feeds.x.poll.url is to be read from NOT_SET_HERE, which is not set"),
        ({"headers": {"X-T": {"env": "NOT_SET_HERE"}}}, "feeds.x.poll.headers.X-T is to be read from NOT_SET_HERE"),
        ({"timeout": {"read_s": 900}}, "feeds.x.poll.timeout.read_s is a whole number; it must be a number from 0.05"),
        ({"timeout": {"reed_s": 9}}, "feeds.x.poll.timeout.reed_s is not known"),
        ({"paging": {"style": "pages"}}, "feeds.x.poll.paging.style is text; it must be one of socrata"),
        ({"paging": {"style": "socrata", "size": 5, "overlap": 5}}, "feeds.x.poll.paging.overlap is not less than"),
        ({"paging": {"style": "arcgis"}}, "feeds.x.poll.paging.order is missing"),
        ({"watermark": SINCE}, "feeds.x.poll.watermark.param is missing"),
        ({"watermark": SINCE | {"where": "x"}}, "feeds.x.poll.watermark.where has no {since}"),
        ({"watermark": SINCE | {"param": "w", "zone": "Mars/Base"}}, "feeds.x.poll.watermark.zone is no time zone"),
        ({"watermark": SINCE | {"param": "w", "zone": "../etc"}}, "feeds.x.poll.watermark.zone is no time zone"),
        ({"interval": 5}, "feeds.x.poll.interval is not known"),
    ],
)
def test_what_is_wrong_in_a_table_is_one_sentence(table, sentence):
    """It names the feed, the key and what is allowed."""
    with pytest.raises(FeedTableError) as told:
        PollTable.from_table("x", {"url": "http://portal.invalid"} | table if table else {})
    assert str(told.value).startswith(sentence)
