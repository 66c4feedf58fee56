"""The live stream over HTTP: resume without a gap, resets, beats, order, flow control, and what the wall never gets."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from rtcc.picture.changes import position_of
from tests.listening import Listener, of
from tests.running import Running, eventually, resident_mb

EVENTS = "/api/v1/events"
FORBIDDEN = {"caller_number": "+14155550134", "transcript": "he is at the door", "crew": ["Officer Unseen"]}
FORBIDDEN |= {
    "plate": "7SECRET",
    "narrative": "caller hides",
    "caller_name": "Zoe Unseen",
    "hotlist_reason": "stolen in March",
}


class Source:
    """Pushes events, each later than the one before."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._at = datetime.now(UTC) - timedelta(minutes=5)

    def event(self, kind: str, id_: str, data: dict[str, Any] | None) -> dict[str, Any]:
        """Return an event, later than the one before."""
        self._at += timedelta(milliseconds=1)
        said = {"kind": kind, "id": id_, "agency": "SFPD", "source": "cad", "occurred_at": self._at.isoformat()}
        return said | {"data": data}

    def push(self, *events: dict[str, Any]) -> None:
        """Push events in one body."""
        answer = self._client.post(EVENTS, content=orjson.dumps(events))
        assert answer.json() == {"accepted": len(events), "rejected": []}

    def tell(self, kind: str, id_: str, data: dict[str, Any] | None) -> None:
        """Push one event."""
        self.push(self.event(kind, id_, data))


@pytest.fixture
def source(rtcc_up: Running) -> Iterator[Source]:
    """A source with a key."""
    with rtcc_up.client("ingest") as client:
        yield Source(client)


@pytest.fixture
def wall(rtcc_up: Running) -> Iterator[Listener]:
    """A wall that follows the picture."""
    listener = Listener(rtcc_up)
    listener.start()
    yield listener
    listener.close()


def test_a_beat_comes_at_once_and_every_five_seconds(wall: Listener) -> None:
    """Each beat says the server's time, the cursor and how fresh each feed is."""
    first = wall.events[0]
    assert first[1] == "beat"
    assert {"server_time", "cursor", "feeds"} <= first[2].keys()
    at = datetime.fromisoformat(first[2]["server_time"])
    assert abs((datetime.now(UTC) - at).total_seconds()) < 10
    beats = eventually(lambda: [at for at, event, _ in wall.events if event == "beat"][2:], 13)
    times = [at for at, event, _ in wall.events if event == "beat"]
    assert beats
    assert times[2] - times[1] == pytest.approx(5, abs=1)


def test_whoever_resumes_has_no_gap(rtcc_up: Running, source: Source) -> None:
    """Hung up again and again while events flow, resumed by id and by cursor, a wall ends with what the API gives."""
    chance = random.Random(5)
    listener = Listener(rtcc_up)
    listener.start()
    for step in range(24):
        events = []
        for _ in range(20):
            id_ = f"gap-{chance.randrange(12)}"
            data = {"status": chance.choice(("available", "busy")), "covert": chance.random() < 0.3}
            events.append(source.event("unit", id_, None if chance.random() < 0.2 else data))
        source.push(*events)
        if step % 3 == 2:
            listener.close()
            source.tell("unit", "gap-0", {"callsign": f"{step}"})
            by_id = step % 2
            listener.open(None if by_id else listener.cursor, listener.cursor if by_id else None)
    source.tell("unit", "gap-end", {"callsign": "end"})
    eventually(lambda: listener.knows("unit", "gap-end"))
    assert of(listener.entities, "gap-") == of(rtcc_up.picture(None), "gap-")
    assert not listener.named("reset")
    listener.close()


@pytest.mark.parametrize("cursor", ["9999999999999-0", "abc", "1-", "-1", "1-1-1", "٣-٣", "9" * 5000 + "-0"])
def test_a_cursor_that_leads_nowhere_is_reset(rtcc_up: Running, source: Source, cursor: str) -> None:
    """From the future or no cursor at all: the listener is told to take the picture again, and then goes on."""
    listener = Listener(rtcc_up)
    listener.open(cursor, cursor if cursor.isascii() else None)
    eventually(lambda: listener.named("reset"))
    source.tell("unit", "reset-1", {"callsign": cursor[:9]})
    eventually(lambda: listener.knows("unit", "reset-1") == {"callsign": cursor[:9]})
    listener.close()


def test_the_wall_never_receives_what_it_may_not_see(wall: Listener, rtcc_up: Running, source: Source) -> None:
    """Numbers, names, transcripts, crews, plates and narratives reach a dispatcher, and no byte of them the wall."""
    dispatcher = Listener(rtcc_up, "read:dispatcher")
    dispatcher.start()
    hidden = {
        "call": {"queue": "q", "caller_number": FORBIDDEN["caller_number"], "transcript": FORBIDDEN["transcript"]},
        "unit": {"callsign": "u", "crew": FORBIDDEN["crew"]},
        "detection": {"rounds": 2, "plate": FORBIDDEN["plate"], "hotlist_reason": FORBIDDEN["hotlist_reason"]},
        "incident": {"priority": 1, "narrative": FORBIDDEN["narrative"], "caller_name": FORBIDDEN["caller_name"]},
    }
    source.push(*[source.event(kind, "hidden-1", fields) for kind, fields in hidden.items()])
    for kind, fields in hidden.items():
        eventually(lambda kind=kind, fields=fields: dispatcher.knows(kind, "hidden-1") == fields)
        shown = {name: value for name, value in fields.items() if name not in FORBIDDEN}
        eventually(lambda kind=kind, shown=shown: wall.knows(kind, "hidden-1") == shown)
    before = len(wall.changes)
    source.tell("incident", "hidden-1", {"narrative": "caller hides upstairs still"})
    eventually(lambda: "still" in dispatcher.knows("incident", "hidden-1")["narrative"])
    reached = position_of(dispatcher.cursor)
    eventually(lambda: position_of(wall.cursor) >= reached, why="a hidden change moves the wall's cursor")
    assert [change for change in wall.changes[before:] if change["id"] == "hidden-1"] == []
    everything = orjson.dumps([wall.events, rtcc_up.picture(None)]).decode()
    for values in FORBIDDEN.values():
        assert all(value not in everything for value in ([values] if isinstance(values, str) else values))
    dispatcher.close()


def test_an_incident_that_turns_sensitive_loses_its_place_on_the_wall(wall: Listener, source: Source) -> None:
    """The mark may come after the address: the wall's copy loses it, and has it again when the mark goes."""
    place = {"address": "1 Elm St", "lat": 37.76, "lon": -122.42}
    source.tell("incident", "mark-1", place | {"priority": 2})
    eventually(lambda: (wall.knows("incident", "mark-1") or {}).get("address"))
    source.tell("incident", "mark-1", {"sensitive": True})
    eventually(lambda: not place.keys() & wall.knows("incident", "mark-1").keys())
    assert wall.knows("incident", "mark-1")["priority"] == 2
    before = len(wall.changes)
    source.tell("incident", "mark-1", {"address": "2 Elm St"})
    source.tell("incident", "mark-1", {"sensitive": False})
    eventually(lambda: wall.knows("incident", "mark-1").get("address") == "2 Elm St")
    told = [change["fields"] for change in wall.changes[before:] if change["id"] == "mark-1"]
    assert all(fields.get("sensitive") is False for fields in told if fields.get("address"))


def test_a_unit_that_turns_covert_vanishes_from_the_wall(wall: Listener, rtcc_up: Running, source: Source) -> None:
    """And is back, whole, when it is covert no more; a dispatcher sees it all the while."""
    source.tell("unit", "mark-2", {"callsign": "3D12", "status": "busy"})
    eventually(lambda: wall.knows("unit", "mark-2"))
    source.tell("unit", "mark-2", {"covert": True})
    eventually(lambda: wall.knows("unit", "mark-2") is None)
    assert "mark-2" not in rtcc_up.picture(None)["unit"]
    assert rtcc_up.picture("read:dispatcher")["unit"]["mark-2"]["covert"] is True
    before = len(wall.changes)
    source.tell("unit", "mark-2", {"status": "enroute"})
    source.tell("unit", "mark-2", {"covert": False})
    eventually(lambda: wall.knows("unit", "mark-2") == {"callsign": "3D12", "status": "enroute", "covert": False})
    assert len([change for change in wall.changes[before:] if change["id"] == "mark-2"]) == 1


def test_a_hundred_changes_of_one_unit_arrive_in_order(wall: Listener, source: Source) -> None:
    """Changes may be told together, but never an older one after a newer."""
    for number in range(100):
        source.tell("unit", "order-1", {"speed_mps": number})
    eventually(lambda: (wall.knows("unit", "order-1") or {}).get("speed_mps") == 99)
    speeds = [change["fields"]["speed_mps"] for change in wall.changes if change["id"] == "order-1"]
    assert speeds == sorted(speeds)


def test_a_listener_that_reads_nothing_costs_little_and_gets_the_latest(rtcc_up: Running, source: Source) -> None:
    """While 50,000 changes pass it, the web process does not grow; when it reads again it has the latest state."""

    def pass_changes(count: int, mark: str) -> dict[str, str]:
        for start in range(0, count, 500):
            source.push(*[source.event("camera", f"slow-{n}", {"name": f"{mark}-{start + n}"}) for n in range(500)])
        last = {f"slow-{n}": f"{mark}-{count - 500 + n}" for n in range(500)}
        eventually(lambda: names(rtcc_up.picture(None).get("camera", {}).items()) == last, 60)
        return last

    def names(cameras: Any) -> dict[str, str]:
        return {id_: fields["name"] for id_, fields in cameras if id_.startswith("slow-")}

    pass_changes(25_000, "warm")
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(10)
        slow.connect(("127.0.0.1", rtcc_up.port))
        slow.sendall(b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        before = resident_mb(rtcc_up.pids()["web"])
        last = pass_changes(50_000, "new")
        assert resident_mb(rtcc_up.pids()["web"]) < before + 40
        latest: dict[str, str] = {}
        received = 0
        with slow.makefile("rb") as lines:
            while latest != last:
                line = lines.readline()
                received += len(line)
                if line.startswith(b'data: {"sent_at"'):
                    changes = orjson.loads(line[6:])["changes"]
                    latest |= names((c["id"], c["fields"]) for c in changes)
    # The kernel buffers some four megabytes on its own; all of the changes would be nine.
    assert received < 6_000_000, "it was given the latest state, not each of the changes"
