"""What a handler puts on the audit record itself, where that must happen before it does anything."""

from __future__ import annotations

from fastapi import Request

from rtcc.access.audit import AuditLog, AuditRecord, Outcome
from rtcc.web.viewer import Viewer, address_of


async def put_on_record(
    request: Request,
    viewer: Viewer,
    action: str,
    *,
    subject: tuple[str, str] | None = None,
    outcome: Outcome = "done",
    purpose: str | None = None,
    **details: str,
) -> int:
    """Put on record what this viewer does, wait until it is on disk, and return its number. Raises AuditUnavailable."""
    log: AuditLog = request.app.state.audit
    return await log.keep(
        AuditRecord(
            who=viewer.name,
            role=viewer.role,
            by=viewer.by,
            session=viewer.id,
            address=address_of(request),
            action=action,
            subject=subject,
            outcome=outcome,
            purpose=purpose,
            details=details,
        )
    )
