"""`rtcc keys`: make, list and revoke API keys."""

from __future__ import annotations

from typing import Annotated

import typer

from rtcc.access.keys import SCOPES, KeyRefusedError, KeyRing
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
    typer.echo(KeyRing(load_settings(data).data_dir).create(name, scope))


@app.command("list")
def list_(data: DataDir = None) -> None:
    """Print every key's name, scope and when it was made."""
    for key in KeyRing(load_settings(data).data_dir).all():
        typer.echo(f"{key.name}\t{key.scope}\t{key.created_at}")


@app.command()
def revoke(name: str, data: DataDir = None) -> None:
    """Make a key worthless, at once."""
    if not KeyRing(load_settings(data).data_dir).revoke(name):
        raise KeyRefusedError(f"There is no key named {name}; `rtcc keys list` shows them.")
