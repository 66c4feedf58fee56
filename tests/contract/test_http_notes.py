"""Notes about incidents and reviews of detections over HTTP: under whose name, by whom not, and on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from rtcc.access.keys import OPERATE
from rtcc.journal.place import open_place
from rtcc.journal.reader import Journal
from rtcc.model.event import iso
from rtcc.model.sources import OPERATORS
from rtcc.settings import Settings
from tests.operating import seen
from tests.running import Running, eventually
from tests.signing_in import browser, signed_in

INCIDENT, DETECTION = "notes/of-one", "review-1"
NOTES = f"/api/v1/incidents/{INCIDENT}/notes"
REVIEW = f"/api/v1/detections/{DETECTION}/review"
SECRET = "+14155550177"


@pytest.fixture(scope="module", autouse=True)
def told(rtcc_up: Running) -> None:
    """An incident and a detection in the picture."""
    at = {"agency": "SFPD", "source": "cad", "occurred_at": iso(datetime.now(UTC))}
    events = [
        at | {"kind": "incident", "id": INCIDENT, "data": {"priority": 3, "status": "pending"}},
        at | {"kind": "detection", "id": DETECTION, "data": {"detection_type": "gunshot", "review": "unreviewed"}},
    ]
    with rtcc_up.client("ingest") as source:
        assert source.post("/api/v1/events", json=events).status_code == 202
    eventually(lambda: seen(rtcc_up, "incident", INCIDENT) and seen(rtcc_up, "detection", DETECTION))


@pytest.fixture(params=["dispatcher", "supervisor", "officer", "admin", "key"])
def author(rtcc_up: Running, request: pytest.FixtureRequest) -> Iterator[tuple[str, httpx.Client]]:
    """Each of those who may write, and what they are called."""
    name = f"Writes as {request.param}"
    if request.param == "key":
        with rtcc_up.client(OPERATE, name=name) as client:
            yield name, client
    else:
        with signed_in(rtcc_up, name, request.param) as client:
            yield name, client


def test_a_note_stands_under_its_authors_name(rtcc_up: Running, author: tuple[str, httpx.Client]) -> None:
    """What is written is in the picture within a second, about this incident, and in no log."""
    name, client = author
    text = f"Dog in the yard,\nsays {name}."
    answer = client.post(NOTES, json={"text": text})
    assert (answer.status_code, answer.json()) == (202, {"accepted": True})

    def notes() -> list[dict[str, Any]]:
        return [note for note in rtcc_up.picture().get("note", {}).values() if note["written_by"] == name]

    (note,) = eventually(notes, 5.0)
    assert datetime.now(UTC) >= datetime.fromisoformat(note.pop("written_at"))
    assert note == {"about": [{"kind": "incident", "id": INCIDENT}], "text": text, "written_by": name}
    assert text not in rtcc_up.logs()


def test_only_people_of_the_center_write_notes(rtcc_up: Running) -> None:
    """401 for nobody in particular, 403 for those who only look; an officer's reading key does not write either."""
    for role in ("analyst", "wall"):
        with signed_in(rtcc_up, f"Looks as {role}", role) as client:
            assert client.post(NOTES, json={"text": SECRET}).status_code == 403
    with browser(rtcc_up) as client:
        assert client.post(NOTES, json={"text": SECRET}).status_code == 401
        assert client.post("/login", data={"key": rtcc_up.key("read:officer")}).status_code == 303
        assert client.post(NOTES, json={"text": SECRET}).status_code == 403
    with rtcc_up.client("read:admin") as reader:
        assert reader.post(NOTES, json={"text": SECRET}).status_code == 403
    assert SECRET not in str(rtcc_up.picture().get("note"))


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        (NOTES, {}, 422, "text is missing; it must be text of 1 to 4,000 characters"),
        (NOTES, {"text": ""}, 422, "text is text; it must be"),
        (NOTES, {"text": SECRET * 400}, 422, "text is text; it must be"),
        (NOTES, {"text": "x", "written_by": SECRET}, 422, "written_by is not a known field"),
        (NOTES, [SECRET], 422, "The body is a list; it must be an object."),
        (
            "/api/v1/incidents/none/notes",
            {"text": SECRET},
            404,
            "There is no such incident in the live picture; a closed",
        ),
        (REVIEW, {}, 422, "review is missing; it must be one of confirmed, dismissed."),
        (REVIEW, {"review": "unreviewed"}, 422, "review is text; it must be one of confirmed, dismissed."),
        (REVIEW, {"review": True}, 422, "review is a boolean;"),
        (
            "/api/v1/detections/none/review",
            {"review": "confirmed"},
            404,
            "There is no such detection in the live picture",
        ),
    ],
)
def test_what_cannot_be_said_is_refused(rtcc_up: Running, path: str, body: Any, status: int, sentence: str) -> None:
    """One sentence that names the field and what is allowed, and nothing of what was sent."""
    with rtcc_up.client(OPERATE) as client:
        answer = client.post(path, json=body)
    assert answer.status_code == status
    assert answer.json().keys() == {"detail"}
    assert answer.json()["detail"].startswith(sentence)
    assert answer.json()["detail"].endswith(".")
    assert SECRET not in answer.text
    assert SECRET not in rtcc_up.logs()


def test_a_detection_is_reviewed_by_operators(rtcc_up: Running) -> None:
    """Who looked and what they said stands in the picture; the last word counts, and officers have none."""
    with signed_in(rtcc_up, "Ann Roe", "dispatcher") as ann, signed_in(rtcc_up, "Bo Díaz", "supervisor") as bo:
        for client, name, verdict in ((ann, "Ann Roe", "dismissed"), (bo, "Bo Díaz", "confirmed")):
            assert client.post(REVIEW, json={"review": verdict}).status_code == 202
            found = eventually(
                lambda name=name: (d := seen(rtcc_up, "detection", DETECTION)).get("reviewed_by") == name and d, 5.0
            )
            assert found["review"] == verdict
            assert datetime.fromisoformat(found["reviewed_at"]) <= datetime.now(UTC)
    with signed_in(rtcc_up, "Cy Young", "officer") as officer, browser(rtcc_up) as nobody:
        assert officer.post(REVIEW, json={"review": "dismissed"}).status_code == 403
        assert nobody.post(REVIEW, json={"review": "dismissed"}).status_code == 401
    assert seen(rtcc_up, "detection", DETECTION)["review"] == "confirmed"


def test_what_people_said_is_on_record(rtcc_up: Running) -> None:
    """The journal has each review with its author, the one that was overruled too."""
    names = ["Dee Poe", "Eve Moe"]
    for name in names:
        with signed_in(rtcc_up, name, "admin") as client:
            assert client.post(REVIEW, json={"review": "confirmed"}).status_code == 202
        eventually(lambda name=name: seen(rtcc_up, "detection", DETECTION).get("reviewed_by") == name, 10.0)
    journal = Journal(open_place(Settings(data_dir=rtcc_up.data).journal_place()))

    def written() -> list[str]:
        journal.refresh()
        told = [change for change in journal.timeline("detection", DETECTION) if change.source == OPERATORS]
        return [(change.fields or {}).get("reviewed_by", "") for change in told]

    eventually(lambda: written()[-2:] == names, 40.0)
