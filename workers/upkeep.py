"""Housekeeping: ended entities leave the live picture."""

from __future__ import annotations

from celery import shared_task

from rtcc.picture.retention import retire
from rtcc.store.connection import connect
from rtcc.tasks import RETIRE_ENTITIES
from workers.app import settings


@shared_task(name=RETIRE_ENTITIES)
def retire_entities() -> None:
    """Let all that is due leave; run often, each time a little."""
    store = connect(settings)
    try:
        retire(store, settings)
    finally:
        store.close()
