"""`rtcc feeds` and `rtcc replay`: events from files and from the past."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rtcc.cli.options import DataDir
from rtcc.cli.sending import send_recording, stop_event
from rtcc.feeds.catalogue import find_mapping, shipped_mappings
from rtcc.feeds.transports.clock import SystemClock
from rtcc.feeds.transports.file_replay import FASTEST, SLOWEST
from rtcc.feeds.transports.file_replay import Progress as ReplayProgress
from rtcc.feeds.transports.recording import RecordingError, Trouble, load_recording
from rtcc.model.event import Event, EventError, parse_event
from rtcc.model.wire import decode
from rtcc.picture.deadletters import DeadLetter, DeadLetters
from rtcc.picture.inbox import open_inbox
from rtcc.picture.received import Received
from rtcc.settings import load_settings
from rtcc.store import keys
from rtcc.store.connection import connect

app = typer.Typer(no_args_is_help=True, help="The feeds, and the events that could not be taken.")

_STEP_S = 0.25


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


@app.command("list")
def list_() -> None:
    """Print the mappings that recordings and feeds can be read with."""
    for mapping in shipped_mappings():
        typer.echo(f"{mapping.name}\t{mapping.kind}s from {mapping.source}, expected every {mapping.interval_s:g} s")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A recording: CSV, or JSON rows.")],
    mapping: Annotated[str | None, typer.Option(help="The mapping to read it with; default: by its columns.")] = None,
) -> None:
    """Read a recording without sending anything, and say what could and could not be read."""
    recording = load_recording(file, find_mapping(mapping) if mapping else None)
    typer.echo(f"{recording.rows:,} rows read as {recording.mapping.name}: {len(recording.moments):,} events.")
    for trouble in recording.troubles:
        typer.echo(_said(trouble))


@app.command()
def forget(source: Annotated[str, typer.Argument(help="As `rtcc doctor` shows it.")], data: DataDir = None) -> None:
    """Stop showing a source that will not come back; it is shown again as soon as it speaks."""
    if not connect(load_settings(data)).hdel(keys.HEARD, source):
        raise RecordingError(f"No source named {source} has ever been heard.")


@app.command()
def redrive(data: DataDir = None) -> None:
    """Send the dead letters again; those that can be taken now are no longer dead."""
    settings = load_settings(data)
    letters = DeadLetters(connect(settings))
    inbox = open_inbox(settings)
    taken, still = 0, 0
    for letter in list(letters.all()):
        now = datetime.now(UTC)
        try:
            events = _events_of(letter, now)
        except EventError:
            still += 1
            continue
        # Received anew, at another moment: those bytes are what these events lead back to.
        again = [Received(now, letter.source, "application/json", letter.raw)] if events[0].received_at == now else []
        inbox.put(events, again if settings.keeps_journal() else ())
        letters.remove(letter)
        taken += 1
    typer.echo(f"{taken:,} dead letters were sent again; {still:,} still cannot be read.")


def _events_of(letter: DeadLetter, now: datetime) -> list[Event]:
    if not letter.whole:
        raise EventError("raw", "The letter was cut; ask the source to send it again.")
    try:
        value = orjson.loads(letter.raw)
    except orjson.JSONDecodeError:
        raise EventError("raw", "The letter is not JSON.") from None
    if type(value) is list and value and type(value[0]) is list:
        # A worker's own dead letter: events as they travel between our processes.
        try:
            return decode(letter.raw)
        except (ValueError, TypeError):
            raise EventError("raw", "The letter is a list of lists, and no batch of ours.") from None
    events = [parse_event(item, now) for item in (value if type(value) is list else [value])]
    if not events:
        raise EventError("raw", "The letter holds no event.")
    return events


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
