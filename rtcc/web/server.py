"""The web process wired: hub, gate, API, ground and pages, in one FastAPI application."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator
from functools import partial

from fastapi import FastAPI, Request, Response

from rtcc.access.accounts import Accounts
from rtcc.access.asked_store import AccessAway
from rtcc.access.audit import AuditLog, AuditUnavailable
from rtcc.access.devices import Devices
from rtcc.access.door import open_door
from rtcc.access.keys import KeyRing
from rtcc.access.openid import OpenId
from rtcc.access.reasons import Reasons
from rtcc.access.sessions import Sessions
from rtcc.city.choice import city_folder
from rtcc.city.nearby_city import NearbyCity
from rtcc.feeds.declared import load_feeds
from rtcc.feeds.health import intervals_of
from rtcc.settings import Settings
from rtcc.store.connection import connect_async
from rtcc.web import basemap
from rtcc.web.answers import answer
from rtcc.web.api import (
    account,
    alarms,
    audit,
    devices,
    eido,
    events,
    feeds,
    health,
    incidents,
    invitation,
    locked,
    login,
    nearby,
    openid,
    past,
    people,
    picture,
    reasons,
    review,
    second_factor,
    second_step,
    session,
)
from rtcc.web.dash_app import mount_dash
from rtcc.web.feed_desk import FeedDesk
from rtcc.web.gate import IngestGate
from rtcc.web.hardening import harden
from rtcc.web.hub import Hub
from rtcc.web.outlet import Outlet
from rtcc.web.past import Past
from rtcc.web.reasoned import ReasonNeeded, Views, say_needed
from rtcc.web.security_headers import ALWAYS
from rtcc.web.stray_devices import records_strays

log = logging.getLogger(__name__)


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
        await app.state.sessions.close()
        await app.state.reasons.close()
        await app.state.door.close()
        app.state.audit.close()
        app.state.feeds.close()

    app = FastAPI(title="RTCC", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.keys = KeyRing(settings.data_dir)
    app.state.accounts = Accounts(settings.data_dir, settings.access.unused_days)
    app.state.sessions = Sessions(partial(connect_async, settings), settings.access.lock_after_s)
    app.state.audit = AuditLog(settings)
    app.state.reasons = Reasons(partial(connect_async, settings))
    app.state.views = Views()
    app.state.devices = Devices(settings.data_dir, records_strays(app.state.audit))
    app.state.door = door = open_door(settings, app.state.accounts)
    app.state.openid = None if settings.access.openid is None else OpenId(settings.access.openid, door.store)
    app.state.settings = settings
    app.state.wall_is_open = settings.wall_is_open()
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
    for part in (
        login,
        second_step,
        openid,
        # Whatever else stands after /login/ is the token of an address.
        invitation,
        session,
        account,
        locked,
        people,
        devices,
        second_factor,
        audit,
        review,
        reasons,
        events,
        feeds,
        alarms,
        incidents,
        eido,
        picture,
        nearby,
        past,
        health,
        basemap,
    ):
        app.include_router(part.router)
    app.add_exception_handler(Exception, _say_nothing)
    for trouble in (AccessAway, AuditUnavailable):
        app.add_exception_handler(trouble, _say_later)
    app.add_exception_handler(ReasonNeeded, say_needed)
    mount_dash(app)
    harden(app, settings)
    return app


async def _say_nothing(request: Request, error: Exception) -> Response:
    """Answer an unforeseen failure without a traceback; the log has it."""
    # The route and not the path, which may hold a sign-in address.
    route = getattr(request.scope.get("route"), "path", "a path of no route")
    log.error("Unforeseen failure in %s %s", request.method, route, exc_info=error)
    # It is answered outside of everything that stands before the routes.
    return answer(500, {"detail": "Something failed on the server; its log says what."}, dict(ALWAYS))


async def _say_later(_: Request, trouble: Exception) -> Response:
    """Answer what only the store or the record's disk stands in the way of."""
    return answer(503, {"detail": str(trouble)}, {"Retry-After": "1"})


def _end_process_on_failure(task: asyncio.Task[None]) -> None:
    # A web process whose hub has died would go on showing an old picture: better it ends and is started again.
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("The %s failed; this process ends.", task.get_name(), exc_info=error)
        os.kill(os.getpid(), signal.SIGTERM)
