"""EIDO out: whatever an incident holds, its document validates against the published schema, and no more is told."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker

from rtcc.access.visibility import AUDIENCES, hidden_fields, marks_of
from rtcc.feeds.formats.eido import EidoFormat
from rtcc.feeds.out.eido import Seen, write_eido
from rtcc.model import lifecycle
from rtcc.model.checks import parse_instant
from tests.unit.feeds.payloads import NAMES, payload

AT = "2026-11-20T11:58:00Z"
_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=20)
_PLACE = st.one_of(
    st.just({}),
    st.fixed_dictionaries(
        {"lat": st.floats(-90, 90), "lon": st.floats(-180, 180)}, optional={"accuracy_m": st.floats(0, 100_000)}
    ),
)
INCIDENTS = st.builds(
    lambda told, place: told | place,
    st.fixed_dictionaries(
        {},
        optional={
            "type_code": _TEXT,
            "type": _TEXT,
            "category": _TEXT,
            "priority": st.integers(1, 5),
            "priority_label": _TEXT,
            "status": st.sampled_from(lifecycle.INCIDENT_STATUSES),
            "status_label": _TEXT,
            "address": _TEXT,
            "beat": _TEXT,
            "disposition": _TEXT,
            "narrative": _TEXT,
            "sensitive": st.booleans(),
        },
    ),
    _PLACE,
)
UNITS = st.builds(
    lambda told, place: told | place,
    st.fixed_dictionaries(
        {},
        optional={
            "callsign": _TEXT,
            "unit_type": _TEXT,
            "status": st.sampled_from(lifecycle.UNIT_STATUSES),
            "fix_at": st.just(AT),
        },
    ),
    _PLACE,
)


@pytest.fixture(scope="module")
def schema(shared_data: Path) -> Draft7Validator:
    """The schema that NENA publishes, without the parts of NIEM that stand in files of their own."""
    published = yaml.safe_load((shared_data / "eido" / "openapi.yaml").read_text("utf-8"))

    def cut(part: Any) -> Any:
        if isinstance(part, dict):
            if str(part.get("$ref", "")).startswith("NIEM"):
                return {}
            # Beside a reference older drafts read nothing else, as OpenAPI 3.0 does.
            # And one number is written with a comma behind it.
            return {name: 1 if (name, value) == ("minItems", "1,") else cut(value) for name, value in part.items()}
        return [cut(value) for value in part] if isinstance(part, list) else part

    schemas = cut(published["components"]["schemas"])
    root = {"$ref": "#/components/schemas/EmergencyIncidentDataObjectType", "components": {"schemas": schemas}}
    formats = FormatChecker()
    formats.checks("date-time")(lambda value: parse_instant(value) is not None)
    return Draft7Validator(root, format_checker=formats)


def seen(id_: str, fields: dict[str, Any]) -> Seen:
    """Return an entity as somebody sees it."""
    return Seen(id_, fields, AT)


def test_the_schema_holds_documents_to_something(schema: Draft7Validator, shared_data: Path) -> None:
    """The published sample is valid, and one without an agency is not."""
    sample = json.loads((shared_data / "eido" / "Sample call transfer EIDO.json").read_bytes())
    assert list(schema.iter_errors(sample)) == []
    del sample["agencyComponent"]
    assert list(schema.iter_errors(sample)) != []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    id_=st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs")), min_size=1, max_size=20),
    incident=INCIDENTS,
    units=st.lists(UNITS, max_size=3),
    notes=st.lists(_TEXT, max_size=3),
)
def test_every_incident_validates_and_comes_back(
    schema: Draft7Validator, id_: str, incident: dict[str, Any], units: list[dict[str, Any]], notes: list[str]
) -> None:
    """Any fields, any units, any notes; and what our own format reads of it is what was written."""
    document = write_eido(
        seen(id_, incident),
        [seen(f"u{number}", unit) for number, unit in enumerate(units)],
        [seen(f"n{number}", {"text": note}) for number, note in enumerate(notes)],
        "SFPD",
        "rtcc.center",
    )
    assert list(schema.iter_errors(document)) == []
    told = EidoFormat.from_table(NAMES, {}).read(payload(json.dumps(document)), {})
    back = next(event.data for event in told.events if event.kind == "incident")
    assert back is not None
    assert back.get("priority") == incident.get("priority")
    assert back.get("status") == incident.get("status")
    if "lat" in incident:
        assert back["lat"] == pytest.approx(incident["lat"], abs=1e-6)
        assert back["lon"] == pytest.approx(incident["lon"], abs=1e-6)
    assert {event.id for event in told.events if event.kind == "unit"} == {
        unit.get("callsign", f"u{number}") for number, unit in enumerate(units)
    }


def test_all_references_lead_somewhere(schema: Draft7Validator) -> None:
    """What refers to a component refers to one that the document holds."""
    fields = {"lat": 37.7, "lon": -122.4, "address": "1 Main", "status": "enroute", "narrative": "Two men"}
    unit = {"callsign": "3A12", "status": "enroute", "lat": 37.8, "lon": -122.4}
    document = write_eido(seen("I-1", fields), [seen("3A12", unit)], [seen("n", {"text": "x"})], "SFPD", "rtcc.center")
    assert list(schema.iter_errors(document)) == []
    ids = set()
    references = set()

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            ids.add(part.get("$id"))
            references.add(part.get("$ref"))
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(document)
    assert references - {None} <= ids
    assert document["emergencyResourceComponent"][0]["secondaryUnitStatusRegistryText"] == ["En Route"]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_an_audience_may_not_see_is_not_in_it(audience: Any) -> None:
    """Of a sensitive incident no place goes to wall and public, and the story only to those who may read it."""
    whole = {
        "type": "Assault",
        "sensitive": True,
        "lat": 37.123,
        "lon": -122.456,
        "address": "77 Secret Street",
        "narrative": "What happened",
        "caller_name": "Jo Doe",
    }
    hidden = hidden_fields(audience, "incident", marks_of("incident", whole)) or frozenset()
    visible = {name: value for name, value in copy.deepcopy(whole).items() if name not in hidden}
    written = json.dumps(write_eido(seen("I-1", visible), [], [], "SFPD", "rtcc.center"))
    assert ("Secret Street" in written) is ("address" not in hidden)
    assert ("37.123" in written) is ("lat" not in hidden)
    assert ("What happened" in written) is ("narrative" not in hidden)
    # Nobody is named, whoever asks.
    assert "Jo Doe" not in written
