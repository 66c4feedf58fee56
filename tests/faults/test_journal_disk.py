"""The journal on a disk that fills up, for real: nothing leaves the stream, and with room again it catches up."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Folder
from rtcc.store import keys
from tests.faults.journal_center import JournalCenter, Source
from tests.journaling import in_the_journal, is_journaled
from tests.running import eventually


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few hundred kilobytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "rtcc-test", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system can only be mounted by root on Linux")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_loses_nothing_and_is_caught_up_with(tmp_path: Path, disk: Path) -> None:
    """The journal fills its disk in the middle of its work; it says so, the stream grows, and room mends it."""
    with JournalCenter(tmp_path, journal=str(disk), stream_length=1000) as center:
        store = center.connect()
        with Source(center, 6) as source:
            trouble = eventually(lambda: store.hget(keys.JOURNAL, "trouble"), why="it says trouble")
            assert trouble == b"The journal cannot be written: No space left on device."
            source.wait_applied(150)
            assert not is_journaled(store)
            assert store.xlen(keys.CHANGES) >= 150
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        center.wait_journaled()
        journaled = in_the_journal(center.root)
        assert len(journaled) == int(store.hget(keys.COUNTERS, "changes") or 0)
        assert len({(change.position, change.place) for change in journaled}) == len(journaled)
        assert store.hget(keys.JOURNAL, "trouble") == b""
        assert Manifest(Folder(center.root)).refresh().gaps == []
        store.close()
