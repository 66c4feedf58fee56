"""What for: people open plates, sensitive incidents and address histories one by one, for a purpose that is on record.

Asked once for each subject and shift. Where neither the role nor a listed purpose opens it there is break glass: it
shows it all the same, raises an alarm, and waits until somebody else has reviewed it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict, dataclass

import orjson

from rtcc.access.purposes import Purpose, Subject
from rtcc.model.break_glass import BreakGlass
from rtcc.store import keys
from rtcc.store.commands import AsyncStore, OpenAsync
from rtcc.store.connection import NoStoreError, StoreAway

#: So long a purpose that was given stays good: a shift.
SHIFT_S = 12 * 3600
_ANSWER_S = 2.0


class ReasonsAway(RuntimeError):  # noqa: N818 - a state of the world, not a mistake
    """Nobody can say now for which purpose somebody may see something: the store does not answer."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What somebody gave as the purpose, and whether they broke the glass."""

    purpose: str
    break_glass: bool


class Reasons:
    """The purposes of one installation. Every method raises ReasonsAway where the store cannot be asked."""

    def __init__(self, connect: OpenAsync) -> None:
        """``connect`` opens a client of the store, which need not run yet."""
        self._connect = connect
        self._store: AsyncStore | None = None

    async def grant(self, name: str, subject: Subject, purpose: Purpose) -> None:
        """Let somebody see a subject until their shift ends. What they say must be on record by now."""
        kept = orjson.dumps(asdict(Granted(purpose.words, purpose.break_glass)))
        async with self._asked() as store:
            await store.set(keys.reason(name, *subject), kept, ex=SHIFT_S)

    async def granted(self, name: str, subjects: Iterable[Subject]) -> dict[Subject, Granted]:
        """Return those of these subjects that somebody may see now, and what for."""
        asked = list(dict.fromkeys(subjects))
        if not asked:
            return {}
        async with self._asked() as store:
            found = await store.mget([keys.reason(name, *subject) for subject in asked])
        return {
            subject: Granted(**orjson.loads(kept))
            for subject, kept in zip(asked, found, strict=True)
            if kept is not None
        }

    async def break_glass(self, used: BreakGlass) -> None:
        """Put a use of break glass before the supervisors; the alarms hear of it within a second."""
        async with self._asked() as store:
            await store.hset(keys.BREAK_GLASS, mapping={str(used.number): orjson.dumps(used.as_fields())})

    async def to_review(self) -> list[BreakGlass]:
        """Return the uses of break glass that nobody has reviewed, the oldest first."""
        async with self._asked() as store:
            kept = await store.hgetall(keys.BREAK_GLASS)
        return sorted((BreakGlass(**orjson.loads(used)) for used in kept.values()), key=lambda used: used.number)

    async def find(self, number: int) -> BreakGlass | None:
        """Return a use that waits for review; None where there is none of this number."""
        async with self._asked() as store:
            kept = await store.hget(keys.BREAK_GLASS, str(number))
        return None if kept is None else BreakGlass(**orjson.loads(kept))

    async def reviewed(self, number: int) -> bool:
        """Take a use from the queue; of two who do, one is told that it was them."""
        async with self._asked() as store:
            return bool(await store.hdel(keys.BREAK_GLASS, str(number)))

    async def close(self) -> None:
        """Let go of the store."""
        store, self._store = self._store, None
        if store is not None:
            with contextlib.suppress(*StoreAway):
                await store.aclose()

    @contextlib.asynccontextmanager
    async def _asked(self) -> AsyncIterator[AsyncStore]:
        try:
            if self._store is None:
                self._store = self._connect()
            async with asyncio.timeout(_ANSWER_S):
                yield self._store
        except (NoStoreError, *StoreAway) as error:
            raise ReasonsAway("Nobody can say now what was asked for: the store does not answer.") from error
