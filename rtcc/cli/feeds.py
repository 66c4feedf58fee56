"""`rtcc feeds`, `rtcc replay` and `rtcc simulate`: events from files, from the past and from nowhere."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rtcc.cli.options import DataDir
from rtcc.cli.showcase import past_calls
from rtcc.feeds.catalogue import find_mapping, shipped_mappings
from rtcc.feeds.transports.clock import SystemClock
from rtcc.feeds.transports.file_replay import FASTEST, SLOWEST
from rtcc.feeds.transports.file_replay import Progress as ReplayProgress
from rtcc.feeds.transports.file_replay import replay as replay_recording
from rtcc.feeds.transports.recording import Recording, RecordingError, Trouble, load_recording
from rtcc.feeds.transports.simulator import Simulator
from rtcc.model.event import Event, EventError, parse_event
from rtcc.model.wire import decode
from rtcc.picture.deadletters import DeadLetter, DeadLetters
from rtcc.picture.inbox import Inbox, open_inbox
from rtcc.settings import Settings, load_settings
from rtcc.store import keys
from rtcc.store.connection import NoStoreError, connect
from rtcc.tasks import StoreUnavailable

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
    clock = SystemClock(_stop_event())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=len(recording.moments))

        def report(progress: ReplayProgress) -> None:
            said = f"waiting: {progress.trouble}" if progress.trouble else f"{progress.behind_s:.1f} s behind"
            bar.update(task, completed=progress.sent, description=said)

        _replay(recording, settings, clock, speed, _beginning(begin), report, loop=loop)
    typer.echo(f"Sent {len(recording.moments):,} events; {len(recording.troubles):,} rows could not be read.")


def simulate(
    units: Annotated[int, typer.Option(min=0, max=5000, help="Invented units.")] = 40,
    per_hour: Annotated[float, typer.Option(min=0, help="Invented incidents an hour, where none are replayed.")] = 120,
    data: DataDir = None,
) -> None:
    """Bring a city to life: past calls where a recording is at hand, else invented ones; the units are invented."""
    settings = load_settings(data)
    stop = _stop_event()
    clock = SystemClock(stop)
    calls = past_calls(settings)
    city = Simulator.from_ground(
        _ground(settings),
        units=units,
        per_hour=0 if calls else per_hour,
        scale=settings.replay_speed if calls else 1.0,
    )
    told: list[Event] = []
    if calls:
        recording = load_recording(calls)
        threading.Thread(
            target=_replay,
            args=(recording, settings, clock, settings.replay_speed, 0.35, lambda _: None, told.extend),
            kwargs={"loop": True},
            daemon=True,
            name="replay",
        ).start()
    send = _waiting_sender(settings, clock)
    while not stop.is_set():
        while told:
            event = told.pop(0)
            city.incident_seen(event.id, event.data)
        send(city.step(clock.now()))
        clock.wait(_STEP_S)
    send(city.leave(clock.now()))


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
        try:
            events = _events_of(letter)
        except EventError:
            still += 1
            continue
        inbox.put(events)
        letters.remove(letter)
        taken += 1
    typer.echo(f"{taken:,} dead letters were sent again; {still:,} still cannot be read.")


def _events_of(letter: DeadLetter) -> list[Event]:
    if not letter.whole:
        raise EventError("raw", "The letter was cut; ask the source to send it again.")
    now = datetime.now(UTC)
    try:
        value = orjson.loads(letter.raw)
    except orjson.JSONDecodeError:
        raise EventError("raw", "The letter is not JSON.") from None
    if type(value) is list and value and type(value[0]) is list:
        # A worker's own dead letter: events as they travel between our processes.
        return decode(letter.raw.decode())
    return [parse_event(item, now) for item in (value if type(value) is list else [value])]


def _replay(
    recording: Recording,
    settings: Settings,
    clock: SystemClock,
    speed: float,
    begin: float | datetime,
    report: Callable[[ReplayProgress], None],
    tell: Callable[[list[Event]], None] = lambda _: None,
    *,
    loop: bool,
) -> None:
    sender = _LateSender(settings)

    def send(events: list[Event]) -> None:
        sender.send(events)
        tell(events)

    replay_recording(
        recording,
        send,  # type: ignore[arg-type]
        clock=clock,
        speed=speed,
        begin=begin,
        loop=loop,
        report=report,
        unavailable=(StoreUnavailable, NoStoreError),
    )


class _LateSender:
    """A sender that looks for the store when there is something to send."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._inbox: Inbox | None = None

    def send(self, events: list[Event]) -> None:
        if self._inbox is None:
            self._inbox = open_inbox(self._settings)
        self._inbox.put(events)


def _waiting_sender(settings: Settings, clock: SystemClock) -> Callable[[list[Event]], None]:
    sender = _LateSender(settings)

    def send(events: list[Event]) -> None:
        while events:
            try:
                sender.send(events)
                return
            except (StoreUnavailable, NoStoreError):
                if clock.wait(0.5):
                    return

    return send


def _ground(settings: Settings) -> Path:
    # The web process prepares it too, but may not be there yet; whoever comes second finds it done.
    subprocess.run([sys.executable, "-m", "rtcc.cli.ground", str(settings.data_dir)], check=True)  # noqa: S603
    return settings.data_dir / "ground"


def _said(trouble: Trouble) -> str:
    return f"Row {trouble.row:,}{' is left out' if trouble.refused else ''}: {trouble.reason}"


def _stop_event() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _beginning(text: str) -> float | datetime:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("it must be a share from 0 to 1, or a time such as 2026-01-16T18:00") from None
