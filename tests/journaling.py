"""A journal in a folder of a test's own, kept by hand: what the process does, step by step and without waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from rtcc.journal.columns import decode
from rtcc.journal.keeper import JournalKeeper
from rtcc.journal.manifest import Manifest
from rtcc.journal.place import Folder
from rtcc.journal.segments import CHANGES, read_table
from rtcc.journal.writer import unnamed
from rtcc.picture.changes import Change, read_changes
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store


def in_the_stream(store: Store) -> list[Change]:
    """Return every change that the stream holds, in its order."""
    return read_changes(store.xrange(keys.CHANGES))


def in_the_journal(root: Path) -> list[Change]:
    """Return every change that the journal holds, in the order of the stream, read without its reader."""
    place = Folder(root)
    state = Manifest(place).refresh()
    found = [change for segment in state.of(CHANGES) for change in decode(read_table(place, segment))]
    return sorted(found, key=lambda change: (change.position, change.place))


def confirmed(store: Store) -> str:
    """Return up to where the store knows of the journal."""
    return (store.hget(keys.JOURNAL, "confirmed") or b"0-0").decode()


def last_id(store: Store) -> str:
    """Return the id of the stream's last entry."""
    last = store.xrevrange(keys.CHANGES, count=1)
    return last[0][0].decode() if last else "0-0"


def is_journaled(store: Store) -> bool:
    """Say whether the journal has all that the stream has."""
    return confirmed(store) == last_id(store)


async def until(true: Callable[[], bool], within_s: float = 20.0) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - neither store nor folder tells
            await asyncio.sleep(0.02)


def keep_until(settings: Settings, true: Callable[[], bool]) -> None:
    """Run the process that keeps the journal, in this one, until something is so."""

    async def scenario() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(JournalKeeper(settings).run(stop))
        try:
            await until(true)
        finally:
            stop.set()
            await running

    asyncio.run(scenario())


def unnamed_files(root: Path) -> list[str]:
    """Return what lies in the journal's folder and nobody can name any more."""
    place = Folder(root)
    return unnamed(place, Manifest(place).refresh())
