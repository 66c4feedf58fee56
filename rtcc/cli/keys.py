"""`rtcc keys`: make, list and revoke API keys."""

from __future__ import annotations

from typing import Annotated

import typer

from rtcc.access.audit import AuditUnavailable
from rtcc.access.keys import SCOPES, KeyRefusedError, KeyRing
from rtcc.cli.on_record import put_on_record
from rtcc.cli.options import DataDir
from rtcc.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who will use it.")],
    scope: Annotated[str, typer.Option(help=f"One of: {', '.join(SCOPES)}, or feed:<name> for one feed.")],
    data: DataDir = None,
) -> None:
    """Make a key and print it alone; it is shown only this once."""
    settings = load_settings(data)
    ring = KeyRing(settings.data_dir)
    key = ring.create(name, scope)
    try:
        put_on_record(settings, "key made", ("key", name), scope=scope)
    except AuditUnavailable:
        # Nobody has seen it yet.
        ring.revoke(name)
        raise
    typer.echo(key)


@app.command("list")
def list_(data: DataDir = None) -> None:
    """Print every key's name, scope and when it was made."""
    for key in KeyRing(load_settings(data).data_dir).all():
        typer.echo(f"{key.name}\t{key.scope}\t{key.created_at}")


@app.command()
def revoke(name: str, data: DataDir = None) -> None:
    """Make a key worthless, at once."""
    settings = load_settings(data)
    if not KeyRing(settings.data_dir).revoke(name):
        raise KeyRefusedError(f"There is no key named {name}; `rtcc keys list` shows them.")
    # After it: a record that cannot be written must not keep a key alive.
    put_on_record(settings, "key revoked", ("key", name))
