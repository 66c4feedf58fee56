"""How commands that bring events send them: through the inbox, waiting while store or journal cannot take them."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime

from rtcc.feeds.transports.clock import SystemClock
from rtcc.feeds.transports.file_replay import Progress as ReplayProgress
from rtcc.feeds.transports.file_replay import replay as replay_recording
from rtcc.feeds.transports.recording import Recording
from rtcc.model.event import Event
from rtcc.picture.inbox import Inbox, open_inbox
from rtcc.picture.journaled import read_health
from rtcc.settings import Settings
from rtcc.store.commands import Store
from rtcc.store.connection import NoStoreError, StoreAway, connect
from rtcc.tasks import StoreUnavailable

#: How the journal is, is looked at so often.
_LOOK_S = 1.0


class LateSender:
    """A sender that looks for the store when there is something to send.

    It raises StoreUnavailable too while the journal is too far behind, as the gate of the web process says 429.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._inbox: Inbox | None = None
        self._store: Store | None = None
        self._looked_at = -_LOOK_S
        self._journal_is_full = False

    def send(self, events: list[Event]) -> None:
        if self._inbox is None:
            self._inbox = open_inbox(self._settings)
        if self._is_journal_full():
            raise StoreUnavailable("The journal is too far behind to take in more.")
        self._inbox.put(events)

    def _is_journal_full(self) -> bool:
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_S:
            try:
                if self._store is None:
                    self._store = connect(self._settings)
                health = read_health(self._store, self._settings)
            except StoreAway as error:
                raise StoreUnavailable("The store does not answer.") from error
            self._looked_at, self._journal_is_full = now, health is not None and health.is_full
        return self._journal_is_full


def waiting_sender(settings: Settings, clock: SystemClock) -> Callable[[list[Event]], None]:
    """Return a sender that waits until the store is there, or until somebody wants us to stop."""
    sender = LateSender(settings)

    def send(events: list[Event]) -> None:
        while events:
            try:
                sender.send(events)
                return
            except (StoreUnavailable, NoStoreError):
                if clock.wait(0.5):
                    return

    return send


def send_recording(
    recording: Recording,
    settings: Settings,
    clock: SystemClock,
    speed: float,
    begin: float | datetime,
    report: Callable[[ReplayProgress], None],
    tell: Callable[[list[Event]], None] = lambda _: None,
    *,
    loop: bool,
) -> None:
    """Replay a recording into the inbox; ``tell`` hears of all events that were sent."""
    sender = LateSender(settings)

    def send(events: list[Event]) -> None:
        sender.send(events)
        tell(events)

    replay_recording(
        recording,
        send,  # type: ignore[arg-type]
        clock=clock,
        speed=speed,
        begin=begin,
        loop=loop,
        report=report,
        unavailable=(StoreUnavailable, NoStoreError),
    )


def stop_event() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
