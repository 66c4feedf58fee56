"""What a session shows and allows over HTTP: each role its audience and its commands, and nothing once it has ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest

from rtcc.access.keys import KeyRing
from rtcc.access.roles import ROLES
from rtcc.access.visibility import AUDIENCES
from rtcc.model.event import iso
from tests.listening import Listener
from tests.operating import command, push, said, seen
from tests.running import Running, eventually
from tests.signing_in import Screen, signed_in

PLACE = {"address": "1 Hidden Alley", "lat": 37.7601, "lon": -122.4201}
SECRET = "he hides behind the door"


@pytest.fixture(scope="module")
def hidden(rtcc_up: Running) -> str:
    """A sensitive incident and a covert unit of one id."""
    id_ = "session-hidden"
    fields: dict[str, dict[str, Any]] = {
        "incident": PLACE | {"priority": 2, "sensitive": True, "narrative": SECRET, "caller_name": "Zoe Nowhere"},
        "unit": {"callsign": "9X9", "status": "busy", "covert": True, "crew": ["Officer Unseen"]},
    }
    tell(rtcc_up, fields, id_)
    eventually(lambda: all(id_ in rtcc_up.picture().get(kind, {}) for kind in fields))
    return id_


def tell(rtcc: Running, fields: dict[str, dict[str, Any]], id_: str) -> None:
    """Push one event of each kind, said now."""
    at = {"agency": "SFPD", "source": "cad", "occurred_at": iso(datetime.now(UTC)), "id": id_}
    with rtcc.client("ingest") as source:
        answer = source.post("/api/v1/events", json=[at | {"kind": kind, "data": of} for kind, of in fields.items()])
    assert answer.status_code == 202, answer.text


def shown(client: httpx.Client, kind: str, id_: str) -> dict[str, Any] | None:
    """Return what the client's picture says of an entity."""
    answer = client.get("/api/v1/picture")
    assert answer.status_code == 200, answer.text
    entity: dict[str, Any] | None = answer.json()["entities"].get(kind, {}).get(id_)
    return entity


def openly(rtcc: Running, kind: str, id_: str, role: str) -> dict[str, Any] | None:
    """Return what a key of the role's audience sees, without what a person must say a purpose for."""
    fields = seen(rtcc, kind, id_, f"read:{role}") or {}
    withheld = {"narrative", "caller_name"} if kind == "incident" else set()
    return {name: value for name, value in fields.items() if name not in withheld} or None


@pytest.mark.parametrize("role", ROLES)
def test_a_session_sees_what_a_key_of_its_audience_sees_but_what_asks_for_a_reason(
    rtcc_up: Running, hidden: str, role: str
) -> None:
    """In the picture and in the stream: the role's audience without what waits for a purpose, and not a byte more."""
    assert role in AUDIENCES
    expected = {kind: openly(rtcc_up, kind, hidden, role) for kind in ("incident", "unit")}
    with signed_in(rtcc_up, f"Looks as {role}", role) as client:
        assert {kind: shown(client, kind, hidden) for kind in expected} == expected
        listener: Any = Listener(Screen(client))  # type: ignore[arg-type]
        listener.start()
        mark = f"told to {role}"
        tell(rtcc_up, {"incident": {"type": mark, "narrative": SECRET}, "unit": {"unit_type": mark}}, hidden)
        eventually(lambda: (listener.knows("incident", hidden) or {}).get("type") == mark)
        if expected["unit"] is not None:
            eventually(lambda: (listener.knows("unit", hidden) or {}).get("unit_type") == mark)
        for kind in expected:
            eventually(lambda kind=kind: listener.knows(kind, hidden) == openly(rtcc_up, kind, hidden, role))
        listener.close()
        everything = orjson.dumps([listener.events, listener.entities]).decode()
    may = {"dispatcher", "supervisor", "admin"}
    assert SECRET not in everything
    assert (PLACE["address"] in everything) == (role != "wall")
    assert ("9X9" in everything) == (role in may)
    assert "Zoe Nowhere" not in everything


def test_a_wall_session_never_sees_a_sensitive_place_or_a_covert_unit(rtcc_up: Running, hidden: str) -> None:
    """Said outright, beside the comparison with the table: what hangs in a room tells no hiding place."""
    with signed_in(rtcc_up, "The wall", "wall") as client:
        assert not PLACE.keys() & (shown(client, "incident", hidden) or {"lat": 0}).keys()
        assert shown(client, "unit", hidden) is None
        assert client.get(f"/api/v1/incidents/{hidden}/nearby").status_code == 409
    with signed_in(rtcc_up, "The desk", "dispatcher") as client:
        assert PLACE.items() <= (shown(client, "incident", hidden) or {}).items()
        assert client.get(f"/api/v1/incidents/{hidden}/nearby").status_code == 200


@pytest.mark.parametrize("role", ["dispatcher", "supervisor", "admin"])
def test_who_operates_answers_alarms_under_their_own_name(rtcc_up: Running, role: str) -> None:
    """The name that the sign-in address was made for stands in the picture, also at an alarm of a covert unit."""
    id_ = f"outside:session-{role}"
    push(rtcc_up, said(id_, covert=True))
    with signed_in(rtcc_up, f"Ann {role}", role) as ann:
        assert command(ann, id_, "acknowledge").status_code == 202
    eventually(lambda: seen(rtcc_up, "alarm", id_).get("acknowledged_by") == f"Ann {role}", 5.0)


@pytest.mark.parametrize("role", ["analyst", "officer", "wall"])
def test_who_only_looks_answers_no_alarm(rtcc_up: Running, role: str) -> None:
    """403 with a sentence, whether there is such an alarm or not."""
    push(rtcc_up, said(f"outside:look-{role}"))
    with signed_in(rtcc_up, f"Looks {role}", role) as client:
        for id_ in (f"outside:look-{role}", "outside:nothing"):
            answer = command(client, id_, "acknowledge")
            assert answer.status_code == 403
            assert answer.json() == {"detail": f"What Looks {role} signed in with does not allow answering alarms."}
    assert "acknowledged_by" not in seen(rtcc_up, "alarm", f"outside:look-{role}")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://x"},
        {},
    ],
    ids=repr,
)
def test_a_page_of_another_site_commands_nothing(rtcc_up: Running, headers: dict[str, str]) -> None:
    """403 for a command under a session that another site's page made the browser send; a key's needs no such proof."""
    push(rtcc_up, said("outside:foreign"))
    with (
        signed_in(rtcc_up, "Ann Roe", "admin") as ann,
        rtcc_up.client() as foreign,
        rtcc_up.client("operate") as program,
    ):
        foreign.cookies.update(ann.cookies)
        foreign.headers.update(headers)
        for what, fields in (("acknowledge", {}), ("notes", {"text": "x"})):
            answer = command(foreign, "outside:foreign", what, **fields)
            assert answer.status_code == 403
            assert "another site" in answer.json()["detail"]
        # It was refused for where it comes from: the session is a good one.
        assert ann.get("/api/v1/me").json()["name"] == "Ann Roe"
        program.headers.update(headers)
        assert command(program, "outside:foreign", "notes", text="x").status_code == 202
    assert "acknowledged_by" not in seen(rtcc_up, "alarm", "outside:foreign")


@pytest.fixture
def ended(rtcc_up: Running) -> Iterator[dict[str, Any]]:
    """Ways for somebody who listens to lose what they may see."""
    ring = KeyRing(rtcc_up.data)
    key = ring.create("Listens by key", "read:admin")
    with signed_in(rtcc_up, "Listens", "admin") as ann:
        by_key: Any = Screen(ann)
        by_key.client = lambda scope=None: httpx.Client(
            base_url=rtcc_up.address, headers={"Authorization": f"Bearer {key}"}, timeout=20.0
        )
        yield {
            "signed out": (Screen(ann), lambda: ann.post("/logout")),
            "revoked": (by_key, lambda: ring.revoke("Listens by key")),
        }
    ring.revoke("Listens by key")


def test_a_stream_ends_with_what_it_was_opened_with(ended: dict[str, Any]) -> None:
    """Within seconds of the sign-out, or of the key's end, whoever still listens is told to begin anew, and no more."""
    outcomes: list[bool] = []

    def run(screen: Any, end: Any) -> None:
        outcomes.append(_until_reset(screen, end))

    threads = [threading.Thread(target=run, args=way) for way in ended.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [True, True]


def _until_reset(screen: Any, end: Any) -> bool:
    listener = Listener(screen)
    listener.open()
    assert not listener.named("reset")
    end()
    thread: Any = listener._thread
    thread.join(25)
    last = listener.events[-1]
    return not thread.is_alive() and last[1] == "reset"
