"""`rtcc simulate`: a city that lives, from past calls where there are any, else from nowhere."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Annotated

import typer

from rtcc.city.choice import city_folder
from rtcc.city.pack import PackError, load_pack
from rtcc.city.ready import make_ready
from rtcc.cli.options import DataDir
from rtcc.cli.sending import send_recording, stop_event, waiting_sender
from rtcc.cli.showcase import past_calls
from rtcc.feeds.transports.clock import SystemClock
from rtcc.feeds.transports.recording import load_recording
from rtcc.model.event import Event
from rtcc.picture.provenance import written_only_by
from rtcc.settings import Settings, load_settings
from rtcc.store.connection import NoStoreError, StoreAway, connect

_STEP_S = 0.1
#: After a pause of the machine the city goes on from where it was.
_PAUSE_S = 30.0
#: What an earlier run had sent may still be on its way into the picture when we begin; so long after, it is there.
_LOOK_AGAIN_S = 60.0
_SOURCES = "sim-"


def simulate(
    units: Annotated[int | None, typer.Option(min=0, max=10_000, help="Units on duty; default: 120 × rate.")] = None,
    rate: Annotated[float, typer.Option(min=0, max=100, help="How many times as much happens.")] = 1.0,
    speed: Annotated[float, typer.Option(min=0.1, max=600, help="How much faster than life.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city life.")] = 1,
    begin: Annotated[str | None, typer.Option(help="The city's local time to begin at: 2026-11-20 18:00.")] = None,
    data: DataDir = None,
) -> None:
    """Bring a city to life: past calls where a recording is chosen, else invented ones; the units are invented."""
    # Here, because the geometry libraries would stay in the memory of every other command, the web server's too.
    from rtcc.cli.world import world_of  # noqa: PLC0415
    from rtcc.feeds.transports.simulator import NoCityError, Simulator  # noqa: PLC0415

    local = _local(begin)
    settings = load_settings(data)
    stop = stop_event()
    clock = SystemClock(stop)
    make_ready(settings)
    world = world_of(load_pack(city_folder(settings)))
    calls = past_calls(settings)
    recording = load_recording(calls) if calls else None
    send = waiting_sender(settings, clock)
    ghosts = _left_behind(settings, clock, set())
    started = clock.now()
    try:
        city = Simulator(
            world,
            start=started,
            begin=local,
            units=units,
            rate=rate,
            speed=settings.replay_speed if recording else speed,
            seed=seed,
            invented=recording is None,
        )
    except NoCityError as error:
        raise PackError(str(error)) from None
    send(ghosts)
    told: list[Event] = []
    if recording is not None:
        threading.Thread(
            target=send_recording,
            args=(recording, settings, clock, settings.replay_speed, 0.35, lambda _: None, told.extend),
            kwargs={"loop": True},
            daemon=True,
            name="replay",
        ).start()
    last, look_again_at = clock.now(), started + timedelta(seconds=_LOOK_AGAIN_S)
    while not stop.is_set():
        while told:
            event = told.pop(0)
            city.incident_seen(event.id, event.data)
        now = clock.now()
        if (now - last).total_seconds() > _PAUSE_S:
            city.skip((now - last).total_seconds())
        send(_received(city.step(now), clock.now()))
        last = now
        if now >= look_again_at:
            look_again_at = datetime.max.replace(tzinfo=now.tzinfo)
            send(_left_behind(settings, clock, city.known))
        clock.wait(_STEP_S)
    send(_received(city.leave(clock.now()), clock.now()))


def _received(events: list[Event], now: datetime) -> list[Event]:
    """Return events as received when they are handed over; the simulator itself knows no clock."""
    return [event._replace(received_at=now) for event in events]


def _left_behind(settings: Settings, clock: SystemClock, known: set[tuple[str, str]]) -> list[Event]:
    """Return the withdrawal of all that an earlier run, ended without a word, has left in the picture."""
    while True:
        try:
            found = written_only_by(connect(settings), _SOURCES)
            break
        except (NoStoreError, *StoreAway):
            if clock.wait(0.5):
                return []
    now = clock.now()
    return [
        Event(kind, id_, agency, "sim-cad", now, now, None, None)
        for kind, id_, agency in found
        if (kind, id_) not in known
    ]


def _local(begin: str | None) -> datetime | None:
    if begin is None:
        return None
    try:
        local = datetime.fromisoformat(begin)
    except ValueError:
        raise typer.BadParameter("--begin must be a time such as '2026-11-20 18:00'.") from None
    if local.tzinfo is not None:
        raise typer.BadParameter("--begin is the city's local time; leave the offset out.")
    return local
