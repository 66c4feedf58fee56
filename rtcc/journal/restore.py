"""The way back from the journal into an empty store: the picture as it was at the last change that the journal has.

What it cannot know: that a field was written again without change after the newest whole picture, and withdrawals of
what was not in the picture. Both only matter to events that arrive later than they should, and whoever sends again
what it has sent makes up for them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from rtcc.journal.departures import Departure, departures
from rtcc.journal.place import open_place
from rtcc.journal.reader import Journal
from rtcc.picture.changes import SHIFT, seconds_of
from rtcc.picture.rebuild import NotEmptyError, Rebuild, Tombstone
from rtcc.picture.snapshot import StoredEntity
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.commands import Lock, Store
from rtcc.store.connection import LockLost, StoreAway

_T = TypeVar("_T")
_LEASE_S = 10.0
#: The lock is kept by a word this often, counted in entities.
_RENEWED_EACH = 500


class RestoreError(RuntimeError):
    """The journal cannot be restored into this store; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: how many entities are in the picture, how many have left and are remembered, as of where.

    ``gap`` is what the journal lacks of that picture (from, to as positions), None where it is whole.
    """

    entities: int
    departed: int
    upto: int
    gap: tuple[int, int] | None


def restore(settings: Settings, store: Store) -> Restored:
    """Rebuild the picture in an empty store. Raises RestoreError, DamagedError, PlaceError, a StoreAway error.

    Nobody else may write to the store or the journal meanwhile. Killed anywhere, it can be run again.
    """
    if not settings.keeps_journal():
        raise RestoreError("No journal is kept by this installation: the setting journal is off.")
    journal = Journal(open_place(settings.journal_place()))
    upto = journal.refresh().position
    if not upto:
        raise RestoreError(f"The journal at {journal.place.address} holds no change; there is nothing to restore.")
    rebuild = Rebuild(store, settings, upto)
    try:
        rebuild.require_empty()
        present, left = _read(journal, upto, settings.tombstone_kept_s)
        with _as_keeper(store) as lock:
            if journal.refresh().position != upto:
                raise RestoreError("The journal goes on meanwhile: end RTCC first, then run this again.")
            rebuild.begin()
            entities = rebuild.put(_holding(lock, present))
            departed = rebuild.bury(_holding(lock, left))
            lock.reacquire()
            rebuild.finish(journal.state.raw_upto)
    except NotEmptyError as error:
        raise RestoreError(str(error)) from error
    return Restored(entities, departed, upto, journal.gap_at(upto))


@contextlib.contextmanager
def _as_keeper(store: Store) -> Iterator[Lock]:
    """Be for a block the one process that keeps the journal, so that no other says that the store was lost."""
    lock = store.lock(keys.JOURNAL_WRITER, timeout=_LEASE_S, blocking=False, thread_local=False)
    if not lock.acquire():
        raise RestoreError(
            "A process keeps the journal of this store, or did some seconds ago: end RTCC first, then run this again."
        )
    try:
        yield lock
    except LockLost as error:
        raise RestoreError("Another process began to keep the journal meanwhile: end RTCC first.") from error
    finally:
        with contextlib.suppress(LockLost, *StoreAway):
            lock.release()


def _read(journal: Journal, upto: int, kept_s: int) -> tuple[list[StoredEntity], list[Tombstone]]:
    """Return who is in the picture at a position, and who has left it and is not forgotten by then."""
    since = max(0, int((seconds_of(upto) - kept_s) * 1000)) << SHIFT
    left = journal.ask(lambda: dict(departures(journal.place, journal.state, since, upto)))
    present = list(_since_they_came_back(journal.picture_at(upto), left))
    return present, [Tombstone(*key, one.agency, one.top, one.gone, one.position) for key, one in left.items()]


def _since_they_came_back(
    present: Iterable[StoredEntity], left: dict[tuple[str, str], Departure]
) -> Iterator[StoredEntity]:
    """Yield who is in the picture, with until when each did not exist; who is in it is no tombstone."""
    for entity in present:
        departure = left.pop((entity.kind, entity.id), None)
        gone = departure.gone if departure else ""
        yield replace(entity, gone=max(entity.gone, gone))


def _holding(lock: Lock, things: Iterable[_T]) -> Iterator[_T]:
    for number, thing in enumerate(things):
        if number % _RENEWED_EACH == 0:
            lock.reacquire()
        yield thing
