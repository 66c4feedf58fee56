"""`rtcc users`: let people in, by a sign-in address that works once."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

import typer

from rtcc.access.roles import ROLES
from rtcc.access.sessions import Sessions
from rtcc.cli.address import told_address
from rtcc.cli.options import DataDir
from rtcc.settings import Settings, load_settings
from rtcc.store.connection import connect_async, store_url

app = typer.Typer(no_args_is_help=True, help="Let people in.")


@app.callback()
def users() -> None:
    """Let people in."""


@app.command()
def link(
    name: Annotated[str, typer.Argument(help="Who will sign in; what they do is on record under this name.")],
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(ROLES)}.")],
    data: DataDir = None,
    address: Annotated[
        str | None,
        typer.Option(metavar="URL", help="How browsers reach RTCC, such as https://center.example.org."),
    ] = None,
) -> None:
    """Print an address that signs this person in once, within 24 hours."""
    settings = load_settings(data)
    # Says first where there is no store at all, and how to have one.
    store_url(settings)
    token = asyncio.run(_invite(settings, name, role))
    reached = address or told_address(settings) or f"http://{settings.host}:{settings.port}"
    typer.echo(f"{reached.rstrip('/')}/login/{token}")


async def _invite(settings: Settings, name: str, role: str) -> str:
    sessions = Sessions(partial(connect_async, settings))
    try:
        return await sessions.invite(name, role)
    finally:
        await sessions.close()
