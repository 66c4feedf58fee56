"""The web process wired: hub, gate, API, ground and pages, in one FastAPI application."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
from collections.abc import AsyncIterator
from functools import partial

from fastapi import FastAPI, Request, Response

from rtcc.access.keys import KeyRing
from rtcc.access.sessions import Sessions
from rtcc.city.choice import city_folder
from rtcc.city.nearby_city import NearbyCity
from rtcc.feeds.declared import load_feeds
from rtcc.feeds.health import intervals_of
from rtcc.settings import Settings
from rtcc.store.connection import connect_async
from rtcc.web import basemap
from rtcc.web.answers import answer
from rtcc.web.api import alarms, eido, events, feeds, health, incidents, login, nearby, past, picture
from rtcc.web.dash_app import mount_dash
from rtcc.web.feed_desk import FeedDesk
from rtcc.web.gate import IngestGate
from rtcc.web.hosts import KnownHosts
from rtcc.web.hub import Hub
from rtcc.web.outlet import Outlet
from rtcc.web.past import Past

log = logging.getLogger(__name__)


class OpenAddressError(ValueError):
    """An address that other machines could reach, while anyone who reaches it may look."""


def require_loopback(host: str) -> None:
    """Refuse any address but loopback. Raises OpenAddressError with one sentence."""
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return
    if host != "localhost":
        raise OpenAddressError(
            f"host is {host}; it must be 127.0.0.1, ::1 or localhost: there are no accounts yet, so whoever can reach "
            "the server can look. Put a proxy on the same machine in front of it (see docker-compose.yml)."
        )


def create_app(settings: Settings) -> FastAPI:
    """Return the web application for these settings; it starts to follow the picture when it is served."""
    outlet = Outlet(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        running = [
            asyncio.create_task(work, name=name)
            for name, work in (
                ("hub", app.state.hub.run()),
                ("gate", app.state.gate.run()),
                ("backlog", app.state.gate.watch_backlog()),
            )
        ]
        for task in running:
            task.add_done_callback(_end_process_on_failure)
        yield
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await app.state.past.close()
        app.state.feeds.close()

    app = FastAPI(title="RTCC", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.keys = KeyRing(settings.data_dir)
    app.state.sessions = Sessions(partial(connect_async, settings))
    app.state.store = outlet.store
    app.state.gate = IngestGate(outlet.send, outlet.backlog, settings.backlog_limit, outlet.journal)
    declared = load_feeds(settings.feeds_path())
    app.state.hub = Hub(partial(connect_async, settings), intervals_of(declared), declared)
    app.state.feeds = FeedDesk(settings, declared)
    pack = city_folder(settings)
    app.state.basemap = basemap.open_basemap(pack)
    app.state.nearby = NearbyCity(pack)
    #: Our name among those that exchange incidents.
    app.state.issuer = f"rtcc.{settings.journal_name}"
    app.state.wall_tour_s = settings.wall_tour_s
    app.state.past = Past(settings)
    for part in (login, events, feeds, alarms, incidents, eido, picture, nearby, past, health, basemap):
        app.include_router(part.router)
    app.add_exception_handler(Exception, _say_nothing)
    mount_dash(app)
    app.add_middleware(KnownHosts, hosts=settings.hosts)
    return app


async def _say_nothing(request: Request, error: Exception) -> Response:
    """Answer an unforeseen failure without a traceback; the log has it."""
    # The route and not the path, which may hold a sign-in address.
    route = getattr(request.scope.get("route"), "path", "a path of no route")
    log.error("Unforeseen failure in %s %s", request.method, route, exc_info=error)
    return answer(500, {"detail": "Something failed on the server; its log says what."})


def _end_process_on_failure(task: asyncio.Task[None]) -> None:
    # A web process whose hub has died would go on showing an old picture: better it ends and is started again.
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("The %s failed; this process ends.", task.get_name(), exc_info=error)
        os.kill(os.getpid(), signal.SIGTERM)
