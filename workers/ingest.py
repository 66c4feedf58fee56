"""Events from the queue into the picture: locate them, apply them, keep trying while the store is away."""

from __future__ import annotations

import time
from functools import cache

from celery import shared_task
from celery.exceptions import Reject
from celery.signals import worker_init

from rtcc.city.choice import city_folder
from rtcc.city.locate import Locator
from rtcc.city.pack import load_pack
from rtcc.city.ready import make_ready
from rtcc.garbage import look_for_rings_seldom
from rtcc.model.event import Event, iso
from rtcc.model.wire import decode, encode
from rtcc.picture.deadletters import DeadLetters
from rtcc.picture.inbox import Inbox, open_inbox
from rtcc.picture.writer import PictureWriter
from rtcc.store.connection import StoreAway, connect
from rtcc.tasks import APPLY_EVENTS, SOFT_LIMIT_S
from workers.app import settings
from workers.enrich import add_place


@cache
def inbox() -> Inbox:
    """Return the inbox, opened once a process."""
    return open_inbox(settings)


@cache
def _writer() -> PictureWriter:
    return PictureWriter(connect(settings), settings)


@cache
def locator() -> Locator:
    """Return the city's locator, loaded once a process; the city is built first where that has not been done."""
    make_ready(settings)
    return Locator.from_pack(load_pack(city_folder(settings)))


@shared_task(name=APPLY_EVENTS)
def apply_events(name: str) -> None:
    """Apply one micro-batch of the inbox; whatever cannot be understood becomes a dead letter."""
    give_up_at = time.monotonic() + SOFT_LIMIT_S - 5
    while True:
        try:
            batch = inbox().take(name)
            if batch is not None:
                _apply(batch)
                inbox().finish(name)
            return
        except StoreAway as error:
            if time.monotonic() > give_up_at:
                # Unanswered it is delivered again when its visibility ends, if this cannot be said either.
                raise Reject(str(error), requeue=True) from error
            time.sleep(0.2)


def _apply(batch: bytes) -> None:
    try:
        events = decode(batch)
    except (ValueError, TypeError) as error:
        DeadLetters(connect(settings)).add("worker", f"The batch is no batch: {type(error).__name__}.", batch)
        return
    try:
        add_place(events, locator())
        _writer().apply(events)
    except StoreAway:
        raise
    except Exception:  # noqa: BLE001 - one event that breaks us must not take its batch with it
        for event in events:
            _apply_alone(event)


def _apply_alone(event: Event) -> None:
    try:
        add_place([event], locator())
        _writer().apply([event])
    except StoreAway:
        raise
    except Exception as error:  # noqa: BLE001 - it must not come back for ever either
        reason = f"The worker failed on it: {type(error).__name__}."
        letter = encode([event]).encode()
        DeadLetters(connect(settings)).add(event.source, reason, letter, iso(event.received_at))


@worker_init.connect
def load_city(**_: object) -> None:
    """Load the city before the first child is forked, so that every child, also a replaced one, has it at once."""
    locator()
    look_for_rings_seldom()
