"""The address at which the first administrator of an installation sets up their account, told while nobody has one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import typer

from rtcc.access.account import Account
from rtcc.access.accounts import Accounts
from rtcc.access.asked_store import AccessAway
from rtcc.access.audit import AuditUnavailable
from rtcc.cli.address import reached_at
from rtcc.cli.inviting import invited
from rtcc.cli.on_record import put_on_record
from rtcc.settings import Settings

#: Whoever sets it up makes accounts under the names of people, and gives them their roles.
FIRST = "Administrator"


def first_admin_address(settings: Settings) -> str | None:
    """Return a new address for the first administrator; None where somebody has an account already.

    Raises what the store, the record and the file of the accounts raise.
    """
    accounts = Accounts(settings.data_dir, settings.access.unused_days)
    if any(map(_is_somebodys, accounts.all())):
        return None
    put_on_record(settings, "invitation made", ("account", FIRST), role="admin")
    accounts.ensure(FIRST, "admin")
    token = asyncio.run(invited(settings, FIRST, "admin", enroll=True))
    return f"{reached_at(settings, None)}/login/{token}"


def tell_first_admin(settings: Settings) -> None:
    """Print the address, alone after its words; nothing where somebody has an account already."""
    try:
        address = first_admin_address(settings)
    except (AccessAway, AuditUnavailable) as error:
        # Everything else runs, and the next start tells it.
        typer.echo(f"rtcc: {error}", err=True)
        return
    if address is not None:
        typer.echo(f"First administrator: {address}")


def tell_first_admin_once(
    settings: Settings, is_ready: Callable[[], bool], within_s: float = 60.0, every_s: float = 0.5
) -> threading.Thread:
    """Print the address as soon as the web process of these settings answers, in a thread, which is returned."""

    def wait() -> None:
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if is_ready():
                tell_first_admin(settings)
                return
            time.sleep(every_s)

    waiting = threading.Thread(target=wait, name="first administrator", daemon=True)
    waiting.start()
    return waiting


def _is_somebodys(account: Account) -> bool:
    return any((account.password, account.subject, account.last_used_at))
