"""An audit log of a test's own, in a folder without a store, and what `rtcc audit verify` finds in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from rtcc.access.audit import AuditLog, AuditRecord, bounded, folder_of
from rtcc.access.audit_chain import AuditFolder
from rtcc.access.audit_heads import HeadInStore
from rtcc.access.audit_verify import Verified, verify
from rtcc.settings import Settings

NOW = datetime(2026, 11, 29, 7, tzinfo=UTC)


@contextlib.contextmanager
def audit_log(settings: Settings) -> Iterator[AuditLog]:
    """Open a log, and close it again."""
    with contextlib.closing(AuditLog(settings)) as log:
        yield log


def record(action: str = "view", **more: object) -> AuditRecord:
    """Make a record in which only what matters is said."""
    return AuditRecord(who="Ann Roe", action=action, **more)  # type: ignore[arg-type]


def write(settings: Settings, records: Iterable[AuditRecord], now: datetime = NOW) -> list[int]:
    """Write records as one batch at a time of one's choice."""
    folder = AuditFolder(folder_of(settings.data_dir), HeadInStore(settings))
    numbers = folder.append([bounded(each) for each in records], now)
    folder.close()
    return numbers


def files(settings: Settings) -> list[Path]:
    """Return the files with records, oldest first."""
    return sorted(folder_of(settings.data_dir).glob("*.jsonl"))


def lines(settings: Settings) -> list[bytes]:
    """Return every line of the log."""
    return [line for file in files(settings) for line in file.read_bytes().splitlines(keepends=True)]


def found(settings: Settings) -> Verified:
    """Verify the log."""
    return verify(settings)
