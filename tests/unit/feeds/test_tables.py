from __future__ import annotations

import contextlib
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtcc.feeds.formats.shape import Shape, read_shape
from rtcc.feeds.formats.tables import MOST_ROWS, TableError, read_table

ROWS = [{"id": "1", "type": "Fire"}, {"id": "2", "type": "Noise"}]


def rows(body, shape=None, content_type=""):
    """Return the rows of a payload."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return [item.row for item in read_table(body, content_type, shape or Shape())]


@pytest.mark.parametrize(
    ("body", "table"),
    [
        (b"id,type\n1,Fire\n2,Noise\n", {}),
        (b"\xef\xbb\xbfid,type\r\n1,Fire\r\n2,Noise\r\n", {}),
        (b"\n\nid;type\n1;Fire\n\n2;Noise", {}),
        (b"id\ttype\n1\tFire\n2\tNoise", {}),
        (b"id|type\n1|Fire\n2|Noise", {"delimiter": "|"}),
        (b" id , type \n1,'Fire'\n2,Noise", {"quote": "'"}),
        ("id,type\n1,Fire\n2,Noise\n".encode("utf-16"), {}),
        (gzip.compress(b"id,type\n1,Fire\n2,Noise\n"), {}),
        (json.dumps(ROWS).encode(), {}),
        (b"\xef\xbb\xbf \n" + json.dumps(ROWS).encode(), {}),
        (b"\n".join(json.dumps(row).encode() for row in ROWS), {}),
        (b"\n".join(json.dumps(row).encode() for row in ROWS), {"is": "ndjson"}),
        (json.dumps({"success": True, "result": {"records": ROWS}}).encode(), {"rows": "result.records"}),
        (json.dumps([0, {"data": ROWS}]).encode(), {"rows": "1.data"}),
        (json.dumps({"features": [{"attributes": row} for row in ROWS]}).encode(), {}),
        (b"ID,Type\n1,Fire\n2,Noise\n", {"names": "snake_case"}),
    ],
)
def test_the_same_rows_are_found_however_they_are_written(body, table):
    """CSV of any dialect, JSON in any wrapping, one object a line, gzipped or not."""
    assert rows(body, read_shape(table)) == ROWS


def test_an_encoding_is_as_it_was_said_to_be():
    """Latin-1 is no UTF-8, and says so until the mapping does."""
    body = "id,type\n1,Überfall\n".encode("latin-1")
    assert rows(body, read_shape({"encoding": "latin-1"})) == [{"id": "1", "type": "Überfall"}]
    with pytest.raises(TableError, match="say its encoding"):
        rows(body)


def test_a_feature_of_arcgis_is_a_row_with_its_place():
    """Degrees stay, the metres of web maps become degrees, and of other systems it is said that they are."""
    place = {"x": -95.369, "y": 29.76}
    # Known of old: 90° west and 45° north.
    web = {"x": -10018754.171, "y": 5621521.486}
    features = [{"attributes": {"id": 1}, "geometry": place}]
    (row,) = rows({"spatialReference": {"wkid": 4326}, "features": features})
    assert row == {"id": 1, "geometry": {"type": "Point", "coordinates": [-95.369, 29.76]}}
    for reference in ({"wkid": 102100, "latestWkid": 3857}, {"wkid": 102100}, {"wkid": 3857}):
        (row,) = rows({"spatialReference": reference, "features": [{"attributes": {"id": 1}, "geometry": web}]})
        assert row["geometry"]["coordinates"] == pytest.approx([-90, 45], abs=1e-6)
    (row,) = rows({"spatialReference": {"wkid": 2278}, "features": [{"attributes": {"id": 1}, "geometry": web}]})
    assert row["geometry"] == "in coordinates of system 2278"
    (row,) = rows({"features": [{"attributes": {"id": 1}, "geometry": {"x": "NaN", "y": "NaN"}}]})
    assert row == {"id": 1}


def test_a_feature_of_geojson_is_a_row_with_its_geometry():
    """Its own id is a column unless the properties have one."""
    point = {"type": "Point", "coordinates": [-95.3, 29.7]}
    feature = {"type": "Feature", "id": 7, "geometry": point, "properties": {"type": "Fire"}}
    assert rows({"type": "FeatureCollection", "features": [feature]}) == [{"id": 7, "type": "Fire", "geometry": point}]


def test_each_item_of_a_list_within_a_row_is_a_row():
    """It stands beside what all of them share, and knows its place."""
    body = [{"camera": "C1", "found": {"plates": [{"plate": "A"}, {"plate": "B"}]}}]
    assert rows(body, read_shape({"each": "found.plates"})) == [
        {"camera": "C1", "found": {"plates": {"plate": "A"}}, "#": 0},
        {"camera": "C1", "found": {"plates": {"plate": "B"}}, "#": 1},
    ]


@pytest.mark.parametrize(
    ("body", "table", "said"),
    [
        (
            {"error": {"code": 498, "message": "Invalid token", "details": []}},
            {},
            "answered with an error: 498 Invalid",
        ),
        ({"success": False, "error": {"message": "Not found"}}, {"rows": "result.records"}, "error: Not found"),
        ({"error": True, "message": "Query timed\nout"}, {}, "error: Query timed out"),
        (b" \n", {}, "The payload is empty"),
        ({"rows": 3}, {"rows": "rows"}, "rows is a whole number; it must be the list"),
        (b"<!DOCTYPE html><title>Down</title>", {}, "HTML or XML"),
        (b'[{"id": 1}, {"id"', {}, "may have been cut off"),
        (b"7", {"is": "json"}, "The payload is a whole number"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", {}, "is not utf-8"),
        (b"a,b\n\x00\x00,\x00", {}, "another kind"),
        (gzip.compress(b"id\n1\n")[:-6], {}, "breaks off"),
        (b"\x1f\x8b\x08 and no more", {}, "gzip"),
    ],
)
def test_a_payload_without_rows_says_why(body, table, said):
    """An error that calls itself a success, a page instead of data, a broken file: one sentence each."""
    with pytest.raises(TableError, match=said):
        rows(body, read_shape(table))


def test_a_list_of_one_may_be_no_list():
    """What was XML once says so, and it is a row all the same."""
    assert rows({"vehicle": {"id": "1"}}, read_shape({"rows": "vehicle"})) == [{"id": "1"}]


def test_what_is_no_row_is_told_among_those_that_are():
    """One bad line or item costs nothing but itself."""
    items = list(read_table(b'{"id": 1}\n{"id"\n[3]\n{"id": 2}', "", Shape()))
    assert [item.row for item in items] == [{"id": 1}, None, None, {"id": 2}]
    assert items[1].reason.startswith("The line is no JSON")
    assert items[1].raw == b'{"id"'
    assert items[2].reason == "The row is no object of columns."


def test_a_csv_that_breaks_off_says_so():
    """A last row without its end is no row; one that is whole, or short with its end, is one."""
    items = list(read_table(b"id,type\n1,Fire\n2", "", Shape()))
    assert [item.row for item in items] == [ROWS[0], None]
    assert "may have been cut off" in items[1].reason
    assert rows(b"id,type\n1,Fire\n2\n") == [ROWS[0], {"id": "2", "type": ""}]
    assert rows(b"id,type\n\n1,Fire\n\n2,Noise") == ROWS
    items = list(read_table(b"id,type\n1,Fire\n2," + b"x" * 200_000 + b"\n3,Noise\n", "", Shape()))
    assert items[0].row == ROWS[0]
    assert "cannot be read further" in items[1].reason


def test_a_flood_of_rows_is_cut():
    """What is read of one payload is bounded."""
    items = list(read_table(b"[" + b"7," * 9 + b"7]", "", Shape(), most_rows=5))
    assert len(items) == 6
    assert "over 5 rows" in items[-1].reason
    assert MOST_ROWS >= 100_000


def test_rows_in_gzip_are_bounded_before_they_are_expanded():
    """A small payload that would become a large one is refused."""
    with pytest.raises(TableError, match="expands to more than"):
        list(read_table(gzip.compress(b"a" * 100_000), "", Shape(), most_bytes=50_000))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (3, "table is a whole number"),
        ({"as": "csv"}, "table.as is not known"),
        ({"is": "xls"}, "table.is is xls; allowed are auto, csv"),
        ({"rows": 3}, "table.rows is a whole number; it must be text"),
        ({"encoding": "klingon"}, "no known encoding"),
        ({"encoding": "rot13"}, "no known encoding"),
        ({"delimiter": ",,"}, "must be one character"),
        ({"names": "camelCase"}, "allowed are as they are, snake_case"),
    ],
)
def test_a_shape_that_cannot_be_is_refused(table, said):
    """In one sentence."""
    with pytest.raises(ValueError, match=said):
        read_shape(table)


@given(st.binary(max_size=300), st.sampled_from(["", "text/csv", "application/x-ndjson"]))
def test_no_bytes_end_the_feed(body, content_type):
    """Whatever arrives is rows or one reason."""
    with contextlib.suppress(TableError):
        items = list(read_table(body, content_type, Shape()))
        assert all((item.row is None) == bool(item.reason) for item in items)
