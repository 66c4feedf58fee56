"""`rtcc up`: everything on one machine, in the foreground; and `rtcc web`, its web process alone."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from rtcc.access.accounts import Accounts
from rtcc.alarms.parameters import read_plan
from rtcc.city.choice import is_ready
from rtcc.city.ready import make_ready, require_built, start_building
from rtcc.cli.address import address_of, tell_address
from rtcc.cli.first_admin import tell_first_admin, tell_first_admin_once
from rtcc.cli.options import DataDir
from rtcc.cli.own_files import require_own_files
from rtcc.cli.readiness import answers
from rtcc.cli.supervisor import Child, Supervisor, end_process
from rtcc.feeds.declared import LONG_LIVED, load_feeds, load_table
from rtcc.feeds.payload import FeedTableError
from rtcc.feeds.transports.tables import check_transport
from rtcc.garbage import look_for_rings_seldom
from rtcc.settings import Settings, load_settings
from rtcc.store.embedded import EmbeddedStore
from rtcc.tasks import POLL_QUEUE, QUEUES

_READY_WITHIN_S = 60.0
_PYTHON = [sys.executable, "-m"]


class CannotStartError(RuntimeError):
    """Something that must be true before we start is not; the message says what and what to do."""


Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port of the web server; default 8050.")]


def web(
    data: DataDir = None,
    port: Port = None,
    host: Annotated[str | None, typer.Option("--host", help="Others than loopback: see docs/hardening.md.")] = None,
) -> None:
    """Serve the screens and the API; on loopback, until others may be let in."""
    # Here, because these take a second to import that the other commands should not have to wait.
    import uvicorn  # noqa: PLC0415

    from rtcc.web.server import create_app  # noqa: PLC0415
    from rtcc.web.serving import how_to_serve  # noqa: PLC0415

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = _chosen(data, port, host)
    _require_safe_binding(settings)
    require_own_files(settings)
    make_ready(settings)
    app = create_app(settings)
    tell_address(settings)
    # `rtcc up` tells it itself; what its web process printed would stand in a log.
    if _is_nobody_at(settings.data_dir):
        tell_first_admin_once(settings, partial(answers, settings))
    look_for_rings_seldom()
    uvicorn.run(app, **how_to_serve(settings))


def up(
    data: DataDir = None,
    port: Port = None,
    simulator: Annotated[bool, typer.Option(help="Show past or invented calls and units.")] = True,
    city: Annotated[
        Path | None, typer.Option(help="A city pack, or a recipe for one; default: the invented city.")
    ] = None,
) -> None:
    """Start everything on this machine: store, worker, beat, web, and a city to look at. Ctrl-C ends it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = _chosen(data, port, None, city)
    read_plan(settings.alarms)
    _tell_of_feeds(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.data_dir.chmod(0o700)
    require_own_files(settings)
    _require_safe_binding(settings)
    with alone(settings.data_dir), _stop_signal() as stop:
        _require_free(settings.host, settings.port)
        _build_city(settings, stop)
        if not stop.is_set():
            _run(settings, simulator, stop)


def _require_safe_binding(settings: Settings) -> None:
    """Raise CannotStartError where others could reach the server and must not yet."""
    from rtcc.web.binding import OpenAddressError, require_safe_binding  # noqa: PLC0415 - as above

    try:
        require_safe_binding(settings, Accounts(settings.data_dir))
    except OpenAddressError as error:
        raise CannotStartError(str(error)) from None


def _tell_of_feeds(settings: Settings) -> None:
    """Say of each feed that cannot be heard why; a center starts without it. Raises FeedTableError where none can."""
    for feed in load_feeds(settings.feeds_path()):
        try:
            if feed.enabled:
                check_transport(feed)
        except FeedTableError as error:
            typer.echo(f"rtcc: {error} It starts without this feed.", err=True)


def _build_city(settings: Settings, stop: threading.Event) -> None:
    """Have the city built where it is not there yet, which takes some seconds; Ctrl-C ends that too."""
    if is_ready(settings):
        return
    typer.echo("Building the city, once ...")
    builder = start_building(settings)
    while builder.poll() is None and not stop.wait(0.05):
        pass
    if builder.returncode is None:
        end_process(builder, 2.0)
    else:
        require_built(builder, settings)


def _run(settings: Settings, simulator: bool, stop: threading.Event) -> None:
    supervisor = Supervisor(settings.data_dir / "run", settings.data_dir / "logs", _environment(settings))
    store, own_store = None, None
    try:
        if settings.redis_url is None:
            store = EmbeddedStore(settings, partial(supervisor.spawn, "store"))
            own_store = Child("store", store.start)
            supervisor.start(own_store)
            threading.Thread(target=store.keep_synced, daemon=True, name="sync").start()
        for name, command, stop_s in _commands(settings, simulator):
            supervisor.start(Child(name, partial(supervisor.spawn, name, command), stop_s))
        began, told = time.monotonic(), False
        while not stop.wait(0.1):
            supervisor.look()
            if not told and (answers(settings) or time.monotonic() - began > _READY_WITHIN_S):
                told = True
                _greet(settings, ready=answers(settings))
    finally:
        if own_store is not None:
            supervisor.children.remove(own_store)
        supervisor.stop()
        if store is not None:
            store.close()
            if own_store is not None and own_store.process is not None:
                end_process(own_store.process, 2.0)


def _commands(settings: Settings, simulator: bool) -> Iterator[tuple[str, list[str], float]]:
    celery = [*_PYTHON, "celery", "--quiet", "--app"]
    data = ["--data", str(settings.data_dir)]
    yield "web", [*_PYTHON, "rtcc.cli", "web", *data], 4.0
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    worker = ["workers.app", "worker", "--queues", ",".join(QUEUES), "--concurrency", "2", *quiet]
    yield "worker", [*celery, *worker], 6.0
    beat = ["workers.schedule", "beat", "--schedule", str(settings.data_dir / "run" / "beat"), "--pidfile="]
    yield "beat", [*celery, *beat, "--loglevel", "WARNING"], 3.0
    yield "alarms", [*_PYTHON, "workers.alarms"], 3.0
    transports = {feed.transport_name for feed in load_feeds(settings.feeds_path()) if feed.enabled}
    if "poll" in transports:
        polls = ["workers.poll", "worker", "--queues", POLL_QUEUE, "--pool", "threads", "--concurrency", "4", *quiet]
        # A poll that is cut short writes nothing down, and is made again.
        yield "polls", [*celery, *polls], 4.0
    if transports & LONG_LIVED:
        yield "listen", [*_PYTHON, "workers.listen"], 4.0
    if load_table(settings.feeds_path(), "cot_out") is not None:
        yield "cot_out", [*_PYTHON, "workers.cot_out"], 3.0
    if settings.keeps_journal():
        # What it has gathered it still writes; what it does not get done waits in the store.
        yield "journal", [*_PYTHON, "workers.journal"], 6.0
    if simulator:
        yield "city", [*_PYTHON, "rtcc.cli", "simulate", *data], 3.0


def _environment(settings: Settings) -> dict[str, str]:
    chosen = {
        "RTCC_DATA_DIR": str(settings.data_dir),
        "RTCC_CITY_SEED": str(settings.city_seed),
        "RTCC_HOST": settings.host,
        "RTCC_PORT": str(settings.port),
        "PYTHONUNBUFFERED": "1",
        # Two cores are shared by all of us: the numeric libraries' own threads only get in the way.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    if settings.city is not None:
        chosen["RTCC_CITY"] = str(settings.city.absolute())
    return os.environ | chosen


def _chosen(data: Path | None, port: int | None, host: str | None, city: Path | None = None) -> Settings:
    settings = load_settings(data)
    over = {"port": port, "host": host, "city": city, "data_dir": settings.data_dir.absolute()}
    return settings.model_copy(update={name: value for name, value in over.items() if value is not None})


@contextlib.contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    with (data_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStartError(f"RTCC runs already with {data_dir}; end it first, or use another --data.") from None
        yield


def _is_nobody_at(data_dir: Path) -> bool:
    """Say whether no `rtcc up` runs with this folder."""
    with contextlib.suppress(CannotStartError), alone(data_dir):
        return True
    return False


@contextlib.contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    yield stop


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise CannotStartError(f"Port {port} on {host} is in use; choose another with --port.") from None


def _greet(settings: Settings, *, ready: bool) -> None:
    if ready:
        typer.echo(f"RTCC is live: {address_of(settings)}/wall")
        tell_first_admin(settings)
        typer.echo(f"Data and logs: {settings.data_dir}. Ctrl-C ends it.")
    else:
        typer.echo(f"RTCC is not ready after a minute; the logs are in {settings.data_dir / 'logs'}.", err=True)
