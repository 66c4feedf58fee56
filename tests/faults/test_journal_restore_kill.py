"""A restore that is killed while it writes the picture: the next one ends where it would have ended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rtcc.journal.restore import RestoreError, restore
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.store.connection import store_url
from tests.factories import NOON, make_event
from tests.restoring import all_of, write_journal
from tests.running import environment, eventually

UNITS = 10_000


@pytest.mark.drill
def test_a_restore_that_was_killed_ends_the_next_time(store: Store, settings: Settings, tmp_path: Path) -> None:
    """Killed in the middle of its writing it leaves half a picture that says so; run again it leaves all of it."""
    kept = settings.model_copy(update={"journal": str(tmp_path)})
    writer = PictureWriter(store, kept, clock=NOON.timestamp)
    writer.apply([make_event("unit", f"U-{number}") for number in range(UNITS)])
    write_journal(store, kept)
    before = all_of(store)
    for more in (1, UNITS // 2):
        store.flushall()
        process = subprocess.Popen(
            [sys.executable, "-m", "rtcc.cli", "journal", "restore", "--data", str(tmp_path)],
            env=environment(RTCC_REDIS_URL=store_url(settings), RTCC_JOURNAL=str(tmp_path)),
        )
        eventually(lambda more=more: store.scard(keys.PRESENT) >= more, every_s=0.001)
        process.kill()
        process.wait(10)
        assert not store.exists(keys.CHANGES), "it was killed before it was done"
        with pytest.raises(RestoreError, match="some seconds ago"):
            restore(kept, store)
        # What the end of its lease does some seconds later.
        store.unlink(keys.JOURNAL_WRITER)
        assert restore(kept, store).entities == UNITS
        assert all_of(store) == before
