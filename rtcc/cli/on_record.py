"""What an operator changes on the command line, put on the audit record as everything else is."""

from __future__ import annotations

import contextlib
import getpass
import os

from rtcc.access.audit import AuditLog, AuditRecord
from rtcc.settings import Settings


def put_on_record(settings: Settings, action: str, subject: tuple[str, str] | None = None, **details: str) -> None:
    """Put on record what this command does, and wait until it is on disk. Raises AuditUnavailable."""
    with contextlib.closing(AuditLog(settings)) as log:
        log.append(AuditRecord(who=f"cli:{_user()}", by="cli", action=action, subject=subject, details=details))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a number that has no name.
        return str(os.getuid())
