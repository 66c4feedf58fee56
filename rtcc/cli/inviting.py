"""One-time addresses, as commands make them."""

from __future__ import annotations

from functools import partial

from rtcc.access.sessions import Sessions
from rtcc.settings import Settings
from rtcc.store.connection import connect_async


async def invited(settings: Settings, name: str, role: str, *, enroll: bool) -> str:
    """Return the token of an address for the owner of an account; with ``enroll`` it sets the account up first."""
    sessions = Sessions(partial(connect_async, settings))
    try:
        return await sessions.invite(name, role, account=True, enroll=enroll)
    finally:
        await sessions.close()


async def sessions_ended(settings: Settings, name: str) -> int:
    """End everything that somebody has open, and return how many sessions that were."""
    sessions = Sessions(partial(connect_async, settings))
    try:
        return await sessions.end_all(name)
    finally:
        await sessions.close()
