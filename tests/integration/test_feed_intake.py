"""The intake and the ledger of a feed, on a real store: what is told, counted, buried, held back and redriven."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from rtcc.feeds import ledger as words
from rtcc.feeds.feed_health import health_of, read_all, worst_by_source
from rtcc.feeds.held import Held
from rtcc.feeds.ledger import MOST_REASONS, OTHER_REASONS, REASON, reason_class
from rtcc.feeds.payload import NOT_OURS, Payload, Refused, Told
from rtcc.store import keys
from rtcc.tasks import StoreUnavailable
from tests.feed_parts import FeedCenter, ListFormat, made_feed, row


@pytest.fixture
def center(store, settings):
    """A center with one feed that pushes."""
    return FeedCenter(store, settings, made_feed("push"))


def payload(center, *rows):
    """Return rows as one payload, a second later than the last."""
    center.now += timedelta(seconds=1)
    return Payload(center.now, "vendor", "application/json", orjson.dumps(rows))


def bad(*ids):
    """Return rows that cannot be read."""
    return [{"id": id_, "updated": "2026-11-22T12:00:00"} for id_ in ids]


class Said(ListFormat):
    """A format that tells what it is told to."""

    remembers = False

    def __init__(self, told):
        super().__init__()
        self.told = told

    def read_all(self, payloads, memory):
        return self.told(payloads)


def health(center):
    """Return how the feed is."""
    return read_all(center.store, [center.feed])[0]


def test_rows_are_counted_by_what_became_of_them(center):
    """Read, accepted, unchanged, refused by reason; and how late they were."""
    center.intake.take([payload(center, row("A"), row("B"), *bad("C"))])
    center.intake.take([payload(center, row("A"), row("B", "closed", minute=9))])
    it = health(center)
    assert dict(it.counts) == {"rows": 5, "accepted": 3, "unchanged": 1, "refused": 1, "events": 3}
    assert dict(it.reasons) == {"A column is missing.": 1}
    assert it.state(center.now.timestamp()) == "live"
    assert it.lag_p50_s == pytest.approx(3601, abs=2)
    assert it.lag_p95_s >= it.lag_p50_s
    assert center.statuses() == {"A": "pending", "B": "closed"}
    assert len(center.bodies()) == 2


@pytest.mark.parametrize(
    ("age_s", "state"), [(100, "live"), (130, "late"), (250, "stale"), (601, "lost"), (10**6, "lost")]
)
def test_its_state_follows_from_its_own_interval(center, age_s, state):
    """Twice, four times and ten times the interval, as for every source."""
    center.intake.take([payload(center, row("A"))])
    assert health(center).state(center.now.timestamp() + age_s) == state


def test_a_feed_that_never_spoke_is_lost_and_not_absent(center, store):
    """It is told of from the moment it is declared."""
    it = health_of(made_feed(), {})
    assert (it.state(0.0), it.age_s(0.0), it.success_at) == ("lost", None, None)
    center.ledger.declare(5.0)
    center.ledger.declare(9.0)
    assert read_all(store, [center.feed])[0].declared_at == 5.0
    assert read_all(store, [made_feed(enabled=False)]) == []


def test_of_one_source_the_worst_feed_speaks(center):
    """What one feed hears says nothing of another with the same source."""
    center.intake.take([payload(center, row("A"))])
    silent = health_of(made_feed(name="other"), {})
    worst = worst_by_source([health(center), silent], center.now.timestamp())
    assert worst["town"] is silent


def test_a_word_without_news_is_a_word(center):
    """A feed whose rows are all unchanged is live, and so it is for everybody who asks when a source was heard."""
    center.intake.take([payload(center, row("A"))])
    center.intake.take([payload(center, row("A"))])
    assert float(center.store.hget(keys.HEARD, "town")) == center.now.timestamp()


def test_reasons_are_counted_without_their_values(center):
    """A thousand bad times are one reason; and there are never more than a few dozen."""
    assert reason_class("call_time is '13:61', which is no time.") == "call_time is '…', which is no time."
    assert reason_class('id "x9" of row 12,345.6 is bad.') == "id '…' of row # is bad."

    def told(_):
        return Told(100, refused=[Refused(1, "", "Why" + "ab"[n % 2] * n, b"%d" % n) for n in range(1, 50)])

    center.begin(made_feed("push", format=Said(told)))
    center.intake.take([payload(center)])
    center.intake.take([payload(center)])
    reasons = health(center).reasons
    assert len(reasons) == MOST_REASONS + 1
    assert reasons[OTHER_REASONS] == 2 * (49 - MOST_REASONS)
    assert all(f"{REASON}{reason}" in center.ledger.read() for reason in reasons)


def test_a_bad_row_that_comes_with_every_poll_is_one_dead_letter(center):
    """Or it would push out all others within a day."""
    for _ in range(3):
        center.intake.take([payload(center, row("A"), row("B"), row("C"), *bad("X"))])
    assert center.letters() == [("town", "A column is missing.")]
    assert health(center).counts["refused"] == 3


def test_what_is_none_of_our_business_is_counted_and_no_fault(center):
    """It opens no breaker, is no dead letter, and the feed is live."""
    said = Told(100, refused=[Refused(n, "", f"{NOT_OURS}: it is chat.", b"%d" % n) for n in range(100)])
    center.begin(made_feed("push", format=Said(lambda _: said)))
    taken = center.intake.take([payload(center)])
    assert not taken.held
    it = health(center)
    assert (it.counts["refused"], it.counts["accepted"], it.state(center.now.timestamp())) == (0, 0, "live")
    assert sum(it.reasons.values()) == 100
    assert center.letters() == []


def test_what_cannot_be_read_at_all_is_no_word(center):
    """The feed goes late by the same clock, and the reason is told until it speaks again."""
    taken = center.intake.take([Payload(center.now, "vendor", "", b"<html>")])
    assert taken.unreadable
    it = health(center)
    assert it.error == "The payload is no JSON with rows."
    assert it.success_at is None
    assert center.letters() == [("town", "The payload is no JSON with rows.")]
    center.intake.take([payload(center, row("A"))])
    assert health(center).error == ""


def test_a_format_that_breaks_does_not_end_its_feed(center):
    """The payload is refused with a reason, and its bytes are kept."""

    def told(_):
        raise ZeroDivisionError

    center.begin(made_feed("push", format=Said(told)))
    taken = center.intake.take([payload(center, row("A"))])
    assert taken.unreadable == "The format failed on it: ZeroDivisionError."
    assert len(center.letters()) == len(center.bodies()) == 1


def test_the_breaker_holds_payloads_whole_and_they_can_be_redriven(center):
    """Nothing of them is told, all of them are kept, and when the mapping is mended they are taken in, in order."""
    center.intake.take([payload(center, row("A"))])
    broken = [payload(center, *[{"id": f"B{n}"} | {"state": "pending"} for n in range(30)])]
    assert "30 of the last 30 rows were refused" in center.intake.take(broken).held
    later = payload(center, row("B0"), row("A", "closed", minute=9))
    assert center.intake.take([later]).held
    it = health(center)
    assert (it.stopped, it.held, it.counts["accepted"]) == (True, 2, 1)
    assert center.statuses() == {"A": "pending"}
    assert len(center.bodies()) == 3
    assert center.letters() == []
    # Still broken: nothing is taken, and the order stays.
    assert center.intake.redrive(0.5) == (0, 2)

    class Mended(ListFormat):
        def read(self, payload, memory):
            rows = [{"status": each.get("state"), **row("x"), **each} for each in orjson.loads(payload.body)]
            return super().read_all([payload._replace(body=orjson.dumps(rows))], memory)

        read_all = None

    center.begin(made_feed("push", format=Mended()))
    center.ledger.resume()
    assert center.intake.redrive(0.5) == (2, 0)
    assert center.statuses()["A"] == "closed"
    assert len(center.statuses()) == 31
    assert health(center).held == 0
    assert not health(center).stopped
    # Their bytes went to the journal once.
    assert len(center.bodies()) == 3


def test_an_old_snapshot_is_not_redriven_after_a_newer_one(center):
    """It would close what has begun since."""
    center.begin(made_feed("push", format=ListFormat(snapshot=True)))
    center.intake.take([payload(center, row("A"))])
    center.intake.take([payload(center, *[{"id": f"B{n}", "state": "x"} for n in range(30)])])
    center.now += timedelta(seconds=61)
    center.intake.take([payload(center, row("A"), row("C"))])
    assert center.intake.redrive(0.5) == (1, 0)
    assert center.statuses() == {"A": "pending", "C": "pending"}


def test_what_is_held_back_is_bounded(center, monkeypatch):
    """By number and by bytes; the oldest gives way, and that is counted."""
    monkeypatch.setattr("rtcc.feeds.held.MOST", 3)
    held = Held(center.store, "town")
    for number in range(5):
        held.keep([Payload(center.now, "v", "t", b"%d" % number)])
    assert [each.payloads[0].body for each in held.all()] == [b"2", b"3", b"4"]
    assert (health(center).held, health(center).dropped) == (3, 2)
    monkeypatch.setattr("rtcc.feeds.held.MOST_BYTES", 1)
    held.keep([Payload(center.now, "v", "t", b"last")])
    assert [each.payloads for each in held.all()] == [(Payload(center.now, "v", "t", b"last"),)]


def test_two_processes_share_one_memory(center):
    """What one has told the other does not tell again, though it holds the memory in its own."""
    other = FeedCenter(center.store, center.settings, made_feed("push"))
    center.intake.take([payload(center, row("A"))])
    other.now = center.now
    other.intake.take([payload(other, row("B"))])
    center.intake.take([payload(center, row("A"), row("B"))])
    other.intake.take([payload(other, row("A"), row("B"))])
    assert health(center).counts["unchanged"] == 4
    assert len(center.changes()) == 2


def test_a_failure_on_the_way_leaves_the_memory_as_it_was(center):
    """What was read and not kept is told when it comes again."""
    center.intake.take([payload(center, row("A"))])
    center.away = 1
    with pytest.raises(StoreUnavailable):
        center.intake.take([payload(center, row("B"))])
    assert words.ERROR not in center.ledger.read()
    center.intake.take([payload(center, row("B"))])
    assert set(center.statuses()) == {"A", "B"}
