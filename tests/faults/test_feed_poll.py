"""A poll of a server that misbehaves in every way: no event is lost or doubled, and the ledger says what was wrong."""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import timedelta

import orjson
import pytest

from rtcc.feeds import ledger as words
from rtcc.feeds.transports.http_poll import BUSY, FAILED, NOT_DUE, TAKEN, UNCHANGED
from rtcc.store import keys
from tests.feed_parts import STATUSES, FeedCenter, ListFormat, closing_center, made_feed, row
from tests.feed_server import body, cut_off, dripping, redirect, serving, silent, status

QUICK = {"connect_s": 1, "read_s": 0.3, "whole_s": 0.6}


@pytest.fixture
def server():
    """A portal with three incidents."""
    with serving() as portal:
        portal.rows = [row("A"), row("B", "dispatched"), row("C", "closed")]
        yield portal


@pytest.fixture
def center(store, settings, server):
    """A center that polls it."""
    with closing_center(FeedCenter(store, settings, polled(server))) as made:
        yield made


def polled(server, path="/rows", feed=None, **table):
    """Return a feed that polls this server."""
    return made_feed("poll", {"url": server.url + path, "timeout": QUICK} | table, **(feed or {}))


def truth(server):
    """Return what the picture must say."""
    return {each["id"]: each["status"] for each in server.rows}


def test_what_is_served_is_in_the_picture_once(center, server):
    """Every row becomes its incident, and a second poll of the same tells nothing anew."""
    assert center.poll() == TAKEN
    assert center.statuses() == truth(server)
    told = len(center.changes())
    server.plan.append(body(orjson.dumps(server.rows)))
    assert center.poll() == TAKEN
    assert len(center.changes()) == told
    assert {name: center.ledger.read()[name] for name in (words.ROWS, words.ACCEPTED, words.UNCHANGED)} == {
        words.ROWS: "6",
        words.ACCEPTED: "3",
        words.UNCHANGED: "3",
    }


def test_nothing_new_costs_no_row(center, server):
    """A 304 is a word of the feed, though it tells nothing: the feed is live and nothing is read."""
    center.poll()
    reads = center.feed.format.reads
    assert center.poll() == UNCHANGED
    assert server.asked[-1][2]["If-None-Match"]
    assert center.feed.format.reads == reads
    assert float(center.ledger.read()[words.SUCCESS_AT]) == center.now.timestamp()


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (status(500), "The server answered 500 (Internal Server Error)."),
        (status(403), "The server answered 403 (Forbidden)."),
        (status(204), "The server answered 204 (No Content)."),
        (status(299), "The server answered 299."),
        (cut_off, "The answer was cut off in the middle, or is no HTTP."),
        (silent, "The server did not answer in time."),
        (dripping, "The whole answer took longer than 0.6 s."),
        (body(b"<h1>Maintenance</h1>", Content_Type="text/html; charset=utf-8"), "which is no feed"),
        (body(gzip.compress(b"[]")[:-4], Content_Encoding="gzip"), "cut off in the middle"),
        (body(b"not gzip", Content_Encoding="gzip"), "cannot be unpacked"),
        (body(b"[]", Content_Encoding="br"), "packed its answer in a way that was not asked for"),
        (redirect("/rows/"), ""),
        (redirect("ftp://127.0.0.1/rows"), "neither http nor https"),
        (body(b'{"a": "not json'), "The payload is no JSON with rows."),
    ],
)
def test_a_bad_answer_changes_nothing_and_is_told(center, server, step, why):
    """The picture stays, the reason is one sentence, and the next good answer ends in the truth, each change once."""
    center.poll()
    server.rows[0]["status"] = "closed"
    server.rows[0]["updated"] = row("A", minute=5)["updated"]
    server.plan.append(step)
    if not why:
        server.plan.append(status(404))
    assert center.poll() == FAILED
    assert center.statuses()["A"] == "pending"
    told = center.ledger.read()
    assert why in told[words.ERROR]
    assert server.url not in told[words.ERROR]
    assert int(told[words.FAILURES]) == 1
    assert center.poll() == TAKEN
    assert center.statuses() == truth(server)
    assert len(center.changes()) == len(set(map(str, center.changes()))) == 4
    assert center.ledger.read()[words.FAILURES] == "0"


def test_failures_wait_longer_each_time_and_not_in_the_worker(center, server):
    """After each failure the next try lies further away, within what doubling and jitter allow."""
    waits = []
    for failures in range(1, 9):
        server.plan.append(status(503))
        center.now += timedelta(seconds=3600)
        assert center.poller.poll() == FAILED
        wait_s = float(center.ledger.read()[words.NEXT_AT]) - center.now.timestamp()
        assert 0.5 * min(5 * 2 ** (failures - 1), 600) <= wait_s <= 1.5 * min(5 * 2 ** (failures - 1), 600)
        waits.append(wait_s)
        assert center.poller.poll() == NOT_DUE
    assert waits[-1] > 10 * waits[0]


@pytest.mark.parametrize("asked", ["120", "date"])
def test_a_server_that_asks_for_patience_gets_it(center, server, asked):
    """``Retry-After`` is obeyed, in seconds or as a date, within an hour."""
    from datetime import UTC, datetime
    from email.utils import format_datetime

    said = asked if asked == "120" else format_datetime(datetime.now(UTC) + timedelta(seconds=120), usegmt=True)
    server.plan.append(status(429, Retry_After=said))
    assert center.poll() == FAILED
    assert float(center.ledger.read()[words.NEXT_AT]) - center.now.timestamp() == pytest.approx(120, abs=2)
    assert center.poll(100) == NOT_DUE
    assert center.poll(25) == TAKEN


def test_redirects_are_followed_and_secrets_stay_at_home(store, settings, server, monkeypatch):
    """Another address gets the question and not the token; too many redirects end the poll."""
    monkeypatch.setenv("TOWN_TOKEN", "s3cret-t0ken")
    with serving() as elsewhere:
        elsewhere.rows = server.rows
        headers = {"X-App-Token": {"env": "TOWN_TOKEN"}, "X-Plain": "yes"}
        with closing_center(FeedCenter(store, settings, polled(server, headers=headers))) as center:
            server.plan.append(redirect(elsewhere.url + "/rows", 307))
            assert center.poll() == TAKEN
            assert server.asked[0][2]["X-App-Token"] == "s3cret-t0ken"
            assert "X-App-Token" not in elsewhere.asked[0][2]
            assert elsewhere.asked[0][2]["X-Plain"] == "yes"
            assert center.statuses() == truth(server)
            server.plan.extend([redirect("/rows")] * 6)
            assert center.poll() == FAILED
            assert "redirects more than 5 times" in center.ledger.read()[words.ERROR]
            assert "s3cret" not in repr(center.poller.table)
            assert "s3cret" not in str(center.ledger.read())


@pytest.mark.parametrize("pack", [False, True])
def test_an_answer_has_a_largest_size_also_unpacked(store, settings, server, pack):
    """A bomb of a few bytes is refused before it is unpacked whole."""
    bomb = b"[" + b" " * (64 * 2**20) + b"]"
    answer = body(gzip.compress(bomb), Content_Encoding="gzip") if pack else body(bomb)
    with closing_center(FeedCenter(store, settings, polled(server, limit_mb=1))) as center:
        server.plan.append(answer)
        tracemalloc.start()
        assert center.poll() == FAILED
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 16 * 2**20
        assert center.ledger.read()[words.ERROR] == "The answer is larger than 1 MB."
        assert center.poll() == TAKEN


def test_a_declared_content_type_is_required(store, settings, server):
    """Who declares JSON gets nothing else."""
    with closing_center(FeedCenter(store, settings, polled(server, content_types=["application/json"]))) as center:
        server.plan.append(body(b"id,status\n", Content_Type="text/csv"))
        assert center.poll() == FAILED
        assert "answered with text/csv; the feed is declared as application/json" in center.ledger.read()[words.ERROR]


def test_polls_of_one_feed_never_overlap(center, server, store):
    """While somebody holds the feed nobody else asks, and a lock that was lost ends the poll without a word."""
    lock = store.lock(keys.feed_lock("town"), timeout=30, blocking=False, thread_local=False)
    assert lock.acquire()
    assert center.poll() == BUSY
    assert server.asked == []
    lock.release()
    assert center.poll() == TAKEN


def test_a_poll_that_lost_its_lock_writes_nothing(center, server, store, monkeypatch):
    """Who was away for so long that another may poll by now leaves it to that one."""
    monkeypatch.setattr("rtcc.feeds.transports.http_poll._RENEW_S", 0.0)

    def take_over(asked):
        pipeline = store.pipeline()
        pipeline.set(keys.feed_lock("town"), b"another")
        pipeline.execute()
        asked.serve()

    server.plan.append(take_over)
    assert center.poll() == BUSY
    assert center.statuses() == {}
    assert words.SUCCESS_AT not in center.ledger.read()
    assert store.get(keys.feed_lock("town")) == b"another"


def test_a_store_that_is_away_loses_nothing(center, server):
    """Where events could not be kept nothing is written down, so that the next poll reads them again."""
    center.away = 1
    with pytest.raises(Exception, match="The store does not answer"):
        center.poll()
    assert words.SUCCESS_AT not in center.ledger.read()
    assert "etag" not in center.ledger.read()
    assert center.poll() == TAKEN
    assert center.statuses() == truth(server)


def test_who_dies_after_the_events_were_kept_tells_them_again_and_nothing_changes(center, server, monkeypatch):
    """The ledger is written last; what is read again is stale in the picture."""
    monkeypatch.setattr(center.ledger, "succeed", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        center.poll()
    told = center.changes()
    assert center.statuses() == truth(server)
    center.close()
    center.begin(center.feed)
    assert center.poll() == TAKEN
    assert center.changes() == told
    assert center.statuses() == truth(server)


def test_rows_revised_and_reordered_converge(center, server):
    """Whatever order a portal gives, and though it gives an old page again, the newest of each row stands."""
    import random

    dice = random.Random(7)
    ids = [f"I{number}" for number in range(40)]
    stage = dict.fromkeys(ids, 0)
    server.rows = [row(id_) for id_ in ids]
    for minute in range(1, 12):
        old = [dict(each) for each in server.rows]
        for id_ in dice.sample(ids, 12):
            stage[id_] = min(stage[id_] + 1, len(STATUSES) - 1)
            server.rows = [row(id_, STATUSES[stage[id_]], minute) if r["id"] == id_ else r for r in server.rows]
        dice.shuffle(server.rows)
        assert center.poll() == TAKEN
        if minute % 3 == 0:
            # An old page from a cache, after the newer one.
            server.plan.append(body(orjson.dumps(old)))
            assert center.poll() == TAKEN
        assert center.statuses() == truth(server)
    told = [(id_, fields["status"]) for id_, fields in center.changes()]
    assert len(told) == len(set(told))
    assert len(center.bodies()) == 11 + 3


def test_changed_columns_stop_the_feed_before_anything_is_closed(store, settings, server):
    """A snapshot that cannot be read closes nothing: the breaker judges first, holds it whole, and asks seldom."""
    feed = polled(server, feed={"format": ListFormat(snapshot=True)})
    server.rows = [row(f"I{number}") for number in range(30)]
    with closing_center(FeedCenter(store, settings, feed)) as center:
        center.poll()
        good = server.rows
        server.rows = [{"incident_id": each["id"], "state": each["status"]} for each in good]
        assert center.poll() == "held"
        assert set(center.statuses().values()) == {"pending"}
        assert center.poll(30) == NOT_DUE
        assert len(server.asked) == 2
        # Tried again after a minute, and less often then.
        assert center.poll(31) == "held"
        assert center.poll(61) == NOT_DUE
        server.rows = good[1:]
        assert center.poll(60) == TAKEN
        assert center.statuses()["I0"] == "closed"
        assert sum(state == "pending" for state in center.statuses().values()) == 29
        assert center.ledger.breaker().open_since is None


def test_no_room_is_not_the_feeds_fault(center, server):
    """While the center can take no more nothing is asked, and it is tried again in seconds."""
    from rtcc.tasks import StoreUnavailable

    def full():
        raise StoreUnavailable("More events wait for the picture than can be taken in soon.")

    center.poller._require_room = full
    assert center.poll() == FAILED
    assert server.asked == []
    assert words.FAILURES not in center.ledger.read()
    center.poller._require_room = lambda: None
    assert center.poll(6) == TAKEN
