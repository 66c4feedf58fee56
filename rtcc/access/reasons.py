"""What for: people open plates, sensitive incidents and address histories one by one, for a purpose that is on record.

Asked once for each subject and shift. Where neither the role nor a listed purpose opens it there is break glass: it
shows it all the same, raises an alarm, and waits until somebody else has reviewed it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import orjson

from rtcc.access.asked_store import AskedStore
from rtcc.access.purposes import Purpose, Subject
from rtcc.model.break_glass import BreakGlass
from rtcc.store import keys
from rtcc.store.commands import OpenAsync

#: So long a purpose that was given stays good: a shift.
SHIFT_S = 12 * 3600


@dataclass(frozen=True, slots=True)
class Granted:
    """What somebody gave as the purpose, and whether they broke the glass."""

    purpose: str
    break_glass: bool


class Reasons:
    """The purposes of one installation. Every method raises AccessAway where the store cannot be asked."""

    def __init__(self, connect: OpenAsync) -> None:
        """``connect`` opens a client of the store, which need not run yet."""
        self._store = AskedStore(connect, "Nobody can say now what was asked for: the store does not answer.")

    async def grant(self, name: str, subject: Subject, purpose: Purpose) -> None:
        """Let somebody see a subject until their shift ends. What they say must be on record by now."""
        kept = orjson.dumps(asdict(Granted(purpose.words, purpose.break_glass)))
        async with self._store.asked() as store:
            await store.set(keys.reason(name, *subject), kept, ex=SHIFT_S)

    async def granted(self, name: str, subjects: Iterable[Subject]) -> dict[Subject, Granted]:
        """Return those of these subjects that somebody may see now, and what for."""
        asked = list(dict.fromkeys(subjects))
        if not asked:
            return {}
        async with self._store.asked() as store:
            found = await store.mget([keys.reason(name, *subject) for subject in asked])
        return {
            subject: Granted(**orjson.loads(kept))
            for subject, kept in zip(asked, found, strict=True)
            if kept is not None
        }

    async def break_glass(self, used: BreakGlass) -> None:
        """Put a use of break glass before the supervisors; the alarms hear of it within a second."""
        async with self._store.asked() as store:
            await store.hset(keys.BREAK_GLASS, mapping={str(used.number): orjson.dumps(used.as_fields())})

    async def to_review(self) -> list[BreakGlass]:
        """Return the uses of break glass that nobody has reviewed, the oldest first."""
        async with self._store.asked() as store:
            kept = await store.hgetall(keys.BREAK_GLASS)
        return sorted((BreakGlass(**orjson.loads(used)) for used in kept.values()), key=lambda used: used.number)

    async def find(self, number: int) -> BreakGlass | None:
        """Return a use that waits for review; None where there is none of this number."""
        async with self._store.asked() as store:
            kept = await store.hget(keys.BREAK_GLASS, str(number))
        return None if kept is None else BreakGlass(**orjson.loads(kept))

    async def reviewed(self, number: int) -> bool:
        """Take a use from the queue; of two who do, one is told that it was them."""
        async with self._store.asked() as store:
            return bool(await store.hdel(keys.BREAK_GLASS, str(number)))

    async def close(self) -> None:
        """Let go of the store."""
        await self._store.close()
