"""An incident as EIDO over HTTP: who may have it, and that it holds only what they may see."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rtcc.access.keys import OPERATE
from rtcc.model.event import iso
from tests.operating import seen
from tests.running import Running, eventually

INCIDENT = "eido/of-one"
ADDRESS = f"/api/v1/incidents/{INCIDENT}/eido"


@pytest.fixture(scope="module", autouse=True)
def told(rtcc_up: Running) -> None:
    """A sensitive incident with a unit, a covert one, and a note."""
    now = iso(datetime.now(UTC))
    at = {"agency": "SFPD", "source": "cad", "occurred_at": now}
    place = {"lat": 37.123, "lon": -122.456}
    sensitive = {"type": "Assault", "priority": 1, "status": "enroute", "sensitive": True, "narrative": "Two men"}
    events = [
        at | {"kind": "incident", "id": INCIDENT, "data": sensitive | place | {"address": "77 Hidden Street"}},
        at | {"kind": "unit", "id": "E-1", "data": {"callsign": "3A12", "incident_id": INCIDENT, "status": "enroute"}},
        at | {"kind": "unit", "id": "E-2", "data": {"callsign": "UC-7", "incident_id": INCIDENT, "covert": True}},
    ]
    with rtcc_up.client("ingest") as source:
        assert source.post("/api/v1/events", json=events).status_code == 202
    eventually(lambda: seen(rtcc_up, "incident", INCIDENT) and seen(rtcc_up, "unit", "E-2"))
    with rtcc_up.client(OPERATE, name="Noa Writes") as operator:
        assert operator.post(f"/api/v1/incidents/{INCIDENT}/notes", json={"text": "Dog in yard"}).status_code == 202
    eventually(lambda: any(note["text"] == "Dog in yard" for note in rtcc_up.picture().get("note", {}).values()))


@pytest.mark.parametrize(
    ("scope", "place", "story", "covert"),
    [
        ("read:dispatcher", True, True, True),
        ("read:officer", True, True, False),
        ("read:analyst", True, False, False),
        ("read:wall", False, False, False),
        ("read:public", False, False, False),
    ],
)
def test_each_audience_gets_its_own(rtcc_up: Running, scope: str, place: bool, story: bool, covert: bool) -> None:
    """The place of a sensitive incident, its story and a covert unit only for those who may know of them."""
    with rtcc_up.client(scope) as reader:
        answer = reader.get(ADDRESS)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    document = answer.json()
    assert document["$id"] == f"urn:emergency:uid:incidentid:{INCIDENT}:rtcc.center"
    assert document["agencyComponent"][0]["$id"] == "SFPD"
    assert document["incidentComponent"]["incidentCommonPriorityNumber"] == 10
    assert ("77 Hidden Street" in answer.text, "37.123" in answer.text) == (place, place)
    assert ("Two men" in answer.text, "Dog in yard" in answer.text) == (story, story)
    assert ("UC-7" in answer.text) is covert
    assert ("3A12" in answer.text) is (scope != "read:public")


def test_one_that_is_not_there(rtcc_up: Running) -> None:
    """404 with a sentence."""
    with rtcc_up.client("read:officer") as reader:
        answer = reader.get("/api/v1/incidents/nobody/eido")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such incident in the picture.")
