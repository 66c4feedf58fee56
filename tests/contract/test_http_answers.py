"""What the API answers, each answer really provoked: a web process with a store of its own, and a whole RTCC."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from rtcc.model.fields import KINDS
from rtcc.settings import Settings
from rtcc.store import keys
from rtcc.store.connection import connect
from rtcc.store.embedded import EmbeddedStore
from tests.listening import Listener
from tests.running import Running, eventually, running

EVENTS = "/api/v1/events"


def event(id_: str, **data: Any) -> dict[str, Any]:
    """Return a camera, which nothing else in these tests is."""
    said = {"kind": "camera", "id": id_, "agency": "SFPD", "source": "cameras"}
    return said | {"occurred_at": datetime.now(UTC).isoformat(), "data": data or {"name": id_}}


@pytest.fixture
def source(rtcc_up: Running) -> Iterator[httpx.Client]:
    """A source with a key."""
    with rtcc_up.client("ingest") as client:
        yield client


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedStore]:
    """A store of a test's own, not yet started, that may be stopped."""
    store = EmbeddedStore(Settings(data_dir=tmp_path), subprocess.Popen)
    yield store
    store.close()


@pytest.mark.parametrize("form", ["object", "array", "NDJSON"])
def test_events_are_taken_in_three_forms(source: httpx.Client, rtcc_up: Running, form: str) -> None:
    """An object, an array and NDJSON get 202 with counts, and stand in the picture soon after."""
    events = [event(f"form-{form}-{number}") for number in range(1 if form == "object" else 3)]
    content_type = "application/json"
    body = json.dumps(events[0] if form == "object" else events)
    if form == "NDJSON":
        body, content_type = "\n".join(map(json.dumps, events)) + "\n", "application/x-ndjson"
    answer = source.post(EVENTS, content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()) == (202, {"accepted": len(events), "rejected": []})
    eventually(lambda: {e["id"] for e in events} <= rtcc_up.picture(None).get("camera", {}).keys())


def test_a_key_is_needed_and_must_be_of_the_right_scope(rtcc_up: Running) -> None:
    """401 without a key and for an unknown one, both with how to present it; 403 for a key that only reads."""
    with rtcc_up.client() as stranger, rtcc_up.client("read:admin") as reader:
        missing = stranger.post(EVENTS, json=event("no"))
        unknown = stranger.post(EVENTS, json=event("no"), headers={"Authorization": "Bearer rtcc_no"})
        assert [a.status_code for a in (missing, unknown)] == [401, 401]
        assert missing.headers["www-authenticate"] == unknown.headers["www-authenticate"] == "Bearer"
        assert reader.post(EVENTS, json=event("no")).status_code == 403


def test_an_ingest_key_reads_no_more_than_the_wall(rtcc_up: Running, source: httpx.Client) -> None:
    """A source's key opens no other view than the one anybody on this machine has."""
    source.post(EVENTS, json=event("view-1") | {"kind": "unit", "data": {"callsign": "V", "crew": ["Ann Roe"]}})
    eventually(lambda: rtcc_up.picture()["unit"].get("view-1") == {"callsign": "V", "crew": ["Ann Roe"]})
    assert source.get("/api/v1/picture").json()["entities"]["unit"]["view-1"] == {"callsign": "V"}


def test_geojson_is_what_maps_expect(source: httpx.Client) -> None:
    """RFC 7946: longitude first, the id beside the properties, nothing without a position, nothing sensitive."""
    place = {"lat": 37.76, "lon": -122.42}
    for id_, fields in {"geo-1": place, "geo-2": {}, "geo-3": place | {"sensitive": True}}.items():
        source.post(EVENTS, json=event(id_) | {"kind": "incident", "data": {"priority": 1} | fields})
    eventually(lambda: "geo-3" in source.get("/api/v1/picture").json()["entities"].get("incident", {}))
    answer = source.get("/api/v1/geojson/incident")
    assert answer.headers["content-type"] == "application/geo+json"
    features = {feature["id"]: feature for feature in answer.json()["features"] if feature["id"].startswith("geo-")}
    assert features.keys() == {"geo-1"}
    assert features["geo-1"]["geometry"] == {"type": "Point", "coordinates": [-122.42, 37.76]}
    assert features["geo-1"]["properties"]["priority"] == 1
    assert all(source.get(f"/api/v1/geojson/{kind}").status_code == 200 for kind in KINDS)


def test_health_and_metrics(source: httpx.Client, rtcc_up: Running) -> None:
    """Alive, ready, and counted in Prometheus' form: what was accepted and rejected, and who listens."""

    def counted(name: str) -> float:
        lines = source.get("/metrics").text.splitlines()
        return next(float(line.split()[-1]) for line in lines if line.split(" ")[0] == name)

    assert (source.get("/healthz").status_code, source.get("/readyz").status_code) == (200, 200)
    before = counted("rtcc_events_accepted_total"), counted("rtcc_events_rejected_total")
    source.post(EVENTS, json=[event("counted"), 1])
    after = counted("rtcc_events_accepted_total"), counted("rtcc_events_rejected_total")
    assert after == (before[0] + 1, before[1] + 1)
    listener = Listener(rtcc_up)
    listeners = counted("rtcc_live_listeners")
    listener.open()
    assert counted("rtcc_live_listeners") == listeners + 1
    listener.close()
    eventually(lambda: counted("rtcc_live_listeners") == listeners)


def test_without_workers_senders_are_told_to_come_back(tmp_path: Path, embedded: EmbeddedStore) -> None:
    """429 with Retry-After once more waits than the limit; what was answered 202 waits in full; then it goes on."""
    process = embedded.start()
    limits = {"RTCC_REDIS_URL": embedded.url, "RTCC_BACKLOG_LIMIT": "5"}
    with running(tmp_path / "web", "web", **limits) as web, web.client("ingest") as source:
        taken = 0

        def push() -> httpx.Response | None:
            nonlocal taken
            answer = source.post(EVENTS, json=event("wait"))
            taken += answer.status_code == 202
            return None if answer.status_code == 202 else answer

        refused = eventually(push, 20)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        store = connect(Settings(redis_url=embedded.url))
        assert store.zcard(keys.BATCHES) == taken >= 5
        store.flushall()
        store.close()
        eventually(lambda: push() is None, 5, why="accepted again once the backlog is gone")
    embedded.close()
    process.wait(10)


def test_without_a_store_nothing_is_acknowledged_and_everyone_is_told(tmp_path: Path, embedded: EmbeddedStore) -> None:
    """503 for events and readiness, the picture is still shown, beats say since when; all is well once it is back."""
    process = embedded.start()
    with running(tmp_path / "web", "web", RTCC_REDIS_URL=embedded.url) as web, web.client("ingest") as source:
        listener = Listener(web)
        listener.start()
        process.kill()
        process.wait()
        refused = eventually(lambda: (a := source.post(EVENTS, json=event("lost"))).status_code == 503 and a, 15)
        assert refused.headers["retry-after"]
        assert refused.json()["detail"].endswith(".")
        eventually(lambda: source.get("/readyz").status_code == 503)
        eventually(lambda: listener.named("beat")[-1]["store_lost_at"])
        assert source.get("/healthz").status_code == source.get("/api/v1/picture").status_code == 200
        process = embedded.start()
        web.wait_ready(15)
        eventually(lambda: listener.named("beat")[-1]["store_lost_at"] is None)
        assert eventually(lambda: source.post(EVENTS, json=event("kept")).status_code == 202, 10)
        listener.close()
    embedded.close()
    process.wait(10)


def test_a_cursor_from_before_what_is_remembered_is_reset(tmp_path: Path, embedded: EmbeddedStore) -> None:
    """A web process that started later knows the past as far as the stream reaches: who is behind starts afresh."""
    process = embedded.start()
    store = connect(Settings(redis_url=embedded.url))
    change = {"kind": "unit", "id": "a", "agency": "x", "source": "y", "occurred_at": "", "received_at": ""}
    store.execute_command("XADD", "rtcc:changes", "600-0", "c", json.dumps([change | {"fields": None}]))
    store.close()
    with running(tmp_path / "web", "web", RTCC_REDIS_URL=embedded.url) as web:
        for cursor, reset in (("1-0", True), ("600-0", False)):
            listener = Listener(web)
            listener.open(cursor)
            if reset:
                eventually(lambda it=listener: it.named("reset"))
            else:
                eventually(lambda it=listener: len(it.named("beat")) > 1, 8)
                assert not listener.named("reset")
            listener.close()
    embedded.close()
    process.wait(10)
