"""`rtcc feeds` and `rtcc replay`: events from files and from the past."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rtcc.cli.feeds_check import check, mappings
from rtcc.cli.feeds_list import list_feeds
from rtcc.cli.feeds_redrive import redrive, resume
from rtcc.cli.options import DataDir
from rtcc.cli.sending import send_recording, stop_event
from rtcc.feeds.catalogue import find_mapping
from rtcc.feeds.transports.clock import SystemClock
from rtcc.feeds.transports.file_replay import FASTEST, SLOWEST
from rtcc.feeds.transports.file_replay import Progress as ReplayProgress
from rtcc.feeds.transports.recording import RecordingError, Trouble, load_recording
from rtcc.settings import load_settings
from rtcc.store import keys
from rtcc.store.connection import connect

app = typer.Typer(no_args_is_help=True, help="The feeds, and the events that could not be taken.")

app.command()(check)
app.command()(mappings)
app.command("list")(list_feeds)
app.command()(redrive)
app.command()(resume)


def replay(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A recording: CSV, or JSON rows.")],
    speed: Annotated[float, typer.Option(min=SLOWEST, max=FASTEST, help="How much faster than life.")] = 1.0,
    begin: Annotated[
        str, typer.Option(help="Send all before this at once: a share of the events, or a recorded time.")
    ] = "0.05",
    mapping: Annotated[str | None, typer.Option(help="The mapping to read it with; default: by its columns.")] = None,
    loop: Annotated[bool, typer.Option(help="Begin again when it ends.")] = False,
    data: DataDir = None,
) -> None:
    """Play a recording as if it happened now, through the same way that live events take."""
    settings = load_settings(data)
    recording = load_recording(file, find_mapping(mapping) if mapping else None)
    for trouble in recording.troubles[:20]:
        typer.echo(_said(trouble), err=True)
    clock = SystemClock(stop_event())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=len(recording.moments))

        def report(progress: ReplayProgress) -> None:
            said = f"waiting: {progress.trouble}" if progress.trouble else f"{progress.behind_s:.1f} s behind"
            bar.update(task, completed=progress.sent, description=said)

        send_recording(recording, settings, clock, speed, _beginning(begin), report, loop=loop)
    typer.echo(f"Sent {len(recording.moments):,} events; {len(recording.troubles):,} rows could not be read.")


@app.command()
def forget(source: Annotated[str, typer.Argument(help="As `rtcc doctor` shows it.")], data: DataDir = None) -> None:
    """Stop showing a source that will not come back; it is shown again as soon as it speaks."""
    if not connect(load_settings(data)).hdel(keys.HEARD, source):
        raise RecordingError(f"No source named {source} has ever been heard.")


def _said(trouble: Trouble) -> str:
    return f"Row {trouble.row:,}{' is left out' if trouble.refused else ''}: {trouble.reason}"


def _beginning(text: str) -> float | datetime:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("it must be a share from 0 to 1, or a time such as 2026-01-16T18:00") from None
