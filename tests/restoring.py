"""A journal written by hand from a store that is then lost, for tests that restore it."""

from __future__ import annotations

import asyncio
from typing import Any

from rtcc.journal.picture import read_picture
from rtcc.journal.place import open_place
from rtcc.journal.raw import GatheredRaw
from rtcc.journal.restore import Restored, restore
from rtcc.journal.signing import load_signer
from rtcc.journal.writer import Gathered, JournalWriter
from rtcc.picture.changes import read_changes
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Store
from rtcc.store.connection import connect_async


def write_journal(store: Store, settings: Settings, *, picture: bool = False) -> None:
    """Write down what the stream has and the journal has not, all raw bytes, and the whole picture if it is wanted."""
    writer = JournalWriter(open_place(settings.journal_place()), load_signer(settings.data_dir))
    state = writer.begin()
    gathered = Gathered()
    gathered.take([change for change in read_changes(store.xrange(keys.CHANGES)) if change.position > state.position])
    if gathered.rows:
        writer.write(gathered)
    raw = GatheredRaw()
    raw.take(store.xrange(keys.RAW))
    if raw.rows:
        writer.write_raw(raw.table(), raw.first, raw.last)
    if picture:
        asyncio.run(_write_picture(writer, settings))


async def _write_picture(writer: JournalWriter, settings: Settings) -> None:
    following = connect_async(settings)
    whole = await read_picture(following)
    writer.write_picture(whole.tables, whole.since, whole.at)
    await following.aclose()


def lose_and_restore(store: Store, settings: Settings) -> Restored:
    """Lose all that the store holds, and restore it from the journal."""
    store.flushall()
    return restore(settings, store)


def all_of(store: Store) -> dict[str, Any]:
    """Return all that the store keeps of the picture: its entities, who is in it, who leaves it, and who has left."""
    members = store.smembers(keys.PRESENT) | set(store.zrange(keys.TOMBSTONES, 0, -1))
    return {
        "entities": {member: store.hgetall(keys.ENTITY + member.decode()) for member in members},
        "present": store.smembers(keys.PRESENT),
        "leaving": store.zrange(keys.LEAVING, 0, -1, withscores=True),
        "tombstones": set(store.zrange(keys.TOMBSTONES, 0, -1)),
        "last": store.hget(keys.COUNTERS, "last"),
    }
