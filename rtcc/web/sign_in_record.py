"""What is put on record of everybody who comes to the door: who was let in, who was not and why, who left."""

from __future__ import annotations

from fastapi import Request

from rtcc.access.audit import AuditLog, AuditRecord, Outcome
from rtcc.access.session import Session
from rtcc.web.viewer import address_of

#: Whoever was not recognised. What they typed as their name is not written down: it may be a password.
UNKNOWN = "unknown"


async def record(request: Request, action: str, who: str, outcome: Outcome = "done", **details: str) -> None:
    """Put on record what happened at the door, and wait until it is on disk. Raises AuditUnavailable."""
    await _keep(
        request,
        AuditRecord(who=who, address=address_of(request), action=action, outcome=outcome, by="", details=details),
    )


async def record_session(request: Request, action: str, session: Session, **details: str) -> None:
    """Put on record what happened to a session, and wait until it is on disk. Raises AuditUnavailable."""
    await _keep(
        request,
        AuditRecord(
            who=session.name,
            role=session.role,
            by="session",
            session=session.id,
            address=address_of(request),
            action=action,
            details=details,
        ),
    )


async def _keep(request: Request, kept: AuditRecord) -> None:
    log: AuditLog = request.app.state.audit
    await log.keep(kept)
