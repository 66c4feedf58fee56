"""`POST /api/v1/feeds/{feed}` and `GET /api/v1/feeds`, on a whole RTCC with feeds of every transport."""

from __future__ import annotations

import signal
import socket
import time
import uuid
from datetime import UTC, datetime

import orjson
import pytest

from rtcc.access.keys import SCOPES, KeyRing
from rtcc.feeds.transports.push import SIGNATURE, TIMESTAMP, sign
from rtcc.model.event import iso
from tests.feed_server import serving
from tests.running import eventually, free_port, rtcc, running

SECRET = "correct horse battery staple"
FEEDS = """
[feeds.vendor]
title = "A vendor that pushes"
format = "native"
push = {{}}

[feeds.signed]
format = "native"
push = {{ hmac = {{ env = "SIGNED_SECRET" }}, limit_mb = 0.01 }}

[feeds.portal]
interval_s = 1
format = "native"
poll = {{ url = "{url}/rows" }}

[feeds.radio]
format = "native"
listen = {{ kind = "tcp-server", port = {port} }}

[feeds.log]
format = "native"
file = {{ path = "{path}", look_s = 0.1 }}

[feeds.quiet]
title = "One that never speaks"
format = "native"
push = {{}}

[feeds.noisy]
format = "native"
push = {{}}

[feeds.unset]
format = "native"
push = {{ hmac = {{ env = "NOWHERE_SET" }} }}

[feeds.off]
enabled = false
format = "native"
push = {{}}
"""


def event(id_="", status="pending", source="vendor", **over):
    """Return an incident as a source tells it in our own format."""
    told = {
        "kind": "incident",
        "id": id_ or uuid.uuid4().hex[:12],
        "agency": "T",
        "source": source,
        "occurred_at": iso(datetime.now(UTC)),
        "data": {"status": status},
    }
    return told | over


@pytest.fixture(scope="module")
def portal():
    """A portal that is polled."""
    with serving() as server:
        server.rows = [event("P1", source="portal"), event("P2", source="portal")]
        yield server


@pytest.fixture(scope="module")
def center(tmp_path_factory, portal):
    """A whole RTCC with these feeds."""
    data = tmp_path_factory.mktemp("feeds")
    path, port = data / "cad.ndjson", free_port()
    (data / "feeds.toml").write_text(FEEDS.format(url=portal.url, port=port, path=path))
    with running(data, SIGNED_SECRET=SECRET) as instance:
        instance.listens_on, instance.follows = port, path
        ring = KeyRing(data)
        # At once: a process for each would take longer than all else.
        for scope in (
            *SCOPES,
            *(f"feed:{name}" for name in ("vendor", "signed", "noisy", "unset", "portal", "off", "nowhere")),
        ):
            instance._keys[f"test {scope}"] = ring.create(f"test {scope}", scope)
        yield instance


def post(center, body, feed="vendor", scope=None, **headers):
    """Push to a feed."""
    with center.client(scope or f"feed:{feed}") as client:
        return client.post(
            f"/api/v1/feeds/{feed}", content=body, headers={"Content-Type": "application/json"} | headers
        )


def _states(feeds, *names):
    """Return the states of these feeds, nothing while one of them was never heard."""
    return {feeds[name]["state"] for name in names} if all(feeds[name]["success_at"] for name in names) else None


def has(center, *ids):
    """Wait until the picture has these incidents."""
    return eventually(lambda: set(ids) <= set(center.picture().get("incident", {})), why=f"{ids} are in the picture")


def told(center):
    """Return what is told of each feed."""
    with center.client("read:supervisor") as client:
        answer = client.get("/api/v1/feeds")
    assert answer.status_code == 200
    return {each["feed"]: each for each in answer.json()["feeds"]}


def test_what_is_pushed_is_in_the_picture_and_counted(center):
    """202 says what became of the rows."""
    one, other = event(), event()
    answer = post(center, orjson.dumps([one, other, event(kind="ticket")]))
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert [each["index"] for each in answer.json()["rejected"]] == [3]
    has(center, one["id"], other["id"])
    eventually(lambda: told(center)["vendor"]["accepted"] >= 2, why="the feed's counts are told")


def test_each_feed_has_a_key_of_its_own(center):
    """Another feed's key, or one that pushes events, opens nothing here."""
    body = orjson.dumps(event())
    with center.client() as client:
        assert client.post("/api/v1/feeds/vendor", content=body).status_code == 401
        bad = {"Authorization": "Bearer rtcc_nonsense"}
        assert client.post("/api/v1/feeds/vendor", content=body, headers=bad).status_code == 401
    for scope in ("ingest", "feed:signed", "read:admin"):
        answer = post(center, body, scope=scope)
        assert answer.status_code == 403
        assert scope in answer.json()["detail"]
    with center.client("feed:vendor") as client:
        # And it opens nothing else.
        assert client.post("/api/v1/events", content=body).status_code == 403
        assert client.get("/api/v1/feeds").status_code in {401, 403}


@pytest.mark.parametrize("feed", ["portal", "off", "nowhere"])
def test_only_a_declared_feed_that_pushes_takes_anything(center, feed):
    """404 for one that is polled, is switched off, or is none, to whoever has a key for it."""
    assert post(center, b"[]", feed).status_code == 404


def test_a_feed_whose_secret_is_not_set_takes_nothing_and_harms_nobody(center):
    """It is told when RTCC starts, the center starts without it, and it never takes a body unsigned."""
    assert post(center, orjson.dumps(event()), "unset").status_code == 503
    said = (center.data / "up.log").read_text()
    assert "feeds.unset.push.hmac is to be read from NOWHERE_SET, which is not set in the environment." in said


@pytest.mark.parametrize("body", [b"[", b"<x/>", b"[]", orjson.dumps([event(kind="ticket")])])
def test_a_body_without_anything_that_can_be_taken_is_422(center, body):
    """With the reason in one sentence."""
    answer = post(center, body, "noisy")
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith(".")


def test_a_body_may_be_too_large(center):
    """413, by what the feed declares."""
    assert post(center, b" " * 11_000, "signed").status_code == 413


def signed(body, at=None, secret=SECRET):
    """Return a body's signature as headers."""
    timestamp = str(int(time.time() if at is None else at))
    return {TIMESTAMP: timestamp, SIGNATURE: sign(secret, timestamp, body)}


def test_a_signed_feed_takes_only_what_is_signed_now(center):
    """With its own secret, over the time and this very body, within five minutes."""
    body = orjson.dumps(event("S1", source="signed"))
    now = time.time()
    assert post(center, body, "signed", **signed(body, now - 290)).status_code == 202
    for headers in (
        {},
        signed(body, now - 310),
        signed(body, now + 310),
        signed(body + b" "),
        signed(body, secret="another"),
        signed(body) | {TIMESTAMP: str(int(now) - 1)},
        signed(body) | {TIMESTAMP: "soon"},
        signed(body) | {SIGNATURE: "sha256="},
    ):
        answer = post(center, body, "signed", **headers)
        assert answer.status_code == 401
        assert SECRET not in answer.text
    has(center, "S1")


def test_every_transport_leads_into_the_picture(center, portal):
    """Polled, listened for, and from a file: each arrives, and is live."""
    has(center, "P1", "P2")
    with socket.create_connection(("127.0.0.1", center.listens_on), 5) as radio:
        radio.sendall(orjson.dumps(event("R1", source="radio")) + b"\n")
        has(center, "R1")
    with center.follows.open("ab") as file:
        file.write(orjson.dumps(event("L1", source="log")) + b"\n")
    has(center, "L1")
    portal.rows = [*portal.rows, event("P3", source="portal")]
    has(center, "P3")
    states = eventually(lambda: _states(told(center), "portal", "radio", "log"), why="each feed has been heard")
    assert states == {"live"}


def test_processes_that_are_killed_come_back_and_go_on_where_they_were(center, portal):
    """What is published and written meanwhile arrives, and what was there before is not read again."""
    rows = told(center)["log"]["rows"]
    killed = [center.send_signal(name, signal.SIGKILL) for name in ("polls", "listen")]
    portal.rows = [*portal.rows, event("P4", source="portal")]
    with center.follows.open("ab") as file:
        file.write(orjson.dumps(event("L2", source="log")) + b"\n")
    has(center, "P4", "L2")
    assert not {center.pids()["polls"], center.pids()["listen"]} & set(killed)
    eventually(lambda: told(center)["log"]["rows"] == rows + 1, why="the new line was read, and no old one")


def test_a_feed_that_never_spoke_is_lost_everywhere(center):
    """On the beat, among the feeds, in the meters and on the command line; and one switched off is nowhere."""
    it = told(center)
    assert (it["quiet"]["state"], it["quiet"]["age_s"]) == ("lost", None)
    assert "off" not in it
    with center.client("read:wall") as client, client.stream("GET", "/api/v1/live") as live:
        beat = next(line for line in live.iter_lines() if line.startswith("data:") and '"feeds"' in line)
    beaten = {each["source"]: each for each in orjson.loads(beat[5:])["feeds"]}
    assert (beaten["quiet"]["state"], beaten["quiet"]["age_s"]) == ("lost", None)
    with center.client() as client:
        meters = client.get("/metrics").text
    assert 'rtcc_feed_state{feed="quiet",state="lost"} 1.0' in meters
    assert 'rtcc_feed_age_seconds{source="quiet"}' not in meters
    listed = rtcc("feeds", "list", "--data", str(center.data), cwd=center.data, SIGNED_SECRET=SECRET)
    assert listed.returncode == 0, listed.stderr
    assert "lost  quiet (push, native): never heard" in listed.stdout
    assert "live  portal (poll, native): heard" in listed.stdout
    assert "Switched off: off." in listed.stdout
    doctor = rtcc("doctor", "--data", str(center.data), cwd=center.data, SIGNED_SECRET=SECRET)
    assert "feed        lost  quiet" in doctor.stdout
    assert doctor.stdout.count(" portal") == 1


def test_how_the_feeds_are_is_for_those_who_see_to_the_center(center):
    """Supervisors and administrators; what is told holds no secret and no address."""
    with center.client() as client:
        assert client.get("/api/v1/feeds").status_code == 401
    for audience, status in (("supervisor", 200), ("admin", 200), ("dispatcher", 403), ("wall", 403)):
        with center.client(f"read:{audience}") as client:
            answer = client.get("/api/v1/feeds")
        assert answer.status_code == status
        assert SECRET not in answer.text
        assert "127.0.0.1" not in answer.text


def test_a_feed_that_cannot_be_read_is_stopped_told_and_goes_on_again(center):
    """The breaker opens, an alarm says so, payloads are held back; then it resumes, and they are sent again."""
    broken = [event(kind="ticket") for _ in range(30)]
    answer = post(center, orjson.dumps(broken))
    assert answer.status_code == 202
    assert "rows were refused" in answer.json()["held"]
    # While it is open, what is pushed is held back unread.
    good = event()
    assert "held" in post(center, orjson.dumps(good)).json()
    eventually(lambda: told(center)["vendor"]["held"] == 2, why="it is told what is held back")
    alarm = eventually(lambda: center.picture().get("alarm", {}).get("feed_stopped:vendor"), why="an alarm says so")
    assert (alarm["title"], alarm["severity"]) == ("Feed vendor is stopped", "high")
    listed = rtcc("feeds", "list", "--data", str(center.data), cwd=center.data, SIGNED_SECRET=SECRET).stdout
    assert "STOPPED: 30 of the last 30 rows were refused" in listed
    assert "2 payloads are held back" in listed
    assert good["id"] not in center.picture().get("incident", {})
    over = {"cwd": center.data, "SIGNED_SECRET": SECRET}
    resumed = rtcc("feeds", "resume", "vendor", "--data", str(center.data), **over)
    assert resumed.stdout.startswith("vendor goes on.\n2 payloads are held back")
    driven = rtcc("feeds", "redrive", "vendor", "--data", str(center.data), **over)
    assert driven.stdout.startswith("0 payloads that were held back were taken in; 2 still cannot be read.")
    after = event()
    assert post(center, orjson.dumps(after)).json()["accepted"] == 1
    has(center, after["id"])
    unknown = rtcc("feeds", "redrive", "nobody", "--data", str(center.data), **over)
    assert unknown.returncode == 2
    assert "No feed is called nobody; declared are vendor, signed" in unknown.stderr
