"""What goes on record when a registered device is used from elsewhere: somebody may have copied its cookie."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from rtcc.access.audit import AuditLog, AuditRecord, AuditUnavailable
from rtcc.access.devices import Device


def records_strays(log: AuditLog) -> Callable[[Device, str], None]:
    """Return what puts on record which device was used from which other address; nothing waits for it."""
    writing: set[asyncio.Task[None]] = set()

    def told(device: Device, address: str) -> None:
        task = asyncio.get_running_loop().create_task(_keep(log, device, address))
        writing.add(task)
        task.add_done_callback(writing.discard)

    return told


async def _keep(log: AuditLog, device: Device, address: str) -> None:
    record = AuditRecord(
        who=device.name,
        by="device",
        address=address,
        action="view",
        subject=("device", device.name),
        outcome="refused",
        details={"bound_to": device.address},
    )
    # Nothing was shown, so nothing hangs on the record.
    with contextlib.suppress(AuditUnavailable):
        await log.keep(record)
