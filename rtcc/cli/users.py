"""`rtcc users`: let people in, by an address that works once, and keep them out."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from rtcc.access.account import Account
from rtcc.access.accounts import AccountRefusedError, Accounts, known_roles, require_reason
from rtcc.access.proof import shut_sentence
from rtcc.access.roles import ROLES
from rtcc.cli.address import reached_at
from rtcc.cli.inviting import invited, sessions_ended
from rtcc.cli.on_record import put_on_record
from rtcc.cli.options import DataDir
from rtcc.settings import Settings, load_settings
from rtcc.store.connection import store_url

app = typer.Typer(no_args_is_help=True, help="Let people in, and keep them out.")
Name = Annotated[str, typer.Argument(help="Whose account; what they do is on record under this name.")]
Role = Annotated[str, typer.Option(help=f"One of: {', '.join(ROLES)}.")]
Address = Annotated[
    str | None, typer.Option(metavar="URL", help="How browsers reach RTCC, such as https://center.example.org.")
]


@app.command()
def link(name: Name, role: Role, data: DataDir = None, address: Address = None) -> None:
    """Print an address that signs this person in once, within 24 hours."""
    settings = load_settings(data)
    typer.echo(_address(settings, name, role, address, enroll=False))


@app.command()
def invite(name: Name, role: Role, data: DataDir = None, address: Address = None) -> None:
    """Print an address where this person sets password and second factor, once, within 24 hours."""
    settings = load_settings(data)
    account = _accounts(settings).get(name)
    if account is not None and account.password is not None:
        raise AccountRefusedError(
            f"{account.name} has a password; `rtcc users reset` makes it worthless and prints an address for a new one."
        )
    typer.echo(_address(settings, name, role, address, enroll=True))


@app.command("list")
def list_(data: DataDir = None) -> None:
    """Print every account's name, roles, state and when it was last used."""
    accounts = _accounts(load_settings(data))
    for account in accounts.all():
        last = account.last_used_at or "never"
        typer.echo(f"{account.name}\t{','.join(account.roles)}\t{_state(accounts, account)}\t{last}")


@app.command()
def roles(
    name: Name,
    role: Annotated[list[str], typer.Option(help=f"All that they may be from now on: {', '.join(ROLES)}.")],
    data: DataDir = None,
) -> None:
    """Let somebody be this and nothing else; the first is how their sessions begin."""
    settings = load_settings(data)
    account = _there(settings, name)
    known = known_roles(role)
    put_on_record(settings, "account changed", ("account", account.name), what="roles", roles=" ".join(known))
    _accounts(settings).set_roles(account.name, known)


@app.command()
def unlock(name: Name, data: DataDir = None) -> None:
    """Let somebody sign in again after too many failed attempts."""
    settings = load_settings(data)
    account = _there(settings, name)
    put_on_record(settings, "account unlocked", ("account", account.name))
    _accounts(settings).unlock(account.name)


@app.command()
def disable(
    name: Name,
    why: Annotated[str, typer.Option(help="Why; the record and whoever looks after the accounts are told.")],
    data: DataDir = None,
) -> None:
    """Keep somebody out from now on; what they have open ends at once."""
    settings = load_settings(data)
    account = _there(settings, name)
    require_reason(why)
    put_on_record(settings, "account disabled", ("account", account.name), why=why)
    _accounts(settings).disable(account.name, why)


@app.command()
def enable(name: Name, data: DataDir = None) -> None:
    """Let somebody in again who was disabled, or had not come for too long."""
    settings = load_settings(data)
    account = _there(settings, name)
    put_on_record(settings, "account enabled", ("account", account.name))
    _accounts(settings).enable(account.name)


@app.command()
def reset(name: Name, data: DataDir = None, address: Address = None) -> None:
    """Forget somebody's password and second factor, and print an address where they set both anew."""
    settings = load_settings(data)
    account = _there(settings, name)
    store_url(settings)
    put_on_record(settings, "account changed", ("account", account.name), what="reset")
    _accounts(settings).reset(account.name)
    asyncio.run(sessions_ended(settings, account.name))
    typer.echo(_address(settings, account.name, account.roles[0], address, enroll=True))


def _address(settings: Settings, name: str, role: str, said: str | None, *, enroll: bool) -> str:
    # Says first where there is no store at all, and how to have one.
    store_url(settings)
    accounts = _accounts(settings)
    account = accounts.get(name)
    if account is not None:
        _require_open(accounts, account)
    account = accounts.ensure(name, role)
    token = asyncio.run(invited(settings, account.name, role, enroll=enroll))
    put_on_record(settings, "invitation made", ("account", account.name), role=role)
    return f"{reached_at(settings, said)}/login/{token}"


def _require_open(accounts: Accounts, account: Account) -> None:
    if account.locked_at is not None:
        raise AccountRefusedError(f"The account of {account.name} is locked; `rtcc users unlock` opens it.")
    shut = accounts.shut(account)
    if shut is not None:
        raise AccountRefusedError(shut_sentence(account, shut, accounts.unused_days))


def _state(accounts: Accounts, account: Account) -> str:
    shut = accounts.shut(account)
    if shut == "disabled":
        return f"disabled: {account.disabled_why}"
    if shut is not None or account.locked_at is not None:
        return shut or "locked"
    return "open" if account.password or account.subject or account.last_used_at else "invited"


def _there(settings: Settings, name: str) -> Account:
    account = _accounts(settings).get(name)
    if account is None:
        raise AccountRefusedError(f"There is no account named {name}; `rtcc users list` shows them.")
    return account


def _accounts(settings: Settings) -> Accounts:
    return Accounts(settings.data_dir, settings.access.unused_days)
