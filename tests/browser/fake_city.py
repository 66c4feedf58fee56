"""A server of made-up entities that speaks the picture and the live stream: for tests and for trying the page."""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles

from rtcc.web.basemap import open_basemap
from rtcc.web.basemap import router as basemap_router
from rtcc.web.dash_app import mount_dash
from tests.browser.bare_desk import add_bare_desk

Change = dict[str, Any]
CENTER = (-122.4425, 37.7575)
EMPTY_LAYER = {"type": "FeatureCollection", "features": []}


def instant(at: float | None = None) -> str:
    """An instant as the wire writes it."""
    when = datetime.fromtimestamp(time.time() if at is None else at, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class FakeCity:
    """The picture, its cursor and the open streams."""

    def __init__(self) -> None:
        self.entities: dict[str, dict[str, dict[str, Any]]] = {}
        self.history: list[tuple[int, bytes]] = []
        self.number = 0
        self.epoch = int(time.time() * 1000)
        self.streams: set[asyncio.Queue[bytes]] = set()
        self.silent = False
        self.feeds: list[dict[str, Any]] = []

    @property
    def cursor(self) -> str:
        return f"{self.epoch}-{self.number}"

    def apply(self, changes: list[Change]) -> None:
        """Merge the changes, then send them at once to every stream."""
        for change in changes:
            kind = self.entities.setdefault(change["kind"], {})
            if change["fields"] is None:
                kind.pop(change["id"], None)
                continue
            entity = kind.setdefault(change["id"], {})
            for name, value in change["fields"].items():
                if value is None:
                    entity.pop(name, None)
                else:
                    entity[name] = value
        self.number += 1
        data = json.dumps({"sent_at": instant(), "changes": changes}, separators=(",", ":"))
        message = f"id: {self.cursor}\nevent: change\ndata: {data}\n\n".encode()
        self.history = [*self.history[-500:], (self.number, message)]
        self.send(message)

    def send(self, message: bytes) -> None:
        if not self.silent:
            for stream in self.streams:
                stream.put_nowait(message)

    def beat(self) -> bytes:
        data = json.dumps({"server_time": instant(), "cursor": self.cursor, "feeds": self.feeds})
        return f"event: beat\ndata: {data}\n\n".encode()

    def since(self, cursor: str) -> list[bytes]:
        """What a stream that resumes at `cursor` has missed, or the order to reload."""
        epoch, _, number = cursor.partition("-")
        if epoch != str(self.epoch) or not number.isdigit():
            return [b"event: reset\ndata: {}\n\n"]
        return [message for at, message in self.history if at > int(number)]


def change(kind: str, entity: str, fields: dict[str, Any] | None) -> Change:
    now = instant()
    return {"kind": kind, "id": entity, "fields": fields, "occurred_at": now, "received_at": now}


STATUSES = ("available",) * 3 + ("dispatched", "enroute") + ("on_scene",) * 2 + ("busy", "out_of_service")
DRIVING = ("available", "dispatched", "enroute")
PLAIN_CITY = {
    "name": "Testville",
    "timezone": "America/Los_Angeles",
    "center": CENTER,
    "zoom": 12,
    "bounds": [-122.52, 37.70, -122.35, 37.84],
    "attribution": "",
    "layers": [],
}


@dataclass
class Car:
    lon: float
    lat: float
    heading: float
    status: str

    def fix(self) -> dict[str, Any]:
        return {
            "lon": round(self.lon, 6),
            "lat": round(self.lat, 6),
            "heading_deg": round(self.heading % 360, 1),
            "speed_mps": 11.0 if self.status in DRIVING else 0.0,
            "fix_at": instant(),
        }


class Fleet:
    """Units that drive about the city at a fixed rate of fixes."""

    def __init__(self, units: int, seed: int = 7) -> None:
        dice = random.Random(seed)
        self.dice = dice
        self.cars = [
            Car(
                CENTER[0] + dice.uniform(-0.055, 0.045),
                CENTER[1] + dice.uniform(-0.035, 0.04),
                dice.uniform(0, 360),
                dice.choice(STATUSES),
            )
            for _ in range(units)
        ]

    def first(self) -> list[Change]:
        return [
            change("unit", f"u{n}", {"callsign": callsign(n), "status": car.status, **car.fix()})
            for n, car in enumerate(self.cars)
        ]

    def step(self, count: int) -> list[Change]:
        """`count` units report where they are now."""
        changes = []
        for _ in range(count):
            number = self.dice.randrange(len(self.cars))
            car = self.cars[number]
            if car.status in DRIVING:
                car.heading += self.dice.uniform(-20, 20)
                car.lon += 0.0004 * math.sin(math.radians(car.heading))
                car.lat += 0.0003 * math.cos(math.radians(car.heading))
            changes.append(change("unit", f"u{number}", car.fix()))
        return changes


def callsign(number: int) -> str:
    return f"{3 + number // 60 % 9}{'ABCDE'[number % 5]}{number % 60 + 1}"


async def drive(city: FakeCity, fleet: Fleet, rate: float) -> None:
    """Send fixes at `rate` a second, one by one while slow, in the hub's batches when fast."""
    pause = max(1 / rate, 0.02)
    due, owed = time.monotonic(), 0.0
    while True:
        due += pause
        owed += rate * pause
        count, owed = int(owed), owed - int(owed)
        if count:
            city.apply(fleet.step(count))
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def beats(city: FakeCity) -> None:
    while True:
        city.send(city.beat())
        await asyncio.sleep(5)


def build(city: FakeCity, ground: Path | None, fleet: Fleet | None, rate: float) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(beats(city))]
        if fleet and rate:
            tasks.append(asyncio.create_task(drive(city, fleet, rate)))
        yield
        for task in tasks:
            task.cancel()

    app = FastAPI(lifespan=lifespan, openapi_url=None)

    @app.get("/api/v1/picture")
    async def picture() -> Response:
        return JSONResponse({"cursor": city.cursor, "as_of": instant(), "entities": city.entities})

    @app.get("/api/v1/live")
    async def live(cursor: str = "") -> Response:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        for message in [city.beat(), *city.since(cursor)]:
            queue.put_nowait(message)
        city.streams.add(queue)

        async def bodies() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield await queue.get()
            finally:
                city.streams.discard(queue)

        return StreamingResponse(bodies(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    @app.get("/api/v1/hour")
    async def hour() -> dict[str, str]:
        # It has no past.
        return {}

    @app.post("/fake/changes")
    async def inject(request: Request) -> dict[str, str]:
        city.apply([change(c["kind"], c["id"], c["fields"]) for c in await request.json()])
        return {"cursor": city.cursor}

    @app.post("/fake/feeds")
    async def feeds(request: Request) -> dict[str, int]:
        city.feeds = await request.json()
        city.send(city.beat())
        return {"streams": len(city.streams)}

    @app.post("/fake/silence")
    async def silence(request: Request) -> dict[str, bool]:
        city.silent = bool(await request.json())
        return {"silent": city.silent}

    @app.post("/fake/reset")
    async def reset() -> dict[str, str]:
        city.epoch += 1
        city.history = []
        city.send(b"event: reset\ndata: {}\n\n")
        return {"cursor": city.cursor}

    if ground:
        app.state.basemap = open_basemap(ground)
        app.include_router(basemap_router)
    else:

        @app.get("/basemap/{name}")
        async def plain(name: str) -> JSONResponse:
            if name == "city.json":
                return JSONResponse(PLAIN_CITY)
            return JSONResponse(EMPTY_LAYER)

    app.mount("/tests", StaticFiles(directory=Path(__file__).parent / "js"))
    add_bare_desk(app)
    mount_dash(app)
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8060)
    parser.add_argument("--units", type=int, default=0)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--ground", type=Path, help="a built city pack")
    parser.add_argument("--scene", type=Path, help="JSON list of changes to begin with")
    options = parser.parse_args()
    city = FakeCity()
    city.feeds = [{"source": "cad", "state": "live", "age_s": 1.0, "interval_s": 30, "last_received_at": instant()}]
    fleet = Fleet(options.units) if options.units else None
    if options.scene:
        city.apply([change(c["kind"], c["id"], c["fields"]) for c in json.loads(options.scene.read_text())])
    if fleet:
        city.apply(fleet.first())
    app = build(city, options.ground, fleet, options.rate)
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
