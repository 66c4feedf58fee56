from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.formats.cells import Cells
from rtcc.feeds.formats.identity import entity_of
from rtcc.feeds.formats.mapping import MappingError, read_mapping
from rtcc.feeds.formats.paths import find
from rtcc.feeds.formats.rows import RowRefusedError, moments_of

RECEIVED = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNIT = {"name": "n", "source": "s", "kind": "unit", "timezone": "America/Chicago", "id": "id"}
INCIDENT = {**UNIT, "kind": "incident"}


def fields(row, told, base=UNIT, **more):
    """Return the fields and the reasons that a row gives under these columns."""
    mapping = read_mapping({**base, **more, "fields": told}, "test")
    cells = Cells({"id": "1"} | row, mapping, RECEIVED)
    (moment,) = moments_of(cells)
    return moment.fields, cells.reasons


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ({"speed_mps": {"column": "v", "unit": "mph"}}, "10", 4.4704),
        ({"speed_mps": {"column": "v", "unit": "kmh"}}, 36, 10),
        ({"speed_mps": {"column": "v", "unit": "knots"}}, "36", 18.52),
        ({"speed_mps": "v"}, "3.5", 3.5),
        ({"heading_deg": {"column": "v", "empty": ["-1"]}}, -1, None),
        ({"callsign": "v"}, " E 5 ", "E 5"),
        ({"callsign": {"column": ["none", "v"]}}, "E5", "E5"),
        ({"callsign": {"join": ["v", "none", "v"], "separator": "/"}}, "E5", "E5/E5"),
        ({"callsign": {"column": "v", "otherwise": "?"}}, "NULL", "?"),
        ({"crew": {"column": "v", "separator": ";"}}, "Ann; Bob;;Ann", ["Ann", "Bob"]),
        ({"crew": "v"}, ["Ann", None, "Bob"], ["Ann", "Bob"]),
        ({"emergency": {"column": "v", "values": {"Y": True, "N": False}}}, "Y", True),
        ({"covert": {"value": True}}, None, True),
        ({"unit_type": {"column": "v", "as": "choice", "values": {"E": "engine"}, "keep_unknown": True}}, "Q", "Q"),
        ({"unit_type": {"column": "v", "as": "title"}}, "RESCUE SQUAD", "Rescue Squad"),
    ],
)
def test_a_cell_becomes_what_its_field_holds(column, cell, value):
    """The unit, the form, the stand-in: all by the mapping, nothing by Python."""
    (name,) = column
    told, reasons = fields({"v": cell}, column | {"status": {"value": "available"}}, empty=["NULL"])
    assert told.get(name) == (pytest.approx(value) if isinstance(value, float) else value)
    assert reasons == []


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ({"speed_mps": "v"}, "fast", "v is no number"),
        ({"speed_mps": "v"}, "nan", "v is no number"),
        ({"speed_mps": "v"}, 4000, "v is a number; it must be a number from 0 to 400"),
        ({"heading_deg": "v"}, 361, "v is a number"),
        ({"fix_at": "v"}, "noon", "v is 'noon', which is no time"),
        ({"fix_at": {"column": "v", "as": "seconds_ago"}}, "x", "v is no number of seconds"),
        ({"position": {"lat": "v", "lon": "v"}}, "95", "v and v is no place on Earth"),
        ({"position": {"lat": "v", "lon": "v"}}, "north", "v and v is no pair of numbers"),
        ({"position": "v"}, {"type": "Polygon"}, "v is no point"),
        ({"emergency": {"column": "v", "values": {"Y": True}}}, "maybe", "v is not one of Y"),
        ({"crew": "v"}, ",".join(f"c{i}" for i in range(30)), "v is a list; it must be a list of at most 20"),
        ({"callsign": "v"}, "E" * 70, "v is longer than 64 characters; the rest is cut"),
    ],
)
def test_a_cell_that_cannot_be_used_costs_no_more_than_itself(column, cell, said):
    """The row is taken without it, and it is said why."""
    told, reasons = fields({"v": cell}, column | {"status": {"value": "available"}})
    assert told["status"] == "available"
    assert len(reasons) == 1
    assert reasons[0].startswith(said)


@pytest.mark.parametrize(
    ("told", "row"),
    [
        ({"lat": "y", "lon": "x"}, {"y": "39.7", "x": "-89.6"}),
        ({"lat": "at.lat", "lon": "at.lon"}, {"at": {"lat": 39.7, "lon": -89.6}}),
        ("p", {"p": "POINT (-89.6 39.7)"}),
        ("p", {"p": {"type": "Point", "coordinates": [-89.6, 39.7]}}),
        ("p", {"p": {"latitude": "39.7", "longitude": "-89.6"}}),
        ("p", {"p": "(39.7, -89.6)"}),
        ({"column": "p", "as": "lat_lon"}, {"p": "39.7,-89.6"}),
    ],
)
def test_a_position_is_read_however_it_is_written(told, row):
    """Two columns, WKT, GeoJSON, Socrata's own, a pair as text."""
    assert fields(row, {"position": told})[0] == {"lat": 39.7, "lon": -89.6}


@pytest.mark.parametrize("row", [{"y": "0", "x": "0.0"}, {"y": "", "x": "-89"}, {"y": None, "x": None}])
def test_nowhere_is_no_position(row):
    """0, 0 is what a system writes that does not know, and half a position is none."""
    assert fields(row, {"position": {"lat": "y", "lon": "x"}, "callsign": {"value": "E5"}}) == ({"callsign": "E5"}, [])


@pytest.mark.parametrize(
    ("cell", "more", "instant"),
    [
        ("2026-03-01T10:00:00", {}, "2026-03-01T16:00:00"),
        ("2026-03-01T10:00:00Z", {}, "2026-03-01T10:00:00"),
        ("2026-03-01T10:00:00Z", {"times_are": "local"}, "2026-03-01T16:00:00"),
        (1772359200000, {"times": ["epoch_ms"]}, "2026-03-01T10:00:00"),
        (1772359200000, {"times": ["epoch_ms"], "times_are": "local"}, "2026-03-01T16:00:00"),
        ("1772359200", {"times": ["epoch_s"]}, "2026-03-01T10:00:00"),
        (1772359200.5, {"times": ["epoch_s"]}, "2026-03-01T10:00:00.500000"),
        ("3/1/2026 10:00 AM", {"times": ["iso", "%m/%d/%Y %I:%M %p"]}, "2026-03-01T16:00:00"),
    ],
)
def test_a_time_is_read_as_the_mapping_says(cell, more, instant):
    """In a zone, since 1970, or a local clock that calls itself UTC: each becomes aware UTC."""
    mapping = read_mapping({**UNIT, **more, "occurred_at": "at", "fields": {"callsign": "id"}}, "test")
    (moment,) = moments_of(Cells({"id": "1", "at": cell}, mapping, RECEIVED))
    assert moment.at == datetime.fromisoformat(instant).replace(tzinfo=UTC)


def test_an_age_counts_back_from_when_it_was_received():
    """What a vehicle said ten seconds ago was so ten seconds ago."""
    told = {"occurred_at": {"column": "age", "as": "seconds_ago"}, "fields": {"callsign": "id"}}
    mapping = read_mapping({**UNIT, **told}, "test")
    (moment,) = moments_of(Cells({"id": "1", "age": "10"}, mapping, RECEIVED))
    assert (RECEIVED - moment.at).total_seconds() == 10
    with pytest.raises(RowRefusedError, match="which a recording does not say"):
        moments_of(Cells({"id": "1", "age": "10"}, mapping))


def test_a_time_may_stand_in_two_columns():
    """Date here, time there."""
    told = {"occurred_at": {"join": ["d", "t"]}, "times": ["%d-%b-%y %H:%M"], "fields": {"callsign": "id"}}
    mapping = read_mapping({**UNIT, **told}, "test")
    (moment,) = moments_of(Cells({"id": "1", "d": "1-Mar-26", "t": "6:05"}, mapping, RECEIVED))
    assert moment.at == datetime(2026, 3, 1, 12, 5, tzinfo=UTC)


def test_a_moment_may_be_told_by_how_long_it_took():
    """Where an export says minutes instead of times, each moment comes that long after the first."""
    moments = [
        {"column": "at", "field": "entered_at", "status": "pending"},
        {"column": "at", "plus": "took", "plus_s": 60, "field": "on_scene_at", "status": "on_scene"},
    ]
    mapping = read_mapping({**INCIDENT, "moments": moments}, "test")
    row = {"id": "1", "at": "2026-03-01T04:00:00", "took": "2.5"}
    entered, arrived = moments_of(Cells(row, mapping, RECEIVED))
    assert (arrived.at - entered.at).total_seconds() == 150
    assert arrived.fields["status"] == "on_scene"
    assert len(moments_of(Cells(row | {"took": ""}, mapping, RECEIVED))) == 1
    with pytest.raises(RowRefusedError, match="took is no duration"):
        moments_of(Cells(row | {"took": "long"}, mapping, RECEIVED))


def test_a_units_status_goes_round_and_what_has_ended_is_cleared():
    """Available comes after on scene and not before it; and then it is on no call any more."""
    moments = [
        {"column": "sent", "field": "status_since", "status": "dispatched"},
        {"column": "free", "field": "status_since", "status": "available", "clears": ["incident_id"]},
    ]
    mapping = read_mapping({**UNIT, "moments": moments, "fields": {"incident_id": "call"}}, "test")
    row = {"id": "1", "call": "C7", "sent": "2026-03-01T04:00:00", "free": "2026-03-01T04:30:00"}
    sent, free = moments_of(Cells(row, mapping, RECEIVED))
    assert (sent.fields["status"], sent.fields["incident_id"]) == ("dispatched", "C7")
    assert (free.fields["status"], free.fields["incident_id"]) == ("available", None)


def test_an_id_may_be_put_together_and_stays_short():
    """Several columns make one id; a part that is missing makes none; a long one is cut to a digest that is its own."""
    mapping = read_mapping({**UNIT, "id": ["a", "b.c"], "fields": {"callsign": "a"}}, "test")
    assert entity_of(Cells({"a": 1, "b": {"c": "x"}}, mapping)) == ("s", "1-x")
    assert entity_of(Cells({"a": 1}, mapping)) == ("s", "")
    ids = {entity_of(Cells({"a": "x" * 80, "b": {"c": last}}, mapping))[1] for last in "yz"}
    assert len(ids) == 2
    assert {len(id_) for id_ in ids} == {64}


@pytest.mark.parametrize(
    ("path", "found"),
    [("a", {"b": [1, {"c": 2}]}), ("a.b.1.c", 2), ("a.b.7", None), ("a.b.x", None), ("a.b.1.c.d", None), ("d.e", 3)],
)
def test_a_path_leads_into_nested_json(path, found):
    """Names and places; a column whose own name has dots is found first; what is not there is nothing."""
    assert find({"a": {"b": [1, {"c": 2}]}, "d.e": 3, "d": {"e": 4}}, path) == found


@given(st.text(max_size=40), st.recursive(st.none() | st.text(max_size=4), st.lists, max_leaves=6))
def test_no_path_ends_the_feed(path, value):
    """Whatever the mapping names, it leads somewhere or to nothing."""
    find({"a": value, "": value}, path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "weather"}, "kind weather is none of call, incident"),
        ({"colour": 1}, "colour is not known"),
        ({"fields": {"wheels": "w"}}, "wheels is no field of unit"),
        ({"fields": {"callsign": {"colum": "w"}}}, "callsign.colum is not known"),
        ({"fields": {"callsign": 3}}, "callsign is a whole number; it must be a column's name or a table"),
        ({"fields": {"callsign": {}}}, "callsign names no column"),
        ({"fields": {"callsign": {"column": "w", "as": "poem"}}}, "read as poem"),
        ({"fields": {"callsign": {"column": "w", "as": "point"}}}, "a point is the form of position"),
        ({"fields": {"speed_mps": {"column": "w", "unit": "parsec"}}}, "unit is parsec; allowed are m, km"),
        ({"fields": {"status": {"value": "asleep"}}}, "status would become text; it must be one of available"),
        ({"fields": {"status": {"column": "w", "as": "choice", "values": {"A": 3}}}}, "status would become a whole"),
        ({"fields": {}}, "neither moments nor fields"),
        ({"moments": [{"column": "a", "field": "status_since", "status": "there"}]}, "there is no status of unit"),
        ({"times": ["%Q"]}, "times has '%Q'; allowed are iso, epoch_s"),
        ({"times": ["ISO"]}, "times has 'ISO'"),
        ({"times_are": "wrong"}, "allowed are utc, local"),
        ({"id": []}, "id names no column"),
        ({"row": "r", "snapshot": True}, "row is given with snapshot"),
        ({"gone": {"status": "asleep"}}, "gone.status is text"),
        ({"gone": {"wheels": 4}}, "wheels is no field of unit"),
        ({"vanish_share": 0}, "vanish_share must be"),
        ({"merge": {"first": []}}, "merge.first is not known"),
        ({"last": {"callsign": "w"}}, "last is given without moments"),
        ({"table": {"is": "xls"}}, "table.is is xls"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(change, said):
    """One sentence that names the part, before any row is read."""
    with pytest.raises(MappingError, match=said):
        read_mapping({**UNIT, "fields": {"callsign": "id"}, **change}, "test")


def test_a_kind_without_a_life_has_no_moments():
    """A camera is told at one instant."""
    moments = [{"column": "a", "field": "state", "status": "on"}]
    with pytest.raises(MappingError, match="camera has no lifecycle"):
        read_mapping({**UNIT, "kind": "camera", "moments": moments}, "test")
    told = {"name": "name", "position": {"lat": "y", "lon": "x"}}
    mapping = read_mapping({**UNIT, "kind": "camera", "fields": told}, "test")
    (moment,) = moments_of(Cells({"id": "1", "name": "Bridge", "y": 1, "x": 2}, mapping, RECEIVED))
    assert (moment.at, moment.fields) == (RECEIVED, {"name": "Bridge", "lat": 1.0, "lon": 2.0})
