"""`rtcc devices`: register, list and revoke the screens that nobody signs in to, and the dispatch positions."""

from __future__ import annotations

from typing import Annotated

import typer

from rtcc.access.devices import KINDS, Device, DeviceRefusedError, Devices, is_over
from rtcc.cli.address import reached_at
from rtcc.cli.on_record import put_on_record
from rtcc.cli.options import DataDir
from rtcc.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Register, list and revoke wall screens and dispatch positions.")


@app.command()
def register(
    name: Annotated[str, typer.Argument(help="Where it stands; what it does is on record under this name.")],
    kind: Annotated[str, typer.Option(help=f"One of: {', '.join(KINDS)}.")],
    data: DataDir = None,
    any_address: Annotated[
        bool,
        typer.Option("--any-address", help="It may be used from anywhere, not only from the address of its first use."),
    ] = False,
    address: Annotated[
        str | None,
        typer.Option(metavar="URL", help="How browsers reach RTCC, such as https://center.example.org."),
    ] = None,
) -> None:
    """Print an address that makes one browser this device, once, within 24 hours."""
    settings = load_settings(data)
    devices = Devices(settings.data_dir)
    token = devices.register(name, kind, any_address=any_address)
    try:
        bound = "any address" if any_address else "the address of its first use"
        put_on_record(settings, "device registered", ("device", name), kind=kind, bound_to=bound)
    except Exception:
        devices.revoke(name)
        raise
    typer.echo(f"{reached_at(settings, address)}/device/{token}")


@app.command("list")
def list_(data: DataDir = None) -> None:
    """Print every device's name, kind, state and the address it is bound to."""
    for device in Devices(load_settings(data).data_dir).all():
        typer.echo(f"{device.name}\t{device.kind}\t{_state(device)}\t{_bound_to(device)}")


@app.command()
def revoke(name: str, data: DataDir = None) -> None:
    """Make a device nobody's, at once: an open screen shows no more within ten seconds."""
    settings = load_settings(data)
    revoked = Devices(settings.data_dir).revoke(name)
    if revoked is None:
        raise DeviceRefusedError(f"There is no device named {name}; `rtcc devices list` shows them.")
    put_on_record(settings, "device revoked", ("device", revoked.name), kind=revoked.kind)


def _state(device: Device) -> str:
    if device.claimed_at is not None:
        return f"claimed {device.claimed_at}"
    return "its address has ended" if is_over(device) else "not claimed yet"


def _bound_to(device: Device) -> str:
    return "any address" if device.any_address else device.address or "its first use"
