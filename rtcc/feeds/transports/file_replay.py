"""Plays a recording as if it happened now: every instant in it is moved to the present, and time may run faster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from rtcc.feeds.formats.rows import Moment
from rtcc.feeds.formats.values import in_utc
from rtcc.feeds.transports.clock import Clock
from rtcc.feeds.transports.recording import Recording
from rtcc.model.event import EARLIEST, Event, iso, parse_event
from rtcc.tasks import BATCH

Send = Callable[[Sequence[Event]], None]

#: The share of a recording that is sent at once, as what had happened before the screens came on. Counted in moments,
#: not in time: exports begin with a few stragglers, weeks older than the rest.
BEGIN = 0.05
#: What falls due within this time goes out together.
WINDOW = timedelta(milliseconds=20)
SLOWEST, FASTEST = 0.1, 1_000_000.0
FIRST_RETRY_S, LAST_RETRY_S = 0.25, 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is; ``trouble`` says why the newest batch could not be sent yet, if so."""

    sent: int
    total: int
    behind_s: float
    round: int = 1
    trouble: str | None = None


def replay(
    recording: Recording,
    send: Send,
    *,
    clock: Clock,
    speed: float = 1.0,
    begin: float | datetime = BEGIN,
    start_at: datetime | None = None,
    loop: bool = False,
    report: Callable[[Progress], None] = lambda _: None,
    unavailable: type[Exception] | tuple[type[Exception], ...] = Exception,
) -> None:
    """Send every event of the recording when it is due, at most 500 a call, until the end or until the clock says stop.

    ``begin`` is the original moment that becomes ``start_at`` (now, if not given): a fraction of the moments, or a
    time, naive as in the recording or aware. Everything before it is sent at once. An ``unavailable`` error of ``send``
    is waited out and the same batch sent again, so that nothing is skipped. With ``loop`` the recording starts again
    under new ids when it ends, and what it left open is withdrawn.
    """
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"The speed must be from {SLOWEST:g} to {FASTEST:g}.")
    if not recording.moments:
        return
    rounds = 0
    while rounds == 0 or loop:
        rounds += 1
        player = _Player(recording, _Sender(send, clock, unavailable), report, rounds)
        if not player.play(Shift(_origin(recording, begin), start_at or clock.now(), speed)):
            return
        start_at = None
        if loop and not player.withdraw():
            return


@dataclass(frozen=True, slots=True)
class Shift:
    """The one map from the recorded time to ours, for every instant: order and proportions are kept."""

    origin: datetime
    start_at: datetime
    speed: float

    def __call__(self, instant: datetime) -> datetime:
        # Slowed down, a straggler from years ago would fall out of the range that an event may have.
        return max(EARLIEST, self.start_at + (instant - self.origin) / self.speed)

    def moment(self, moment: Moment, id_: str) -> Moment:
        fields = {key: self(value) if isinstance(value, datetime) else value for key, value in moment.fields.items()}
        return replace(moment, at=self(moment.at), id=id_, fields=fields)


class _Sender:
    def __init__(self, send: Send, clock: Clock, unavailable: type[Exception] | tuple[type[Exception], ...]) -> None:
        self._send = send
        self._unavailable = unavailable
        self.clock = clock

    def deliver(self, events: Sequence[Event], tell: Callable[[str], None]) -> bool:
        """Send until it is taken; False when told to stop before that."""
        pause = FIRST_RETRY_S
        while True:
            try:
                self._send(events)
            except self._unavailable as error:
                tell(str(error) or type(error).__name__)
                if self.clock.wait(pause):
                    return False
                pause = min(pause * 2, LAST_RETRY_S)
            else:
                return True


class _Player:
    """One run through a recording."""

    def __init__(self, recording: Recording, sender: _Sender, report: Callable[[Progress], None], round_: int) -> None:
        self._recording = recording
        self._sender = sender
        self._clock = sender.clock
        self._report = report
        self._round = round_
        self._sent = 0
        self._begun: set[tuple[str, str]] = set()

    def play(self, shift: Shift) -> bool:
        """Send everything in its time; False when told to stop."""
        moments = self._recording.moments
        while self._sent < len(moments):
            now = self._clock.now()
            due = self._due(shift, now)
            if not due:
                until = shift(moments[self._sent].at) + WINDOW - now
                if self._clock.wait(until.total_seconds()):
                    return False
                continue
            events = [self._event(moment, index, shift, now) for index, moment in enumerate(due, start=self._sent)]
            if not self._sender.deliver(events, lambda trouble: self._tell(shift, trouble)):
                return False
            self._sent += len(due)
            self._tell(shift, None)
            if self._clock.wait(0):
                return False
        return True

    def withdraw(self) -> bool:
        """Take back what the recording left open, so that the next round does not stand beside it."""
        now = self._clock.now()
        mapping = self._recording.mapping
        gone = [
            parse_event(
                {
                    "kind": mapping.kind,
                    "id": self._id(id_),
                    "agency": agency,
                    "source": mapping.source,
                    "occurred_at": iso(now),
                    "data": None,
                },
                now,
            )
            for agency, id_ in self._recording.left_open()
        ]
        return all(
            self._sender.deliver(gone[start : start + BATCH], lambda _: None) for start in range(0, len(gone), BATCH)
        )

    def _due(self, shift: Shift, now: datetime) -> list[Moment]:
        ahead = self._recording.moments[self._sent : self._sent + BATCH]
        return list(takewhile(lambda moment: shift(moment.at) <= now, ahead))

    def _event(self, moment: Moment, index: int, shift: Shift, now: datetime) -> Event:
        told = shift.moment(moment, self._id(moment.id)).to_event(self._recording.mapping, sequence=index)
        key = (moment.agency, moment.id)
        if key not in self._begun:
            # A replay that is started again meets the ends of its last run under the same ids, and clears them.
            self._begun.add(key)
            ends: dict[str, Any] = dict.fromkeys(self._recording.mapping.later_fields - told["data"].keys())
            told["data"] |= ends
        return parse_event(told, now)

    def _id(self, id_: str) -> str:
        suffix = f"-{self._round}" if self._round > 1 else ""
        return id_[: 64 - len(suffix)] + suffix

    def _tell(self, shift: Shift, trouble: str | None) -> None:
        moments = self._recording.moments
        behind = timedelta(0)
        if self._sent < len(moments):
            behind = max(behind, self._clock.now() - shift(moments[self._sent].at))
        self._report(Progress(self._sent, len(moments), behind.total_seconds(), self._round, trouble))


def _origin(recording: Recording, begin: float | datetime) -> datetime:
    if isinstance(begin, datetime):
        return in_utc(begin, recording.mapping.zone)
    if not 0 <= begin <= 1:
        raise ValueError("The beginning must be a time or a fraction from 0 to 1.")
    moments = recording.moments
    return moments[min(int(begin * len(moments)), len(moments) - 1)].at
