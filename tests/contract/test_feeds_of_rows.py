"""Real payloads of public feeds, each through its mapping: how many rows, and three whole ones against their source."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rtcc.feeds.declared import load_feeds
from rtcc.feeds.payload import Payload

EXAMPLES = Path(__file__).parents[2] / "examples" / "feeds"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DECLARED = """
[feeds.fire_units]
format = "rows"
mapping = "sf_fire_units"
[feeds.fire_units.push]
[feeds.gunshots]
format = "rows"
mapping = "shotspotter"
[feeds.gunshots.push]
[feeds.muni]
format = "rows"
mapping = "muni_avl"
[feeds.muni.push]
[feeds.axis]
format = "rows"
mapping = "alpr_axis"
[feeds.axis.push]
"""


def feed(name, example=None, folder=None):
    """Return a feed as an example declares it, or as this file does."""
    if example is None:
        (folder / "feeds.toml").write_text(DECLARED)
    file = folder / "feeds.toml" if example is None else EXAMPLES / f"{example}.toml"
    return next(feed for feed in load_feeds(file) if feed.name == name)


def told_of(declared, body, content_type=""):
    """Read one payload that is the first of its feed."""
    return declared.format.read_all([Payload(NOW, declared.name, content_type, body)], {})


def lives(told):
    """Return each entity's events, by its id."""
    found = {}
    for event in told.events:
        found.setdefault(event.id, []).append(event)
    return found


def local(text, form, zone="America/Los_Angeles"):
    """Return a local time of the source as our own text."""
    instant = datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return instant.isoformat().replace("+00:00", "Z")


def merged(events):
    """Return what an entity holds after all of its events."""
    return {name: value for event in sorted(events, key=lambda e: e.occurred_at) for name, value in event.data.items()}


@pytest.fixture(scope="module")
def sf_calls(shared_data):
    body = (shared_data / "sf_calls_realtime" / "calls.csv").read_bytes()
    return list(csv.DictReader(io.StringIO(body.decode()))), told_of(feed("sf_calls", "san_francisco"), body)


def test_san_francisco_calls_are_read_whole(sf_calls):
    """3,370 rows, none refused, no value lost."""
    rows, told = sf_calls
    assert (told.rows, len(lives(told)), told.refused, told.remarks) == (3_370, 3_370, [], [])
    assert len(rows) == 3_370
    assert {event.source for event in told.events} == {"sf-cad"}


@pytest.mark.parametrize("at", [0, 1_700, 3_369])
def test_a_san_francisco_call_is_what_its_row_says(sf_calls, at):
    """Every column that has a field, against the file."""
    rows, told = sf_calls
    row = rows[at]
    fields = merged(lives(told)[row["cad_number"]])
    form = "%Y/%m/%d %I:%M:%S %p"
    times = {
        "received_at": "received_datetime",
        "entered_at": "entry_datetime",
        "dispatched_at": "dispatch_datetime",
        "enroute_at": "enroute_datetime",
        "on_scene_at": "onscene_datetime",
        "cleared_at": "close_datetime",
    }
    expected = {field: local(row[column], form) for field, column in times.items() if row[column]}
    assert {field: fields.get(field) for field in expected} == expected
    assert not (times.keys() - expected.keys()) & fields.keys()
    assert fields["type_code"] == (row["call_type_final"] or row["call_type_original"])
    assert fields["priority_label"] == (row["priority_final"] or row["priority_original"])
    assert fields["sensitive"] is (row["sensitive_call"] == "true")
    assert fields["onview"] is (row["onview_flag"] in {"Y", "HSOC"})
    point = row["intersection_point"].removeprefix("POINT (").removesuffix(")").split()
    assert [fields.get("lon"), fields.get("lat")] == ([float(n) for n in point] if point else [None, None])


def test_the_same_calls_as_json_are_read_whole(shared_data):
    """172 rows of Socrata's JSON through the same feed; the first says what the file says."""
    body = (shared_data / "sf_calls_realtime" / "calls_2025-10-26.json").read_bytes()
    told = told_of(feed("sf_calls", "san_francisco"), body, "application/json")
    assert (told.rows, len(lives(told)), told.refused, told.remarks) == (172, 172, [], [])
    for row in json.loads(body)[:3]:
        fields = merged(lives(told)[row["cad_number"]])
        assert [fields["lon"], fields["lat"]] == row["intersection_point"]["coordinates"]
        assert fields["entered_at"] == local(row["entry_datetime"], "%Y-%m-%dT%H:%M:%S.%f")
        closed = row.get("close_datetime")
        assert fields.get("cleared_at") == (local(closed, "%Y-%m-%dT%H:%M:%S.%f") if closed else None)


@pytest.fixture(scope="module")
def fire_rows(shared_data):
    body = (shared_data / "sf_fire_calls" / "unit_responses_10k.csv").read_bytes()
    return body, list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


FIRE_FORM = "%m/%d/%Y %I:%M:%S %p"


def test_fire_calls_become_one_incident_each(fire_rows):
    """9,999 rows of units are 5,115 calls: begun with the first unit, over with the last, all of them on it."""
    body, rows = fire_rows
    told = told_of(feed("sf_fire", "san_francisco"), body)
    found = lives(told)
    assert (told.rows, len(found), told.refused, told.remarks) == (9_999, 5_115, [], [])
    crowded = ["180330335", "180382237", "172440383"]
    assert len([row for row in rows if row["Call Number"] == crowded[0]]) == 26
    for call in crowded:
        units = [row for row in rows if row["Call Number"] == call]
        fields = merged(found[call])
        assert fields["units"] == [row["Unit ID"] for row in units]
        assert fields["dispatched_at"] == min(local(row["Dispatch DtTm"], FIRE_FORM) for row in units)
        assert fields["cleared_at"] == max(local(row["Available DtTm"], FIRE_FORM) for row in units)
        assert fields["entered_at"] == local(units[0]["Entry DtTm"], FIRE_FORM)
        assert (fields["type"], fields["address"]) == (units[0]["Call Type"], units[0]["Address"])
        assert f"({fields['lat']}, {fields['lon']})" == units[0]["Location"]
        assert fields["status"] in {"closed", "cancelled"}


def test_the_same_rows_become_what_each_unit_did(fire_rows, tmp_path):
    """174 units; each goes from its dispatch to being available, and its last row is what it does now."""
    body, rows = fire_rows
    told = told_of(feed("fire_units", folder=tmp_path), body)
    found = lives(told)
    assert (told.rows, len(found), told.refused, told.remarks) == (9_999, 174, [], [])
    columns = {
        "Dispatch DtTm": "dispatched",
        "Response DtTm": "enroute",
        "On Scene DtTm": "on_scene",
        "Transport DtTm": "busy",
        "Hospital DtTm": "busy",
        "Available DtTm": "available",
    }
    for row in (rows[0], rows[5], rows[-1]):
        events = {event.occurred_at: event.data for event in found[row["Unit ID"]]}
        times = {}
        for column, status in columns.items():
            if row[column]:
                # Of moments in the same second the later stage counts.
                times[local(row[column], FIRE_FORM)] = status
        for instant, status in times.items():
            data = events[datetime.fromisoformat(instant)]
            assert (data["status"], data["status_since"]) == (status, instant)
        assert events[datetime.fromisoformat(min(times))]["incident_id"] == row["Call Number"]
        assert events[datetime.fromisoformat(local(row["Available DtTm"], FIRE_FORM))]["incident_id"] is None


def test_gunshots_are_read_whole(shared_data, tmp_path):
    """4,385 detections, two in three without an id: each is one, with its place, its rounds and its moment."""
    body = (shared_data / "shotspotter" / "san_francisco.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    told = told_of(feed("gunshots", folder=tmp_path), body)
    assert (told.rows, len(lives(told)), told.refused, told.remarks) == (4_385, 4_385, [], [])
    for at in (0, 2_000, 4_384):
        event, row = told.events[at], rows[at]
        assert event.kind == "detection"
        assert event.data["detection_type"] == "gunshot"
        assert event.data["rounds"] == int(row["Rnds"])
        assert (event.data["lat"], event.data["lon"]) == (float(row["Latitude"]), float(row["Longitude"]))
        when = local(f"{row['Date']} {row['Time']}", "%d-%b-%y %H:%M:%S")
        assert event.occurred_at == datetime.fromisoformat(when)


def test_buses_become_units_where_they_were(shared_data, tmp_path):
    """721 vehicles whose numbers are text: where each was so many seconds ago, how fast, which way."""
    body = (shared_data / "muni_avl" / "vehicles.json").read_bytes()
    rows = json.loads(body)["vehicle"]
    told = told_of(feed("muni", folder=tmp_path), body)
    assert (told.rows, len(lives(told)), told.refused) == (721, 721, [])
    by_id = lives(told)
    for row in (rows[0], rows[360], rows[720]):
        (event,) = by_id[row["id"]]
        assert event.occurred_at == NOW - timedelta(seconds=int(row["secsSinceReport"]))
        assert event.data["speed_mps"] == pytest.approx(int(row["speedKmHr"]) / 3.6)
        assert (event.data["lat"], event.data["lon"]) == (float(row["lat"]), float(row["lon"]))
        assert event.data.get("heading_deg") == (float(row["heading"]) if int(row["heading"]) >= 0 else None)
        assert event.data["callsign"].endswith(row["id"])


def test_plates_are_read_where_they_were_seen(shared_data, tmp_path):
    """Two makers' webhooks: each plate is one detection, its id holds no plate, and none of them is a hit."""
    axis = told_of(feed("axis", folder=tmp_path), (shared_data / "alpr" / "event.json").read_bytes())
    (seen,) = axis.events
    assert seen.occurred_at == datetime.fromtimestamp(1623405938.252, UTC)
    assert (seen.data["plate"], seen.data["confidence"], seen.data["lat"]) == ("RLE11684", 0.719034, 50.418114)
    plates = feed("plates", "your_city")
    found = [
        event.data["plate"]
        for name in ("example", "json-dump-example")
        for event in told_of(plates, (shared_data / "alpr" / f"{name}.json").read_bytes()).events
    ]
    assert found == ["T121396C", "KYJ5", "SGX 7923G", "HF7499"]
    for event in [*axis.events, *told_of(plates, (shared_data / "alpr" / "example.json").read_bytes()).events]:
        assert event.data["detection_type"] == "plate_read"
        assert event.data["plate"] not in event.id
