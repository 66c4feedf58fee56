"""The process that keeps the journal: follows the stream of changes, writes it down, and tells the store up to where.

No consumer group and no Celery task: how far the journal is stands in its own manifest, in the same entry as the
changes, so the store's word about it is only needed by those who trim the stream. One process at a time, by a lock
in the store; should the lock fail, the manifest still lets only one of two writers win.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from rtcc.journal.books import book_due
from rtcc.journal.manifest import DamagedError
from rtcc.journal.merge import merge_due
from rtcc.journal.picture import read_picture
from rtcc.journal.place import PlaceError, open_place
from rtcc.journal.raw_keeper import RawKeeper
from rtcc.journal.retention import retire_due
from rtcc.journal.segments import MOST_ROWS, PICTURE
from rtcc.journal.signing import load_signer
from rtcc.journal.writer import Gathered, JournalWriter, OvertakenError
from rtcc.picture.changes import first_position, reaches_back_to, read_after, seconds_of, total_at
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import AsyncStore, Lock, Store
from rtcc.store.connection import LockLost, NoStoreError, StoreAway, StoreRefused, connect, connect_async

log = logging.getLogger(__name__)

#: Without a word for so long, the journal is free for another process.
LEASE_S = 5.0
_LOOK_S = 1.0
_AGAIN_S = 1.0
_BLOCK_MS = 250
#: When nothing is to be merged it is looked for again after so long; a step is followed by a rest of so many times it.
_TIDY_S = 30.0
_REST = 4.0
#: The stream is read at most so often: nobody waits for the journal, and many changes at once cost less.
_GATHER_S = 0.25


class JournalKeeper:
    """Runs until stopped, through every loss of the store and of the place."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives Unix seconds."""
        self._settings = settings
        self._clock = clock
        self._trouble = ""

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the journal until ``stop`` is set."""
        while not stop.is_set():
            trouble = ""
            try:
                store = connect(self._settings)
                try:
                    lock = store.lock(keys.JOURNAL_WRITER, timeout=LEASE_S, blocking=False, thread_local=False)
                    if lock.acquire():
                        trouble = await self._keep(store, lock, stop)
                finally:
                    store.close()
            except (NoStoreError, LockLost, StoreRefused, *StoreAway) as error:
                trouble = f"The journal does not reach the store: {type(error).__name__}."
            if trouble and trouble != self._trouble:
                log.warning("%s", trouble)
            self._trouble = trouble
            if not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _AGAIN_S)

    async def _keep(self, store: Store, lock: Lock, stop: asyncio.Event) -> str:
        """Keep the journal until something fails; return what, in a sentence, or nothing when told to stop."""
        following = connect_async(self._settings)
        try:
            try:
                await _Keeping(self._settings, store, following, lock, self._clock).run(stop)
            except (PlaceError, DamagedError, OvertakenError) as error:
                # Everything since the last entry is still in the stream: begin anew from what the manifest says.
                store.hset(keys.JOURNAL, mapping={"trouble": str(error), "alive_at": self._clock()})
                return str(error)
            return ""
        finally:
            with contextlib.suppress(LockLost, *StoreAway):
                lock.release()
            with contextlib.suppress(*StoreAway):
                await following.aclose()


class _Keeping:
    """One run from the manifest's word on."""

    def __init__(
        self, settings: Settings, store: Store, following: AsyncStore, lock: Lock, clock: Callable[[], float]
    ) -> None:
        self._settings, self._store, self._following, self._lock = settings, store, following, lock
        self._clock = clock
        self._writer = JournalWriter(open_place(settings.journal_place()), load_signer(settings.data_dir))
        self._gathered = Gathered()
        self._position = 0
        self._looked_at = self._picture_at = self._tidy_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        state = self._writer.begin()
        self._position = state.position
        pictures = state.of(PICTURE)
        self._picture_at = seconds_of(pictures[-1].ends) if pictures else 0.0
        await self._follow_on()
        raw = RawKeeper(self._writer, self._store, self._following)
        written_at = self._clock()
        while not stop.is_set():
            await self._gather()
            await raw.gather()
            now = self._clock()
            full = self._gathered.rows >= MOST_ROWS or raw.is_full
            if full or _is_due(now, written_at, self._settings.journal_segment_s):
                await self._write()
                raw.write()
                written_at = now
            if _is_due(now, self._looked_at, _LOOK_S):
                self._looked_at = now
                await self._look(now)
            if time.monotonic() >= self._tidy_at and not full:
                self._tidy(now)
        await self._write()
        raw.write()

    async def _follow_on(self, **says: str) -> None:
        """Go on where the journal ends; where the store does not, say so, and begin with what there is."""
        if not await self._is_continued():
            first = await first_position(self._following)
            if first is None:
                # A store with nothing in it was lost, and may be restored yet: then there is no gap.
                return
            log.warning("The store does not go on where the journal ends; the journal has a gap.")
            # What came since may be in the journal already; only what is left before that is missing.
            self._writer.note_gap(first - 1)
            self._position = self._writer.state.position
            self._picture_at = 0.0
        self._confirm(await total_at(self._following, self._writer.state.position), says)

    async def _is_continued(self) -> bool:
        """Say whether the store goes on where the journal ends, and is not another one that was begun anew."""
        is_another = self._position > 0 and self._store.hget(keys.JOURNAL, "confirmed") is None
        return not is_another and await reaches_back_to(self._following, self._position)

    async def _gather(self) -> None:
        """Read what the stream has, up to a full segment."""
        block_ms: int | None = _BLOCK_MS
        while self._gathered.rows < MOST_ROWS:
            read = await read_after(self._following, self._position, block_ms)
            self._gathered.take(read.changes)
            self._position = read.position
            if read.whole:
                break
            block_ms = None
        if read.changes:
            await asyncio.sleep(_GATHER_S)

    async def _write(self) -> None:
        if self._gathered.rows:
            self._writer.write(self._gathered)
            self._gathered = Gathered()
            await self._follow_on(trouble="")

    def _confirm(self, total: int, says: dict[str, str]) -> None:
        """Let the store know up to where the journal is; before this nothing later may be trimmed.

        Trouble is over when something was written, not when the next try begins.
        """
        state = self._writer.state
        confirmed: dict[str, str | float] = {"confirmed": state.upto, "confirmed_at": seconds_of(state.position)}
        self._store.hset(keys.JOURNAL, mapping={**confirmed, "total": total, **says})

    async def _look(self, now: float) -> None:
        """Do what is due beside writing: say that we live, keep the lock, look whether the store is still the same."""
        self._lock.reacquire()
        self._store.hset(keys.JOURNAL, mapping={"alive_at": now})
        if not await self._is_continued():
            await self._write()
            await self._follow_on()
        if _is_due(now, self._picture_at, self._settings.journal_picture_s):
            self._picture_at = now
            picture = await read_picture(self._following)
            self._writer.write_picture(picture.tables, picture.since, picture.at)

    def _tidy(self, now: float) -> None:
        """Merge, let go of, sum up: one step of what is due. The next one waits, so that no core is all its own."""
        began = time.monotonic()
        writer = self._writer
        did = merge_due(writer, now) or retire_due(writer, self._settings, now) or book_due(writer)
        ended = time.monotonic()
        self._tidy_at = ended + (_REST * (ended - began) if did else _TIDY_S)


def _is_due(now: float, last: float, every_s: float) -> bool:
    """Say whether it is time again; also where the clock was set back."""
    return not 0 <= now - last < every_s
