"""A flood of 10,000 alarms while processes are killed: at the end every alarm is there, once."""

from __future__ import annotations

import signal
from collections import Counter
from datetime import UTC, datetime

import httpx
import orjson
import pytest

from rtcc.model.event import iso
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.connection import connect
from tests.running import Running, eventually

FLOOD, _AT_ONCE = 10_000, 250


def push(rtcc: Running, events: list[dict[str, object]]) -> None:
    """Push until it is acknowledged, through every outage."""

    def accepted() -> bool:
        try:
            return client.post("/api/v1/events", content=orjson.dumps(events)).status_code == 202
        except httpx.HTTPError:
            return False

    with rtcc.client("ingest", timeout=10) as client:
        eventually(accepted, 60, why="202")


def flood(rtcc: Running, begin: int, end: int) -> None:
    """Let so many units press their emergency buttons."""
    now = iso(datetime.now(UTC))
    envelope = {"kind": "unit", "agency": "PPD", "source": "flood", "occurred_at": now}
    data = {"status": "on_scene", "emergency": True}
    for start in range(begin, end, _AT_ONCE):
        push(rtcc, [envelope | {"id": f"F{number}", "data": data} for number in range(start, start + _AT_ONCE)])


def die(rtcc: Running, name: str) -> None:
    """Kill a process, and wait for the next one of its name."""
    killed = rtcc.send_signal(name, signal.SIGKILL)
    eventually(lambda: rtcc.pids().get(name) not in {None, killed}, 30, why=f"{name} is started again")


@pytest.mark.timeout(240)
def test_ten_thousand_alarms_through_deaths(own_rtcc_up: Running) -> None:
    """Worker, store and the alarms' process die in the middle of it; each alarm is raised once, and none is missing."""
    for part, victim in enumerate(("worker", "store", "alarms", "store")):
        flood(own_rtcc_up, part * 2_000, part * 2_000 + 2_000)
        die(own_rtcc_up, victim)
    flood(own_rtcc_up, 8_000, FLOOD)

    def emergencies() -> dict[str, str]:
        alarms = own_rtcc_up.picture().get("alarm", {})
        return {id_: alarm["state"] for id_, alarm in alarms.items() if id_.startswith("unit_emergency:F")}

    eventually(lambda: len(emergencies()) == FLOOD, 120, 1.0, why="every alarm is there")
    assert set(emergencies().values()) == {"active"}
    store = connect(Settings(data_dir=own_rtcc_up.data))
    raised = Counter(entry.decode().partition(" ")[2] for entry in store.zrange(keys.ALARM_RAISES, 0, -1))
    store.close()
    assert {id_: times for id_, times in raised.items() if id_.startswith("unit_emergency:F") and times != 1} == {}
    eventually(lambda: own_rtcc_up.picture()["alarm_load"]["center"]["active"] >= FLOOD, why="the load tells of all")
    assert own_rtcc_up.picture()["alarm_load"]["center"]["flood"] is True


def test_an_alarm_outlives_the_process_that_raised_it(own_rtcc_up: Running) -> None:
    """What was raised before a death is the same alarm after it, and clears when its condition has ended meanwhile."""
    flood(own_rtcc_up, 20_000, 20_000 + _AT_ONCE)
    first = eventually(lambda: own_rtcc_up.picture().get("alarm", {}).get("unit_emergency:F20000"), 60)
    die(own_rtcc_up, "alarms")
    now = iso(datetime.now(UTC))
    envelope = {"kind": "unit", "agency": "PPD", "source": "flood", "occurred_at": now}
    push(own_rtcc_up, [envelope | {"id": "F20000", "data": {"emergency": False}}])
    eventually(lambda: own_rtcc_up.picture()["alarm"]["unit_emergency:F20000"]["state"] == "cleared", 60)
    other = own_rtcc_up.picture()["alarm"]["unit_emergency:F20001"]
    assert (other["state"], first["state"]) == ("active", "active")
    assert own_rtcc_up.picture()["alarm"]["unit_emergency:F20000"]["raised_at"] == first["raised_at"]
