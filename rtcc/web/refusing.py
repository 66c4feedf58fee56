"""The record of somebody who was not let in: why, and under which name, where it is one of ours."""

from __future__ import annotations

from fastapi import Request

from rtcc.access.proof import ProofRefusedError
from rtcc.web.at_the_door import door_of
from rtcc.web.sign_in_record import UNKNOWN, record


async def refused_on_record(request: Request, refusal: ProofRefusedError, name: str, by: str) -> None:
    """Put on record that somebody was not let in, and that a name is locked where that came of it.

    Raises AuditUnavailable.
    """
    if refusal.why == "still too many":
        # One record says that an address must wait; whoever goes on all the same fills no disk with it.
        return
    account = door_of(request).accounts.get(name)
    who = UNKNOWN if account is None else account.name
    await record(request, "sign in failed", who, "refused", by=by, why=refusal.why)
    if refusal.why == "just locked":
        await record(request, "account locked", who)
