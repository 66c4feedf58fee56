"""The process that shows the picture to TAK clients: `python -m workers.cot_out` starts here.

It follows the stream of changes as a web process does, sees what its audience may see, and keeps nothing: when it is
started anew its clients come back and are told all that is current.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from datetime import UTC, datetime
from typing import Any, cast

from rtcc.access.visibility import AUDIENCES, MARK_NAMES, Audience
from rtcc.feeds.declared import load_table
from rtcc.feeds.out.cot_peers import CotPeers
from rtcc.feeds.out.cot_table import NAME, CotOut
from rtcc.feeds.out.cot_view import KINDS, CotView
from rtcc.feeds.payload import FeedTableError
from rtcc.garbage import look_for_rings_seldom
from rtcc.model.checks import parse_instant
from rtcc.picture.changes import changes_after, last_position, reaches_back_to
from rtcc.picture.replica import Entity, Replica
from rtcc.picture.snapshot import load
from rtcc.settings import Settings, load_settings
from rtcc.store.commands import AsyncStore
from rtcc.store.connection import NoStoreError, StoreAway, StoreRefused, connect_async
from rtcc.web.frames import visible

log = logging.getLogger(__name__)

#: Changes are gathered for so long: a moving unit is told four times a second at most.
_GATHER_S = 0.25
_BLOCK_MS = 500
_AGAIN_S = 0.5


class CotOutFeed:
    """Follows the picture until told to stop, through every loss of the store, and tells the peers."""

    def __init__(self, settings: Settings, table: CotOut) -> None:
        """``table`` is what feeds.toml says of it."""
        self._settings = settings
        self._audience = cast("Audience", table.audience)
        self._leave_out = table.leave_out
        self._view = CotView()
        self._replica = Replica()
        #: Units whose last fix came from one of the sources that are left out.
        self._theirs: set[str] = set()
        self.peers = CotPeers(self._view.current)

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until ``stop`` is set."""
        away = False
        while not stop.is_set():
            store: AsyncStore | None = None
            try:
                store = connect_async(self._settings)
                if not (self._replica.position and await reaches_back_to(store, self._replica.position)):
                    await self._load(store)
                away = False
                await self._follow(store, stop)
            except (NoStoreError, StoreRefused, *StoreAway) as error:
                if not away:
                    log.warning("The store does not answer: %s.", type(error).__name__)
                away = True
                await asyncio.sleep(_AGAIN_S)
            finally:
                if store is not None:
                    with contextlib.suppress(*StoreAway):
                        await store.aclose()

    async def _load(self, store: AsyncStore) -> None:
        position = await last_position(store)
        stored = [entity async for entity in load(store) if entity.kind in KINDS]
        self._replica = Replica.of(stored, position, MARK_NAMES)
        self._theirs = {e.id for e in stored if e.kind == "unit" and e.sources.get("fix_at") in self._leave_out}
        now = datetime.now(UTC)
        told = self._view.forget(self._replica.entities, now)
        for entity in self._replica.entities.values():
            told += self._told(entity, now)
        self.peers.tell(told)

    async def _follow(self, store: AsyncStore, stop: asyncio.Event) -> None:
        # Asked and not cancelled: a client of the store may lose a cancellation on its way (see rtcc/web/hub.py).
        while not stop.is_set() and await reaches_back_to(store, self._replica.position):
            changes = await changes_after(store, self._replica.position, _BLOCK_MS)
            changed: dict[tuple[str, str], None] = {}
            for change in changes:
                if change.kind not in KINDS:
                    self._replica.position = max(self._replica.position, change.position)
                    continue
                if change.kind == "unit" and change.fields and "fix_at" in change.fields:
                    (self._theirs.add if change.source in self._leave_out else self._theirs.discard)(change.id)
                self._replica.apply(change)
                changed[change.kind, change.id] = None
            now = datetime.now(UTC)
            told: list[bytes] = []
            for kind, id_ in changed:
                entity = self._replica.entities.get((kind, id_))
                told += self._view.change(kind, id_, None, now, now) if entity is None else self._told(entity, now)
            self.peers.tell(told + self._view.renew(now))
            if changes:
                await asyncio.sleep(_GATHER_S)

    def _told(self, entity: Entity, now: datetime) -> list[bytes]:
        fields: dict[str, Any] | None = visible(entity, self._audience)
        if entity.kind == "unit" and entity.id in self._theirs:
            fields = None
        changed_at = parse_instant(entity.occurred_at) or now
        return self._view.change(entity.kind, entity.id, fields, changed_at, now)


async def serve(settings: Settings, table: CotOut) -> None:
    """Serve until SIGTERM. Raises OSError where the address cannot be had."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    feed = CotOutFeed(settings, table)
    await feed.peers.open(table.host, table.port, table.context())
    print(f"TAK clients are served at {table.host}:{feed.peers.port}.", flush=True)  # noqa: T201 - for who started it
    try:
        # It ends by itself only by a failure that nobody foresaw: whoever watches us then starts us anew.
        await feed.run(stop)
    finally:
        await feed.peers.close()


def main() -> None:
    """Begin; a table that cannot be used ends it with a sentence, and so does an address that cannot be had."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = load_settings()
    try:
        table = load_table(settings.feeds_path(), NAME)
        if table is None:
            return
        look_for_rings_seldom()
        asyncio.run(serve(settings, CotOut.from_table(table, AUDIENCES, settings.feeds_path().parent)))
    except (FeedTableError, OSError) as error:
        print(f"rtcc: {error}", file=sys.stderr)  # noqa: T201 - it speaks to who starts it
        sys.exit(2)


if __name__ == "__main__":
    main()
