"""The intake of one feed: payloads in, and out of them events that are kept, dead letters, and a ledger that agrees.

The order keeps the promise: read, judge, keep the events with the bytes they came in, bury what was refused, and only
then write down how far the feed is. Whoever dies on the way reads the same again, and twice is no more than once.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rtcc.feeds import ledger as words
from rtcc.feeds.breaker import Breaker
from rtcc.feeds.declared import Feed
from rtcc.feeds.held import Held
from rtcc.feeds.ledger import Entry, Ledger, reason_class
from rtcc.feeds.payload import NOT_OURS, Payload, Refused, Told
from rtcc.model.event import Event, iso

#: Of one payload so many refusals become dead letters: one bad page must not push out all others.
MOST_LETTERS = 500

#: Keeps events and the payloads they came in, or raises StoreUnavailable.
Put = Callable[[Sequence[Event], Sequence[Payload]], None]
#: Keeps refusals as dead letters: (source, reason, raw bytes) each, and when they were received, as ISO text.
Bury = Callable[[Sequence[tuple[str, str, bytes]], str], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of payloads. ``held`` is why they were held back unread, or as read and refused; empty otherwise.

    ``unreadable`` is why nothing in them could be read at all, or empty.
    """

    told: Told = field(default_factory=Told)
    held: str = ""
    unreadable: str = ""


class Intake:
    """Takes the payloads of one feed in, from any thread. Every method may raise StoreUnavailable or StoreAway."""

    def __init__(
        self, feed: Feed, ledger: Ledger, put: Put, bury: Bury, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """``put`` and ``bury`` lead into the inbox and to the dead letters."""
        self.feed = feed
        self.ledger = ledger
        self._held = Held(ledger.store, feed.name)
        self._put = put
        self._bury = bury
        self._now = now
        self._lock = threading.Lock()
        self._generation: str | None = None
        self._memory: dict[str, bytes] = {}

    def take(
        self,
        payloads: Sequence[Payload],
        *,
        together: bool = False,
        after: Callable[[Told], Mapping[str, str | float | int]] = lambda _: {},
        always: Mapping[str, str | float | int] | None = None,
    ) -> Taken:
        """Take payloads in, in their order; ``together`` where they are all pages of one answer.

        Into the feed's ledger goes what ``after`` says of what was taken, and ``always`` also what is held back.
        """
        with self._lock:
            now = self._now().timestamp()
            breaker = self.ledger.breaker()
            if breaker.holds(now):
                return self._hold(payloads, breaker, Told(), always or {}, now)
            try:
                told = self._read(payloads, together)
                rows, refused = _weights(told)
                judged = breaker.judged(rows, refused, now)
                if judged.open_since is not None:
                    # What reading has changed in the memory at hand must not stay: nothing of it was told.
                    self._generation = None
                    return self._hold(payloads, judged, told, always or {}, now)
                self._keep(payloads, told, judged, always or {}, after(told))
            except BaseException:
                self._generation = None
                raise
            return Taken(told, unreadable=_unreadable(told))

    def redrive(self, most_refused: float) -> tuple[int, int]:
        """Take in what was held back, the oldest first; return how many were taken and how many stay.

        It ends at the first of which more than this share of rows is refused still. An old list of what was active is
        let go where a newer one has been taken since.
        """
        taken = 0
        with self._lock:
            success_at = float(self.ledger.read().get(words.SUCCESS_AT, 0))
            for held in self._held.all():
                newest = max(each.received_at for each in held.payloads).timestamp()
                if not (getattr(self.feed.format, "snapshot", False) and newest < success_at):
                    try:
                        told = self._read(held.payloads, together=True)
                        rows, refused = _weights(told)
                        if refused > most_refused * rows:
                            self._generation = None
                            break
                        # Their bytes went to the journal when they were held back.
                        self._keep(held.payloads, told, self.ledger.breaker(), {}, {}, again=True)
                    except BaseException:
                        self._generation = None
                        raise
                self._held.remove(held)
                taken += 1
        return taken, len(self._held)

    def _hold(
        self,
        payloads: Sequence[Payload],
        breaker: Breaker,
        told: Told,
        always: Mapping[str, str | float | int],
        now: float,
    ) -> Taken:
        self._put((), payloads)
        self._held.keep(payloads)
        rows, refused = _weights(told)
        counts = Counter({words.ROWS: rows, words.REFUSED: refused})
        self.ledger.hold(Entry(counts, _reasons(told), fields=always), breaker, now)
        return Taken(told, held=breaker.why or "The feed is stopped.", unreadable=_unreadable(told))

    def _keep(
        self,
        payloads: Sequence[Payload],
        told: Told,
        breaker: Breaker,
        always: Mapping[str, str | float | int],
        after: Mapping[str, str | float | int],
        *,
        again: bool = False,
    ) -> None:
        self._put(told.events, () if again else payloads)
        letters = self._letters(_faults(told)[:MOST_LETTERS])
        if letters:
            self._bury([(self.feed.source, each.reason, each.raw) for _, each in letters], iso(payloads[0].received_at))
        rows, refused = _weights(told)
        entry = Entry(
            Counter(
                {
                    words.ROWS: rows,
                    words.ACCEPTED: max(0, rows - told.unchanged - len(told.refused)),
                    words.UNCHANGED: told.unchanged,
                    words.REFUSED: refused,
                    words.EVENTS: len(told.events),
                }
            ),
            _reasons(told),
            buried=[mark for mark, _ in letters],
            fields=always,
        )
        now = self._now().timestamp()
        unreadable = _unreadable(told)
        if unreadable:
            # Nothing could be read, so the feed has not spoken: it goes late and lost by the same clock.
            self.ledger.fail(unreadable, now)
            self.ledger.hold(entry, breaker, now)
        else:
            entry.lags_s = [max(0.0, (each.received_at - each.occurred_at).total_seconds()) for each in told.events]
            entry.remember = told.remember
            entry.fields = {**always, **after}
            self._generation = self.ledger.succeed(entry, breaker, now) or self._generation

    def _read(self, payloads: Sequence[Payload], together: bool) -> Told:
        memory = self._remembered() if self.feed.format.remembers else {}
        read_all = getattr(self.feed.format, "read_all", None) if together else None
        try:
            if read_all is not None:
                told: Told = read_all(list(payloads), memory)
                _apply(memory, told)
                return told
            told = Told()
            for payload in payloads:
                part = self.feed.format.read(payload, memory)
                _apply(memory, part)
                _add(told, part)
            return told
        except Exception as error:  # noqa: BLE001 - one payload that breaks a format must not end its feed
            self._generation = None
            reason = f"The format failed on it: {type(error).__name__}."
            return Told(refused=[Refused(0, "", reason, payload.body) for payload in payloads])

    def _remembered(self) -> dict[str, bytes]:
        if self._generation is None or self._generation != self.ledger.generation():
            self._generation, self._memory = self.ledger.memory()
        return self._memory

    def _letters(self, refused: Sequence[Refused]) -> list[tuple[str, Refused]]:
        """Return what is to be buried, each under its mark: a bad row that comes with every poll is one dead letter."""
        marked = {_mark(each): each for each in refused}
        known = self.ledger.are_buried(list(marked))
        return [(mark, each) for (mark, each), there in zip(marked.items(), known, strict=True) if not there]


def _faults(told: Told) -> list[Refused]:
    """Return what was refused for a fault of its own, and not because it is well-formed and none of our business."""
    return [each for each in told.refused if not each.reason.startswith(NOT_OURS)]


def _weights(told: Told) -> tuple[int, int]:
    """Return how many rows there were, and how many had a fault; what cannot be read at all counts as a row."""
    return max(told.rows, len(told.refused)), len(_faults(told))


def _unreadable(told: Told) -> str:
    faults = _faults(told)
    return faults[0].reason if faults and not told.rows else ""


def _reasons(told: Told) -> Counter[str]:
    return Counter(reason_class(each.reason) for each in told.refused)


def _apply(memory: MutableMapping[str, bytes], told: Told) -> None:
    for id_, mark in told.remember.items():
        if mark is None:
            memory.pop(id_, None)
        else:
            memory[id_] = mark


def _add(told: Told, part: Told) -> None:
    told.rows += part.rows
    told.events += part.events
    told.refused += part.refused
    told.remarks += part.remarks
    told.unchanged += part.unchanged
    told.remember |= part.remember
    told.doubted = told.doubted or part.doubted


def _mark(refused: Refused) -> str:
    return hashlib.blake2s(refused.raw + b"\0" + reason_class(refused.reason).encode(), digest_size=12).hexdigest()
