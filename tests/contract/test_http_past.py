"""The past over HTTP, on a whole RTCC: complete at once, whoever asks, whatever has left the picture or died."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from rtcc.model.event import iso
from tests.running import Running, children_of, eventually, is_running, running

START = datetime.now(UTC) - timedelta(minutes=20)
HERE = {"lat": 41.598, "lon": -99.6, "address": "1200 Block of Elm St"}


def at(seconds: float) -> str:
    """Return a moment of the life."""
    return iso(START + timedelta(seconds=seconds))


def said(seconds: float, kind: str, id_: str, data: dict[str, Any] | None, source: str = "cad") -> dict[str, Any]:
    """Return an event."""
    head = {"kind": kind, "id": id_, "agency": "PFPD", "source": source}
    return head | {"occurred_at": at(seconds), "data": data}


def life(id_: str, **fields: Any) -> list[dict[str, Any]]:
    """Return the whole life of an incident, with a unit of its own."""
    unit, born = f"U-{id_}", {"status": "pending", "priority": 1, "type": "Robbery", "entered_at": at(0), **HERE}
    return [
        said(0, "incident", id_, born | {"narrative": "Two men"} | fields),
        said(30, "incident", id_, {"status": "dispatched", "dispatched_at": at(30), "units": [unit]}),
        said(30, "unit", unit, {"status": "dispatched", "incident_id": id_, "callsign": unit}),
        said(40, "unit", unit, {"lat": 41.6, "lon": -99.6, "fix_at": at(40)}, "avl"),
        said(200, "incident", id_, {"status": "on_scene", "on_scene_at": at(200)}),
        said(600, "incident", id_, {"status": "cleared", "cleared_at": at(600), "disposition": "Report"}),
    ]


def push(rtcc: Running, events: list[dict[str, Any]]) -> None:
    """Push events, each in a request of its own."""
    with rtcc.client("ingest") as source:
        for event in events:
            assert source.post("/api/v1/events", json=event).status_code == 202


def ask(rtcc: Running, path: str, scope: str | None = "read:supervisor", **query: Any) -> httpx.Response:
    """Ask for something of the past."""
    with rtcc.client(scope) as client:
        return client.get(f"/api/v1/{path}", params=query)


def statuses(rtcc: Running, id_: str) -> list[str]:
    """Return the statuses that the story of an incident tells of, in their order."""
    answer = ask(rtcc, f"incidents/{id_}/story")
    rows = answer.json()["timeline"] if answer.status_code == 200 else []
    changed = [one for row in rows if row["kind"] == "incident" for one in row["changed"]]
    return [one["to"] for one in changed if one["field"] == "status"]


def past_of(rtcc: Running) -> int:
    """Return the process beside the web process."""
    return children_of(rtcc.pids()["web"])[0]


def test_a_story_is_complete_two_seconds_after_its_last_event(rtcc_up: Running) -> None:
    """Before the journal has any of it, and the same when it has all; with intervals, targets, units and ways."""
    ask(rtcc_up, "incidents/nothing/story")
    push(rtcc_up, life("story-1"))
    began = time.monotonic()
    whole = ["pending", "dispatched", "on_scene", "cleared"]
    eventually(lambda: statuses(rtcc_up, "story-1") == whole, 15)
    assert time.monotonic() - began < 5, "on a machine that does many things at once; alone it takes 0.1 s"
    answer = ask(rtcc_up, "incidents/story-1/story")
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert {one["name"]: one["seconds"] for one in told["intervals"]} == {
        "queue": 30,
        "response": 200,
        "on-scene": 400,
        "total": 600,
    }
    assert {one["name"]: one["target_s"] for one in told["intervals"] if one["target_s"]} == {
        "queue": 60,
        "response": 420,
    }
    assert [(unit["id"], len(unit["way"])) for unit in told["units"]] == [("U-story-1", 1)]

    def journaled() -> bool:
        told = ask(rtcc_up, "incidents/story-1/raw").json()["received"]
        return len(list((rtcc_up.data / "journal").rglob("incident-*.parquet"))) > 0 and len(told) == 4

    eventually(journaled, 30)
    assert ask(rtcc_up, "incidents/story-1/story").json()["timeline"] == told["timeline"]


def test_the_received_bytes_are_for_those_who_may_see_everything(rtcc_up: Running) -> None:
    """As text, each once, in the order of their coming; to nobody else, and least of all without a key."""
    push(rtcc_up, life("raw-1"))
    eventually(lambda: len(ask(rtcc_up, "incidents/raw-1/raw").json().get("received", ())) == 4, 30)
    received = ask(rtcc_up, "incidents/raw-1/raw").json()["received"]
    assert "Two men" in received[0]["text"]
    assert (received[0]["cut"], received[0]["expunged"], received[0]["key"]) == (False, False, "test ingest")
    for scope in (None, "read:dispatcher", "read:officer", "read:public"):
        answer = ask(rtcc_up, "incidents/raw-1/raw", scope)
        assert (answer.status_code, "Two men" in answer.text) == (401 if scope is None else 403, False)


def test_each_audience_hears_what_it_may(rtcc_up: Running) -> None:
    """A sensitive incident has no place for the wall, in no answer; its narrative is for those who act on it."""
    push(rtcc_up, life("secret-1", sensitive=True))
    push(rtcc_up, life("open-1"))
    eventually(lambda: len(statuses(rtcc_up, "open-1")) == 4)
    wall, desk = (ask(rtcc_up, "incidents/secret-1/story", scope).text for scope in (None, "read:dispatcher"))
    assert [word in desk for word in ("Two men", "Elm St", "41.6")] == [True] * 3
    assert [word in wall for word in ("Two men", "Elm St", "41.6")] == [False] * 3
    assert ask(rtcc_up, "incidents/secret-1/history", "read:wall").status_code == 409
    # What happened at an address before is for people who say what for, and for programs.
    assert ask(rtcc_up, "incidents/secret-1/history", None).status_code == 403
    assert ask(rtcc_up, "incidents/secret-1/around", None).status_code == 409
    push(rtcc_up, [said(700, "incident", "later-1", {"entered_at": at(700), **HERE})])
    eventually(lambda: ask(rtcc_up, "incidents/later-1/history").status_code == 200)
    for scope, known in (("read:dispatcher", {"secret-1", "open-1"}), ("read:wall", {"open-1"})):
        earlier = ask(rtcc_up, "incidents/later-1/history", scope).json()["earlier"]
        assert {one["id"] for one in earlier} & {"secret-1", "open-1"} == known


def test_what_was_around_is_told_by_distance(rtcc_up: Running) -> None:
    """A detection near it in time and place; a radius out of range is refused."""
    shot = {"detection_type": "gunshot", "lat": 41.5981, "lon": -99.6}
    push(rtcc_up, [*life("around-1"), said(5, "detection", "around-shot", shot, "acoustic")])

    def found() -> list[dict[str, Any]]:
        told = ask(rtcc_up, "incidents/around-1/around").json()
        return [one for one in told.get("found", ()) if one["id"] == "around-shot"]

    (one,) = eventually(found)
    assert (one["what"], one["distance_m"], one["at"]) == ("gunshot", 11.1, at(5))
    assert ask(rtcc_up, "incidents/around-1/around", radius_m=0).status_code == 422


def test_heat_and_the_hour_are_told_to_everyone_on_this_machine(rtcc_up: Running) -> None:
    """Cells with weights as GeoJSON; twelve steps that say whether they know all."""
    push(rtcc_up, life("heat-1"))
    heat = eventually(lambda: ask(rtcc_up, "heat", None))
    assert heat.headers["content-type"] == "application/geo+json"
    assert heat.json()["type"] == "FeatureCollection"
    hour = ask(rtcc_up, "hour", None).json()
    assert len(hour["steps"]) == 12
    assert hour["hour"]["answer"] is not None
    assert ask(rtcc_up, "hour", "read:public").json()["hour"]["answer"] is None


def test_an_unknown_incident_is_unknown_to_every_question(rtcc_up: Running) -> None:
    """404 with one sentence, and 401 for a key that is not ours."""
    for question in ("story", "history", "around", "raw"):
        answer = ask(rtcc_up, f"incidents/nobody/knows/{question}")
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such incident on record.")
    with rtcc_up.client() as client:
        wrong = client.get("/api/v1/heat", headers={"Authorization": "Bearer rtcc_no"})
    assert wrong.status_code == 401


def test_what_has_left_the_picture_still_has_its_story_whatever_dies(tmp_path: Path) -> None:
    """After retention, with the process that answers killed, and with the web process killed, which takes it along."""
    with running(tmp_path / "up", RTCC_INCIDENT_LEAVES_AFTER_S="0", RTCC_JOURNAL_SEGMENT_S="0.2") as own:
        push(own, [*life("gone-1"), said(700, "incident", "gone-1", {"status": "closed"})])
        eventually(lambda: "closed" in statuses(own, "gone-1"))
        eventually(lambda: "gone-1" not in own.picture().get("incident", {}), 60)
        assert statuses(own, "gone-1")[-1] == "closed"
        told = ask(own, "incidents/gone-1/story").json()
        assert (told["in_picture"], told["timeline"][-1]["left"]) == (False, True)
        first = past_of(own)
        os.kill(first, signal.SIGKILL)
        assert statuses(own, "gone-1")[-1] == "closed"
        second = past_of(own)
        assert second != first
        own.send_signal("web", signal.SIGKILL)
        eventually(lambda: not is_running(second), why="it ends with the web process")
        own.wait_ready()
        assert statuses(own, "gone-1")[-1] == "closed"
        third = past_of(own)
    assert not is_running(third)


@pytest.mark.parametrize("path", ["incidents/a/story", "incidents/a/history", "heat"])
def test_without_a_journal_the_past_says_so(without_journal: Running, path: str) -> None:
    """503 with one sentence; and no process is started for it."""
    answer = ask(without_journal, path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["detail"] == "No journal is kept here: the setting journal is off."
    assert children_of(without_journal.pids()["web"]) == []


def test_without_a_journal_the_hour_is_what_the_picture_knows(without_journal: Running) -> None:
    """And says that it is not whole."""
    push(without_journal, life("hour-1"))
    eventually(lambda: ask(without_journal, "hour").json()["hour"]["arrivals"]["1"] == 1)
    told = ask(without_journal, "hour").json()
    assert told["whole"] is False
    assert told["hour"]["response"]["high"] == {"count": 1, "median_s": 200.0, "p90_s": 200.0}


@pytest.fixture(scope="module")
def without_journal(tmp_path_factory: pytest.TempPathFactory):
    """A whole RTCC that keeps no journal."""
    with running(tmp_path_factory.mktemp("off"), RTCC_JOURNAL="off") as instance:
        yield instance
