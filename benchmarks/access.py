"""Access: what the guards before the application cost: two web processes of one installation, with them and without."""

from __future__ import annotations

import http.client
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks import fleet
from benchmarks.installation import Installation, free_port
from benchmarks.posting import Poster
from benchmarks.processes import Companion, Meter, cpu_of
from benchmarks.report import Row, row, show
from benchmarks.under_load import Load, preload, under_load
from rtcc.model.event import iso
from rtcc.web.document import modules

#: So much more CPU may access cost than none.
ASKED_RATIO = 1.05
_WITH, _WITHOUT = "with access", "without"
#: Pages by their entry, each opened so many times a round.
_PAGES = {"wall": "/wall", "dispatch": "/dispatch", "supervisor": "/supervisor", "incident": "/incident/opened"}
_OPENED = 5
#: What every page of Dash asks for besides its own document and modules, and the picture.
_BESIDES = (
    "/_dash-layout",
    "/_dash-dependencies",
    "/assets/css/00-tokens.css",
    "/api/v1/picture",
    "/basemap/city.json",
)


def run(*, quick: bool = False) -> dict[str, Any]:
    """Measure, print one table and return the result."""
    load = Load(200, 50, 10, 0) if quick else Load(5_000, 1_000, 100, 0)
    seconds, rounds = (3.0, 2) if quick else (20.0, 9)
    with Installation() as rtcc, ExitStack() as stack:
        preload(rtcc, load.units)
        _enter_incident(rtcc)
        cookie = _signed_in(rtcc)
        servers = {}
        for name in (_WITH, _WITHOUT):
            config = {"data": str(rtcc.data), "port": free_port(), "guarded": name == _WITH}
            servers[name] = (stack.enter_context(Companion("benchmarks.open_server", config)), config["port"])
        streams = _streams(rtcc, servers, load, cookie, seconds)
        pages = _pages(servers, cookie, rounds)
    rows: list[Row] = [
        row("stream: with ÷ without", streams["ratio"], "× CPU", at_most=ASKED_RATIO, note=streams["note"]),
        *(
            row(f"{address}: with ÷ without", one["ratio"], "× CPU", at_most=ASKED_RATIO, note=one["note"])
            for address, one in pages.items()
        ),
    ]
    title = f"Access: {load.viewers} listeners at {load.rate:,} reports/s, and pages, with the guards and without"
    show(title, rows)
    return {"title": "Access", "rows": rows, "load": load._asdict(), "streams": streams, "pages": pages}


def _enter_incident(rtcc: Installation) -> None:
    """Bring the incident that is opened into the picture."""
    told = {"type": "Noise", "priority": 3, "status": "pending", "lat": 0.0, "lon": 0.0}
    envelope = {"kind": "incident", "id": "opened", "agency": "BENCH", "source": "benchmark"}
    poster = Poster(rtcc.port, rtcc.key)
    poster.post_until_taken(fleet.body([envelope | {"occurred_at": iso(datetime.now(UTC)), "data": told}]))
    poster.close()
    rtcc.wait_seen("incident", 1)


def _signed_in(rtcc: Installation) -> str:
    """Return the cookie of a dispatcher."""
    path = rtcc.sign_in_address("dispatcher").removeprefix(rtcc.address)
    connection = http.client.HTTPConnection("127.0.0.1", rtcc.port)
    connection.request("POST", path, headers={"Sec-Fetch-Site": "same-origin"})
    answer = connection.getresponse()
    cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    connection.close()
    return next(value.partition(";")[0] for value in cookies if value.startswith("rtcc_session="))


def _streams(rtcc: Installation, servers: dict[str, Any], load: Load, cookie: str, seconds: float) -> dict[str, Any]:
    """Let the same changes go to as many listeners of each, at the same time."""
    with ExitStack() as stack:
        for _, port in servers.values():
            config = {"port": port, "readers": load.viewers, "cookie": cookie}
            stack.enter_context(Companion("benchmarks.readers", config))
        with under_load(rtcc, load, 0), Meter(lambda: {name: [one.pid] for name, (one, _) in servers.items()}) as meter:
            time.sleep(seconds)
    cpu = {name: meter.cpu[name] for name in servers}
    note = ", ".join(f"{name} {used:.2f} s" for name, used in cpu.items()) + f" in {meter.wall_s:.0f} s"
    return {"ratio": cpu[_WITH] / max(0.01, cpu[_WITHOUT]), "note": note, "cost": meter.told()}


def _pages(servers: dict[str, Any], cookie: str, rounds: int) -> dict[str, Any]:
    """Open the same pages at both, in turn, and compare the CPU of each round."""
    found = {}
    for name, address in _PAGES.items():
        paths = [address, *(f"/assets/js/{one}" for one in modules(f"pages/{name}.js")), *_BESIDES]
        used: dict[str, list[float]] = {server: [] for server in servers}
        for _ in range(rounds):
            for server, (one, port) in servers.items():
                before = cpu_of(one.pid)
                _ask(port, paths * _OPENED, cookie)
                used[server].append((cpu_of(one.pid) - before) / _OPENED * 1000)
        ms = {server: median(values) for server, values in used.items()}
        note = ", ".join(f"{server} {value:.0f} ms" for server, value in ms.items()) + f", {len(paths)} requests"
        found[address] = {"ratio": ms[_WITH] / max(0.001, ms[_WITHOUT]), "note": note, "ms": used}
    return found


def _ask(port: int, paths: list[str], cookie: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for path in paths:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{path} was answered with {answer.status}.")
    connection.close()
