"""EIDO: what its components become, and that no person in it is told of unless the feed says so."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from rtcc.feeds.formats.eido import EidoFormat
from rtcc.feeds.payload import FeedTableError, Told
from rtcc.model.event import iso
from tests.unit.feeds.payloads import NAMES, NOW, payload, reasons, said

EIDO = EidoFormat.from_table(NAMES, {})
KEEPS = EidoFormat.from_table(NAMES, {"persons": "keep"})
AT = "2026-11-20T11:58:00-00:00"
PIDF = (
    "<presence xmlns='urn:ietf:params:xml:ns:pidf' xmlns:gml='http://www.opengis.net/gml' "
    "xmlns:gs='http://www.opengis.net/pidflo/1.0'><gs:Circle><gml:pos>{} {}</gml:pos><gs:radius>{}</gs:radius>"
    "</gs:Circle></presence>"
)


def component(id_: str, **fields: Any) -> dict[str, Any]:
    """Return a component with what all of them must have."""
    return {"$id": id_, "lastUpdateTimeStamp": AT, "updatedByAgencyReference": {"$ref": "pd.city.gov"}} | fields


def refer(*ids: str) -> list[dict[str, str]]:
    """Return references."""
    return [{"$ref": id_} for id_ in ids]


DOCUMENT = component(
    "urn:emergency:uid:incidentid:77:pd.city.gov",
    eidoVersion="1.0",
    issuingElementIdentification="cad.city.gov",
    agencyComponent=[component("pd.city.gov", agencyType=["police"])],
    incidentComponent=component(
        "incident",
        incidentTypeInternalCode="211",
        incidentTypeInternalText="Robbery, armed",
        incidentTypeCommonRegistryText="Robbery",
        incidentStatusCommonRegistryText=["Active", "Something Of Ours"],
        incidentPriorityInternalText="A",
        incidentCommonPriorityNumber=9,
        beatOrDispatchGroupText="3D",
        locationReference=refer("loc-coarse", "loc-fine", "nowhere"),
        notesReference=refer("note-1"),
        dispositionComponent=[
            component("d1", dispositionCommonRegistryCode="GOA"),
            component("d2", dispositionCommonRegistryCode="ARR", dispositionPrimaryIndicator=True),
        ],
    ),
    callComponent=[
        component(
            "urn:emergency:uid:callid:9:psap.city.gov",
            callStateRegistryText="callEnd",
            callStartTimestamp="2026-11-20T11:50:00Z",
            answerDate="2026-11-20T11:50:07Z",
            queueIdentifier="sos",
            callBackReference={"$ref": "cb"},
            agentReference=refer("ann.roe@psap.city.gov"),
            locationReference=refer("loc-coarse"),
        )
    ],
    callbackComponent=[component("cb", callBackInformationUri=["sip:x@y", "tel:+14155550177"])],
    personComponent=[component("p1", ncPersonComponent={"ncPersonName": [{"ncPersonFullName": "Jo Doe"}]})],
    dispatchComponent=[
        component("disp-1", emergencyResourceReference=refer("r1")),
        component("disp-2", emergencyResourceReference=refer("r2", "gone")),
    ],
    emergencyResourceComponent=[
        component(
            "r1",
            emergencyResourceName="3A12",
            emergencyResourceTypeCommonRegistryText="Patrol",
            primaryUnitStatusRegistryText="Unavailable",
            secondaryUnitStatusRegistryText=["En Route"],
            unitLocationReference={"$ref": "loc-unit"},
        ),
        component(
            "r2",
            emergencyResourceName="E5",
            primaryUnitStatusRegistryText="Never Heard Of",
            secondaryUnitStatusRegistryText=[],
            activeOnIncidentId="urn:emergency:uid:incidentid:78:pd.city.gov",
        ),
    ],
    notesComponent=[
        component("note-1", notesActionComments="<p>Suspect &amp; car<br/>went north</p>", agentReference=refer("a")[0])
    ],
    locationComponent=[
        component("loc-coarse", locationByValue=PIDF.format(37.7, -122.4, 900)),
        component("loc-fine", locationByValue=PIDF.format(37.75, -122.42, 12)),
        component(
            "loc-unit", lastUpdateTimeStamp="2026-11-20T11:59:30Z", locationByValue=PIDF.format(37.76, -122.41, 5)
        ),
    ],
)


def read(document: Any, eido: EidoFormat = EIDO) -> Told:
    """Read one document, or several."""
    return eido.read(payload(json.dumps(document)), {})


def test_a_whole_document() -> None:
    """Incident, call, units with statuses and fixes, and a note, each from its own component."""
    told = read(DOCUMENT)
    assert reasons(told) == []
    assert told.rows == 7
    assert {iso(event.occurred_at) for event in told.events} == {"2026-11-20T11:58:00Z", "2026-11-20T11:59:30Z"}
    by_kind: dict[str, dict[str, Any]] = {}
    for event in told.events:
        by_kind.setdefault(f"{event.kind} {event.id}", {}).update(event.data or {})
    assert by_kind["incident 77:pd.city.gov"] == {
        "type_code": "211",
        "type": "Robbery, armed",
        "category": "Robbery",
        "priority": 1,
        "priority_label": "A",
        "status": "dispatched",
        "status_label": "Active, Something Of Ours",
        "received_at": "2026-11-20T11:50:00Z",
        "beat": "3D",
        "disposition": "ARR",
        "lat": 37.75,
        "lon": -122.42,
        "accuracy_m": 12.0,
        "units": ["3A12", "E5"],
    }
    assert by_kind["call 9:psap.city.gov"] == {
        "state": "ended",
        "queue": "sos",
        "started_at": "2026-11-20T11:50:00Z",
        "answered_at": "2026-11-20T11:50:07Z",
        "ended_at": "2026-11-20T11:58:00Z",
        "incident_id": "77:pd.city.gov",
        "lat": 37.7,
        "lon": -122.4,
        "uncertainty_m": 900.0,
    }
    assert by_kind["unit 3A12"] == {
        "callsign": "3A12",
        "unit_type": "Patrol",
        "status": "enroute",
        "status_label": "Unavailable, En Route",
        "incident_id": "77:pd.city.gov",
        "lat": 37.76,
        "lon": -122.41,
        "accuracy_m": 5.0,
        "fix_at": "2026-11-20T11:59:30Z",
    }
    assert by_kind["unit E5"] == {
        "callsign": "E5",
        "status_label": "Never Heard Of",
        "incident_id": "78:pd.city.gov",
    }
    assert by_kind["note note-1"] == {
        "about": [{"kind": "incident", "id": "77:pd.city.gov"}],
        "text": "Suspect & car went north",
        "written_by": "pd.city.gov",
        "written_at": "2026-11-20T11:58:00Z",
    }


def test_persons_are_left_out_unless_the_feed_keeps_them() -> None:
    """No name, number or operator in any event, reason or remark; a number and an operator where the feed says so."""
    told = read(DOCUMENT)
    everything = str([told.events, reasons(told), [remark.reason for remark in told.remarks]])
    assert not any(secret in everything for secret in ("4155550177", "Jo Doe", "ann.roe"))
    call = said(read(DOCUMENT, KEEPS))["call", "9:psap.city.gov"]
    assert call is not None
    assert (call["caller_number"], call["call_taker"]) == ("+14155550177", "ann.roe@psap.city.gov")


def test_the_published_sample(shared_data: Path) -> None:
    """A transferred call, compared with its document; its location by reference is not fetched."""
    told = EIDO.read(payload((shared_data / "eido" / "Sample call transfer EIDO.json").read_bytes()), {})
    assert (told.rows, reasons(told)) == (1, [])
    (event,) = told.events
    assert (event.kind, event.id) == ("call", "a56e556d871:bcf.state.pa.us")
    assert event.data == {
        "state": "answered",
        "queue": "sos@state.pa.us",
        "started_at": "2021-04-30T18:40:00Z",
        "answered_at": "2021-04-30T18:42:00Z",
        "class_of_service": "wireless",
        "incident_id": "a56e556d871:bcf.state.pa.us",
    }
    assert [remark.reason for remark in told.remarks] == [
        "A location is given by reference; nothing is fetched, so it is left out."
    ]


@pytest.mark.parametrize(("number", "priority"), [(10, 1), (9, 1), (8, 2), (6, 3), (5, 3), (3, 4), (1, 5), (0, 5)])
def test_its_gravest_priority_is_ours(number: int, priority: int) -> None:
    """EIDO counts up to 10, the gravest; we count down to 1."""
    document = copy.deepcopy(DOCUMENT)
    document["incidentComponent"]["incidentCommonPriorityNumber"] = number
    (incident, *_) = read(document).events
    assert (incident.data or {})["priority"] == priority


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "The payload is no JSON."),
        (b"7", "The payload is neither an EIDO nor a list of them."),
        (b'{"callComponent": []}', "$id is missing; it must be the id of the incident."),
        (b'{"$id": "x"}', "The EIDO holds no incident, call, dispatch, unit or note."),
        (
            b'{"$id": "x", "callComponent": {"$id": "c"}}',
            "lastUpdateTimeStamp is missing or no instant; every component must have one.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(body: bytes, reason: str) -> None:
    """Each with one sentence."""
    told = EIDO.read(payload(body, NOW), {})
    assert (told.events, reasons(told)) == ([], [reason])


def test_one_component_without_a_time_costs_no_other() -> None:
    """The rest of the document is told."""
    document = copy.deepcopy(DOCUMENT)
    del document["incidentComponent"]["lastUpdateTimeStamp"]
    told = read(document)
    assert len(told.refused) == 1
    assert {event.kind for event in told.events} == {"incident", "call", "unit", "note"}


def test_a_wrong_table_is_refused() -> None:
    """Only these two policies are known."""
    with pytest.raises(FeedTableError, match=r"feeds.outside.persons is text; it must be one of leave_out, keep"):
        EidoFormat.from_table(NAMES, {"persons": "some"})
