"""A store and a journal as real processes that may be killed, and a source that goes on through it all."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from rtcc.model.event import Event
from rtcc.picture.writer import PictureWriter
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.store.connection import NoStoreError, StoreAway, connect
from rtcc.store.embedded import EmbeddedStore
from tests.factories import make_event
from tests.journaling import is_journaled
from tests.running import environment, eventually

_STATUSES = ("pending", "dispatched", "enroute", "on_scene", "closed")
_PACE_S = 0.005
_DRIVES = ("available", "enroute", "busy")


class JournalCenter:
    """Starts both in a folder; each can be killed and started again."""

    def __init__(self, folder: Path, **over: object) -> None:
        """``over`` are settings."""
        self.settings = Settings(data_dir=folder, journal_segment_s=0.05, **over)  # type: ignore[arg-type]
        self._store = EmbeddedStore(self.settings, subprocess.Popen)
        self._server: subprocess.Popen[bytes] | None = None
        self.journals: list[subprocess.Popen[bytes]] = []
        self._log = (folder / "journal.log").open("ab")

    def __enter__(self) -> Self:
        self.start_store()
        self.start_journal()
        return self

    def __exit__(self, *failure: object) -> None:
        for process in [*self.journals, self._server]:
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait(10)
        self._store.close()
        self._log.close()

    @property
    def root(self) -> Path:
        """The journal's folder."""
        return Path(self.settings.journal_place())

    def start_store(self) -> None:
        """Start the store, with what it held before."""
        self._server = self._store.start()

    def start_journal(self) -> subprocess.Popen[bytes]:
        """Start one more process that keeps the journal."""
        said = {
            f"RTCC_{name.upper()}": str(value)
            for name, value in self.settings.model_dump(exclude_defaults=True).items()
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "workers.journal"], env=environment(**said), stdout=self._log, stderr=self._log
        )
        self.journals.append(process)
        return process

    def kill_store(self) -> None:
        """Kill the store without a word."""
        assert self._server is not None
        self._server.kill()
        self._server.wait(10)

    def kill_journal(self) -> None:
        """Kill the last process that was started for the journal, without a word."""
        self.journals[-1].kill()
        self.journals.pop().wait(10)

    def end_lease(self) -> None:
        """Do what the end of a dead journal's lease does some seconds later."""
        store = self.connect()
        store.unlink(keys.JOURNAL_WRITER)
        store.close()

    def says(self, words: str) -> bool:
        """Say whether a process that keeps the journal has logged these words."""
        return words in Path(self._log.name).read_text()

    def wait_for_a_file(self) -> None:
        """Return in the middle of the journal's writing: as soon as it has one more file than now, whole or not."""
        before = self._files()
        eventually(lambda: self._files() - before, every_s=0.0005, why="the journal writes a file")

    def _files(self) -> set[str]:
        return {name for _, _, names in os.walk(self.root) for name in names}

    def connect(self) -> Store:
        """Return a client of the store."""
        return connect(self.settings)

    def wait_journaled(self, within_s: float = 60.0) -> None:
        """Wait until the journal has everything."""
        store = self.connect()
        eventually(lambda: is_journaled(store), within_s, why=f"journaled; see {self._log.name}")
        store.close()


class Source:
    """Applies batches of conflicting events from a thread, each again until the store has said that it has it."""

    def __init__(self, center: JournalCenter, seed: int) -> None:
        """``seed`` decides what it says."""
        self._center = center
        self._chance = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.applied = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def wait_applied(self, more: int) -> None:
        """Wait until so many more batches have been applied."""
        wanted = self.applied + more
        eventually(lambda: self.applied >= wanted, every_s=0.001, why=f"{more} more batches applied")

    def _run(self) -> None:
        writer: PictureWriter | None = None
        while not self._stop.is_set():
            batch = [self._event() for _ in range(self._chance.randint(1, 20))]
            while True:
                try:
                    writer = writer or PictureWriter(self._center.connect(), self._center.settings)
                    writer.apply(batch)
                    break
                except (NoStoreError, *StoreAway):
                    writer = None
                    if self._stop.wait(0.02):
                        return
            self.applied += 1
            # A busy city's pace: as fast as it could it would fill store and disk with millions of changes.
            self._stop.wait(_PACE_S)

    def _event(self) -> Event:
        chance, now = self._chance, datetime.now(UTC)
        agency = chance.choice(("SFPD", "SFPD", "OPD"))
        at = {"agency": agency, "occurred_at": now, "received_at": now}
        if chance.random() < 0.7:
            data = {"lat": round(chance.uniform(37.7, 37.8), 6), "lon": -122.4, "status": chance.choice(_DRIVES)}
            return make_event("unit", f"U{chance.randrange(20)}", data=data, **at)
        if chance.random() < 0.1:
            return make_event("incident", f"I-{chance.randrange(30)}", data=None, **at)
        data = {"status": chance.choice(_STATUSES), "priority": chance.randint(1, 5), "address": "24th St"}
        return make_event("incident", f"I-{chance.randrange(30)}", data=data, **at)


def stopped(process: subprocess.Popen[bytes]) -> None:
    """Stop a process where it stands, and wait until it does."""
    os.kill(process.pid, signal.SIGSTOP)
    eventually(lambda: Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
