"""The journal through deaths: whatever is killed whenever, it ends up with each change once, as the stream had it."""

from __future__ import annotations

import random
import signal
from pathlib import Path

import pytest

from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Folder
from rtcc.journal.verify import verify
from rtcc.store import keys
from rtcc.store.commands import Store
from tests.faults.journal_center import JournalCenter, Source, stopped
from tests.journaling import confirmed, in_the_journal, in_the_stream, unnamed_files
from tests.running import eventually

#: Long enough that the stream still holds all that a test has said, to compare.
ALL = 1_000_000


def hold_against_the_stream(center: JournalCenter) -> None:
    """The journal has all that the stream had, once, in its words; it is whole, and says that nothing was lost."""
    center.wait_journaled()
    store = center.connect()
    journaled, streamed = in_the_journal(center.root), in_the_stream(store)
    store.close()
    assert len(journaled) == len(streamed)
    assert journaled == streamed
    assert verify(Folder(center.root)) == []
    assert Manifest(Folder(center.root)).refresh().gaps == []


def kill_often(center: JournalCenter, seed: int, times: int) -> None:
    """Kill the journal, the store or both at moments that chance chooses, and start them again."""
    chance = random.Random(seed)
    with Source(center, seed) as source:
        for _ in range(times):
            # In the middle of its writing, or at any other moment.
            center.wait_for_a_file()
            source.wait_applied(chance.choice((0, 0, chance.randint(1, 60))))
            journal, store = chance.choice(((True, False), (False, True), (True, True)))
            if journal:
                center.kill_journal()
            if store:
                center.kill_store()
                center.start_store()
            center.end_lease()
            if journal:
                center.start_journal()


def wait_confirmed_more(store: Store) -> None:
    """Wait until more is in the journal than now."""
    before = confirmed(store)
    eventually(lambda: confirmed(store) != before, why="somebody writes")


def test_killed_at_random_moments_it_has_everything_once(tmp_path: Path) -> None:
    """Writer, store or both, three times."""
    with JournalCenter(tmp_path, stream_length=ALL) as center:
        kill_often(center, 1, 3)
        hold_against_the_stream(center)


@pytest.mark.drill
def test_killed_at_a_hundred_random_moments(tmp_path: Path) -> None:
    """The same a hundred times."""
    with JournalCenter(tmp_path, stream_length=ALL) as center:
        kill_often(center, 2, 100)
        hold_against_the_stream(center)


@pytest.mark.drill
def test_killed_a_hundred_times_behind_a_short_stream(tmp_path: Path) -> None:
    """A stream that is trimmed all the time: not one change leaves it unwritten."""
    with JournalCenter(tmp_path, stream_length=1000) as center:
        kill_often(center, 3, 100)
        center.wait_journaled()
        journaled = in_the_journal(center.root)
        store = center.connect()
        assert len({(change.position, change.place) for change in journaled}) == len(journaled)
        assert len(journaled) == int(store.hget(keys.COUNTERS, "changes") or 0)
        assert store.xlen(keys.CHANGES) < 1000
        store.close()


def test_two_writers_by_mistake_write_nothing_twice(tmp_path: Path) -> None:
    """One is held up beyond its lease while another takes over; when it goes on it finds itself overtaken."""
    with JournalCenter(tmp_path, stream_length=ALL) as center, Source(center, 4) as source:
        center.wait_for_a_file()
        store = center.connect()
        source.wait_applied(40)
        held_up = center.journals[-1]
        stopped(held_up)
        center.end_lease()
        center.start_journal()
        wait_confirmed_more(store)
        held_up.send_signal(signal.SIGCONT)
        source.wait_applied(40)
        held_up.kill()
        held_up.wait(10)
        center.end_lease()
        store.close()
    # Nobody writes any more; start once again and let it catch up.
    with JournalCenter(tmp_path, stream_length=ALL) as center:
        hold_against_the_stream(center)


def test_two_processes_with_no_lock_at_all_write_nothing_twice(tmp_path: Path) -> None:
    """With the lock taken away from under both, again and again, the manifest alone decides."""
    with JournalCenter(tmp_path, stream_length=ALL) as center:
        center.start_journal()
        with Source(center, 5):
            eventually(lambda: center.end_lease() or center.says("Another process writes to this journal."))
        hold_against_the_stream(center)
        eventually(lambda: not unnamed_files(center.root), why="waste is cleared away")
