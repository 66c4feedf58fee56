"""Operators answer alarms over HTTP: the first one stands, and everyone sees it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from rtcc.access.keys import OPERATE
from rtcc.model.event import iso
from tests.listening import Listener
from tests.operating import command, push, said, seen
from tests.running import Running, eventually

ANN, BO = "Ann Roe", "Bo Díaz"


@pytest.fixture(scope="module")
def ann(rtcc_up: Running) -> Iterator[httpx.Client]:
    """An operator."""
    with rtcc_up.client(OPERATE, name=ANN) as client:
        yield client


@pytest.fixture(scope="module")
def bo(rtcc_up: Running) -> Iterator[httpx.Client]:
    """Another operator."""
    with rtcc_up.client(OPERATE, name=BO) as client:
        yield client


def test_of_two_who_acknowledge_at_once_the_first_stands_everywhere(
    rtcc_up: Running, ann: httpx.Client, bo: httpx.Client
) -> None:
    """However two answers race, within a second the picture and a third reader's stream show the earlier, once."""
    ids = [f"outside:race-{number}" for number in range(12)]
    push(rtcc_up, *map(said, ids))
    listener = Listener(rtcc_up, "read:dispatcher")
    listener.start()
    together = threading.Barrier(2)
    answered: dict[tuple[str, str], tuple[int, datetime, datetime]] = {}

    def operate(name: str, client: httpx.Client) -> None:
        for id_ in ids:
            together.wait()
            began = datetime.now(UTC)
            answer = command(client, id_, "acknowledge")
            answered[id_, name] = answer.status_code, began, datetime.now(UTC)

    operators = [threading.Thread(target=operate, args=each) for each in ((ANN, ann), (BO, bo))]
    for operator in operators:
        operator.start()
    for operator in operators:
        operator.join()

    def same() -> bool:
        picture = rtcc_up.picture("read:dispatcher")["alarm"]
        return all(picture[id_].get("acknowledged_by") and picture[id_] == listener.knows("alarm", id_) for id_ in ids)

    eventually(same, 1.0)
    for id_ in ids:
        alarm = listener.knows("alarm", id_) or {}
        by, at = alarm["acknowledged_by"], datetime.fromisoformat(alarm["acknowledged_at"])
        told = [c["fields"] for c in listener.changes if c["id"] == id_ and c["fields"].get("acknowledged_at")]
        assert alarm["state"] == "acknowledged"
        assert answered[id_, by][0] == 202
        assert answered[id_, by][1] <= at <= answered[id_, by][2]
        # Whoever else was told 202 came no earlier: neither by the clock of the test nor by what the stream said.
        assert all(at <= ended for status, _, ended in (answered[id_, ANN], answered[id_, BO]) if status == 202)
        assert {answered[id_, name][0] for name in (ANN, BO)} <= {202, 409}
        assert len(told) <= 2
        assert at == min(datetime.fromisoformat(fields["acknowledged_at"]) for fields in told)
    same_ids = [id_ for id_ in rtcc_up.picture("read:dispatcher")["alarm"] if "race-" in id_]
    assert sorted(same_ids) == sorted(ids)
    listener.close()


def test_who_comes_second_is_told_who_was_first(rtcc_up: Running, ann: httpx.Client, bo: httpx.Client) -> None:
    """409 with the first one's name and time; nothing in the picture changes."""
    push(rtcc_up, alarm := said("outside:second"))
    assert command(ann, "outside:second", "acknowledge", raised_at=alarm["data"]["raised_at"]).json() == {
        "accepted": True
    }
    first = eventually(lambda: (a := seen(rtcc_up, "alarm", "outside:second")).get("acknowledged_by") and a, 1.0)
    answer = command(bo, "outside:second", "acknowledge")
    assert answer.status_code == 409
    assert answer.json() == {
        "detail": f"The alarm was acknowledged by {ANN} at {first['acknowledged_at']}.",
        "acknowledged_by": ANN,
        "acknowledged_at": first["acknowledged_at"],
    }
    assert seen(rtcc_up, "alarm", "outside:second") == first


def test_an_answer_to_an_earlier_raise_is_refused(rtcc_up: Running, ann: httpx.Client) -> None:
    """Who still looks at the last raise is told to look again; the same instant in other words is the same raise."""
    push(rtcc_up, alarm := said("outside:again"))
    now = datetime.fromisoformat(alarm["data"]["raised_at"])
    answer = command(ann, "outside:again", "acknowledge", raised_at=iso(now - timedelta(seconds=1)))
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "raised_at is not the current raise of this alarm; look at it again.",
    )
    elsewhere = (now + timedelta(hours=2)).isoformat().replace("+00:00", "+02:00")
    assert command(ann, "outside:again", "acknowledge", raised_at=elsewhere).status_code == 202
    eventually(lambda: seen(rtcc_up, "alarm", "outside:again").get("acknowledged_by") == ANN)
    push(rtcc_up, said("outside:again"))
    assert "acknowledged_by" not in seen(rtcc_up, "alarm", "outside:again")


def test_an_alarm_is_put_aside_and_taken_back(rtcc_up: Running, ann: httpx.Client, bo: httpx.Client) -> None:
    """Shelved with owner, end and reason, for as long as its severity allows; unshelved, none of it is left."""
    push(rtcc_up, said("outside:a/b"), said("outside:grave", severity="critical"))
    for id_, for_s in (("outside:a/b", 86_400), ("outside:grave", 3_600)):
        before = datetime.now(UTC)
        assert command(ann, id_, "shelve", for_s=for_s, reason="Works on the line").status_code == 202
        alarm = eventually(lambda id_=id_: (a := seen(rtcc_up, "alarm", id_))["state"] == "shelved" and a, 1.0)
        assert (alarm["shelved_by"], alarm["shelve_reason"]) == (ANN, "Works on the line")
        until = datetime.fromisoformat(alarm["shelved_until"]) - timedelta(seconds=for_s)
        assert before <= until <= datetime.now(UTC)
    assert command(bo, "outside:a/b", "unshelve").status_code == 202
    gone = {"shelved_by", "shelved_until", "shelve_reason"}
    eventually(lambda: not gone & seen(rtcc_up, "alarm", "outside:a/b").keys(), 1.0)
    answer = command(ann, "outside:grave", "shelve", for_s=3_601, reason="x")
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("it must be a whole number from 60 to 3600 for a critical alarm.")


def test_a_note_is_read_by_few(rtcc_up: Running) -> None:
    """Dispatchers read it; the wall learns that somebody wrote something, and neither what nor about what."""
    push(rtcc_up, said("outside:noted"))
    with rtcc_up.client(OPERATE, name="Noa Writes") as noa:
        assert command(noa, "outside:noted", "notes", text="The door\nstands open.").status_code == 202

    def notes(scope: str | None) -> list[dict[str, Any]]:
        return [note for note in rtcc_up.picture(scope).get("note", {}).values() if note["written_by"] == "Noa Writes"]

    (note,) = eventually(lambda: notes("read:dispatcher"), 1.0)
    assert note.pop("written_at")
    about = [{"kind": "alarm", "id": "outside:noted"}]
    assert note == {"about": about, "text": "The door\nstands open.", "written_by": "Noa Writes"}
    for scope in (None, "read:officer", "read:analyst"):
        assert [seen.keys() for seen in notes(scope)] == [{"written_by", "written_at"}]
    assert "The door" not in rtcc_up.logs()


def test_operators_read_as_dispatchers_and_answer_alarms_that_the_wall_never_sees(
    rtcc_up: Running, ann: httpx.Client
) -> None:
    """An alarm about a covert unit stands in the operator's picture and not in the wall's, and can be answered."""
    push(rtcc_up, said("outside:covert", covert=True))
    assert "outside:covert" in ann.get("/api/v1/picture").json()["entities"]["alarm"]
    assert not seen(rtcc_up, "alarm", "outside:covert", None)
    assert command(ann, "outside:covert", "acknowledge").status_code == 202
    eventually(lambda: seen(rtcc_up, "alarm", "outside:covert").get("acknowledged_by") == ANN, 1.0)
    assert not seen(rtcc_up, "alarm", "outside:covert", None)


def test_operators_are_no_feed(rtcc_up: Running, ann: httpx.Client) -> None:
    """However long they say nothing, no beat and no metric calls them late."""
    push(rtcc_up, said("outside:feed"))
    command(ann, "outside:feed", "acknowledge")
    eventually(lambda: seen(rtcc_up, "alarm", "outside:feed").get("acknowledged_by"))
    listener = Listener(rtcc_up)
    began = time.monotonic()
    listener.open()
    eventually(lambda: [at for at, name, _ in listener.events if name == "beat" and at > began + 5.5], 15)
    sources = {feed["source"] for feed in listener.named("beat")[-1]["feeds"]}
    assert "rtcc-alarms" in sources
    assert "rtcc-operators" not in sources
    assert "rtcc-operators" not in ann.get("/metrics").text
    listener.close()


def test_an_alarm_of_another_agency_is_answered_as_its_own(rtcc_up: Running, ann: httpx.Client) -> None:
    """Who answers an alarm that another agency raised answers that alarm, and makes no second one beside it."""
    id_ = "outside:elsewhere"
    push(rtcc_up, said(id_) | {"agency": "SFFD"})
    assert command(ann, id_, "acknowledge").status_code == 202
    eventually(lambda: seen(rtcc_up, "alarm", id_).get("acknowledged_by") == ANN)
    assert [name for name in rtcc_up.picture()["alarm"] if name.endswith("elsewhere")] == [id_]
