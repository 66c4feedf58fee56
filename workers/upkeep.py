"""Housekeeping: what has ended leaves the live picture and the audit log, and batches without a message are woken."""

from __future__ import annotations

import contextlib

from celery import shared_task

from rtcc.access.audit import AuditLog
from rtcc.picture.retention import retire
from rtcc.store.connection import connect
from rtcc.tasks import RETIRE_ENTITIES, SHORTEN_AUDIT, WAKE_BATCHES
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


@shared_task(name=SHORTEN_AUDIT)
def shorten_audit() -> None:
    """Let whole months leave the audit log that are older than is kept."""
    with contextlib.closing(AuditLog(settings)) as log:
        log.shorten()
