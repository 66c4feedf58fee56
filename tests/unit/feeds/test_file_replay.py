from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.catalogue import find_mapping
from rtcc.feeds.formats.rows import Moment
from rtcc.feeds.transports.clock import SystemClock
from rtcc.feeds.transports.file_replay import BATCH, WINDOW, Shift, replay
from rtcc.feeds.transports.recording import Recording, load_recording
from rtcc.model.checks import parse_instant

SF = find_mapping("sf_calls_realtime")
START = datetime(2026, 1, 16, 18, tzinfo=UTC)


def moment(minute, id_="1", **fields):
    """A moment some minutes into the recording; without fields, the entry of a call."""
    at = START + timedelta(minutes=minute)
    return Moment(at, "SFPD", id_, fields or {"status": "pending", "entered_at": at})


def recording(*moments):
    """A recording of these moments."""
    return Recording(SF, len(moments), tuple(sorted(moments, key=lambda m: m.at)), ())


class Kept:
    """Keeps what is sent, and when; fails as often as it is told to."""

    def __init__(self, clock, failures=0):
        self.clock = clock
        self.failures = failures
        self.batches = []

    def __call__(self, events):
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the store is away")
        self.batches.append((self.clock.now(), list(events)))

    @property
    def events(self):
        return [event for _, batch in self.batches for event in batch]


def test_every_event_goes_out_when_it_is_due(clock):
    """An hour of the recording takes a minute at sixty times its speed, and nothing comes early."""
    kept = Kept(clock)
    begun = clock.now()
    replay(recording(moment(0, "1"), moment(30, "2"), moment(60, "3")), kept, clock=clock, speed=60, begin=0.0)
    assert [event.occurred_at - begun for event in kept.events] == [timedelta(seconds=s) for s in (0, 30, 60)]
    for sent_at, batch in kept.batches:
        assert all(timedelta(0) <= sent_at - event.occurred_at <= WINDOW for event in batch)


def test_instants_within_an_event_move_with_it(clock):
    """A time that the event tells keeps its distance, in the replay's own pace."""
    kept = Kept(clock)
    dispatched = moment(20, status="dispatched", dispatched_at=START + timedelta(minutes=20))
    replay(recording(moment(0), dispatched), kept, clock=clock, speed=10, begin=0.0)
    first, second = (event.data for event in kept.events)
    entered_at, dispatched_at = parse_instant(first["entered_at"]), parse_instant(second["dispatched_at"])
    assert dispatched_at - entered_at == timedelta(minutes=2)
    assert dispatched_at == kept.events[1].occurred_at


def test_what_was_before_the_beginning_is_sent_at_once_as_the_past(clock):
    """A wall starts populated: the backlog's times lie in the past by the same map."""
    kept = Kept(clock)
    begun = clock.now()
    moments = [moment(minute, str(minute)) for minute in (0, 10, 20, 30)]
    replay(recording(*moments), kept, clock=clock, speed=10, begin=datetime.fromisoformat("2026-01-16T10:20:00"))
    assert kept.batches[0][0] == begun
    assert [(event.occurred_at - begun) / timedelta(minutes=1) for event in kept.events] == [-2, -1, 0, 1]
    assert [len(batch) for _, batch in kept.batches] == [3, 1]


def test_the_beginning_may_be_a_share_of_the_moments(clock):
    """A straggler from weeks ago does not hold up the rest: shares count moments, not time."""
    kept = Kept(clock)
    moments = [moment(-50_000, "old"), *(moment(minute, str(minute)) for minute in range(9))]
    replay(recording(*moments), kept, clock=clock, begin=0.1)
    assert kept.events[0].id == "old"
    assert clock.now() - datetime(2026, 3, 1, 12, tzinfo=UTC) < timedelta(minutes=9)


def test_a_start_in_the_future_is_waited_for(clock):
    """`start_at` is the present of the recording's beginning."""
    kept = Kept(clock)
    start_at = clock.now() + timedelta(minutes=5)
    replay(recording(moment(0)), kept, clock=clock, begin=0.0, start_at=start_at)
    assert kept.events[0].occurred_at == start_at
    assert kept.batches[0][0] >= start_at


def test_no_batch_is_larger_than_the_ingest_path_takes(clock):
    """A long backlog goes out in several batches, in order and whole."""
    kept = Kept(clock)
    replay(recording(*(moment(0, str(n)) for n in range(1203))), kept, clock=clock)
    assert [len(batch) for _, batch in kept.batches] == [BATCH, BATCH, 203]
    assert [event.id for event in kept.events] == [str(n) for n in range(1203)]
    assert [event.sequence for event in kept.events] == list(range(1203))


def test_nothing_is_skipped_while_the_store_is_away(clock):
    """A batch that cannot be sent is sent again, more and more patiently, and progress says why it waits."""
    kept, told = Kept(clock, failures=6), []
    replay(recording(moment(0, "1"), moment(0.05, "2")), kept, clock=clock, begin=0.0, report=told.append)
    assert [event.id for event in kept.events] == ["1", "2"]
    assert clock.waits[:6] == [0.25, 0.5, 1, 2, 4, 5]
    assert {each.trouble for each in told} == {"the store is away", None}
    assert max(each.behind_s for each in told) > 5
    assert (told[-1].sent, told[-1].total, told[-1].behind_s) == (2, 2, 0)


def test_an_error_that_is_not_the_store_is_not_waited_out(clock):
    """With `unavailable` named, anything else ends the replay and is seen."""
    kept = Kept(clock, failures=1)
    with pytest.raises(ConnectionError):
        replay(recording(moment(0)), kept, clock=clock, unavailable=TimeoutError)


def test_a_replay_stops_when_it_is_told_to(clock):
    """A stop ends the waiting, for the next event and for the store alike."""
    clock.stop_at = clock.now() + timedelta(seconds=3)
    kept = Kept(clock)
    replay(recording(moment(0, "1"), moment(60, "2")), kept, clock=clock, begin=0.0)
    assert [event.id for event in kept.events] == ["1"]
    away = Kept(clock, failures=1000)
    replay(recording(moment(0)), away, clock=clock)
    assert away.events == []


def test_the_machines_clock_stops_at_once():
    """The real clock's wait ends when its event is set, however long it was to be."""
    stop = threading.Event()
    clock = SystemClock(stop)
    assert clock.wait(0) is False
    stop.set()
    assert clock.wait(3600) is True
    assert clock.now().tzinfo is UTC


def test_a_loop_begins_again_under_new_names(clock):
    """The second round is other calls; what the first left open is withdrawn, so that it does not stand beside them."""
    kept = Kept(clock)
    closed = moment(1, "1", status="closed", cleared_at=START + timedelta(minutes=1))
    clock.stop_at = clock.now() + timedelta(seconds=150)
    replay(recording(moment(0, "1"), closed, moment(1, "2")), kept, clock=clock, begin=0.0, loop=True)
    assert [event.id for event in kept.events[:7]] == ["1", "1", "2", "2", "1-2", "1-2", "2-2"]
    assert [event.id for event in kept.events if event.data is None][:2] == ["2", "2-2"]
    assert [a.occurred_at <= b.occurred_at for a, b in pairwise(kept.events)].count(False) == 0


def test_the_first_event_of_a_call_clears_what_only_its_end_can_say(clock):
    """A replay that is started again finds the same calls closed from its last run, and opens them anew."""
    kept = Kept(clock)
    replay(recording(moment(0), moment(1, status="closed", cleared_at=START)), kept, clock=clock, begin=0.0)
    first, last = (event.data for event in kept.events)
    assert {name for name, value in first.items() if value is None} == {
        "dispatched_at", "enroute_at", "on_scene_at", "cleared_at", "disposition",
    }  # fmt: skip
    assert None not in last.values()


@pytest.mark.parametrize("speed", [0, -1, 0.05, 1e7, float("nan"), float("inf")])
def test_a_speed_that_cannot_be_is_refused(clock, speed):
    """The map of time must keep every instant apart and in range."""
    with pytest.raises(ValueError, match="speed must be"):
        replay(recording(moment(0)), Kept(clock), clock=clock, speed=speed)


@pytest.mark.parametrize("begin", [-0.1, 1.1])
def test_a_beginning_outside_the_recording_is_refused(clock, begin):
    """A share is from none to all."""
    with pytest.raises(ValueError, match="beginning must be"):
        replay(recording(moment(0)), Kept(clock), clock=clock, begin=begin)


def test_an_empty_recording_ends_at_once(clock):
    """Nothing to say, nothing sent, even in a loop."""
    kept = Kept(clock)
    replay(recording(), kept, clock=clock, loop=True)
    assert kept.events == []


@given(
    st.lists(st.integers(0, 10_000_000), min_size=2, max_size=20, unique=True),
    st.floats(0.1, 1_000_000),
)
def test_the_map_of_time_keeps_order_and_seconds_apart(seconds, speed):
    """Two different seconds of the recording stay two different instants, in order, at every speed."""
    shift = Shift(START, datetime(2026, 3, 1, tzinfo=UTC), speed)
    moved = [shift(START + timedelta(seconds=second)) for second in sorted(seconds)]
    assert all(a < b for a, b in pairwise(moved))


def test_the_real_export_replays_whole_and_never_ahead_of_the_clock(shared_data, clock):
    """Every moment of 48 real hours goes out once, in order, none of its instants later than its sending."""
    real = load_recording(shared_data / "sf_calls_realtime" / "calls.csv")
    kept, told = Kept(clock), []
    replay(real, kept, clock=clock, speed=3600, report=told.append)
    assert len(kept.events) == len(real.moments) == told[-1].sent
    for sent_at, batch in kept.batches:
        for event in batch:
            assert event.occurred_at <= sent_at
            assert event.received_at == sent_at
            assert all(parse_instant(v) <= event.occurred_at for k, v in event.data.items() if k.endswith("_at") and v)
    assert max(each.behind_s for each in told[2:]) < 0.1
