"""Housekeeping: ended entities leave the live picture, and batches that lost their message are woken again."""

from __future__ import annotations

from celery import shared_task

from rtcc.picture.retention import retire
from rtcc.store.connection import connect
from rtcc.tasks import RETIRE_ENTITIES, WAKE_BATCHES
from workers.app import settings
from workers.ingest import inbox


@shared_task(name=RETIRE_ENTITIES)
def retire_entities() -> None:
    """Let all that is due leave; run often, each time a little."""
    store = connect(settings)
    try:
        retire(store, settings)
    finally:
        store.close()


@shared_task(name=WAKE_BATCHES)
def wake_batches() -> None:
    """Wake workers for batches that have waited too long."""
    inbox().wake_forgotten()
