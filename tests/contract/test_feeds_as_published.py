"""Portals of which no payload is at hand: rows in the shape they publish, made for these tests, and their mappings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rtcc.feeds.catalogue import find_mapping
from rtcc.feeds.declared import load_feeds
from rtcc.feeds.payload import Payload
from rtcc.feeds.transports.recording import load_recording

EXAMPLES = Path(__file__).parents[2] / "examples" / "feeds"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

SEATTLE = {
    "address": "1000 Pine St",
    "type": "Aid Response",
    "datetime": "2026-10-31T10:00:00.000",
    "latitude": "47.615",
    "longitude": "-122.33",
    "report_location": {"type": "Point", "coordinates": [-122.33, 47.615]},
    "incident_number": "F260001",
}
CINCINNATI = {
    "event_number": "CPD261031000001",
    "create_time_incident": "2026-10-31T10:00:00.000",
    "dispatch_time_primary_unit": "2026-10-31T10:04:00.000",
    "arrival_time_primary_unit": "2026-10-31T10:11:00.000",
    "closed_time_incident": "2026-10-31T10:40:00.000",
    "incident_type_id": "DOMV",
    "incident_type_desc": "DOMESTIC VIOLENCE",
    "priority": "3",
    "disposition_text": "ARR: ARREST",
    "district": "2",
    "beat": "P213",
    "address_x": "12XX VINE ST",
    "latitude_x": "39.11",
    "longitude_x": "-84.51",
}
MONTGOMERY = {
    "incident_id": "P2600012345",
    "start_time": "2026-10-31T10:00:00.000",
    "end_time": "2026-10-31T10:40:00.000",
    "priority": "1",
    "initial_type": "TRAFFIC COLLISION - JUST OCCURRED",
    "close_type": "PROPERTY DAMAGE COLLISION",
    "address": "100 BLK ROCKVILLE PIKE",
    "city": "ROCKVILLE",
    "latitude": "39.08",
    "longitude": "-77.15",
    "police_district_number": "1D",
    "calltime_dispatch": "240",
    "calltime_arrive": "660",
    "disposition_desc": "REPORT WRITTEN",
}
NEW_ORLEANS = {
    "nopd_item": "J0001226",
    "initialtype": "103",
    "initialtypetext": "DISTURBANCE (OTHER)",
    "type": "107",
    "typetext": "SUSPICIOUS PERSON",
    "initialpriority": "1C",
    "priority": "1A",
    "timecreate": "2026-10-31T10:00:00.000",
    "timedispatch": "2026-10-31T10:04:00.000",
    "timearrive": "2026-10-31T10:11:00.000",
    "timeclosed": "2026-10-31T10:40:00.000",
    "disposition": "NAT",
    "dispositiontext": "Necessary Action Taken",
    "selfinitiated": "N",
    "beat": "8B02",
    "policedistrict": "8",
    "block_address": "004XX CANAL ST",
    "location": {"type": "Point", "coordinates": [-90.07, 29.95]},
}
DETROIT = {
    "incident_entry_id": "263040001",
    "called_at": 1793455200000,
    "call_description": "DISTURBANCE",
    "category": "DISTRB",
    "priority": "2",
    "precinct": "3",
    "scout_car_area": "0307",
    "incident_location": "Woodward Ave & W Warren Ave",
    "total_response_time": 11.0,
    "total_time": 40.0,
    "latitude": 42.35,
    "longitude": -83.06,
    "ESRI_OID": 7,
}
LIFE = [(0, "pending"), (4, "dispatched"), (11, "on_scene"), (40, "closed")]


def told_of(example, body, memory):
    """Read a payload as the example's feed would."""
    (feed,) = load_feeds(EXAMPLES / f"{example}.toml")
    told = feed.format.read_all([Payload(NOW, feed.name, "", body)], memory)
    memory |= told.remember
    return told


@pytest.mark.parametrize(
    ("example", "payload", "begun", "life", "type_", "agency"),
    [
        ("seattle_fire", [SEATTLE], 17, [(0, "dispatched")], "Aid Response", "SFD"),
        ("cincinnati", [CINCINNATI], 14, LIFE, "Domestic Violence", "CPD"),
        ("montgomery_county", [MONTGOMERY], 14, LIFE, "Property Damage Collision", "MCPD"),
        ("new_orleans", [NEW_ORLEANS], 15, LIFE, "Suspicious Person", "NOPD"),
        ("detroit", {"features": [{"attributes": DETROIT}]}, 14, [LIFE[0], *LIFE[2:]], "Disturbance", "DPD"),
    ],
)
def test_a_row_unfolds_into_the_life_it_tells(example, payload, begun, life, type_, agency):
    """Each moment at its minute, in the city's own zone, with its status, its place and its final type."""
    memory = {}
    told = told_of(example, json.dumps(payload).encode(), memory)
    assert (told.rows, told.refused, told.remarks) == (1, [], [])
    start = datetime(2026, 10, 31, begun, tzinfo=UTC)
    events = sorted(told.events, key=lambda event: event.occurred_at)
    assert [((e.occurred_at - start).total_seconds() / 60, e.data["status"]) for e in events] == life
    fields = {name: value for event in events for name, value in event.data.items()}
    assert (fields["type"], events[0].agency) == (type_, agency)
    assert {"lat", "lon", "address"} <= fields.keys()
    assert fields.get("priority", 1) in {1, 2, 3}
    assert told_of(example, json.dumps(payload).encode(), memory).unchanged == 1


@pytest.mark.parametrize(
    ("example", "row", "names"),
    [
        ("cincinnati", CINCINNATI, str.upper),
        ("montgomery_county", MONTGOMERY, lambda name: name.replace("_", " ").title()),
    ],
)
def test_the_portals_csv_is_read_as_its_json(example, row, names):
    """Its columns are written in another way there, and mean the same."""
    body = ",".join(map(names, row)) + "\n" + ",".join(row.values()) + "\n"
    from_csv = told_of(example, body.encode(), {}).events
    assert from_csv == told_of(example, json.dumps([row]).encode(), {}).events


def test_a_feature_of_geojson_is_the_same_row():
    """Detroit's layer answers in either of ArcGIS's two ways."""
    point = {"type": "Point", "coordinates": [-83.06, 42.35]}
    geojson = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": point, "properties": DETROIT}]}
    esri = {"features": [{"attributes": DETROIT, "geometry": {"x": -83.06, "y": 42.35}}]}
    first, second = (told_of("detroit", json.dumps(body).encode(), {}).events for body in (geojson, esri))
    assert first == second


def test_a_recording_of_units_is_replayed_as_their_calls(shared_data):
    """The file is known by its columns, and the rows of a call are one incident in a replay too."""
    recording = load_recording(shared_data / "sf_fire_calls" / "unit_responses_10k.csv")
    assert recording.mapping is find_mapping("sf_fire_incidents")
    assert (recording.rows, recording.troubles) == (9_999, ())
    assert len({moment.id for moment in recording.moments}) == 5_115
    assert recording.left_open() == []
