"""Keeps the bytes that were received: from their stream in the store into segments, then out of the store."""

from __future__ import annotations

from rtcc.journal.raw import MOST_BYTES, GatheredRaw
from rtcc.journal.writer import JournalWriter
from rtcc.picture.changes import cursor_of
from rtcc.store import keys
from rtcc.store.commands import AsyncStore, Store

#: An entry may hold some megabytes.
_ENTRIES_AT_ONCE = 16


class RawKeeper:
    """Moves raw bytes on. What is in the journal leaves the store at once: nobody else reads it there."""

    def __init__(self, writer: JournalWriter, store: Store, following: AsyncStore) -> None:
        """Write with this writer, which has begun."""
        self._writer, self._store, self._following = writer, store, following
        self._gathered = GatheredRaw()
        self._at = writer.state.raw_upto
        self._let_go()

    @property
    def is_full(self) -> bool:
        """Say whether as much is gathered as a segment should hold."""
        return self._gathered.bytes >= MOST_BYTES

    async def gather(self) -> None:
        """Read what has come, up to a full segment."""
        while not self.is_full:
            answer = await self._following.xread({keys.RAW: self._at}, count=_ENTRIES_AT_ONCE, block=None)
            if not answer:
                return
            entries = answer[0][1]
            self._gathered.take(entries)
            self._at = entries[-1][0].decode()

    def write(self) -> None:
        """Write what is gathered. Raises what the writer raises; then it is still in the store."""
        if self._gathered.rows:
            self._writer.write_raw(self._gathered.table(), self._gathered.first, self._gathered.last)
            self._gathered = GatheredRaw()
            self._let_go()

    def _let_go(self) -> None:
        self._store.hset(keys.JOURNAL, mapping={"raw": self._writer.state.raw_upto})
        after = self._writer.state.raw_position + 1
        self._store.xtrim(keys.RAW, minid=cursor_of(after), approximate=False)
